"""Ask about every rule that a single request can show: both sides of every limit, combination and permission."""

from __future__ import annotations

import pytest

from conformance.contract.catalogue import rule
from conformance.plugin import Ask
from conformance.runner.plan import Profile
from strategies.company import company_cases
from strategies.plan import cases_of


def test_rule(rule_id: str, ask: Ask, profile: Profile) -> None:
    """The target keeps this rule at its limits, each invalid request beside an accepted twin."""
    ask(ask.desk.cases(cases_of(rule(rule_id), values=profile.values)))


def test_rule_in_company(rule_id: str, ask: Ask, profile: Profile) -> None:
    """The target keeps this rule in the richest request of every task type, too."""
    if not profile.company:
        pytest.skip("not in this profile")
    ask(ask.desk.cases(company_cases(rule(rule_id), most=profile.company)))
