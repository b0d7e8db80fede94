"""Draw many values from a strategy before any is sent: the engine's cost is then one example's, not one request's."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st


def drawn(strategy: st.SearchStrategy[Any], count: int, number: int, *, batch: int = 20) -> list[Any]:
    """Give `count` values, the same for the same seed `number`; none when `count` is 0.

    The engine's first example is the simplest one, whatever the seed: it is left out.
    """
    found: list[Any] = []
    if count < 1:
        return found

    @seed(number)
    @settings(
        max_examples=1 - (-count // batch),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(strategy, min_size=batch, max_size=batch))
    def draw(values: list[Any]) -> None:
        found.extend(values)

    draw()
    return found[batch : batch + count]
