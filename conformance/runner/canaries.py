"""Canaries: live answers that the transport alters on purpose, so that a run shows that its judge still sees.

They go the way of every case: sent, judged, read back. A run that misses one is not valid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, final

from conformance.contract.case import Case
from conformance.events import CaseFinished, TargetFacts
from conformance.observation import Accepted, Observation, Rejected
from conformance.oracle import MustReject, expectation
from conformance.runner.examiner import Examiner
from conformance.runner.sender import REGISTER
from conformance.targets.base import Body, Target

Change = Callable[[str, Body, Observation], Observation | None]
"""From operation, body and answer to the altered answer, or to None where this is not the one to alter."""

_READS = ("DescribeMaintenanceWindowTasks", "GetMaintenanceWindowTask")
_NO_TYPE = "CANARY"


@final
class Transport:
    """A target whose next fitting answer can be altered; else it hands everything through."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._change: Change | None = None

    @property
    def facts(self) -> TargetFacts:
        """Say what the target says."""
        return self._target.facts

    @property
    def altered(self) -> bool:
        """Tell whether the alteration that was planted took place."""
        return self._change is None

    def plant(self, change: Change | None) -> None:
        """Alter the first answer that fits; None plants nothing."""
        self._change = change

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Send one request; see `Target.ask`."""
        observation = self._target.ask(operation, body, valid=valid)
        altered = None if self._change is None else self._change(operation, body, observation)
        if altered is None:
            return observation
        self._change = None
        return altered

    def close(self) -> None:
        """Let the target go."""
        self._target.close()


def fly(transport: Transport, examiner: Examiner, request: Mapping[str, Any]) -> Iterator[CaseFinished]:
    """Yield one event for each canary that took place; none where the target does not take `request`.

    `request` is a valid one. A canary that was caught diverges; one that was missed conforms, which is our bug.
    """
    if not examiner.takes(request):
        return
    wrong = {**request, "TaskType": _NO_TYPE}
    expected = expectation(wrong)
    assert isinstance(expected, MustReject)
    negative = Case(rule=expected.rules[0], label="canary", request=wrong, twin=request, path="TaskType")
    positive = Case(rule="members.valid-together-accepted", label="canary", request=request)

    one = partial(_one, transport, examiner)
    yield from one("code swapped", _code_swapped, negative, kind="wrong-error")
    yield from one("member dropped", _member_dropped, positive, kind="wrong-effect", read=True)
    examiner.examine(positive)
    yield from one("id doubled", partial(_id_doubled, examiner), positive, kind="wrong-effect")
    yield from one("status flipped", _status_flipped, negative, kind="too-lenient")


def _one(
    transport: Transport,
    examiner: Examiner,
    name: str,
    change: Change,
    case: Case,
    *,
    kind: str,
    read: bool = False,
) -> Iterator[CaseFinished]:
    """Alter one answer while a case is examined, and find out whether the judge charged it with `kind`."""
    seen = [examiner.examine(case)] if read else []
    if read and not (examiner.windows.used and examiner.windows.used.tasks):
        return  # a task whose id is not told is not read back
    transport.plant(change)
    try:
        if read:
            examiner.retire()
        else:
            seen = [examiner.examine(case)]
        seen += examiner.asides()
        altered = transport.altered
    finally:
        transport.plant(None)
    caught = next((event for event in seen if any(charge.kind == kind for charge in event.charges)), None)
    if altered and caught is not None:
        yield replace(caught, case=f"canary/{name}", label=name, canary=True)
    elif altered:
        yield replace(
            seen[0],
            case=f"canary/{name}",
            label=name,
            canary=True,
            verdict="conforms",
            charges=(),
            reason=f"missed: an answer was altered ({name}), and the judge did not see it",
        )


def _is_wrong(operation: str, body: Body) -> bool:
    return operation == REGISTER and isinstance(body, Mapping) and body.get("TaskType") == _NO_TYPE


def _code_swapped(operation: str, body: Body, observation: Observation) -> Observation | None:
    if not _is_wrong(operation, body):
        return None
    return Rejected(status=400, code="CanaryException", content_type="application/x-amz-json-1.1")


def _status_flipped(operation: str, body: Body, observation: Observation) -> Observation | None:
    if not _is_wrong(operation, body):
        return None
    id = "ca4a41e5-0000-4000-8000-000000000000"
    return Accepted(status=200, body={"WindowTaskId": id}, content_type="application/x-amz-json-1.1")


def _member_dropped(operation: str, body: Body, observation: Observation) -> Observation | None:
    if operation not in _READS or not isinstance(observation, Accepted):
        return None
    shown = observation.body
    match shown:
        case {"TaskArn": str()}:
            return replace(observation, body=_without(shown))
        case {"Tasks": [{"TaskArn": str()} as first, *rest]}:
            return replace(observation, body={**shown, "Tasks": [_without(first), *rest]})
        case _:
            return None


def _without(task: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in task.items() if name != "TaskArn"}


def _id_doubled(examiner: Examiner, operation: str, body: Body, observation: Observation) -> Observation | None:
    used = examiner.windows.used
    if operation != REGISTER or not isinstance(observation, Accepted) or used is None or not used.tasks:
        return None
    return replace(observation, body={**observation.body, "WindowTaskId": used.tasks[-1].id})
