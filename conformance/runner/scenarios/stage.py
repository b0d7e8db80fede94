"""The stage of a scenario: windows of its own, calls that are written down as numbered lines, and charges.

A line is Python that can be pasted, with what the target answered as its comment (see `conformance.repro.script`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, final

from conformance.contract.behaviours import ECHOED_BY_DESCRIBE, ECHOED_BY_GET
from conformance.events import CaseFinished
from conformance.literals import inline
from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable, not_implemented
from conformance.oracle import observed_in_words
from conformance.readback import compare
from conformance.repro import WINDOW_ARGUMENTS
from conformance.runner.examiner import Examiner
from conformance.runner.inspector import GET, finished
from conformance.runner.sender import REGISTER
from conformance.targets.base import RawCall

_METHOD = {
    REGISTER: "register_task_with_maintenance_window",
    "DeregisterTaskFromMaintenanceWindow": "deregister_task_from_maintenance_window",
    "DeleteMaintenanceWindow": "delete_maintenance_window",
    "UpdateMaintenanceWindow": "update_maintenance_window",
    "GetMaintenanceWindowTask": "get_maintenance_window_task",
    "DescribeMaintenanceWindowTasks": "describe_maintenance_window_tasks",
    "RegisterTargetWithMaintenanceWindow": "register_target_with_maintenance_window",
    "DeregisterTargetFromMaintenanceWindow": "deregister_target_from_maintenance_window",
}


_MADE = {REGISTER: ("task", "WindowTaskId"), "RegisterTargetWithMaintenanceWindow": ("target", "WindowTargetId")}
"""What a call makes, and under which member its answer tells the id."""


def _task_id(observation: Observation) -> str:
    """Give the id of the task that a registration made, "" where it made none."""
    id = observation.body.get("WindowTaskId") if isinstance(observation, Accepted) else None
    return id if isinstance(id, str) else ""


class Ends(Exception):
    """A scenario that can not go on: `event` is what there is to say about it."""

    def __init__(self, event: CaseFinished) -> None:
        super().__init__(event.case)
        self.event = event


@final
class Stage:
    """What a scenario acts on. Every window made here is deleted when the scenario is over.

    A `brief` scenario shows each of its rules once, in as few calls as can be.
    """

    def __init__(self, examiner: Examiner, name: str, *, brief: bool = False) -> None:
        self._examiner, self._name = examiner, name
        self._sender, self._windows = examiner.sender, examiner.windows
        self.inspector = examiner.inspector
        self.quota = examiner.windows.quota
        self.brief = brief
        self._steps: list[str] = []
        self._names: dict[str, str] = {}
        self._made: list[str] = []
        self._shared: str | None = None
        self._held: Counter[str] = Counter()

    @property
    def base(self) -> dict[str, Any]:
        """The smallest request that this target takes."""
        return self.smallest("AUTOMATION")

    def smallest(self, task_type: str) -> dict[str, Any]:
        """The smallest request of a task type that this target takes."""
        return dict(self._examiner.usable(self._examiner.recipes.minimal(task_type)))

    def rich(self, index: int = 0) -> dict[str, Any]:
        """A request with every member that may stand on a task; index 0 is RUN_COMMAND (see `Recipes.richest`)."""
        return dict(list(self._examiner.recipes.richest())[index])

    # --- calls

    def shared_window(self) -> str:
        """Give the window that the scenario's refusals share, a new one where that is full or spoilt."""
        if self._shared is None or self._held[self._shared] >= self.quota:
            self._shared = self.window()
        return self._shared

    def spoilt(self, window: str) -> None:
        """Something that should not be there may be stored in `window`: it is shared no more."""
        if window == self._shared:
            self._shared = None

    def window(self) -> str:
        """Make a window of the scenario's own."""
        id = self._windows.create()
        self._made.append(id)
        self._write_window(id)
        return id

    def begun_window(self) -> tuple[str, list[str]]:
        """Give a window and the ids of the tasks in it: one that single cases have begun to fill, or else a new one."""
        begun = self._examiner.hand_over()
        if begun is None:
            return self.window(), []
        self._made.append(begun.id)
        self._write_window(begun.id)
        for task in begun.tasks:
            request = {name: value for name, value in task.request.items() if name != "ClientToken"}
            self._write(REGISTER, self._arguments(request), Accepted(status=200, body={"WindowTaskId": task.id}))
        return begun.id, [task.id for task in begun.tasks]

    def _write_window(self, id: str) -> None:
        name = self._named(id, "window")
        self._steps.append(f'{name} = ssm.create_maintenance_window({WINDOW_ARGUMENTS})["WindowId"]')

    def _named(self, id: str, sort: str) -> str:
        """Give a variable's name to an id: ``task_2`` is the second task."""
        count = sum(name.startswith(f"{sort}_") for name in self._names.values())
        return self._names.setdefault(id, f"{sort}_{count + 1}")

    def register(
        self, window: str, request: Mapping[str, Any], *, token: str | None = None, bare: bool = False
    ) -> Observation:
        """Register a task, with a fresh token, one that the scenario gives (see `token`), or none at all."""
        document = self.registration(window, request, token=token, bare=bare)
        # boto3 makes a token of its own, and a line without one asks the same: what is written stays readable.
        shown = document if token is not None or "ClientToken" in request else {**request, "WindowId": window}
        observation = self.ask_registration(document)
        self.write_registrations(shown, [observation])
        return observation

    def registration(
        self, window: str, request: Mapping[str, Any], *, token: str | None = None, bare: bool = False
    ) -> dict[str, Any]:
        """Give a registration's document, with a fresh token, the one given, or none at all."""
        document = {**request, "WindowId": window}
        if token is not None:
            return {**document, "ClientToken": token}
        return document if bare else self._sender.with_token(document, bare=False)

    def ask_registration(self, document: Mapping[str, Any]) -> Observation:
        """Send a registration and write nothing down: for calls at once (see `write_registrations`)."""
        return self._sender.ask(REGISTER, document)

    def write_registrations(self, shown: Mapping[str, Any], answers: Sequence[Observation]) -> None:
        """Write down the answers to one document, sent several times at once.

        Which of them was answered first is chance and is not told: the accepted ones come first, those that were
        told the same id together, so that a repeated run writes the same lines.
        """
        told = Counter(_task_id(answer) for answer in answers)

        def rank(answer: Observation) -> tuple[bool, int, str, str]:
            id = _task_id(answer)
            return not id, -told[id], id, observed_in_words(answer)

        arguments = self._arguments({"WindowId": shown["WindowId"], **shown})
        for answer in sorted(answers, key=rank):
            self._write(REGISTER, arguments, answer)
        self._held[shown["WindowId"]] += sum(count for id, count in told.items() if id)

    def must_register(
        self, rule: str, window: str, request: Mapping[str, Any], *, token: str | None = None, bare: bool = False
    ) -> str:
        """Register a task that must be accepted and give its id; a refusal ends the scenario, charged on `rule`."""
        observation = self.register(window, request, token=token, bare=bare)
        if id := _task_id(observation):
            return id
        if isinstance(observation, Unreachable):
            raise Ends(self.doubt(rule, observation))
        if isinstance(observation, Accepted) or not self.takes(request):
            reason = "what the scenario begins with is refused in any window, or has no id: told under its own rule"
            raise Ends(finished(rule, self._name, observation, request={}, explained=reason))
        kind = "crash" if isinstance(observation, Crashed) else "too-strict"
        raise Ends(
            self.charge(rule, kind, "accepted, with a WindowTaskId", observed_in_words(observation), observation)
        )

    def takes(self, request: Mapping[str, Any]) -> bool:
        """Tell whether the target takes a request at all, in a window of its own; asked once for each request."""
        return self._examiner.takes({name: value for name, value in request.items() if name != "ClientToken"})

    def token(self) -> str:
        """Give a token that was never sent before."""
        token: str = self._sender.with_token({}, bare=False)["ClientToken"]
        self._steps.append(f"{self._named(token, 'token')} = str(uuid.uuid4())")
        return token

    def token_like(self, token: str, value: str, line: str) -> str:
        """Give `value`, made of a token as `line` says: Python in which ``{token}`` stands for that token's name."""
        if value != token:
            name = self._named(value, "token")
            self._steps.append(f"{name} = {line.replace('{token}', self._names[token])}")
        return value

    def listed(self, window: str, **paging: Any) -> list[str] | None:
        """Give the ids that a window lists, in order; None where the target can not list them."""
        reading = self.inspector.listing(window, **paging)
        line = f"ssm.describe_maintenance_window_tasks({self._arguments({'WindowId': window, **paging})})"
        if reading.failure is not None:
            self._steps.append(f"{line}  # {one_line(observed_in_words(reading.failure))}")
            return None
        listed = [str(task.get("WindowTaskId")) for task in reading.tasks]
        # No order is promised, and after calls at once it is chance: by their names, a repeated run says the same.
        ranks = {id: rank for rank, id in enumerate(self._names)}
        inorder = sorted(listed, key=lambda id: ranks.get(id, len(ranks)))
        told = ", ".join(self._names.get(id, "another task") for id in inorder) or "nothing"
        self._steps.append(f"{line}  # lists {told}")
        return listed

    def get(self, window: str, task: str) -> Observation:
        """Ask for one task; a target that has no such operation is not asked again."""
        if GET in self.inspector.missing:
            return Crashed(status=501, detail=self.inspector.missing[GET])
        return self._call("GetMaintenanceWindowTask", {"WindowId": window, "WindowTaskId": task})

    def told(self, window: str, tasks: Iterable[str]) -> dict[str, tuple[Any, Any]]:
        """Give what the listing of a window and a read of each of these tasks tell of it, None where one does not.

        Only members that a registration has count, in no order, so that what is told twice alike is equal.
        """
        listed = {str(task.get("WindowTaskId")): task for task in self.inspector.listing(window).tasks}
        read = {task: self.get(window, task) for task in tasks}
        return {
            task: (
                _echo(listed.get(task), ECHOED_BY_DESCRIBE.values()),
                _echo(answer.body if isinstance(answer, Accepted) else None, ECHOED_BY_GET.values()),
            )
            for task, answer in read.items()
        }

    def compared(self, window: str, task: str, request: Mapping[str, Any]) -> Iterator[CaseFinished]:
        """Hold what a read of one task tells against what was registered."""
        answer = self.get(window, task)
        if isinstance(answer, Accepted):
            for each in compare("get", {**request, "WindowId": window}, answer.body).differences:
                seen = f"{each.path}: {each.observed}"
                yield self.charge(each.rule, "wrong-effect", f"{each.path}: {each.expected}", seen, answer)

    def deregister(self, window: str, task: str) -> Observation:
        """Deregister a task."""
        return self._call("DeregisterTaskFromMaintenanceWindow", {"WindowId": window, "WindowTaskId": task})

    def delete(self, window: str) -> Observation:
        """Delete a window."""
        if window in self._made:
            self._made.remove(window)
        observation = self._windows.delete(window)
        self._write("DeleteMaintenanceWindow", f"WindowId={self._names.get(window, window)}", observation)
        return observation

    def ask(self, operation: str, body: Mapping[str, Any], *, valid: bool = True) -> Observation:
        """Make any other call."""
        return self._call(operation, body, valid=valid)

    def ask_alone(self, request: Mapping[str, Any]) -> Observation:
        """Register something that must be refused, and so is no step towards what comes after it (see `forget`)."""
        document = request if "ClientToken" in request else self._sender.with_token(request, bare=False)
        return self._call(REGISTER, document, shown=request, valid=False)

    def forget(self) -> None:
        """Leave the last call out of the steps: it changed nothing."""
        self._steps.pop()

    def send(self, call: RawCall) -> Observation:
        """Send an HTTP request to the letter; it is no numbered line, since its event shows it whole."""
        return self._sender.ask(REGISTER, call, valid=False)

    def _call(
        self, operation: str, body: Mapping[str, Any], *, shown: Mapping[str, Any] | None = None, valid: bool = True
    ) -> Observation:
        observation = self._sender.ask(operation, body, valid=valid)
        self._write(operation, self._arguments(shown or body), observation)
        return observation

    def _write(self, operation: str, arguments: str, observation: Observation, label: str = "") -> None:
        """Write a call down with its answer; what it made gets a name."""
        line = f"ssm.{_METHOD[operation]}({arguments})"
        words = one_line(observed_in_words(observation))
        sort, member = _MADE.get(operation, ("", ""))
        told = observation.body.get(member) if isinstance(observation, Accepted) and member else None
        id = told if isinstance(told, str) else ""
        if isinstance(observation, Accepted):
            words = f"accepted: {self._names[id]} again" if id in self._names else "accepted"
        if id and id not in self._names:
            line = f'{self._named(id, sort)} = {line}["{member}"]'
        self._steps.append(f"{line}  # {f'{label}: ' if label else ''}{words}")

    def _arguments(self, body: Mapping[str, Any]) -> str:
        return ", ".join(f"{name}={inline(value, self._names)}" for name, value in body.items())

    # --- events

    def kept(self, *rules: str, observation: Observation | None = None) -> CaseFinished:
        """Say that rules were exercised and found kept."""
        return finished(
            rules[0], self._name, observation or Accepted(status=200, body={}), request={}, also=list(rules)
        )

    def charge(
        self, rule: str, kind: str, expected: str, seen: str, observation: Observation | None = None
    ) -> CaseFinished:
        """Lay a charge on a rule, with the steps that led to it."""
        observation = observation or Accepted(status=200, body={})
        return finished(
            rule,
            self._name,
            observation,
            request={},
            charges=[(rule, kind, expected, seen)],
            steps=tuple(f"{number}. {step}" for number, step in enumerate(used(self._steps), 1)),
        )

    def doubt(self, rule: str, observation: Observation) -> CaseFinished:
        """Say that a rule could not be judged."""
        return finished(rule, self._name, observation, request={}, inconclusive=True)

    def missing(self, operation: str, observation: Observation, *rules: str) -> Iterator[CaseFinished]:
        """Say that rules could not be asked, since the target does not implement an operation."""
        for rule in rules:
            yield finished(
                rule, self._name, observation, request={}, missing=(operation, observed_in_words(observation))
            )

    def refused(self, rule: str, observation: Observation, codes: frozenset[str], what: str) -> CaseFinished:
        """Judge an answer that must be a refusal with one of `codes`."""
        expected = f"{what} refused with {' or '.join(sorted(codes))}"
        match observation:
            case Rejected(code=code) if code in codes:
                return self.kept(rule, *_status_kept(observation), observation=observation)
            case Unreachable():
                return self.doubt(rule, observation)
            case Accepted():
                return self.charge(rule, "too-lenient", expected, observed_in_words(observation), observation)
            case Rejected():
                return self.charge(rule, "wrong-error", expected, observed_in_words(observation), observation)
            case Crashed(status=status):
                kind = "crash" if status is None or status >= 500 else "wire"
                return self.charge(rule, kind, expected, observed_in_words(observation), observation)

    def status(self, observation: Observation) -> Iterator[CaseFinished]:
        """Judge the HTTP status of a refusal with one of the declared codes."""
        match observation:
            case Rejected(status=400) | Rejected(status=404, code="DoesNotExistException"):
                return  # 404 is that code's query-protocol status: open (C-10)
            case Rejected(status=status, code=code) if code in _DECLARED:
                seen = f"HTTP {status} with {code}"
                yield self.charge(f"errors.{code}.status", "wire", "HTTP 400", seen, observation)
            case Rejected(status=status, code=code) if code:
                seen = f"HTTP {status} with {code}"
                yield self.charge("errors.client-error-status", "wire", "HTTP 400", seen, observation)
            case _:
                return

    def close(self) -> None:
        """Delete the scenario's windows; in a hurry that is left to the end of the run."""
        for id in [] if self._sender.hurried else list(self._made):
            self._made.remove(id)
            self._windows.delete(id)


