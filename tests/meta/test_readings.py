"""No open reading of the documents is accused: some of them here, all of them with MW_ALL_READINGS=1."""

from __future__ import annotations

import os

import pytest

from conformance.contract.open import open_questions
from conformance.targets.readings import readings
from tests.meta.asking import ask_everything

_EVERY = 1 if os.environ.get("MW_ALL_READINGS") else 19
# These were accused once: the quota before constraints, a code that conforms too, nulls that read back as defaults.
_ALWAYS = {"every omitted member is told", "every refused document is SerializationException"}
_SAMPLE = [id for number, id in enumerate(readings()) if number % _EVERY == 0 or id in _ALWAYS]


def test_every_question_that_one_request_asks_has_a_target_that_answers_no() -> None:
    asked = {each.id for each in open_questions() if each.applies is not None}
    assert set() == asked - {id.partition(":")[0] for id in readings()}


@pytest.mark.parametrize("id", _SAMPLE)
def test_an_open_reading_is_never_accused(id: str) -> None:
    events = ask_everything(readings()[id].make())
    assert [] == [(event.case, charge) for event in events for charge in event.charges]
    assert [] == [event.case for event in events if event.verdict == "inconclusive"]
