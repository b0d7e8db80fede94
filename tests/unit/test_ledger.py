"""The ledger: what it knows, what has gone, what has changed, and what it may not say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.events import Finding
from conformance.ledger import BadLedger, Entry, Ledger, given, load, parse, shipped, write

ENTRY = Entry(rule="Name.pattern", kind="too-lenient", outcome="accepted", why="moto has no checks", seen="5.2.5")
LEDGER = Ledger(name="moto.toml", entries=(ENTRY,))
ASKED = frozenset({"Name.pattern"})


def finding(rule: str = "Name.pattern", kind: str = "too-lenient", outcome: str = "accepted", **more: Any) -> Finding:
    given: dict[str, Any] = {
        "id": "0",
        "area": "input",
        "level": "MUST",
        "title": "t",
        "expected": "e",
        "observed": "o",
        "request": {"Name": "a b"},
        **more,
    }
    return Finding(rule=rule, kind=kind, outcome=outcome, **given)


def test_a_known_divergence_is_marked_with_its_reason_and_shown_all_the_same() -> None:
    (marked,) = LEDGER.mark([finding()])
    assert marked.known
    assert ENTRY.why == marked.why


@pytest.mark.parametrize(
    "other", [finding(rule="Name.max-length"), finding(kind="wrong-error"), finding(outcome="crashed:500")]
)
def test_another_rule_kind_or_outcome_is_not_known(other: Finding) -> None:
    assert (other,) == LEDGER.mark([other])


def test_nothing_is_stale_where_all_came_true() -> None:
    assert () == LEDGER.stale([finding()], ASKED)


def test_a_divergence_that_has_gone_is_stale() -> None:
    (reason,) = LEDGER.stale([], ASKED)
    assert reason.startswith("Name.pattern (too-lenient) is gone")
    assert "moto.toml" in reason


def test_a_divergence_that_was_not_asked_about_is_not_stale() -> None:
    assert () == LEDGER.stale([], frozenset())


def test_a_divergence_that_turned_into_another_outcome_is_stale() -> None:
    (reason,) = LEDGER.stale([finding(outcome="rejected:Oops")], ASKED)
    assert "changed: accepted is now rejected:Oops" in reason


def test_a_divergence_with_two_known_outcomes_is_stale_under_neither() -> None:
    """What comes out of a call in this process is an error page behind a port."""
    both = Ledger(name="moto.toml", entries=(ENTRY, replace(ENTRY, outcome="crashed:500")))
    assert () == both.stale([finding(outcome="crashed:500")], ASKED)
    assert () == both.stale([finding()], ASKED)
    assert 2 == len(both.stale([finding(outcome="rejected:Oops")], ASKED))
    assert 2 == len(both.stale([], ASKED))


def test_a_ledger_is_read_back_as_it_was_written() -> None:
    odd = finding(kind="crash", outcome='crashed:"quoted" \\ back', request={"Name": '\u202e"\n'})
    text = write("moto", "5.2.5", [finding(), odd], LEDGER)
    read = parse(text, name="moto.toml")
    assert ENTRY.why == read.entries[0].why
    assert odd.outcome == read.entries[1].outcome
    assert "to be reviewed" == read.entries[1].why
    assert ((), ("Name.pattern", "Name.pattern")) == (
        read.stale([finding(), odd], ASKED),
        tuple(each.rule for each in read.entries),
    )
    assert text == write("moto", "5.2.5", [finding(), odd], read)


def test_a_reviewed_reason_and_the_version_it_was_seen_at_are_kept() -> None:
    entry = parse(write("moto", "9.9.9", [finding()], LEDGER), name="m").entries[0]
    assert ("moto has no checks", "5.2.5") == (entry.why, entry.seen)


def test_a_long_witness_is_cut() -> None:
    entry = parse(write("moto", "1", [finding(request={"Name": "a" * 5000})], Ledger()), name="m").entries[0]
    assert 600 == len(entry.witness)


HEAD = '[[divergence]]\nrule = "Name.pattern"\nkind = "too-lenient"\noutcome = "accepted"\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("target = ", "is no TOML"),
        ('targets = "moto"', "unknown key 'targets'"),
        (HEAD + 'reason = "x"', "unknown key 'reason'; expected one of kind"),
        ('[[divergence]]\nrule = "Name.pattern"', "has no 'kind'"),
        (HEAD.replace("Name.pattern", "Name.patern"), "rule='Name.patern' is unknown"),
        (HEAD.replace("too-lenient", "too-lazy"), "kind='too-lazy' is unknown"),
        (HEAD + "seen = 5", "no string"),
        ("divergence = 5", "is no list"),
        ("divergence = [5]", "is no table"),
    ],
)
def test_a_ledger_that_says_something_unknown_is_refused_in_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(BadLedger, match=reason) as refused:
        parse(text, name="mine.toml")
    assert "mine.toml" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_ledger_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLedger, match=r"none\.toml.*can not be read"):
        load(tmp_path / "none.toml")


def test_a_ledger_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadLedger, match="can not be read"):
        load(path)


def test_the_word_none_and_a_target_that_has_none_give_an_empty_one() -> None:
    assert Ledger() == given("none", "moto")
    assert Ledger() == shipped("no-such-target")


def test_a_file_wins_over_the_one_that_ships(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(HEAD, "utf-8")
    assert ("Name.pattern",) == tuple(each.rule for each in given(str(path), "moto").entries)


# --- one that extends another


LIKE = 'target = "mine"\nextends = "moto"\n'
OTHER = '[[divergence]]\nrule = "WindowId.type"\nkind = "crash"\noutcome = "crashed:500"\nwhy = "w"\n'


def keys(ledger: Ledger) -> dict[tuple[str, str], str]:
    return {(each.rule, each.kind): each.outcome for each in ledger.entries}


def test_a_ledger_that_extends_another_knows_what_that_one_knows_but_for_its_own_words() -> None:
    moto = keys(shipped("moto"))
    text = LIKE + 'without = ["Name.pattern too-lenient"]\n' + OTHER
    expected = {**moto, ("WindowId.type", "crash"): "crashed:500"}
    del expected["Name.pattern", "too-lenient"]
    assert expected == keys(parse(text, name="mine.toml"))
    assert moto == keys(parse(LIKE, name="mine.toml"))


def test_what_differs_is_written_and_read_back() -> None:
    old = parse(LIKE, name="mine.toml")
    moto = [finding(each.rule, each.kind, each.outcome) for each in old.entries]
    found = [*moto[1:], finding("Name.type", "crash", "crashed:500")]
    text = write("mine", "7", found, old)
    read = parse(text, name="mine.toml")
    assert {(each.rule, each.kind): each.outcome for each in found} == keys(read)
    assert 1 == text.count("[[divergence]]")
    assert f'"{moto[0].rule} {moto[0].kind}"' in text
    assert text == write("mine", "7", found, read)


def test_the_reason_of_another_outcome_is_not_taken_over() -> None:
    old = parse(LIKE, name="mine.toml")
    text = write("mine", "7", [finding("WindowId.type", "crash", "crashed:418")], old)
    (entry,) = (each for each in parse(text, name="m").entries if each.outcome == "crashed:418")
    assert ("to be reviewed", "7") == (entry.why, entry.seen)


def test_a_new_divergence_takes_over_the_reason_of_its_like() -> None:
    text = write("moto", "5.2.5", [finding("MaxErrors.pattern")], LEDGER)
    assert ENTRY.why == parse(text, name="m").entries[0].why


def test_a_new_divergence_takes_no_reason_over_where_its_like_have_several() -> None:
    other = Entry(rule="MaxErrors.pattern", kind="too-lenient", outcome="accepted", why="another")
    text = write("moto", "1", [finding("MaxConcurrency.pattern")], Ledger(entries=(ENTRY, other)))
    assert "to be reviewed" == parse(text, name="m").entries[0].why


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('extends = "no-such"', "extends 'no-such', and no ledger of that name ships"),
        (LIKE + 'without = ["Name.pattern crash"]', "expected a list of"),
        (LIKE + "without = 5", "expected a list of"),
    ],
)
def test_a_ledger_that_extends_nothing_that_is_there_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadLedger, match=reason):
        parse(text, name="mine.toml")


SHIPPED = sorted((Path(__file__).parents[2] / "conformance" / "ledgers").glob("*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_ledger_that_ships_is_reviewed(path: Path) -> None:
    ledger = load(path)
    assert [] == [each.rule for each in ledger.entries if each.why in ("", "to be reviewed") or not each.seen]
    # One divergence may have several outcomes: in this process, and behind a port.
    assert len(ledger.entries) == len({(each.rule, each.kind, each.outcome) for each in ledger.entries})


def test_a_version_has_the_nearest_ledger() -> None:
    assert "ledgers/moto-5.0.toml" == shipped("moto", "5.0.28").name
    assert "ledgers/moto.toml" == shipped("moto", "5.2.5").name == given(None, "moto", "").name
    assert keys(shipped("localstack")) == keys(shipped("localemu", "1.3.2"))
