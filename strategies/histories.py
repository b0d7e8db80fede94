"""Histories: what a user may do to several windows, one call after the other, as plain values."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.contract.history import KINDS, Step


def histories(*, longest: int = 25) -> st.SearchStrategy[list[Step]]:
    """Lists of steps over up to three windows, which are named by number and counted when a step is played."""
    step = st.builds(
        Step,
        kind=st.sampled_from(KINDS),
        window=st.integers(min_value=0, max_value=2),
        task=st.integers(min_value=0, max_value=4),
        variant=st.integers(min_value=0, max_value=3),
    )
    return st.lists(step, min_size=longest // 2, max_size=longest)
