"""Seeds that come from the engine's own seed and from nothing else, so that every machine draws the same."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

_BITS = 63


def randoms() -> st.SearchStrategy[Random]:
    """Generators of random numbers, each seeded by 63 drawn bits.

    Not by an integer: now and then Hypothesis draws a constant that it found in the modules that are loaded and not
    installed (ours, in a clone), looks through all of them for it, and keeps a folder of them where the user works.
    """
    bits = st.lists(st.booleans(), min_size=_BITS, max_size=_BITS)
    return bits.map(lambda drawn: Random(sum(bit << place for place, bit in enumerate(drawn))))  # noqa: S311 - no secret
