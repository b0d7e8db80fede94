"""Ask what the documents leave open, and write down what this target answers."""

from __future__ import annotations

import pytest

from conformance.asking import Ask
from conformance.contract.open import open_questions
from conformance.runner.plan import Profile
from conformance.suite.agenda import asked_openly


@pytest.mark.parametrize("question", [each.id for each in open_questions()])
def test_open_question(question: str, ask: Ask, profile: Profile) -> None:
    """Either answer conforms, but never a server error."""
    ask(asked_openly(ask.desk, profile, ask.planned, question))
