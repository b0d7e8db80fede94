"""All cases of a rule: what must be refused for its sake, and what must be let through."""

from __future__ import annotations

from conformance.contract.case import Case
from conformance.contract.catalogue import broken_rules
from conformance.contract.rule import Permission, Promise, Rule, Together
from strategies.valid import permission_cases
from strategies.violations import constraint_cases, violations


def cases_of(rule: Rule, *, values: int = 1000) -> tuple[Case, ...]:
    """Give the cases of a rule, at most `values` on each side of its limit, in an order that never changes.

    Empty for promises, which need a sequence of calls.
    """
    match rule.check:
        case Promise():
            return ()
        case Permission():
            return permission_cases(rule)[:values]
        case Together():
            return violations(rule)[:values]
        case _:
            return _both_sides(constraint_cases(rule), values)


def _both_sides(cases: tuple[Case, ...], values: int) -> tuple[Case, ...]:
    counts = {True: 0, False: 0}
    kept = []
    for case in cases:
        side = bool(broken_rules(case.request))
        counts[side] += 1
        if counts[side] <= values:
            kept.append(case)
    return tuple(kept)
