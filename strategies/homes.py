"""The smallest valid request in which a member can stand: its home, and every negative's accepted twin."""

from __future__ import annotations

from functools import cache
from typing import Any

from conformance.contract.case import WINDOW
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.shapes import Node, request_tree, top_of
from strategies.documents import merged, steps
from strategies.values import INSTANCE, PLAIN, ROLE, plain

TASK_ARN = {
    "RUN_COMMAND": "AWS-RunShellScript",
    "AUTOMATION": "AWS-RestartEC2Instance",
    "STEP_FUNCTIONS": "arn:aws:states:us-east-1:123456789012:stateMachine:SSMConformance",
    "LAMBDA": "arn:aws:lambda:us-east-1:123456789012:function:SSMConformance",
}

TARGETED = {"Targets": [{"Key": "InstanceIds", "Values": [INSTANCE]}], "MaxConcurrency": "1", "MaxErrors": "1"}
"""What a task with targets carries."""

_COMMAND = "TaskInvocationParameters.RunCommand"
# Members that keep a request clear of an open question, or of a rule, while another member is there.
_COMPANIONS: dict[str, dict[str, Any]] = {
    f"{_COMMAND}.NotificationConfig": {"TaskInvocationParameters": {"RunCommand": {"ServiceRoleArn": ROLE}}},
    f"{_COMMAND}.DocumentHashType": {
        "TaskInvocationParameters": {"RunCommand": {"DocumentHash": PLAIN[f"{_COMMAND}.DocumentHash"]}}
    },
    f"{_COMMAND}.DocumentHash": {"TaskInvocationParameters": {"RunCommand": {"DocumentHashType": "Sha256"}}},
    f"{_COMMAND}.OutputS3KeyPrefix": {
        "TaskInvocationParameters": {"RunCommand": {"OutputS3BucketName": PLAIN[f"{_COMMAND}.OutputS3BucketName"]}}
    },
}


def minimal(task_type: str, *, targeted: bool | None = None) -> dict[str, Any]:
    """Give the least valid request of a task type; RUN_COMMAND alone has targets, unless `targeted` asks for them."""
    base = {"WindowId": WINDOW, "TaskArn": TASK_ARN[task_type], "TaskType": task_type}
    wanted = task_type == "RUN_COMMAND" if targeted is None else targeted
    return base | TARGETED if wanted else base


def task_type_of(path: str) -> str:
    """Give the task type on which a member is judged.

    TaskParameters and LoggingInfo count on RUN_COMMAND only: elsewhere they are ignored, and what that means is open.
    """
    for task_type, block in BLOCK_OF_TYPE.items():
        if path.startswith(f"TaskInvocationParameters.{block}"):
            return task_type
    top = top_of(path)
    commands = ("Targets", "MaxConcurrency", "MaxErrors", "TaskParameters", "LoggingInfo")
    return "RUN_COMMAND" if top in commands else "AUTOMATION"


@cache
def _node(path: str) -> Node:
    node = request_tree()
    for step in steps(path):
        node = node.child(step)
    return node


def node_at(path: str) -> Node:
    """Give the node of a path such as ``Targets[].Key``; KeyError where the model has none."""
    return _node(path)


def home(path: str, task_type: str | None = None) -> dict[str, Any]:
    """Give the smallest valid request with a plain value at `path` (an empty path: the minimal request)."""
    base = minimal(task_type or task_type_of(path))
    if not path or path in ("WindowId", "TaskArn", "TaskType"):
        return base
    document: dict[str, Any] = merged(base, companions(path))
    return dict(merged(document, {steps(path)[0]: _towards(_node(steps(path)[0]), steps(path)[1:])}))


def companions(path: str) -> dict[str, Any]:
    """Give the members that must stand beside `path`, as a document to merge; empty where there are none."""
    for start, beside in _COMPANIONS.items():
        if path == start or path.startswith((f"{start}.", f"{start}[")):
            return beside
    return {}


def _towards(node: Node, rest: list[str]) -> Any:
    if not rest:
        return plain(node)
    step = rest[0]
    below = _towards(node.child(step), rest[1:])
    match step:
        case "[]":
            return [below]
        case "{}":
            return {plain(node.child("{key}")): below}
        case "{key}":
            return {below: plain(node.child("{}"))}
        case _:
            beside = {name: plain(child) for name, child in node.children if child.required or node.path == "Targets[]"}
            return {**beside, step: below}
