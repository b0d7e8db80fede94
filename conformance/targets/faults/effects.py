"""Faults in what is kept and told: members lost, altered, or told of by one read operation only."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.behaviours import ECHOED_BY_DESCRIBE, ECHOED_BY_GET
from conformance.contract.shapes import Node, request_tree, top_of
from conformance.targets.faults.fault import Mutant, split, with_methods
from conformance.targets.reference import ReferenceTarget

Change = Callable[[Any], Any]
LOST = object()


def changed(value: Any, parts: list[str], change: Change) -> Any:
    """Give `value` with what stands at the path `parts` changed; a change to `LOST` takes the member away."""
    if not parts:
        return change(value)
    step, rest = parts[0], parts[1:]
    if step == "[]" and isinstance(value, list):
        return [changed(item, rest, change) for item in value]
    if step == "{}" and isinstance(value, Mapping):
        return {key: changed(item, rest, change) for key, item in value.items()}
    if isinstance(value, Mapping) and step in value:
        new = changed(value[step], rest, change)
        return {key: (new if key == step else item) for key, item in value.items() if key != step or new is not LOST}
    return value


def _telling(operation: str, path: str, change: Change) -> Callable[[], ReferenceTarget]:
    def shown(self: ReferenceTarget, asked: str, task: dict[str, Any], echoed: Mapping[str, str]) -> dict[str, Any]:
        told = changed(task, split(path), change) if asked == operation else task
        return ReferenceTarget.shown(self, asked, told, echoed)

    return with_methods(shown=shown)


def _told_members() -> Iterator[tuple[str, Node]]:
    for operation, echoed in (("get", ECHOED_BY_GET), ("describe", ECHOED_BY_DESCRIBE)):
        for node in request_tree().walk():
            if node.member and top_of(node.path) in echoed:
                yield operation, node


def lost_members() -> Iterator[Mutant]:
    """A read operation does not tell a member."""
    for operation, node in _told_members():
        yield Mutant(
            id=f"lost:{operation}.{node.path}",
            operator="lost",
            expects=(f"read-back.{operation}.{node.path}", *_whole(operation, node)),
            make=_telling(operation, node.path, lambda value: LOST),
        )


def _whole(operation: str, node: Node) -> tuple[str, ...]:
    """A structure without its only member tells nothing, so that either may be charged."""
    parent = node.path.rpartition(".")[0].removesuffix("[]").removesuffix("{}")
    return (f"read-back.{operation}.{parent}",) if parent else ()


def _reverse(value: Any) -> Any:
    return value[::-1] if isinstance(value, list) else value


def _unique(value: Any) -> Any:
    return (
        list(dict.fromkeys(value))
        if isinstance(value, list) and all(isinstance(item, str) for item in value)
        else value
    )


_TEXT: Mapping[str, Callable[[str], Any]] = {
    "stripped": str.strip,
    "lower-case": str.lower,
    "cut to 64": lambda text: text[:64],
    "cut to 255": lambda text: text[:255],
    "NFC": lambda text: unicodedata.normalize("NFC", text),
    "NFKC": lambda text: unicodedata.normalize("NFKC", text),
    "ASCII only": lambda text: text.encode("ascii", "replace").decode(),
    "unescaped": lambda text: text.replace("%20", " "),
    "one line": lambda text: text.replace("\n", " "),
    "doubled": lambda text: text * 2,
}
_ALTERED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Description", tuple(_TEXT)),
    ("Name", ("lower-case", "cut to 64", "doubled")),
    ("TaskArn", ("lower-case", "cut to 255", "doubled")),
    ("TaskInvocationParameters.RunCommand.Comment", ("stripped", "NFC", "unescaped")),
    ("TaskInvocationParameters.StepFunctions.Input", ("lower-case", "cut to 255", "doubled")),
    ("TaskInvocationParameters.Lambda.ClientContext", ("lower-case", "cut to 255")),
    ("TaskInvocationParameters.Lambda.Qualifier", ("lower-case", "doubled")),
    ("TaskInvocationParameters.RunCommand.OutputS3KeyPrefix", ("cut to 64", "doubled")),
    ("LoggingInfo.S3KeyPrefix", ("cut to 64", "doubled")),
)


def altered_members() -> Iterator[Mutant]:
    """A member is told otherwise than it was sent."""
    for path, names in _ALTERED:
        for name in names:
            yield _altered("get", path, name, _TEXT[name])
    for name in ("stripped", "NFC", "lower-case"):
        yield _altered("describe", "Description", name, _TEXT[name])
    for operation in ("get", "describe"):
        yield _altered(operation, "Priority", "as text", str)
        yield _altered(operation, "Priority", "zero dropped", lambda value: value or LOST)
        yield _altered(operation, "Priority", "at least 1", lambda value: max(value, 1))
        yield _altered(operation, "CutoffBehavior", "default dropped", lambda v: LOST if v == "CONTINUE_TASK" else v)
        yield _altered(operation, "MaxErrors", "percent dropped", lambda value: value.rstrip("%"))
        yield _altered(operation, "MaxConcurrency", "as number", lambda v: int(v) if v.isdigit() else v)
        yield _altered(operation, "Targets[].Values", "first only", lambda value: value[:1])
        yield _reordered(operation)
        yield _altered(operation, "AlarmConfiguration.IgnorePollAlarmFailure", "false dropped", lambda v: v or LOST)
        yield _altered(operation, "AlarmConfiguration.IgnorePollAlarmFailure", "always true", lambda v: True)
    command = "TaskInvocationParameters.RunCommand"
    yield _altered("get", f"{command}.Comment", "empty dropped", lambda value: value or LOST)
    yield _altered("get", f"{command}.TimeoutSeconds", "as text", str)
    yield _altered("get", f"{command}.NotificationConfig.NotificationEvents", "reversed", _reverse)
    yield _altered("get", f"{command}.CloudWatchOutputConfig.CloudWatchOutputEnabled", "always true", lambda v: True)
    yield _altered("get", "TaskInvocationParameters.Automation.Parameters{}", "unique", _unique)
    yield _altered(
        "get", "TaskInvocationParameters.Automation.Parameters", "one entry", lambda v: dict(list(v.items())[:1])
    )
    yield _altered("get", "TaskInvocationParameters.Lambda.Payload", "encoded twice", _encoded)
    yield _altered(
        "get", "TaskInvocationParameters.Lambda.Payload", "as text", lambda v: base64.b64decode(v).decode("latin-1")
    )
    for member, value in (
        ("Priority", 1),
        ("CutoffBehavior", "CANCEL_TASK"),
        ("MaxConcurrency", "10"),
        ("Name", "unnamed"),
        ("Targets", [{"Key": "InstanceIds", "Values": ["i-0123456789abcdef0"]}]),
        ("TaskParameters", {"commands": {"Values": ["uptime"]}}),
        ("LoggingInfo", {"S3BucketName": "conformance", "S3Region": "us-east-1"}),
        ("AlarmConfiguration", {"Alarms": [{"Name": "mw-conformance"}]}),
        ("ServiceRoleArn", "arn:aws:iam::123456789012:role/made-up"),
    ):
        yield _invented(member, value)
    yield _alarm_ignored()


def _encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _altered(operation: str, path: str, name: str, change: Change) -> Mutant:
    plain = path.removesuffix("{}")
    return Mutant(
        id=f"altered:{operation}.{path} {name}",
        operator="altered",
        expects=(f"read-back.{operation}.{plain}",),
        make=_telling(operation, path, change),
        equivalent="a description has 128 characters at most" if (path, name) == ("Description", "cut to 255") else "",
    )


def _reordered(operation: str) -> Mutant:
    return Mutant(
        id=f"altered:{operation}.Targets[].Values reversed",
        operator="altered",
        expects=("order.Targets",),
        make=_telling(operation, "Targets[].Values", _reverse),
    )


def _alarm_ignored() -> Mutant:
    """A part of a structure is invented, not a member of the task."""

    def shown(self: ReferenceTarget, asked: str, task: dict[str, Any], echoed: Mapping[str, str]) -> dict[str, Any]:
        told = ReferenceTarget.shown(self, asked, task, echoed)
        alarm = told.get("AlarmConfiguration")
        return {**told, "AlarmConfiguration": {"IgnorePollAlarmFailure": True, **alarm}} if alarm else told

    path = "AlarmConfiguration.IgnorePollAlarmFailure"
    expects = (f"default.{path}",)
    return Mutant(id=f"invented:{path}", operator="altered", expects=expects, make=with_methods(shown=shown))


def _invented(member: str, value: Any) -> Mutant:
    def shown(self: ReferenceTarget, asked: str, task: dict[str, Any], echoed: Mapping[str, str]) -> dict[str, Any]:
        return {member: value, **ReferenceTarget.shown(self, asked, task, echoed)}

    return Mutant(
        id=f"invented:{member}", operator="altered", expects=(f"default.{member}",), make=with_methods(shown=shown)
    )
