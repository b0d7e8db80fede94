"""Requests that ask what the documents leave open: sent, recorded, never judged as a divergence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.case import Case
from strategies.documents import put
from strategies.homes import home, minimal
from strategies.values import INSTANCE

Probe = tuple[str, str, Mapping[str, Any]]
"""The question's id, a label, and the request."""

_COMMAND = "TaskInvocationParameters.RunCommand"


def open_cases() -> tuple[Case, ...]:
    """Give one case or more for every open question that a single request can ask."""
    return tuple(
        Case(rule="", question=question, label=label, request=request)
        for question, label, request in (*_target_probes(), *_command_probes(), *_content_probes(), *_wire_probes())
    )


def _targets(*targets: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**minimal("RUN_COMMAND"), "Targets": list(targets)}


def _target_probes() -> Iterator[Probe]:
    for key, value in (
        ("tag:Environment", "Production"),
        ("tag-key", "Environment"),
        ("resource-groups:Name", "group"),
        ("instanceids", INSTANCE),
        ("windowtargetids", "e32eecb2-646c-4f4b-8ed1-205fbexample"),
    ):
        yield "targets.key-kind", key, _targets({"Key": key, "Values": [value]})
    yield "targets.without-key", "no Key", _targets({"Values": [INSTANCE]})
    yield "targets.without-key", "nothing at all", _targets({})
    yield "targets.without-values", "no Values", _targets({"Key": "InstanceIds"})
    yield "targets.without-values", "Values null", _targets({"Key": "InstanceIds", "Values": None})
    yield "targets.without-values", "Values []", _targets({"Key": "InstanceIds", "Values": []})
    other = {"Key": "InstanceIds", "Values": ["i-00000000000000001"]}
    yield "targets.several", "two InstanceIds entries", _targets({"Key": "InstanceIds", "Values": [INSTANCE]}, other)
    named = {"Key": "WindowTargetIds", "Values": ["00000000-0000-4000-8000-000000000000"]}
    yield "targets.several", "of two kinds", _targets({"Key": "InstanceIds", "Values": [INSTANCE]}, named)
    yield "targets.empty-list", "Targets [] on AUTOMATION", {**minimal("AUTOMATION"), "Targets": []}
    yield "targets.instance-id-form", "no i- id", _targets({"Key": "InstanceIds", "Values": ["my-instance"]})
    for id in ("mi-0123456789abcdef0", "i-01234567", "i-0123456789ABCDEF0"):
        yield "targets.instance-id-form", id, _targets({"Key": "InstanceIds", "Values": [id]})
    yield "targets.instance-id-form", "empty", _targets({"Key": "InstanceIds", "Values": [""]})
    unknown = {"Key": "WindowTargetIds", "Values": ["00000000-0000-4000-8000-000000000000"]}
    yield "targets.window-target-known", "unknown id", _targets(unknown)
    yield "targets.window-target-known", "no UUID", _targets({**unknown, "Values": ["no-uuid"]})


def _command(**members: Any) -> Mapping[str, Any]:
    return {**minimal("RUN_COMMAND"), "TaskInvocationParameters": {"RunCommand": members}}


def _command_probes() -> Iterator[Probe]:
    events = {"NotificationEvents": ["Failed"], "NotificationType": "Command"}
    yield "notification.without-role", "no role", _command(NotificationConfig=events)
    yield "arn.role-form", "no ARN", {**minimal("AUTOMATION"), "ServiceRoleArn": "my-role"}
    yield "arn.role-form", "empty", {**minimal("AUTOMATION"), "ServiceRoleArn": ""}
    topic = home(f"{_COMMAND}.NotificationConfig.NotificationArn")
    yield "arn.topic-form", "no ARN", put(topic, f"{_COMMAND}.NotificationConfig.NotificationArn", "my-topic")
    yield "s3.bucket-alphabet", "capitals", _command(OutputS3BucketName="My_Bucket")
    group = {"CloudWatchLogGroupName": "my group*"}
    yield "logs.group-alphabet", "blank and star", _command(CloudWatchOutputConfig=group)
    yield "document-hash.alone", "hash without type", _command(DocumentHash="0" * 64)
    yield "document-hash.alone", "type without hash", _command(DocumentHashType="Sha256")
    yield "output.prefix-alone", "no bucket", _command(OutputS3KeyPrefix="conformance")
    yield "pseudo-parameters.run-command", "TARGET_ID", _command(Comment="{{TARGET_ID}}")
    for high in (11, 100, 2**16 + 7, 2**31 - 1):
        yield "priority.upper-bound", str(high), {**minimal("AUTOMATION"), "Priority": high}
    alarm = {"AlarmConfiguration": {"Alarms": [{"Name": "mw-conformance"}]}}
    yield "alarm.task-type", "LAMBDA", {**minimal("LAMBDA"), **alarm}
    yield "alarm.task-type", "STEP_FUNCTIONS", {**minimal("STEP_FUNCTIONS"), **alarm}
    empty: Mapping[str, Any] = {"TaskInvocationParameters": {"Lambda": {}}}
    yield "invocation.empty-foreign-block", "Lambda {} on AUTOMATION", {**minimal("AUTOMATION"), **empty}
    broken = {"LoggingInfo": {"S3BucketName": "ab", "S3Region": "us-east-1"}}
    yield "ignored-members.validated", "short bucket name on LAMBDA", {**minimal("LAMBDA"), **broken}


def _block(task_type: str, name: str, **members: Any) -> Mapping[str, Any]:
    return {**minimal(task_type), "TaskInvocationParameters": {name: members}}


def _content_probes() -> Iterator[Probe]:
    yield "lambda.payload-json", "text", _block("LAMBDA", "Lambda", Payload="bm90IGpzb24=")
    yield "lambda.payload-json", "no UTF-8", _block("LAMBDA", "Lambda", Payload="//79/A==")
    yield "lambda.payload-json", "empty", _block("LAMBDA", "Lambda", Payload="")
    yield "lambda.client-context-base64", "text", _block("LAMBDA", "Lambda", ClientContext="{}")
    yield "step-functions.input-json", "text", _block("STEP_FUNCTIONS", "StepFunctions", Input="not json")
    yield "step-functions.input-json", "empty", _block("STEP_FUNCTIONS", "StepFunctions", Input="")
    yield "length.astral", "128 characters, 256 UTF-16 units", {**minimal("AUTOMATION"), "Description": "😀" * 128}
    version = f"{_COMMAND}.DocumentVersion"
    yield "pattern.anchors", "x$LATEST", put(home(version), version, "x$LATEST")
    alarm = "AlarmConfiguration.Alarms[].Name"
    yield "pattern.anchors", "alarm name of two lines", put(home(alarm), alarm, "a\nb")
    yield "pattern.anchors", "alarm name of a no-break space", put(home(alarm), alarm, "\u00a0")


def _wire_probes() -> Iterator[Probe]:
    base = minimal("AUTOMATION")
    yield "wire.unknown-members", "at the top", {**base, "NoSuchMember": "x"}
    foreign = {"TaskInvocationParameters": {"Automation": {"DocumentVersion": "1", "NoSuchMember": "x"}}}
    yield "wire.unknown-members", "in a structure", {**base, **foreign}
    yield "wire.loose-numbers", "Priority 1.5", {**base, "Priority": 1.5}
    yield "wire.loose-numbers", "Priority 2147483648", {**base, "Priority": 2147483648}
    ignore = "AlarmConfiguration.IgnorePollAlarmFailure"
    yield "wire.loose-numbers", 'IgnorePollAlarmFailure "true"', put(home(ignore), ignore, "true")
