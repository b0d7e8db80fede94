"""The whole contract: every rule by id, and the question that all else asks: which rules does a request break?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from conformance.contract.behaviours import behaviour_rules
from conformance.contract.combinations import combination_rules
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
    Request,
    Required,
    Rule,
    Together,
)
from conformance.contract.shapes import Node, constraint_rules, request_tree, suffix
from conformance.contract.wire import wire_rules


@cache
def rules() -> Mapping[str, Rule]:
    """Give every rule of the contract by its id, in report order."""
    found: dict[str, Rule] = {}
    for rule in rules_of(request_tree()):
        if rule.id in found:
            raise ValueError(f"rule id={rule.id!r} stands twice in the catalogue; an id names one rule")
        found[rule.id] = rule
    return found


def rules_of(root: Node) -> Iterator[Rule]:
    """Yield every rule of the contract over a request's tree, which need not be the installed model's."""
    yield from constraint_rules(root)
    yield from combination_rules()
    yield from behaviour_rules(root)
    yield from wire_rules()


def rule(id: str) -> Rule:
    """Give the rule called `id`; KeyError when the catalogue has none of that name."""
    return rules()[id]


def digest(rule: Rule) -> str:
    """Give 16 hex digits that change when the meaning of a rule changes."""
    check = repr(rule.check) if not isinstance(rule.check, Together) else "together"
    text = json.dumps([rule.id, rule.level, check, sorted(rule.codes), rule.path, rule.shape])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def contract_digest() -> str:
    """Give 16 hex digits over all rules and their meanings."""
    text = "\n".join(f"{each.id} {digest(each)}" for each in rules().values())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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


def broken_rules(request: Request) -> frozenset[str]:
    """Give the ids of all rules on the document itself that `request` breaks; empty for a valid one.

    Where a JSON type is wrong, rules over several members are not asked: AWS reads the document first.
    """
    clean = without_nulls(request)
    broken = frozenset(_broken_below(request_tree(), clean))
    if any(not _keeps_types(id) for id in broken):
        return broken
    return broken | {each.id for each in _together_rules() if _is_broken(each, clean)}


@cache
def _together_rules() -> tuple[Rule, ...]:
    return tuple(each for each in rules().values() if isinstance(each.check, Together))


def _is_broken(rule: Rule, request: Request) -> bool:
    return isinstance(rule.check, Together) and rule.check.broken(request)


def _keeps_types(id: str) -> bool:
    return not id.endswith((".type", ".not-null"))


def _broken_below(node: Node, value: Any) -> Iterator[str]:
    if not has_kind(node, value):
        yield f"{node.path}.type"
        return
    for constraint in node.constraints:
        if not isinstance(constraint, Required) and breaks(node, constraint, value):
            yield f"{node.path}.{suffix(constraint)}"
    match node.kind:
        case "structure":
            yield from _broken_members(node, value)
        case "list":
            yield from _broken_elements(node.child("[]"), value)
        case "map":
            for key in value:
                yield from _broken_below(node.child("{key}"), key)
            yield from _broken_elements(node.child("{}"), value.values())
        case _:
            return


def _broken_members(node: Node, value: Mapping[str, Any]) -> Iterator[str]:
    for name, child in node.children:
        if name in value:
            yield from _broken_below(child, value[name])
        elif child.required:
            yield f"{child.path}.required"


def _broken_elements(element: Node, values: Any) -> Iterator[str]:
    for item in values:
        if item is None:
            yield f"{element.path}.not-null"
        else:
            yield from _broken_below(element, item)


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
    match constraint:
        case MinLength(limit):
            return _length(node, value) < limit and not _open(length_is_open, node, value)
        case MaxLength(limit):
            return _length(node, value) > limit and not _open(length_is_open, node, value)
        case MinValue(limit):
            return bool(value < limit)
        case MaxValue(limit):
            return bool(value > limit)
        case OneOf(values):
            return value not in values
        case Pattern(regex):
            return not _pattern_holds(node, regex, value) and not _open(pattern_is_open, node, value)
        case Base64():
            return decoded(value) is None
        case Required() | JsonType() | _:
            return False


def _open(question: Callable[[Node, str], bool], node: Node, value: Any) -> bool:
    return isinstance(value, str) and node.kind == "string" and question(node, value)


def _pattern_holds(node: Node, regex: str, value: str) -> bool:
    wrong_length = any(
        isinstance(other, MinLength | MaxLength) and breaks(node, other, value) for other in node.constraints
    )
    return matches_but_for_length(regex, value) if wrong_length else matches(regex, value)


def _length(node: Node, value: Any) -> int:
    if node.kind == "blob":
        content = decoded(value)
        return 0 if content is None else length(content)
    return length(value)
