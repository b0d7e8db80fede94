"""The journal: on disk before the call, read as far as it goes, gone when nothing is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.runner.journal import NAME, Journal, journals

ONE, TWO = "mw-conformance-0123abcd-1", "mw-conformance-0123abcd-2"


def journal(folder: Path) -> Journal:
    return Journal(folder / "journal-0123abcd.jsonl", run_id="0123abcd", target="http://127.0.0.1:1")


def test_a_name_is_on_disk_before_its_window_is_made(tmp_path: Path) -> None:
    made = journal(tmp_path)
    made.plans(ONE)
    (left,) = journals([tmp_path])
    assert ("http://127.0.0.1:1", frozenset({ONE}), {}) == (left.target, left.names, left.ids)
    made.close()


def test_what_was_removed_is_not_left_and_its_name_is_still_known(tmp_path: Path) -> None:
    made = journal(tmp_path)
    for name, id in ((ONE, "mw-1"), (TWO, "mw-2")):
        made.plans(name)
        made.made(name, id)
    made.removed(ONE)
    made.close()
    (left,) = journals([tmp_path])
    assert ({TWO: "mw-2"}, frozenset({ONE, TWO})) == (dict(left.ids), left.names)


def test_a_journal_of_nothing_is_no_file(tmp_path: Path) -> None:
    made = journal(tmp_path)
    made.plans(ONE)
    made.removed(ONE)
    made.close()
    assert () == journals([tmp_path])
    journal(tmp_path).close()
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("end", ['{"plans": "mw-conf', "", "null", '{"plans": 5}', '{"plans": "nightly-patching"}'])
def test_a_journal_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path, end: str) -> None:
    made = journal(tmp_path)
    made.plans(ONE)
    made.close()
    with (tmp_path / "journal-0123abcd.jsonl").open("a") as file:
        file.write(end)
    (left,) = journals([tmp_path, tmp_path])
    assert frozenset({ONE}) == left.names


@pytest.mark.parametrize("name", ["", "mw-conformance-0123abcd-", "mw-conformance-0123abcd-1\n", "x" + ONE, "mw-1"])
def test_other_names_are_not_ours(name: str) -> None:
    assert NAME.fullmatch(ONE)
    assert not NAME.fullmatch(name)
