"""The values on both sides of every limit: the last that is valid, the first that is not, and the near misses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

from conformance.contract.measures import matches
from conformance.contract.rule import (
    Base64,
    JsonType,
    MaxLength,
    MaxValue,
    MinLength,
    MinValue,
    NotNull,
    OneOf,
    Pattern,
    Rule,
)
from conformance.contract.shapes import Node
from strategies.homes import node_at
from strategies.values import BMP_PATHS, plain, stretched


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A value at a limit, and in a word what is special about it."""

    value: Any
    label: str


# Section 9 of the semantics, by the shape that carries the pattern: near misses first, then what is just right.
_PATTERN_EDGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "MaintenanceWindowId": (
        (
            "mw-0123456789ABCDEF0",
            "MW-0123456789abcdef0",
            "mw_0123456789abcdef0",
            "mw-0123456789abcdeg0",
            "wm-0123456789abcdef0",
        ),
        (),
    ),
    "TargetKey": (
        ("tag:a+b", "a,b", "tag:a\tb", "tag:a\nb", "tag:a\n", "tag:(a)", "tag:a*", "tag:a;b", "tag:a$", "tag:a#b"),
        (),
    ),
    "MaxConcurrency": (
        (
            "0",
            "00",
            "07",
            "0%",
            "07%",
            "00%",
            "101%",
            "200%",
            "1000%",
            "+1",
            "-1",
            "1.0",
            " 1",
            "1 ",
            "1\n",
            "١",
            "%",
            "1%%",
            "one",
            "1e1",
            "１",
            "1١",
        ),
        ("1", "9", "10", "9999999", "1%", "9%", "10%", "99%", "100%"),
    ),
    "MaxErrors": (
        (
            "00",
            "00%",
            "07",
            "07%",
            "101%",
            "200%",
            "1000%",
            "+1",
            "-1",
            "1.0",
            " 1",
            "1 ",
            "1\n",
            "١",
            "%",
            "1%%",
            "one",
            "1e1",
            "１",
            "1١",
        ),
        ("0", "0%", "1", "9", "10", "9%", "10%", "99%", "100%", "9999999"),
    ),
    "MaintenanceWindowName": (
        ("a b", "ábc", "a/b", "abc\n", "a:b", "a,b", "日本語", "a+b", "a@b", " abc", "abc ", "a\tb", "ab!"),
        ("...", "a.b", "---", "___", "ABC", "123", "a-b_c.D9"),
    ),
    "DocumentVersion": (
        ("0", "01", "", "$latest", "$default", "LATEST", "1a", "a1", "-1", "1.0", "1\n", "$OTHER", " 1", "$", "١"),
        ("$LATEST", "$DEFAULT", "1", "10", "12345678901234567890"),
    ),
    "AlarmName": ((" ", "   ", "\t", " \t "), ("a", " a", "a ", "mw conformance/alarm:1")),
}

_NEAR_MISSES: dict[str, tuple[str, ...]] = {
    "MaintenanceWindowTaskType": ("STEP_FUNCTION", "StepFunctions", "RunCommand", "RUN-COMMAND", "LAMBDA_FUNCTION"),
    "DocumentHashType": ("SHA256", "sha-256", "Sha512", "SHA-256", "MD5"),
    "NotificationEvent": ("FAILURE", "Failure", "Pending", "Timed Out", "Canceled", "*"),
    "NotificationType": ("Commands", "Instance"),
    "MaintenanceWindowTaskCutoffBehavior": ("CONTINUE", "CANCEL", "CONTINUE-TASK", "STOP_TASK"),
}

_WRONG_TYPES: dict[str, tuple[tuple[str, Any], ...]] = {
    "string": (("number", 5), ("boolean", True), ("list", ["a"]), ("object", {"a": "a"})),
    "integer": (("string", "5"), ("boolean", True), ("list", [5]), ("object", {"a": 5})),
    "boolean": (("number", 1), ("word", "yes"), ("list", [True]), ("object", {"a": True})),
    "list": (("string", "a"), ("number", 5), ("boolean", True), ("object", {"a": "a"})),
    "map": (("string", "a"), ("number", 5), ("boolean", True), ("list", ["a"])),
    "structure": (("string", "a"), ("number", 5), ("boolean", True), ("list", ["a"])),
    "blob": (("number", 5), ("boolean", True), ("list", ["e30="]), ("object", {"a": "e30="})),
}


def boundary_values(rule: Rule) -> tuple[Sample, ...]:
    """Give the values around a constraint rule's limit, valid and invalid ones; none for other kinds of rule.

    Which of them break the rule is the contract's to say; some ask an open question and are no case for this rule.
    """
    found: dict[str, Sample] = {}
    node = node_at(rule.path)
    for sample in _samples(node, rule.check):
        found.setdefault(repr(sample.value), sample)
    return tuple(found.values())


