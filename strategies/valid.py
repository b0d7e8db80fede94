"""Valid requests that the documents expressly allow, one list a permission, and none that asks an open question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.case import Case
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.rule import OneOf, Permission, Rule
from conformance.contract.shapes import request_tree
from strategies.documents import at, merged, put, take
from strategies.homes import companions, home, minimal, node_at
from strategies.values import PLAIN, plain

Example = tuple[str, Mapping[str, Any]]


def permission_cases(rule: Rule) -> tuple[Case, ...]:
    """Give the valid requests that a permission allows; empty for every other kind of rule."""
    if not isinstance(rule.check, Permission):
        return ()
    examples = _EXAMPLES.get(rule.id) or _member_examples(rule)
    return tuple(
        Case(rule=rule.id, label=label, request=request, path=rule.path, bare_token="without a token" in label)
        for label, request in examples()
    )


def _member_examples(rule: Rule) -> Callable[[], Iterator[Example]]:
    if rule.id.endswith(".optional"):
        return lambda: _without(rule.path)
    return lambda: _with(rule.path)


def _without(path: str) -> Iterator[Example]:
    parent, _, member = path.rpartition(".")
    if path == "ClientToken":
        yield "without a token", minimal("AUTOMATION")
        rich = richest("RUN_COMMAND")
        yield "everything, without a token", {name: value for name, value in rich.items() if name != "ClientToken"}
    elif member in ("Targets", "MaxConcurrency", "MaxErrors") or not parent:
        yield "left out", minimal("AUTOMATION")
    else:
        yield "left out", _parent_without(parent, member)


def _parent_without(parent: str, member: str) -> Mapping[str, Any]:
    """Give a request whose structure at `parent` holds something but not `member`: an empty one is another question."""
    document = home(parent)
    if "[" in parent or "{" in parent:
        return take(document, f"{parent}.{member}")
    if member not in (at(document, parent) or {}):
        return document
    rest = take(document, f"{parent}.{member}")
    others = (f"{parent}.{name}" for name, _ in node_at(parent).children if name != member)
    return (
        rest if at(rest, parent) else home(next(other for other in others if companions(other) == companions(parent)))
    )


def _with(path: str) -> Iterator[Example]:
    node = node_at(path)
    yield "plain", home(path)
    if node.kind == "boolean":
        yield "false", put(home(path), path, False)
    if node.kind in ("list", "map") and not node.constraints and path != "Targets[].Values":
        yield "empty", put(home(path), path, [] if node.kind == "list" else {})
    if node.kind == "list" and isinstance(_enum(path), OneOf):
        yield "a value twice", put(home(path), path, [_enum(path).values[0]] * 2)
        yield "all values", put(home(path), path, list(_enum(path).values))


def _enum(path: str) -> Any:
    return next((rule for rule in node_at(path).child("[]").constraints if isinstance(rule, OneOf)), None)


def _targetless(task_type: str) -> Callable[[], Iterator[Example]]:
    return lambda: iter([("minimal", minimal(task_type))])


def _targeted(task_type: str) -> Callable[[], Iterator[Example]]:
    def examples() -> Iterator[Example]:
        base = minimal(task_type, targeted=True)
        yield "one instance", base
        two = [{"Key": "InstanceIds", "Values": ["i-0fedcba9876543210", "i-0123456789abcdef0"]}]
        yield "two instances", {**base, "Targets": two}

    return examples


def _cutoff(task_type: str) -> Callable[[], Iterator[Example]]:
    values = ("CONTINUE_TASK", "CANCEL_TASK")
    return lambda: ((value, {**minimal(task_type), "CutoffBehavior": value}) for value in values)


def _beside_invocation(task_type: str, member: str) -> Callable[[], Iterator[Example]]:
    def examples() -> Iterator[Example]:
        value = plain(node_at(member))
        yield "alone", {**minimal(task_type), member: value}
        if member == "TaskParameters" and task_type == "RUN_COMMAND":
            many = {f"p{n}": {"Values": ["x"] * (51 if n == 0 else 1)} for n in range(201)}
            yield "201 entries, 51 values", {**minimal(task_type), member: many}
        beside = home(f"TaskInvocationParameters.{BLOCK_OF_TYPE[task_type]}")
        yield "beside TaskInvocationParameters", {**beside, member: value}
        if task_type == "RUN_COMMAND" and member == "LoggingInfo":
            output = home("TaskInvocationParameters.RunCommand.OutputS3KeyPrefix")
            yield "beside OutputS3BucketName", {**output, member: value}

    return examples


_ANY_ARN = {
    "RUN_COMMAND": (
        "AWS-CreateImage",
        "NoSuchDocument-conformance",
        "arn:aws:ssm:eu-west-1:210987654321:document/Other",
        "arn:aws:lambda:us-east-1:123456789012:function:NoDocument",
    ),
    "AUTOMATION": (
        "AWS-RunShellScript",
        "NoSuchRunbook-conformance",
        "arn:aws:ssm:eu-west-1:210987654321:document/Other",
    ),
    "STEP_FUNCTIONS": ("SSMStepFunctionDemo", "arn:aws:states:us-east-1:123456789012:activity:conformance", "NoPrefix"),
    "LAMBDA": (
        "NoSuchFunction",
        "arn:aws:lambda:eu-west-1:210987654321:function:NoPrefix",
        "arn:aws:lambda:us-east-1:123456789012:function:SSMf:1",
    ),
}


def _any_arn(task_type: str) -> Callable[[], Iterator[Example]]:
    return lambda: ((arn, {**minimal(task_type), "TaskArn": arn}) for arn in _ANY_ARN[task_type])


def _command(**members: Any) -> Mapping[str, Any]:
    return {**minimal("RUN_COMMAND"), "TaskInvocationParameters": {"RunCommand": members}}


def _output_parts() -> Iterator[Example]:
    group = {"CloudWatchLogGroupName": "/mw/conformance"}
    yield "enabled, no group", _command(CloudWatchOutputConfig={"CloudWatchOutputEnabled": True})
    yield "group, not enabled", _command(CloudWatchOutputConfig={**group, "CloudWatchOutputEnabled": False})
    yield "group alone", _command(CloudWatchOutputConfig=group)
    yield "neither", _command(CloudWatchOutputConfig={})


def _document_parameters() -> Iterator[Example]:
    yield "unknown parameter", _command(Parameters={"noSuchParameter": ["x"]})
    yield "empty value", _command(Parameters={"workingDirectory": [""]})
    yield "empty list", _command(Parameters={"commands": []})
    yield "empty name", _command(Parameters={"": ["uptime"]})
    # One more than the limits of another task type's parameters.
    yield "201 parameters, 51 values", _command(Parameters={f"p{n}": ["x"] * (51 if n == 0 else 1) for n in range(201)})


def _alarms() -> Iterator[Example]:
    alarm = {"AlarmConfiguration": {"Alarms": [{"Name": "mw-conformance"}], "IgnorePollAlarmFailure": False}}
    yield "RUN_COMMAND", {**minimal("RUN_COMMAND"), **alarm}
    yield "AUTOMATION", {**minimal("AUTOMATION"), **alarm}
    yield "AUTOMATION with Targets", {**minimal("AUTOMATION", targeted=True), **alarm}


def _pseudo_parameters() -> Iterator[Example]:
    automation = {"Automation": {"Parameters": {"InstanceId": ["{{RESOURCE_ID}}"], "Window": ["{{WINDOW_ID}}"]}}}
    yield "AUTOMATION", {**minimal("AUTOMATION", targeted=True), "TaskInvocationParameters": automation}
    step = {"StepFunctions": {"Name": "{{INVOCATION_ID}}", "Input": '{"id": "{{WINDOW_TASK_ID}}"}'}}
    yield "STEP_FUNCTIONS", {**minimal("STEP_FUNCTIONS"), "TaskInvocationParameters": step}


_RICH_TOP = ("ServiceRoleArn", "Priority", "Name", "Description", "ClientToken", "CutoffBehavior")


def richest(task_type: str) -> dict[str, Any]:
    """Give a valid request of a task type in which every member stands that can."""
    base = minimal(task_type, targeted=True)
    top = {name: plain(node_at(name)) for name in _RICH_TOP}
    if task_type in ("RUN_COMMAND", "AUTOMATION"):
        top["AlarmConfiguration"] = {"Alarms": [{"Name": "mw-conformance"}], "IgnorePollAlarmFailure": True}
    for name in ("TaskParameters", "LoggingInfo"):
        top[name] = plain(node_at(name))
    top["LoggingInfo"] = {**top["LoggingInfo"], "S3KeyPrefix": PLAIN["LoggingInfo.S3KeyPrefix"]}
    block = BLOCK_OF_TYPE[task_type]
    document = {**base, **top, "TaskInvocationParameters": {block: {}}}
    for node in request_tree().child("TaskInvocationParameters").child(block).walk():
        if node.kind not in ("structure",) and not node.element and "{" not in node.path:
            document = dict(put(document, node.path, plain(node)))
    return document


def _together() -> Iterator[Example]:
    for task_type in BLOCK_OF_TYPE:
        yield f"everything on {task_type}", richest(task_type)


def _no_block() -> Iterator[Example]:
    for task_type, block in BLOCK_OF_TYPE.items():
        yield task_type, {**minimal(task_type), "TaskInvocationParameters": {}}
        yield f"{task_type}, its own block empty", {**minimal(task_type), "TaskInvocationParameters": {block: {}}}


def _other_hash() -> Iterator[Example]:
    yield "a hash of nothing", _command(DocumentHash="0" * 64, DocumentHashType="Sha256")


def _unknown_role() -> Iterator[Example]:
    yield "unknown", merged(minimal("AUTOMATION"), {"ServiceRoleArn": "arn:aws:iam::123456789012:role/no-such-role"})


_EXAMPLES: dict[str, Callable[[], Iterator[Example]]] = {
    **{f"{each}.targetless-accepted": _targetless(each) for each in BLOCK_OF_TYPE if each != "RUN_COMMAND"},
    **{f"{each}.targeted-accepted": _targeted(each) for each in BLOCK_OF_TYPE},
    **{f"{each}.CutoffBehavior-accepted": _cutoff(each) for each in BLOCK_OF_TYPE},
    **{f"{each}.TaskParameters-accepted": _beside_invocation(each, "TaskParameters") for each in BLOCK_OF_TYPE},
    **{f"{each}.LoggingInfo-accepted": _beside_invocation(each, "LoggingInfo") for each in BLOCK_OF_TYPE},
    **{f"{each}.TaskArn-not-validated": _any_arn(each) for each in BLOCK_OF_TYPE},
    "TaskInvocationParameters.RunCommand.CloudWatchOutputConfig.any-part-accepted": _output_parts,
    "TaskInvocationParameters.RunCommand.Parameters.not-validated": _document_parameters,
    "TaskInvocationParameters.RunCommand.DocumentHash.not-compared": _other_hash,
    "ServiceRoleArn.role-not-looked-up": _unknown_role,
    "AlarmConfiguration.beside-other-members-accepted": _alarms,
    "members.valid-together-accepted": _together,
    "pseudo-parameters.accepted": _pseudo_parameters,
    "TaskInvocationParameters.empty-accepted": _no_block,
}
