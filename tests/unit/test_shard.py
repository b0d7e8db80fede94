"""Shards: words that name one, and a deal that is even, total and the same each time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.events import Shard
from conformance.runner.shard import BadShard, dealt, shard_of

NAMES = st.lists(st.text(max_size=6), unique=True, max_size=40)


def shards(names: list[str], of: int) -> list[frozenset[str]]:
    return [dealt(names, Shard(index=index, of=of)) for index in range(1, of + 1)]


@pytest.mark.parametrize(("word", "index", "of"), [("1/1", 1, 1), ("2/3", 2, 3), ("10/10", 10, 10)])
def test_a_shard_is_read_from_its_word(word: str, index: int, of: int) -> None:
    assert Shard(index=index, of=of) == shard_of(word)
    assert word == shard_of(word).word
    assert f"shard {index} of {of}" == str(shard_of(word))


@pytest.mark.parametrize(
    "word", ["0/3", "4/3", "x", "1/0", "0/0", "", "1", "/3", "1/", "-1/3", "1/3/5", "1.0/3", "１/３"]
)
def test_a_word_that_names_no_shard_gets_one_sentence(word: str) -> None:
    with pytest.raises(BadShard) as told:
        shard_of(word)
    assert f"shard={word!r} names no shard; expected I/N, as 2/3 for the second of three" == str(told.value)


@given(NAMES, st.integers(1, 12))
def test_all_shards_together_have_each_name_once(names: list[str], of: int) -> None:
    assert sorted(names) == sorted(name for shard in shards(names, of) for name in shard)


@given(NAMES, st.integers(1, 12))
def test_no_shard_has_two_names_more_than_another(names: list[str], of: int) -> None:
    sizes = [len(shard) for shard in shards(names, of)]
    assert max(sizes) - min(sizes) <= 1


@given(NAMES.flatmap(lambda names: st.tuples(st.just(names), st.permutations(names))), st.integers(1, 12))
def test_the_deal_does_not_depend_on_the_order_of_the_names(both: tuple[list[str], list[str]], of: int) -> None:
    assert shards(both[0], of) == shards(both[1], of)


def test_items_of_one_kind_go_to_different_shards() -> None:
    names = [f"test_{kind}[{part}]" for kind in ("long", "short") for part in range(6)]
    assert [2, 2, 2] == [sum("long" in name for name in shard) for shard in shards(names, 3)]