_DECLARED = ("DoesNotExistException", "IdempotentParameterMismatch", "ResourceLimitExceededException")


def _status_kept(observation: Rejected) -> tuple[str, ...]:
    if observation.code in _DECLARED and observation.status in (400, 404):
        return (f"errors.{observation.code}.status",)
    return ()


def _echo(shown: Mapping[str, Any] | None, names: Iterable[str]) -> Any:
    return None if shown is None else _in_no_order({name: shown[name] for name in names if name in shown})


def _in_no_order(value: Any) -> Any:
    match value:
        case {**members}:
            return {name: _in_no_order(item) for name, item in members.items()}
        case [*items]:
            return sorted((_in_no_order(item) for item in items), key=repr)
        case _:
            return value


def used(steps: Sequence[str]) -> list[str]:
    """Leave out the lines that make a window or a token that no later line speaks of."""
    kept: list[str] = []
    for step in reversed(steps):
        name, made, _ = step.partition(" = ")
        idle = made and re.fullmatch(r"(?:window|token)_\d+", name)
        if not idle or any(re.search(rf"\b{name}\b", later) for later in kept):
            kept.append(step)
    return kept[::-1]


def one_line(text: str) -> str:
    """Fold white space: a step is one line."""
    return " ".join(text.split())


def supported(observation: Observation) -> bool:
    """Tell whether the target implements the operation that was asked."""
    return not not_implemented(observation)
