"""Ask about every rule that a single request can show: both sides of every limit, combination and permission."""

from __future__ import annotations

from conformance.asking import Ask
from conformance.contract.catalogue import rule
from conformance.runner.plan import Profile
from conformance.suite.agenda import around_its_limit, beside_each_member, in_company


def test_rule(rule_id: str, ask: Ask, profile: Profile) -> None:
    """The target keeps this rule at its limits, each invalid request beside an accepted twin."""
    ask(around_its_limit(ask.desk, profile, ask.planned, rule(rule_id)))


def test_rule_in_company(rule_id: str, ask: Ask, profile: Profile) -> None:
    """The target keeps this rule in the richest request of every task type, too."""
    ask(in_company(ask.desk, profile, rule(rule_id)))


def test_rule_beside_each_member(rule_id: str, ask: Ask, profile: Profile) -> None:
    """The target keeps this rule beside every other member, one at a time."""
    ask(beside_each_member(ask.desk, profile, rule(rule_id)))
