"""Planted faults are told, under the right rule. All of them are asked in their own tox environment; here a sample."""

from __future__ import annotations

import os

import pytest

from conformance.events import CaseFinished
from conformance.targets.mutants import is_right, mutants
from conformance.targets.reference import ReferenceTarget
from tests.meta.asking import ask_everything

# One in so many, spread over the families; MW_ALL_MUTANTS=1 takes all (some minutes on two cores).
_EVERY = 1 if os.environ.get("MW_ALL_MUTANTS") else 97
_SAMPLE = [id for number, id in enumerate(sorted(mutants())) if number % _EVERY == 0]


def test_there_are_more_than_250_planted_faults_of_all_operators() -> None:
    operators = {mutant.operator for mutant in mutants().values()}
    assert len(mutants()) >= 250
    assert operators == {
        "drop",
        "off-by-one",
        "refuse",
        "demand",
        "mask",
        "code",
        "lost",
        "altered",
        "company",
        "found",
        "state",
        "wire",
    }


def charged(events: list[CaseFinished]) -> set[str]:
    return {charge.rule for event in events for charge in event.charges}


@pytest.mark.parametrize("id", _SAMPLE)
def test_a_planted_fault_is_told_under_the_right_rule(id: str) -> None:
    mutant = mutants()[id]
    found = charged(ask_everything(mutant.make()))
    told = any(is_right(mutant, rule) for rule in found)
    assert told or mutant.equivalent, f"{id}: told {sorted(found)}, expected one of {mutant.expects}"


def test_the_reference_itself_is_never_accused() -> None:
    assert charged(ask_everything(ReferenceTarget())) == set()
