"""All cases of a rule: what must be refused for its sake, and what must be let through."""

from __future__ import annotations

from conformance.contract.case import Case
from conformance.contract.rule import Permission, Promise, Rule, Together
from strategies.valid import permission_cases
from strategies.violations import constraint_cases, violations


def cases_of(rule: Rule) -> tuple[Case, ...]:
    """Give the cases of a rule, valid and invalid ones around its limit, in an order that never changes.

    Empty for promises, which need a sequence of calls.
    """
    match rule.check:
        case Promise():
            return ()
        case Permission():
            return permission_cases(rule)
        case Together():
            return violations(rule)
        case _:
            return constraint_cases(rule)
