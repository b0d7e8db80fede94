"""Ask about every rule that a single request can show: both sides of every limit, every combination, every permission."""

from __future__ import annotations

from conformance.contract.catalogue import rule
from conformance.plugin import Ask
from conformance.runner.plan import Profile
from strategies.plan import cases_of


def test_rule(rule_id: str, ask: Ask, profile: Profile) -> None:
    """The target keeps this rule at its limits, each invalid request beside an accepted twin."""
    ask(ask.desk.cases(cases_of(rule(rule_id), values=profile.values)))
