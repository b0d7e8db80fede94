"""What the tests of the suite's strength share: a way to examine cases against a target in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from conformance.contract.case import Case
from conformance.events import CaseFinished
from conformance.runner.examiner import Examiner
from conformance.runner.sender import Sender
from conformance.runner.windows import Windows
from conformance.targets.base import Target
from strategies.recipes import HomeRecipes

Examine = Callable[[Target, Iterable[Case]], list[CaseFinished]]


@pytest.fixture(scope="session")
def examine() -> Examine:
    """Examine cases as the suite does, with no pauses."""

    def examine(target: Target, cases: Iterable[Case]) -> list[CaseFinished]:
        sender = Sender(target, run_id="0" * 8, sleep=lambda _: None)
        examiner = Examiner(sender, Windows(sender, run_id="0" * 8), HomeRecipes())
        try:
            return [examiner.examine(case) for case in cases]
        finally:
            examiner.windows.close()

    return examine
