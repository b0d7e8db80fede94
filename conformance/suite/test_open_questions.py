"""Ask what the documents leave open, and write down what this target answers."""

from __future__ import annotations

import pytest

from conformance.contract.open import open_questions
from conformance.plugin import Ask
from strategies.questions import open_cases


@pytest.mark.parametrize("question", [each.id for each in open_questions()])
def test_open_question(question: str, ask: Ask) -> None:
    """Either answer conforms, but never a server error."""
    if not _whole(ask):
        pytest.skip("only some rules were asked for")
    ask(ask.desk.cases(case for case in open_cases() if case.question == question))


def _whole(ask: Ask) -> bool:
    from conformance.contract.catalogue import rules

    return len(ask.planned) == len(rules())
