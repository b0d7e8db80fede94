"""Ask a target everything that the standard profile asks, without pytest in between."""

from __future__ import annotations

from conformance.contract.case import Case
from conformance.contract.catalogue import rules
from conformance.events import CaseFinished
from conformance.runner.budget import Budget
from conformance.runner.desk import Desk
from conformance.runner.plan import PROFILES
from conformance.suite.agenda import everything
from conformance.targets.base import Target
from strategies.bodies import unknown_member_cases
from strategies.combinations import combination_cases
from strategies.company import company_cases
from strategies.nulls import null_cases
from strategies.plan import cases_of
from strategies.questions import open_cases
from strategies.recipes import HomeRecipes


def listed_cases() -> tuple[Case, ...]:
    """Give every case that stands in a list: limits, company, pairs of levels, open questions, nulls."""
    each = [case for rule in rules().values() for case in (*cases_of(rule), *company_cases(rule))]
    return (*each, *open_cases(), *combination_cases(), *null_cases(), *unknown_member_cases())


def ask_everything(target: Target, *, profile: str = "standard") -> list[CaseFinished]:
    """Give all events of a target that is asked everything."""

    def at_once(seconds: float) -> None:
        return None

    desk = Desk(lambda: target, run_id="meta", budget=Budget(sleep=at_once), recipes=HomeRecipes(), sleep=at_once)
    try:
        return list(everything(desk, PROFILES[profile]))
    finally:
        desk.close()
