"""Histories: what a user may do to several windows, one call after the other, as plain values."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from conformance.contract.history import KINDS, Step
from strategies.seeds import randoms

_WINDOWS, _TASKS, _VARIANTS = 3, 5, 4


def histories(*, longest: int = 25) -> st.SearchStrategy[list[Step]]:
    """Lists of steps over up to three windows, which are named by number and counted when a step is played."""
    return randoms().map(lambda random: _history(random, longest))


def _history(random: Random, longest: int) -> list[Step]:
    return [_step(random) for _ in range(random.randint(longest // 2, longest))]


def _step(random: Random) -> Step:
    return Step(
        kind=random.choice(KINDS),
        window=random.randrange(_WINDOWS),
        task=random.randrange(_TASKS),
        variant=random.randrange(_VARIANTS),
    )
