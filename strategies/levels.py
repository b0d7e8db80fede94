"""The levels of each member: every valid value worth sending, the plain one first, none that asks an open question."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from conformance.contract.catalogue import broken_rules, rules
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.open import questions_asked
from conformance.contract.rule import Permission, Promise, Together
from conformance.contract.shapes import Node, request_tree, top_of
from strategies.boundaries import boundary_values
from strategies.documents import put
from strategies.homes import home, node_at
from strategies.values import BMP_PATHS, limit, plain, stretched

_NEVER_VARIED = ("WindowId", "TaskType", "ClientToken")
_COMMAND = "TaskInvocationParameters.RunCommand"


_MANY = [f"v{number * 7 % 12}" for number in range(12)]  # in no order


# Values that a target changes or refuses which folds case, counts bytes, or knows a limit that is nowhere documented.
_UNLIKE_PLAIN: Mapping[str, tuple[Any, ...]] = {
    "TaskInvocationParameters.StepFunctions.Input": ('{"Reason": "Mixed CASE", "n": [1, 2.50]}',),
    "TaskInvocationParameters.Lambda.Qualifier": ("LiveAlias_1",),
    f"{_COMMAND}.DocumentHash": ("a hash that is no hex",),
    f"{_COMMAND}.TimeoutSeconds": (3_661,),
    f"{_COMMAND}.OutputS3KeyPrefix": ("Conformance/Output/",),
    f"{_COMMAND}.ServiceRoleArn": (f"arn:aws:iam::123456789012:role/path/{'conformance/' * 20}Role_1",),
    f"{_COMMAND}.NotificationConfig.NotificationArn": (f"arn:aws:sns:us-east-1:123456789012:{'Topic_-1' * 30}",),
    f"{_COMMAND}.Parameters": (
        {f"p{number}": _MANY if number == 0 else ["x"] for number in range(12)},
        {" Mixed.Case/key é ": ["  Mixed CASE é ", "b", "a", "b"]},
    ),
    "ServiceRoleArn": (f"arn:aws:iam::123456789012:role/path/{'conformance/' * 20}Role_1",),
    "TaskParameters": (
        {f"p{number}": {"Values": _MANY if number == 0 else ["x"]} for number in range(12)},
        {" Mixed.Case/key é ": {"Values": ["  Mixed CASE é ", "b", "a", "b"]}},
    ),
    "TaskInvocationParameters.Automation.Parameters": ({"Mixed.Case/key": ["Mixed CASE", "b", "a", "b"]},),
    "LoggingInfo.S3KeyPrefix": ("/Conformance/Logs/",),
    "TaskInvocationParameters.Lambda.Payload": ("eyJyZWFzb24iOiAxfQo=",),  # its last byte is a newline
    "AlarmConfiguration.Alarms[].Name": (" Mixed Case: alarm/1 ",),
}


_ODD = (" Aa ", "%20%", "<&>", "\"'\\", "e\u0301", "ﬁ", "007", "a\r\nb\t")
# Where a fault in one of them is told as what it is; elsewhere one text holds them all, but for the newline.
_ONE_BY_ONE = frozenset({"Description", f"{_COMMAND}.Comment"})


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
    unlike = list(_UNLIKE_PLAIN.get(node.path, ()))
    match node.kind:
        case "boolean":
            return [False]
        case "integer":
            return [*unlike, 0, 1]
        case "string" if node.path in BMP_PATHS:
            # Text that must come back as it was sent: blanks at both ends, percent signs, markup, quotes, decomposed
            # and compatibility characters, a newline.
            if node.path in _ONE_BY_ONE:
                return [*unlike, *(stretched(node, 20, each) for each in _ODD)]
            text = " ".join(_ODD[:-1])
            return [*unlike, json.dumps(text, ensure_ascii=False) if node.path.endswith("Input") else text]
        case _:
            return unlike


def _is_valid(path: str, value: Any) -> bool:
    request = put(home(path), path, value)
    return not broken_rules(request) and not questions_asked(request)


def slot_of(path: str) -> str:
    """Give the member that holds `path`: elements, keys and values of a list or map are one with it."""
    return path.partition("[")[0].partition("{")[0]


@cache
def combined_levels(slot: str) -> tuple[Any, ...]:
    """Give the levels of a member, those of its elements, keys and values put together into few values of it.

    Between them they hold each level of each part; a list or map holds as many at once as it may.
    """
    found = (*levels(slot), *(value for value in _combined(node_at(slot)) if _is_valid(slot, value)))
    return tuple({json.dumps(value): value for value in found}.values())


def _combined(node: Node) -> Iterator[Any]:
    match node.kind:
        case "list":
            # Two targets with one key are an open question, so a list of targets holds one.
            yield from _batches(_values(node.child("[]")), 1 if node.path == "Targets" else limit(node))
        case "map":
            keys = levels(node.child("{key}").path)
            yield dict.fromkeys(keys, plain(node.child("{}")))
            for value in _values(node.child("{}")):
                yield {plain(node.child("{key}")): value}
        case "structure":
            for name, child in node.children:
                for value in _values(child):
                    yield {**plain(node), name: value}
        case _:
            return


def _values(node: Node) -> list[Any]:
    """Give the levels of a part, those of its own parts put together."""
    found = [*levels(node.path), *_combined(node)]
    return list({json.dumps(value): value for value in found}.values())


def _batches(values: list[Any], most: int | None) -> Iterator[list[Any]]:
    size = most or len(values)
    for start in range(0, len(values), size):
        yield values[start : start + size]


@cache
def member_paths(task_type: str) -> tuple[str, ...]:
    """Give the paths of all members that may stand on a task of this type, elements of lists and maps included."""
    own = f"TaskInvocationParameters.{BLOCK_OF_TYPE[task_type]}"
    found = []
    for node in request_tree().walk():
        top = top_of(node.path)
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
