"""What a value breaks: all else asks this of every request, so the model's tree is compiled to checks once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from conformance.contract.measures import decoded, length, matches, matches_but_for_length
from conformance.contract.open import length_is_open, pattern_is_open
from conformance.contract.rule import (
    Base64,
    Constraint,
    JsonType,
    MaxLength,
    MaxValue,
    MinLength,
    MinValue,
    OneOf,
    Pattern,
    Required,
)
from conformance.contract.shapes import Node, request_tree, suffix

Check = Callable[[Any, set[str]], None]
"""Adds the ids of the rules that a value breaks to a set."""


def without_nulls(value: Any, node: Node | None = None) -> Any:
    """Drop the null members of structures, as awsJson1.1 servers do; null elements of lists and maps stay."""
    node = node or request_tree()
    match node.kind:
        case "structure" if isinstance(value, Mapping):
            names = dict(node.children)
            return {
                key: without_nulls(item, names[key]) if key in names else item
                for key, item in value.items()
                if item is not None
            }
        case "list" if isinstance(value, list):
            return [without_nulls(item, node.child("[]")) if item is not None else None for item in value]
        case "map" if isinstance(value, Mapping):
            inner = node.child("{}")
            return {key: without_nulls(item, inner) if item is not None else None for key, item in value.items()}
        case _:
            return value


def is_plain(value: Any) -> bool:
    """Tell whether a value is made of dicts and lists without a null anywhere: there is nothing to drop from it."""
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, list):
        return all(map(is_plain, value))
    return isinstance(value, str | int | float)


_PYTHON_KINDS: Mapping[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "blob": (str,),
    "integer": (int, float),
    "boolean": (bool,),
}


def has_kind(node: Node, value: Any) -> bool:
    """Tell whether a JSON value is of the kind that the node asks for.

    A fraction for an integer and a boolean in quotes are open questions, so they pass here.
    """
    if node.kind == "boolean" and isinstance(value, str):
        return value.lower() in ("true", "false")
    if isinstance(value, bool) and node.kind != "boolean":
        return False
    return isinstance(value, _PYTHON_KINDS[node.kind])


def breaks(node: Node, constraint: Constraint, value: Any) -> bool:
    """Tell whether a value of the node's kind breaks one of the node's constraints.

    A value that is too short or too long is charged to its length; the pattern is charged as well only where the
    characters are at fault. A value on which the sources' readings differ breaks nothing.
    """
    return _test(node, constraint)(value)


def _test(node: Node, constraint: Constraint) -> Callable[[Any], bool]:
    match constraint:
        case MinLength(limit):
            return lambda value: _length(node, value) < limit and not _open(length_is_open, node, value)
        case MaxLength(limit):
            return lambda value: _length(node, value) > limit and not _open(length_is_open, node, value)
        case MinValue(limit):
            return lambda value: bool(value < limit)
        case MaxValue(limit):
            return lambda value: bool(value > limit)
        case OneOf(values):
            return lambda value: value not in values
        case Pattern(regex):
            lengths = [_test(node, other) for other in node.constraints if isinstance(other, MinLength | MaxLength)]
            return lambda value: (
                not (
                    matches(regex, value)
                    or (any(test(value) for test in lengths) and matches_but_for_length(regex, value))
                    or _open(pattern_is_open, node, value)
                )
            )
        case Base64():
            return lambda value: decoded(value) is None
        case Required() | JsonType() | _:
            return lambda value: False


def _length(node: Node, value: Any) -> int:
    if node.kind == "blob":
        content = decoded(value)
        return 0 if content is None else length(content)
    return length(value)


def _open(question: Callable[[Node, str], bool], node: Node, value: Any) -> bool:
    return isinstance(value, str) and node.kind == "string" and question(node, value)


@cache
def document_check() -> Check:
    """Give the check of a whole request without nulls."""
    return _compiled(request_tree())


def _compiled(node: Node) -> Check:
    """Compile a node and all below it; nulls are dropped from structures before."""
    wrong_type = f"{node.path}.type"
    tests = [
        (f"{node.path}.{suffix(constraint)}", _test(node, constraint))
        for constraint in node.constraints
        if not isinstance(constraint, Required)
    ]
    below = _compiled_below(node)

    def check(value: Any, broken: set[str]) -> None:
        if not has_kind(node, value):
            broken.add(wrong_type)
            return
        for id, is_broken in tests:
            if is_broken(value):
                broken.add(id)
        if below is not None:
            below(value, broken)

    return check


def _compiled_below(node: Node) -> Check | None:
    match node.kind:
        case "structure":
            return _compiled_members(node)
        case "list":
            return _compiled_elements(node.child("[]"))
        case "map":
            on_key, on_values = _compiled(node.child("{key}")), _compiled_elements(node.child("{}"))

            def check(value: Mapping[str, Any], broken: set[str]) -> None:
                for key in value:
                    on_key(key, broken)
                on_values(value.values(), broken)

            return check
        case _:
            return None


def _compiled_members(node: Node) -> Check:
    members = {name: _compiled(child) for name, child in node.children}
    required = [(child.member, f"{child.path}.required") for _, child in node.children if child.required]

    def check(value: Mapping[str, Any], broken: set[str]) -> None:
        for name, item in value.items():
            if name in members:
                members[name](item, broken)
        for name, id in required:
            if name not in value:
                broken.add(id)

    return check


def _compiled_elements(element: Node) -> Check:
    on_item, null = _compiled(element), f"{element.path}.not-null"

    def check(values: Any, broken: set[str]) -> None:
        for item in values:
            if item is None:
                broken.add(null)
            else:
                on_item(item, broken)

    return check
