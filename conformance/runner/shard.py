"""Deal a run out to several machines: each asks its own share of the same items, and the same share each time."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance.events import Shard


class BadShard(ValueError):
    """Words that name no shard; the message says what was expected."""


def shard_of(word: str) -> Shard:
    """Read ``I/N``, number I of N, from 1; BadShard with one sentence where it is something else."""
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", word, re.ASCII)
    index, of = (int(part) for part in found.groups()) if found else (0, 0)
    if not 1 <= index <= of:
        raise BadShard(f"shard={word!r} names no shard; expected I/N, as 2/3 for the second of three")
    return Shard(index=index, of=of)


def dealt(names: Iterable[str], shard: Shard) -> frozenset[str]:
    """Give the names that fall to a shard. All shards together have each name once, and none has two more than another.

    They are dealt in turn, in the order of their names, and so whatever order they come in: items of one kind, which
    cost much the same, stand beside each other there and go to different shards.
    """
    return frozenset(sorted(set(names))[shard.index - 1 :: shard.of])
