"""Drawing gives as many values as asked for, by seed, without the engine's simplest one."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.suite.drawing import drawn

NUMBERS = st.integers(0, 2**60)


def test_the_same_seed_gives_the_same_values_and_another_seed_others() -> None:
    assert drawn(NUMBERS, 5, 1) == drawn(NUMBERS, 5, 1)
    assert drawn(NUMBERS, 5, 1) != drawn(NUMBERS, 5, 2)
    assert drawn(NUMBERS, 1, 1, batch=1) != drawn(NUMBERS, 1, 2, batch=1)


def test_as_many_values_are_given_as_were_asked_for() -> None:
    assert [0, 1, 20, 21] == [len(drawn(NUMBERS, count, 1)) for count in (0, 1, 20, 21)]


def test_a_single_history_is_no_empty_one() -> None:
    from strategies.histories import histories

    lengths = [len(drawn(histories(longest=12), 1, number, batch=1)[0]) for number in range(10)]
    assert max(lengths) > 3
