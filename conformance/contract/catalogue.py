"""The whole contract: every rule by id, and the question that all else asks: which rules does a request break?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from conformance.contract.behaviours import behaviour_rules
from conformance.contract.checking import document_check, is_plain, without_nulls
from conformance.contract.combinations import combination_rules
from conformance.contract.rule import Request, Rule, Together
from conformance.contract.shapes import Node, constraint_rules, request_tree
from conformance.contract.wire import wire_rules

_WRONG_TYPE = (".type", ".not-null")


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


def broken_rules(request: Request) -> frozenset[str]:
    """Give the ids of all rules on the document itself that `request` breaks; empty for a valid one.

    Where a JSON type is wrong, rules over several members are not asked: AWS reads the document first.
    """
    clean = request if is_plain(request) else without_nulls(request)
    broken: set[str] = set()
    document_check()(clean, broken)
    if not any(id.endswith(_WRONG_TYPE) for id in broken):
        broken.update(id for id, is_broken in _together() if is_broken(clean))
    return frozenset(broken)


@cache
def _together() -> tuple[tuple[str, Callable[[Request], bool]], ...]:
    return tuple((each.id, each.check.broken) for each in rules().values() if isinstance(each.check, Together))
