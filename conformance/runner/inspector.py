"""Read windows back: every task that should be there, as it was sent, once, and none that should not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, final

from conformance.contract.case import WINDOW
from conformance.contract.catalogue import rule as rule_of
from conformance.contract.rule import Level
from conformance.contract.shapes import request_tree
from conformance.events import CaseFinished, ChargeFacts
from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable, not_implemented, outcome
from conformance.oracle import observed_in_words
from conformance.readback import compare, paths_of
from conformance.runner.sender import Sender
from conformance.world import Task, Window

GET, DESCRIBE = "GetMaintenanceWindowTask", "DescribeMaintenanceWindowTasks"
_ID_TOLD = "read-back.get.WindowTaskId"
_PAGES = 20
_NO_WINDOW, _NO_TASK = "mw-fedcba98765432100", "00000000-0000-4000-8000-000000000000"


@final
@dataclass(slots=True)
class Reading:
    """What one read of a window's tasks gave: the tasks in order, or the answer that was none."""

    tasks: list[Mapping[str, Any]] = field(default_factory=list)
    failure: Observation | None = None


@final
class Inspector:
    """Reads back from one target. `missing` holds the operations that it was found not to implement."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._held: dict[str, set[str]] = {"get": set(), "describe": set()}
        self._told: set[str] = set()
        self._present: set[str] = set()
        self.missing: dict[str, str] = {}

    def learn(self, task: Task, window: str) -> None:
        """Learn from one rich task which structures this target tells at all."""
        shown = self.get(window, task.id)
        if isinstance(shown, Accepted):
            self._hold("get", shown.body)
        for each in self.listing(window).tasks:
            self._hold("describe", each)

    def _hold(self, operation: str, shown: Mapping[str, Any]) -> None:
        for name, node in request_tree().children:
            if shown.get(name):
                self._held[operation].update(paths_of(node, shown[name]))

    # --- reading

    def get(self, window: str, task_id: str) -> Observation:
        """Ask for one task; where the target has no such operation, it is asked once and remembered."""
        if GET in self.missing:
            return Crashed(status=501, detail=self.missing[GET])
        observation = self._sender.ask(GET, {"WindowId": window, "WindowTaskId": task_id})
        self._notice(GET, observation)
        return observation

    def _notice(self, operation: str, observation: Observation) -> None:
        """Note whether an operation is there: it is once it answered, and is not when it says so.

        Some servers answer what they do not implement as a failure of their own (moto_server 5.2.5: 500 with HTML; seen
        2026-11): an operation that never answered and fails for a window that is not there, too, is not there.
        """
        if isinstance(observation, Accepted | Rejected) and not not_implemented(observation):
            self._present.add(operation)
        elif not_implemented(observation):
            self.missing[operation] = observed_in_words(observation)
        elif isinstance(observation, Crashed) and operation not in self._present:
            nothing = {"WindowId": _NO_WINDOW} | ({"WindowTaskId": _NO_TASK} if operation == GET else {})
            if isinstance(self._sender.ask(operation, nothing), Crashed):
                self.missing[operation] = observed_in_words(observation)
            else:
                self._present.add(operation)

    def listing(self, window: str, **paging: Any) -> Reading:
        """Read the whole listing of a window, page by page."""
        reading = Reading()
        if DESCRIBE in self.missing:
            reading.failure = Crashed(status=501, detail=self.missing[DESCRIBE])
            return reading
        token: Any = None
        for _ in range(_PAGES):
            body = {"WindowId": window, **paging, **({"NextToken": token} if token else {})}
            observation = self._sender.ask(DESCRIBE, body)
            self._notice(DESCRIBE, observation)
            tasks = observation.body.get("Tasks", []) if isinstance(observation, Accepted) else None
            if not isinstance(observation, Accepted) or not isinstance(tasks, list):
                reading.failure = observation
                return reading
            reading.tasks += [task for task in tasks if isinstance(task, Mapping)]
            token = observation.body.get("NextToken")
            if not token:
                break
        return reading

    # --- judging a whole window

    def inspect(
        self, window: Window, others: Callable[[str], bool], *, refused: int, doubtful: bool = False
    ) -> Iterator[CaseFinished]:
        """Judge a window against its model: the listing, then each task as listing and Get tell it.

        `others` tells whether a task id belongs to another window; `refused` counts the registrations refused here.
        `doubtful` is a window that may hold a task of which the answer was lost: nothing is said of strangers there.
        """
        if not window.tasks and not refused:
            return
        reading = self.listing(window.id)
        if reading.failure is not None:
            yield from self._no_reading(window, reading.failure)
        else:
            yield from self._listed(window, reading.tasks, others, refused=refused, doubtful=doubtful)
        for task in window.tasks:
            if GET in self.missing:
                break
            yield from self._got(window, task)
        if GET in self.missing:
            yield from self._unsupported("get", GET)

    def _no_reading(self, window: Window, failure: Observation) -> Iterator[CaseFinished]:
        if DESCRIBE in self.missing:
            yield from self._unsupported("describe", DESCRIBE)
            return
        last = window.tasks[-1] if window.tasks else None
        yield finished(
            "acceptance.reads-work",
            "listing",
            failure,
            request=_shown_request(last) if last else {},
            charges=[
                ("acceptance.reads-work", "side-effect", "a listing of the window's tasks", observed_in_words(failure))
            ],
            inconclusive=isinstance(failure, Unreachable),
        )

    def _listed(
        self,
        window: Window,
        tasks: list[Mapping[str, Any]],
        others: Callable[[str], bool],
        *,
        refused: int,
        doubtful: bool,
    ) -> Iterator[CaseFinished]:
        counts = Counter(str(task.get("WindowTaskId")) for task in tasks)
        known = {task.id: task for task in window.tasks}
        ok = Accepted(status=200, body={})
        for id, task in known.items():
            if counts[id] != 1:
                charge = ("listing.once", "wrong-effect", "the new task listed once", f"listed {counts[id]} times")
                yield finished("listing.once", "listing", ok, request=_shown_request(task), charges=[charge])
        for id in counts:
            if id not in known and not (doubtful and not others(id)):
                rule, expected, seen = _stranger(others(id), refused)
                yield finished(rule, "listing", ok, request={}, charges=[(rule, _side(rule), expected, seen)])
        looked: list[str] = ["listing.once", "listing.own-window", "acceptance.reads-work"]
        if not doubtful:
            looked += ["listing.only-one-more", *(["refusal.no-trace"] if refused else [])]
        for shown in tasks:
            one = known.get(str(shown.get("WindowTaskId")))
            if one is not None and counts[one.id] == 1:
                looked += yield from self._compared("describe", one, shown)
        yield finished("listing.once", "listing", ok, request={}, also=looked)

    def _got(self, window: Window, task: Task) -> Iterator[CaseFinished]:
        observation = self.get(window.id, task.id)
        if isinstance(observation, Accepted):
            looked = yield from self._compared("get", task, observation.body)
            told = observation.body.get("WindowTaskId")
            if told != task.id:
                seen = "no WindowTaskId" if told is None else "another task"
                charge = (_ID_TOLD, "wrong-effect", "the task that was asked for", seen)
                yield finished(_ID_TOLD, "get", observation, request=_shown_request(task), charges=[charge])
            yield finished("acceptance.reads-work", "get", observation, request={}, also=[*looked, _ID_TOLD])
        elif GET not in self.missing:
            yield finished(
                "acceptance.reads-work",
                "get",
                observation,
                request=_shown_request(task),
                charges=[
                    (
                        "acceptance.reads-work",
                        "side-effect",
                        "the task that was registered",
                        observed_in_words(observation),
                    )
                ],
                inconclusive=isinstance(observation, Unreachable),
            )

    def _compared(
        self, operation: str, task: Task, shown: Mapping[str, Any]
    ) -> Generator[CaseFinished, None, list[str]]:
        held = frozenset(self._held[operation])
        result = compare(operation, task.request, shown, held)
        answer = Accepted(status=200, body={})
        for each in result.differences:
            charge = (each.rule, "wrong-effect", f"{each.path}: {each.expected}", f"{each.path}: {each.observed}")
            yield finished(each.rule, operation, answer, request=_shown_request(task), charges=[charge], path=each.path)
        for question, told in result.answers:
            if (mark := f"{question} {told}") not in self._told:
                self._told.add(mark)
                yield finished("", told, answer, request=_shown_request(task), question=question)
        wrong = {each.rule for each in result.differences}
        return [id for id in result.looked_at if id not in wrong]

    def wrong(self, rule: str, window: str, task: Task) -> bool:
        """Tell whether a task is told back in a way that breaks `rule`; only the operations that it is about are asked.

        Rules on defaults and order are about both.
        """
        shown: dict[str, Any] = {}
        if not rule.startswith("read-back.describe."):
            observation = self.get(window, task.id)
            shown["get"] = observation.body if isinstance(observation, Accepted) else None
        if not rule.startswith("read-back.get."):
            listed = self.listing(window).tasks
            shown["describe"] = next((each for each in listed if each.get("WindowTaskId") == task.id), None)
        return any(
            each.rule == rule
            for operation, body in shown.items()
            if body is not None
            for each in compare(operation, task.request, body, frozenset(self._held[operation])).differences
        )

    def _unsupported(self, operation: str, name: str) -> Iterator[CaseFinished]:
        """Say once which rules can not be asked, since an operation is missing."""
        if f"unsupported {operation}" in self._told:
            return
        self._told.add(f"unsupported {operation}")
        from conformance.contract.catalogue import rules

        for id in rules():
            if id.startswith(f"read-back.{operation}."):
                yield finished(
                    id,
                    operation,
                    Crashed(status=501, detail=self.missing[name]),
                    request={},
                    missing=(name, self.missing[name]),
                )


def _stranger(elsewhere: bool, refused: int) -> tuple[str, str, str]:
    if elsewhere:
        return "listing.own-window", "a task in its own window only", "a task of another window is listed"
    if refused:
        return "refusal.no-trace", "no task from a refused registration", "a task is listed that was never accepted"
    return "listing.only-one-more", "one new task for each registration", "a task is listed that was never accepted"


def _side(rule: str) -> str:
    return "side-effect" if rule in ("refusal.no-trace", "listing.only-one-more") else "wrong-effect"


def _shown_request(task: Task) -> dict[str, Any]:
    """Give a task's request as it stands in a log: any window, and no token of this run's own."""
    return {name: value for name, value in task.request.items() if name != "ClientToken"} | {"WindowId": WINDOW}


def finished(
    rule: str,
    label: str,
    observation: Observation,
    *,
    request: Any,
    charges: list[tuple[str, str, str, str]] | None = None,
    also: list[str] | None = None,
    steps: tuple[str, ...] = (),
    question: str = "",
    path: str = "",
    inconclusive: bool = False,
    missing: tuple[str, str] | None = None,
    reason: str = "",
    explained: str = "",
) -> CaseFinished:
    """Build the event of something that was looked at; charges are (rule, kind, expected, observed)."""
    facts = tuple(
        ChargeFacts(rule=id, kind=kind, level=_level(id, kind), expected=expected, observed=seen)
        for id, kind, expected, seen in charges or ()
    )
    verdict: Any = "diverges" if facts else ("open" if question else "conforms")
    if inconclusive:
        verdict, facts = "inconclusive", ()
        reason = reason or observed_in_words(observation)
    if explained:
        verdict, reason = "explained", explained
    if missing is not None:
        verdict, facts, reason = "unsupported", (), f"{missing[0]} is not implemented: {missing[1]}"
    return CaseFinished(
        case=f"{rule or question}/{label}",
        rule=rule,
        label=label,
        verdict=verdict,
        expect="accept",
        outcome=_outcome(observation, facts),
        request=request,
        path=path,
        question=question,
        charges=facts,
        steps=steps,
        reason=reason,
        operation=missing[0] if missing else "",
        also=tuple(dict.fromkeys(also or ())),
    )


def _outcome(observation: Observation, charges: tuple[ChargeFacts, ...]) -> str:
    """Say what happened, as the ledger knows it: how a read fails depends on what is stored, so it just fails."""
    match observation:
        case Crashed() if charges and charges[0].kind == "side-effect":
            return "crashed"
        case _ if charges and charges[0].kind == "wrong-effect":
            return "told otherwise"
        case _:
            return outcome(observation)


def _level(id: str, kind: str) -> Level:
    return Level.MUST if kind == "crash" else rule_of(id).level
