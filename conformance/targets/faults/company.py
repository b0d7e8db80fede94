"""Faults that only show when members meet: two values refused together, a member lost beside another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.rule import VALIDATION
from conformance.targets.faults.effects import LOST, changed
from conformance.targets.faults.fault import Mutant, has, split, values_at, with_methods
from conformance.targets.reference import ReferenceTarget, Refused

Request = Mapping[str, Any]
Holds = Callable[[Request], bool]
_COMMAND = "TaskInvocationParameters.RunCommand"
_AUTOMATION = "TaskInvocationParameters.Automation"
_LAMBDA = "TaskInvocationParameters.Lambda"
_STEPS = "TaskInvocationParameters.StepFunctions"


def _is(path: str, value: Any) -> Holds:
    return lambda request: value in values_at(path, request)


def _long(path: str, size: int) -> Holds:
    return lambda request: any(len(value) == size for value in values_at(path, request))


def _empty(path: str) -> Holds:
    return lambda request: any(not value for value in values_at(path, request))


# Each pair is valid; each half alone is taken.
_REFUSED_TOGETHER: Mapping[str, tuple[Holds, Holds]] = {
    "the longest Name and the longest Description": (_long("Name", 128), _long("Description", 128)),
    "the shortest Name and CANCEL_TASK": (_long("Name", 3), _is("CutoffBehavior", "CANCEL_TASK")),
    "Priority 0 and MaxErrors 0": (_is("Priority", 0), _is("MaxErrors", "0")),
    "MaxErrors 100% and MaxConcurrency 100%": (_is("MaxErrors", "100%"), _is("MaxConcurrency", "100%")),
    "the longest MaxErrors and the longest MaxConcurrency": (_long("MaxErrors", 7), _long("MaxConcurrency", 7)),
    "a hash by Sha1 and version $LATEST": (
        _is(f"{_COMMAND}.DocumentHashType", "Sha1"),
        _is(f"{_COMMAND}.DocumentVersion", "$LATEST"),
    ),
    "an empty Comment and Priority 0": (_is(f"{_COMMAND}.Comment", ""), _is("Priority", 0)),
    "the longest Comment and the longest Name": (_long(f"{_COMMAND}.Comment", 100), _long("Name", 128)),
    "the least timeout and events for invocations": (
        _is(f"{_COMMAND}.TimeoutSeconds", 30),
        _is(f"{_COMMAND}.NotificationConfig.NotificationType", "Invocation"),
    ),
    "no output and the longest key prefix": (
        _is(f"{_COMMAND}.CloudWatchOutputConfig.CloudWatchOutputEnabled", False),
        _long(f"{_COMMAND}.OutputS3KeyPrefix", 500),
    ),
    "the most parameters and version $DEFAULT": (
        _long(f"{_AUTOMATION}.Parameters", 200),
        _is(f"{_AUTOMATION}.DocumentVersion", "$DEFAULT"),
    ),
    "an alarm that may fail and the longest Description": (
        _is("AlarmConfiguration.IgnorePollAlarmFailure", False),
        _long("Description", 128),
    ),
    "the shortest Qualifier and Priority 0": (_long(f"{_LAMBDA}.Qualifier", 1), _is("Priority", 0)),
    "the longest state machine name and CANCEL_TASK": (
        _long(f"{_STEPS}.Name", 80),
        _is("CutoffBehavior", "CANCEL_TASK"),
    ),
    "logs with the shortest prefix and MaxErrors 0": (_empty("LoggingInfo.S3KeyPrefix"), _is("MaxErrors", "0")),
}

# (operation, the member that is lost, the member beside which it is lost)
_LOST_BESIDE: tuple[tuple[str, str, str], ...] = (
    ("get", "Description", "Name"),
    ("get", "Priority", f"{_COMMAND}.Comment"),
    ("get", f"{_COMMAND}.Comment", f"{_COMMAND}.DocumentHash"),
    ("get", f"{_COMMAND}.TimeoutSeconds", "AlarmConfiguration"),
    ("get", f"{_COMMAND}.OutputS3KeyPrefix", f"{_COMMAND}.Parameters"),
    ("get", f"{_COMMAND}.NotificationConfig", "CutoffBehavior"),
    ("get", f"{_AUTOMATION}.Parameters", f"{_AUTOMATION}.DocumentVersion"),
    ("get", f"{_LAMBDA}.Qualifier", f"{_LAMBDA}.Payload"),
    ("get", f"{_LAMBDA}.ClientContext", "Priority"),
    ("get", f"{_STEPS}.Name", f"{_STEPS}.Input"),
    ("get", "TaskParameters", "LoggingInfo"),
    ("get", "AlarmConfiguration", "ServiceRoleArn"),
    ("describe", "Name", "CutoffBehavior"),
    ("describe", "ServiceRoleArn", "Priority"),
    ("describe", "LoggingInfo", "Description"),
    ("describe", "MaxErrors", "AlarmConfiguration"),
)


def refused_together() -> Iterator[Mutant]:
    """Two valid values are refused when they meet."""
    for name, (left, right) in _REFUSED_TOGETHER.items():
        yield Mutant(
            id=f"together:{name}",
            operator="company",
            expects=("members.valid-together-accepted", "AlarmConfiguration.beside-other-members-accepted"),
            make=_refusing(left, right),
        )


def _refusing(left: Holds, right: Holds) -> Callable[[], ReferenceTarget]:
    def check_document(self: ReferenceTarget, document: dict[str, Any]) -> None:
        ReferenceTarget.check_document(self, document)
        if left(document) and right(document):
            raise Refused(VALIDATION, "these two do not go together")

    return with_methods(check_document=check_document)


def lost_beside() -> Iterator[Mutant]:
    """A member is told back, but not where a certain other one stands."""
    for operation, path, beside in _LOST_BESIDE:
        yield Mutant(
            id=f"beside:{operation}.{path} beside {beside}",
            operator="company",
            expects=(f"read-back.{operation}.{path}", f"read-back.{operation}.{path}.*"),
            make=_losing(operation, path, beside),
        )


def _losing(operation: str, path: str, beside: str) -> Callable[[], ReferenceTarget]:
    def shown(self: ReferenceTarget, asked: str, task: dict[str, Any], echoed: Mapping[str, str]) -> dict[str, Any]:
        lost = asked == operation and has(beside, task)
        told = changed(task, split(path), lambda value: LOST) if lost else task
        return ReferenceTarget.shown(self, asked, told, echoed)

    return with_methods(shown=shown)
