"""Play a history against a target and the model side by side, and shorten one that ends in a divergence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.contract.history import Step
from conformance.events import CaseFinished
from conformance.observation import Accepted, Observation, Unreachable
from conformance.oracle import Conforms, Diverges, judge
from conformance.readback import compare
from conformance.runner.examiner import Examiner
from conformance.runner.scenarios.stage import Ends, Stage, supported
from conformance.world import Task, World

_SHORTENINGS = 40


def play_history(examiner: Examiner, steps: Sequence[Step], name: str) -> Iterator[CaseFinished]:
    """Play a history; what diverges is told with the shortest part of it that diverges in the same way.

    What comes after the divergence goes at once; of what leads to it halves are left out, then less, then single steps.
    """
    played, events = _play(examiner, steps, name)
    charged = _charged(events)
    if charged is None:
        yield from events
        return
    kept, left = list(steps[:played]), _SHORTENINGS
    size = max(len(kept) // 2, 1)
    while left > 0:
        end = len(kept) - 1
        while end > 0 and left > 0:
            shorter = [*kept[: max(end - size, 0)], *kept[end:]]
            left -= 1
            played, events = _play(examiner, shorter, name)
            again = _charged(events)
            if again is not None and again.charges[0].rule == charged.charges[0].rule:
                kept, charged = shorter[:played], again
            end = min(end - size, len(kept) - 1)
        if size == 1:
            break
        size //= 2
    yield charged


def _charged(events: Sequence[CaseFinished]) -> CaseFinished | None:
    return next((event for event in events if event.charges), None)


def _play(examiner: Examiner, steps: Sequence[Step], name: str) -> tuple[int, list[CaseFinished]]:
    """Play steps until one diverges; give how many were played, and the events."""
    stage = Stage(examiner, name)
    player = _Player(stage)
    events: list[CaseFinished] = []
    try:
        for number, step in enumerate(steps, 1):
            for event in player.play(step):
                events.append(event)
                if event.charges or event.verdict == "inconclusive":
                    return number, events
        return len(steps), events
    except Ends as end:
        return len(steps), [end.event]
    finally:
        stage.close()


class _Player:
    """Follows one history with the model; windows are made when they are first named."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._windows: dict[int, str] = {}
        self._world = World()

    def play(self, step: Step) -> Iterator[CaseFinished]:
        window = self._window(step.window)
        model = self._world.windows[window]
        if step.kind == "register":
            yield from self._register(window, {**self._variant(step.variant), "ClientToken": self._stage.token()})
        elif step.kind == "describe":
            yield from self._describe(window)
        elif step.kind == "delete-window":
            if not model.deleted and step.variant == 0:
                self._stage.delete(window)
                self._world = self._world.without_window(window)
        elif model.tasks:
            task = model.tasks[step.task % len(model.tasks)]
            yield from self._with_task(step, window, task)

    def _with_task(self, step: Step, window: str, task: Task) -> Iterator[CaseFinished]:
        match step.kind:
            case "replay":
                yield from self._register(window, task.request)
            case "mismatch":
                yield from self._register(window, {**task.request, "Description": f"changed {step.variant}"})
            case "deregister":
                yield from self._deregister(window, task)
            case _:
                yield from self._get(window, task)

    def _window(self, number: int) -> str:
        if number not in self._windows:
            self._windows[number] = self._stage.window()
            self._world = self._world.with_window(self._windows[number])
        return self._windows[number]

    def _variant(self, number: int) -> dict[str, Any]:
        base = self._stage.base
        extra: Mapping[int, dict[str, Any]] = {
            1: {"Name": "mw-conformance"},
            2: {"Priority": 0},
            3: {"Description": "  a  "},
        }
        return {**base, **extra.get(number, {})}

    def _register(self, window: str, request: Mapping[str, Any]) -> Iterator[CaseFinished]:
        document = {**request, "WindowId": window}
        observation = self._stage.register(window, request, token=str(request["ClientToken"]))
        verdict = judge(document, self._world, observation, quota=self._stage.quota)
        match verdict:
            case Diverges(charges=charges):
                charge = charges[0]
                rule = charge.rule or "token.other-token-new-task"
                yield self._stage.charge(rule, charge.kind, charge.expected, charge.observed, observation)
            case Conforms():
                yield self._stage.kept("acceptance.reads-work", observation=observation)
            case _:
                yield self._stage.doubt("acceptance.reads-work", observation)
        if isinstance(observation, Accepted) and not self._world.windows[window].deleted:
            id = str(observation.body.get("WindowTaskId"))
            self._world = self._world.with_task(
                window, Task(id=id, request=document, token=str(request["ClientToken"]))
            )

    def _describe(self, window: str) -> Iterator[CaseFinished]:
        model = self._world.windows[window]
        listed = self._stage.listed(window)
        if listed is None or model.deleted:
            return
        expected = [task.id for task in model.tasks]
        if sorted(listed) != sorted(expected):
            missing, extra = set(expected) - set(listed), set(listed) - set(expected)
            rule = "listing.once" if missing or not extra else "listing.only-one-more"
            yield self._stage.charge(rule, "wrong-effect", f"{len(expected)} tasks listed", f"{len(listed)} listed")
        else:
            yield self._stage.kept("listing.once", "listing.only-one-more")

    def _get(self, window: str, task: Task) -> Iterator[CaseFinished]:
        observation: Observation = self._stage.get(window, task.id)
        if not supported(observation) or isinstance(observation, Unreachable):
            return
        if not isinstance(observation, Accepted):
            yield self._stage.charge("acceptance.reads-work", "wrong-effect", "the task", "no task", observation)
            return
        found = compare("get", task.request, observation.body)
        for each in found.differences[:1]:
            yield self._stage.charge(each.rule, "wrong-effect", each.expected, each.observed)

    def _deregister(self, window: str, task: Task) -> Iterator[CaseFinished]:
        observation = self._stage.deregister(window, task.id)
        if isinstance(observation, Accepted):
            self._world = self._world.without_task(window, task.id)
        elif supported(observation) and not isinstance(observation, Unreachable):
            yield self._stage.charge("deregister.removes-the-task", "too-strict", "accepted", "refused", observation)
