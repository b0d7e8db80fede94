"""Calls at once: what is told of them does not hang on which was answered first."""

from __future__ import annotations

import random
from typing import Any

import pytest

from conformance.events import CaseFinished
from conformance.runner.examiner import Examiner
from conformance.runner.scenarios import play
from conformance.runner.sender import Sender
from conformance.runner.windows import Windows
from conformance.targets.base import Target
from conformance.targets.faults.fault import with_methods
from conformance.targets.reference import ReferenceTarget
from strategies.recipes import HomeRecipes


def told(target: Target, scenario: str) -> list[CaseFinished]:
    sender = Sender(target, run_id="race", sleep=lambda seconds: None)
    return list(play(scenario, Examiner(sender, Windows(sender, run_id="race"), HomeRecipes())))


@pytest.mark.parametrize("twice", [False, True])
def test_a_race_that_ends_in_another_order_is_told_in_the_same_words(twice: bool) -> None:
    """Tokens mean nothing here, and with `twice` some id is told for two tasks; the listing has no order."""

    def in_no_order(seed: int) -> Target:
        chance = random.Random(seed)

        def replayed(self: ReferenceTarget, *rest: Any) -> None:
            return None

        def page(self: ReferenceTarget, tasks: list[dict[str, Any]], document: Any) -> dict[str, Any]:
            return ReferenceTarget.page(self, chance.sample(tasks, len(tasks)), document)

        ids = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(3 if twice else 6)] * (1 + twice)
        chance.shuffle(ids)

        def new_id(self: ReferenceTarget) -> str:
            return ids.pop()

        return with_methods(replayed=replayed, page=page, new_id=new_id)()

    first, *others = (told(in_no_order(seed), "race-one-token") for seed in range(8))
    assert [("token.replay-same-id", "wrong-effect")] == [(c.rule, c.kind) for each in first for c in each.charges]
    assert first[0].steps
    assert all(first == each for each in others)
