"""Ask a target everything that the standard profile asks, without pytest in between."""

from __future__ import annotations

from functools import cache

from conformance.contract.case import Case
from conformance.contract.catalogue import rules
from conformance.events import CaseFinished
from conformance.runner.examiner import Examiner
from conformance.runner.scenarios import SCENARIOS, play
from conformance.runner.sender import Sender
from conformance.runner.windows import Windows
from conformance.targets.base import Target
from strategies.company import company_cases
from strategies.nulls import null_cases
from strategies.packed import packed_cases
from strategies.plan import cases_of
from strategies.questions import open_cases
from strategies.recipes import HomeRecipes


@cache
def everything() -> tuple[Case, ...]:
    """Give every deterministic case of the standard profile."""
    each = [case for rule in rules().values() for case in (*cases_of(rule), *company_cases(rule))]
    return (*each, *open_cases(), *packed_cases(), *null_cases())


def ask_everything(target: Target) -> list[CaseFinished]:
    """Give all events of a target that is asked everything."""
    sender = Sender(target, run_id="meta", sleep=lambda seconds: None)
    examiner = Examiner(sender, Windows(sender, run_id="meta"), HomeRecipes())
    examiner.learn()
    events: list[CaseFinished] = []
    for case in everything():
        events += [examiner.examine(case), *examiner.asides()]
    examiner.retire()
    for name in SCENARIOS:
        events += [*play(name, examiner), *examiner.asides()]
    examiner.windows.close()
    return events
