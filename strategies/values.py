"""Plain and stretched values for every member: always valid, and never where the documents leave the answer open."""

from __future__ import annotations

import base64
import json
from typing import Any

from conformance.contract.case import WINDOW
from conformance.contract.rule import MaxLength, MinLength, MinValue, OneOf
from conformance.contract.shapes import Node

ROLE = "arn:aws:iam::123456789012:role/mw-conformance"
TOPIC = "arn:aws:sns:us-east-1:123456789012:mw-conformance"
INSTANCE = "i-0123456789abcdef0"

_BLOCK = "TaskInvocationParameters"
_COMMAND = f"{_BLOCK}.RunCommand"

PLAIN: dict[str, Any] = {
    "WindowId": WINDOW,
    "Targets[].Key": "InstanceIds",
    "Targets[].Values": [INSTANCE],
    "Targets[].Values[]": INSTANCE,
    "TaskArn": "AWS-RunShellScript",
    "ServiceRoleArn": ROLE,
    "TaskType": "AUTOMATION",
    "TaskParameters": {"commands": {"Values": ["uptime"]}},
    "TaskParameters{key}": "commands",
    "TaskParameters{}": {"Values": ["uptime"]},
    "TaskParameters{}.Values": ["uptime"],
    "TaskParameters{}.Values[]": "uptime",
    f"{_COMMAND}": {"Comment": "Conformance"},
    f"{_COMMAND}.Comment": "Conformance",
    f"{_COMMAND}.CloudWatchOutputConfig": {"CloudWatchOutputEnabled": True},
    f"{_COMMAND}.CloudWatchOutputConfig.CloudWatchLogGroupName": "/mw/conformance",
    f"{_COMMAND}.CloudWatchOutputConfig.CloudWatchOutputEnabled": True,
    f"{_COMMAND}.DocumentHash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    f"{_COMMAND}.DocumentHashType": "Sha256",
    f"{_COMMAND}.DocumentVersion": "$DEFAULT",
    f"{_COMMAND}.NotificationConfig": {"NotificationArn": TOPIC},
    f"{_COMMAND}.NotificationConfig.NotificationArn": TOPIC,
    f"{_COMMAND}.NotificationConfig.NotificationEvents": ["Failed"],
    f"{_COMMAND}.NotificationConfig.NotificationEvents[]": "Failed",
    f"{_COMMAND}.NotificationConfig.NotificationType": "Command",
    f"{_COMMAND}.OutputS3BucketName": "mw-conformance-output",
    f"{_COMMAND}.OutputS3KeyPrefix": "conformance/output",
    f"{_COMMAND}.Parameters": {"commands": ["uptime"]},
    f"{_COMMAND}.Parameters{{key}}": "commands",
    f"{_COMMAND}.Parameters{{}}": ["uptime"],
    f"{_COMMAND}.Parameters{{}}[]": "uptime",
    f"{_COMMAND}.ServiceRoleArn": ROLE,
    f"{_COMMAND}.TimeoutSeconds": 600,
    f"{_BLOCK}": {"Automation": {"DocumentVersion": "1"}},
    f"{_BLOCK}.Automation": {"DocumentVersion": "1"},
    f"{_BLOCK}.Automation.DocumentVersion": "1",
    f"{_BLOCK}.Automation.Parameters": {"Reason": ["conformance"]},
    f"{_BLOCK}.Automation.Parameters{{key}}": "Reason",
    f"{_BLOCK}.Automation.Parameters{{}}": ["conformance"],
    f"{_BLOCK}.Automation.Parameters{{}}[]": "conformance",
    f"{_BLOCK}.StepFunctions": {"Name": "conformance"},
    f"{_BLOCK}.StepFunctions.Input": '{"reason": "conformance"}',
    f"{_BLOCK}.StepFunctions.Name": "conformance",
    f"{_BLOCK}.Lambda": {"Qualifier": "1"},
    f"{_BLOCK}.Lambda.ClientContext": "eyJyZWFzb24iOiAiY29uZm9ybWFuY2UifQ==",
    f"{_BLOCK}.Lambda.Qualifier": "1",
    f"{_BLOCK}.Lambda.Payload": "eyJyZWFzb24iOiAiY29uZm9ybWFuY2UifQ==",
    "Priority": 1,
    "MaxConcurrency": "1",
    "MaxErrors": "1",
    "LoggingInfo.S3BucketName": "mw-conformance-logs",
    "LoggingInfo.S3KeyPrefix": "conformance/logs",
    "LoggingInfo.S3Region": "us-east-1",
    "Name": "mw-Conformance_1.0",
    "Description": "A Task that conforms",
    "ClientToken": "mw-conformance-token",
    "CutoffBehavior": "CONTINUE_TASK",
    "AlarmConfiguration.IgnorePollAlarmFailure": True,
    "AlarmConfiguration.Alarms[].Name": "mw-conformance",
}
"""A plain valid value for each path; what is not here is built from the model."""