def _samples(node: Node, check: object) -> Iterator[Sample]:
    match check:
        case MinLength(limit):
            yield from _sized(node, limit, limit - 1)
        case MaxLength(limit):
            yield from _sized(node, limit, limit + 1)
            yield from _far_over(node, limit)
        case MinValue(limit):
            for value, label in ((limit, "minimum"), (limit - 1, "minimum minus 1"), (-(2**31), "least of 32 bits")):
                yield Sample(value=value, label=label)
            yield Sample(value=limit + 1, label="minimum plus 1")
            if not any(isinstance(rule, MaxValue) for rule in node.constraints):
                yield Sample(value=10, label="10, since there is no maximum")
        case MaxValue(limit):
            for value, label in ((limit, "maximum"), (limit + 1, "maximum plus 1"), (2**31 - 1, "most of 32 bits")):
                yield Sample(value=value, label=label)
            # Whoever cuts such a number to 32 bits, or wraps it around, has a small one left (P-19).
            for value in (2**31 + limit, 2**32 + limit, 2**63):
                yield Sample(value=value, label=f"{value}, beyond 32 bits")
        case Pattern():
            wrong, right = _PATTERN_EDGES.get(node.shape, ((), ()))
            yield from (Sample(value=text, label=f"near miss {text!r}") for text in wrong)
            yield from (Sample(value=text, label=f"just right {text!r}") for text in right)
        case OneOf(values):
            yield from _around_enum(node, values)
        case JsonType(kind):
            yield from (Sample(value=value, label=f"a {name}") for name, value in _WRONG_TYPES[kind])
            yield from _coercible(node, kind)
        case NotNull():
            yield Sample(value=None, label="null")
        case Base64():
            for text in ("e30", "e", "e30=e30=", "!!!!", "e3 0=", "{}", "=e30", "e30=\n", "e30==", "-_-_", "e3\u00e90"):
                yield Sample(value=text, label=f"no base64 {text!r}")
            yield Sample(value="e30=", label="base64")
        case _:
            return


def _coercible(node: Node, kind: str) -> Iterator[Sample]:
    """Yield values of the wrong type that would be valid ones if the target made them fit."""
    value = plain(node)
    match kind:
        case "integer":
            yield Sample(value=str(value), label="a string of a valid number")
        case "string":
            yield Sample(value=1234567, label="a number of seven digits")
            yield Sample(value=[value], label="a list of a valid string")
        case "list":
            yield Sample(value=value[0], label="an element without its list")
        case "structure":
            yield Sample(value=[value], label="a list of a valid object")
        case _:
            return


def _sized(node: Node, last_valid: int, first_invalid: int) -> Iterator[Sample]:
    for size, side in ((last_valid, "at the limit"), (first_invalid, "beyond the limit")):
        yield Sample(value=stretched(node, size), label=f"length {size}, {side}")
        if node.path in BMP_PATHS and size > 0:
            # Two and three bytes each in UTF-8, one UTF-16 unit each: a limit counts characters, not bytes.
            for letter, name in (("é", "two-byte"), ("漢", "three-byte")):
                yield Sample(value=stretched(node, size, letter), label=f"length {size}, {side}, {name} characters")
    if node.path.endswith("Lambda.ClientContext"):
        # A base64 text has a length of 4 n: the shortest and the first one beyond the limit that are no open question.
        yield Sample(value="e30=", label="length 4, shortest base64 of JSON")
        yield Sample(value=stretched(node, (first_invalid + 3) // 4 * 4), label="beyond the limit, base64 of JSON")


def _far_over(node: Node, limit: int) -> Iterator[Sample]:
    if node.kind == "string":
        far = limit * (4 if limit <= 1000 else 2)
        yield Sample(value=stretched(node, far), label=f"length {far}, far beyond the limit")
        blanks = f" {stretched(node, limit - 1)} "
        if all(matches(rule.regex, blanks) for rule in node.constraints if isinstance(rule, Pattern)):
            yield Sample(value=blanks, label=f"length {limit + 1}, beyond the limit with the blanks around it")
    if node.kind in ("string", "blob") and not _has_minimum(node):
        yield Sample(value=stretched(node, 0), label="length 0")
    if node.kind in ("list", "map"):
        yield Sample(value=stretched(node, limit * 2 + 1), label=f"length {limit * 2 + 1}, far beyond the limit")
        if not _has_minimum(node) and node.path != "Targets":  # no Targets is a matter between members
            yield Sample(value=stretched(node, 0), label="length 0")


def _has_minimum(node: Node) -> bool:
    return any(isinstance(rule, MinLength) for rule in node.constraints)


def _around_enum(node: Node, values: tuple[str, ...]) -> Iterator[Sample]:
    for value in values:
        yield Sample(value=value, label=f"value {value}")
    for value in values:
        for other in (value.lower(), value.upper(), value.swapcase(), f"{value}\n", f" {value}", value[:-1]):
            if other not in values:
                yield Sample(value=other, label=f"near miss {other!r}")
    for other in ("", *_NEAR_MISSES.get(node.shape, ())):
        if other not in values:
            yield Sample(value=other, label=f"near miss {other!r}")
