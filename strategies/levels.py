"""The levels of each member: every valid value worth sending, the plain one first, none that asks an open question."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from conformance.contract.catalogue import broken_rules, rules
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.open import questions_asked
from conformance.contract.rule import Permission, Promise, Together
from conformance.contract.shapes import Node, request_tree
from strategies.boundaries import boundary_values
from strategies.documents import put
from strategies.homes import home, node_at
from strategies.values import BMP_PATHS, plain, stretched

_NEVER_VARIED = ("WindowId", "TaskType", "ClientToken")


# Plain values are in lower case; these come back otherwise from a target that folds case.
_MIXED_CASE = {
    "TaskInvocationParameters.StepFunctions.Input": '{"Reason": "Mixed CASE", "n": [1, 2.50]}',
    "TaskInvocationParameters.Lambda.Qualifier": "LiveAlias_1",
    "TaskInvocationParameters.RunCommand.OutputS3KeyPrefix": "Conformance/Output/",
    "LoggingInfo.S3KeyPrefix": "Conformance/Logs/",
    "AlarmConfiguration.Alarms[].Name": " Mixed Case: alarm/1 ",
}


@cache
def levels(path: str) -> tuple[Any, ...]:
    """Give the valid values of a member to send, each distinct, the plain one first."""
    node = node_at(path)
    found = [plain(node), *_extra(node)]
    for rule in rules().values():
        if rule.path == path and not isinstance(rule.check, Permission | Promise | Together):
            found.extend(sample.value for sample in boundary_values(rule))
    return tuple({json.dumps(value): value for value in found if _is_valid(path, value)}.values())


def _extra(node: Node) -> list[Any]:
    if node.kind == "boolean":
        return [False]
    if node.path in _MIXED_CASE:
        return [_MIXED_CASE[node.path]]
    if node.kind == "integer":
        return [0, 1]
    if node.path in BMP_PATHS and node.kind == "string":
        # Text that must come back as it was sent: blanks at both ends, percent signs, markup, quotes, decomposed and
        # compatibility characters, a newline.
        return [stretched(node, 20, each) for each in (" a ", "%20%", "<&>", "\"'\\", "e\u0301", "ﬁ", "a\nb ")]
    return []


def _is_valid(path: str, value: Any) -> bool:
    request = put(home(path), path, value)
    return not broken_rules(request) and not questions_asked(request)


@cache
def member_paths(task_type: str) -> tuple[str, ...]:
    """Give the paths of all members that may stand on a task of this type, elements of lists and maps included."""
    own = f"TaskInvocationParameters.{BLOCK_OF_TYPE[task_type]}"
    found = []
    for node in request_tree().walk():
        top = node.path.partition(".")[0].partition("[")[0].partition("{")[0]
        if not node.path or top in _NEVER_VARIED or node.kind == "structure":
            continue
        if top == "TaskInvocationParameters" and not node.path.startswith(f"{own}."):
            continue
        if top == "AlarmConfiguration" and task_type not in ("RUN_COMMAND", "AUTOMATION"):
            continue
        if top in ("Targets", "MaxConcurrency", "MaxErrors") and node.path != "Targets[].Values" and "[" in node.path:
            continue
        found.append(node.path)
    return tuple(found)