def plain(node: Node) -> Any:
    """Give a plain valid value for a node, in JSON terms (blobs as base64 text)."""
    if node.path in PLAIN:
        return PLAIN[node.path]
    match node.kind:
        case "structure":
            return {name: plain(child) for name, child in node.children if child.required or node.path == "Targets[]"}
        case "list":
            return [plain(node.child("[]"))]
        case "map":
            return {plain(node.child("{key}")): plain(node.child("{}"))}
        case "boolean":
            return True
        case "integer":
            return next((rule.limit for rule in node.constraints if isinstance(rule, MinValue)), 1)
        case _:
            return _plain_text(node)


def _plain_text(node: Node) -> str:
    """Give text for a member that is newer than this table, from its constraints alone."""
    for rule in node.constraints:
        if isinstance(rule, OneOf):
            return rule.values[0]
    least = next((rule.limit for rule in node.constraints if isinstance(rule, MinLength)), 1)
    return stretched(node, max(least, 1)) if least > 1 else "a"


# Alphabets in which a member of any length stays clear of the open questions; everything else takes plain letters.
_UNITS: dict[str, str] = {
    "WindowId": "0123456789abcdef",
    f"{_COMMAND}.DocumentHash": "0123456789abcdef",
    f"{_COMMAND}.OutputS3BucketName": "conformance",
    "LoggingInfo.S3BucketName": "conformance",
    "LoggingInfo.S3Region": "useast",
    "Targets[].Key": "tag:conformance",
}

BMP_PATHS = frozenset(
    {
        "TaskArn",
        "Description",
        "ClientToken",
        "AlarmConfiguration.Alarms[].Name",
        "TaskParameters{key}",
        "TaskParameters{}.Values[]",
        f"{_COMMAND}.Comment",
        f"{_COMMAND}.OutputS3KeyPrefix",
        "LoggingInfo.S3KeyPrefix",
        f"{_BLOCK}.Automation.Parameters{{key}}",
        f"{_BLOCK}.Automation.Parameters{{}}[]",
        f"{_BLOCK}.StepFunctions.Input",
    }
)
"""Members that take any text, so that code points and bytes can be told apart at their limits."""


def stretched(node: Node, size: int, letter: str = "") -> Any:
    """Give a value of exactly `size` characters, items, entries or decoded bytes, else as plain as can be."""
    match node.kind:
        case "blob":
            return base64.b64encode(_json_text(size, letter or "x").encode()).decode()
        case "list":
            return stretched_list(node, size)
        case "map":
            key, value = plain(node.child("{key}")), plain(node.child("{}"))
            return {(key if index == 0 else f"{key}{index}"): value for index in range(size)}
        case _:
            return _stretched_text(node, size, letter)


def stretched_list(node: Node, size: int) -> list[Any]:
    """Give a list of `size` plain items; instance ids and targets are kept apart, since twins are an open question."""
    if node.path == "Targets[].Values":
        return [f"i-{index:017x}" for index in range(1, size + 1)]
    if node.path == "Targets":
        return [{"Key": "InstanceIds", "Values": [f"i-{index:017x}"]} for index in range(1, size + 1)]
    if node.path == "AlarmConfiguration.Alarms":
        return [{"Name": f"mw-conformance-{index}"} for index in range(1, size + 1)]
    return [plain(node.child("[]"))] * size


def _stretched_text(node: Node, size: int, letter: str) -> str:
    if node.path == "WindowId":
        return ("mw-" + _UNITS["WindowId"] * 4)[:size]
    if node.path.endswith("StepFunctions.Input"):
        return _json_text(size, letter or "x")
    if node.path.endswith("Lambda.ClientContext"):
        return _base64_of_json(size)
    if node.path in ("MaxConcurrency", "MaxErrors"):
        return "1" + "0" * (size - 1) if size else ""
    unit = letter or _UNITS.get(node.path, "conformance")
    return (unit * (size // len(unit) + 1))[:size]


def _json_text(size: int, letter: str) -> str:
    return json.dumps(letter * max(size - 2, 0), ensure_ascii=False) if size >= 2 else "1"[:size]


def _base64_of_json(size: int) -> str:
    """Give base64 text of JSON of `size` characters; a size that no base64 text has is filled up with letters."""
    text = base64.b64encode(_json_text(size // 4 * 3, "x").encode()).decode()
    return text + "e" * (size - len(text))


def limit(node: Node) -> int | None:
    """Give the node's maximum length, or None where it has none."""
    return next((rule.limit for rule in node.constraints if isinstance(rule, MaxLength)), None)
