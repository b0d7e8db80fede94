"""Shards that are merged: one run with the findings, sums and exit status of the whole, or one sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.events import CaseFinished, ChargeFacts, Log, RuleFacts, RunStarted, Shard, TargetFacts
from conformance.ledger import Entry, Ledger
from conformance.runner.closing import INCONCLUSIVE, INTERRUPTED, NEW, OK, Ending, closed
from conformance.runner.merge import BadShards, Named, put_together

LENIENT = ChargeFacts(rule="Name.pattern", kind="too-lenient", level="MUST", expected="e", observed="accepted")
ENTRY = Entry(rule="Name.pattern", kind="too-lenient", outcome="accepted", why="moto has no checks")
NAMES = ("Name.max-length", "Name.pattern")
RULES = tuple(
    RuleFacts(id=id, area="input", level="MUST", evidence="model", source="s", statement="t", planned=True)
    for id in NAMES
)


def case(verdict: Any = "conforms", rule: str = "Name.pattern", **more: Any) -> CaseFinished:
    given: dict[str, Any] = {"label": "l", "expect": "reject", "outcome": "accepted", "request": {"Name": "a"}, **more}
    return CaseFinished(case=f"{rule}/l", rule=rule, verdict=verdict, **given)


LET_THROUGH = case("diverges", charges=(LENIENT,))
CANARY = case("diverges", charges=(LENIENT,), canary=True)


def shard(
    index: int,
    *cases: CaseFinished,
    of: int = 2,
    ledger: tuple[Entry, ...] = (),
    strict: bool = False,
    reasons: tuple[str, ...] = (),
    interrupted: bool = False,
    **more: Any,
) -> Named:
    """Give the log of a shard, closed as a run closes it; a canary was caught in it."""
    known = tuple({"rule": e.rule, "kind": e.kind, "outcome": e.outcome, "why": e.why} for e in ledger)
    facts: dict[str, Any] = {
        "suite": "0",
        "botocore": "0",
        "contract_digest": "0",
        "rules": RULES,
        "target": TargetFacts(name="moto", kind="in-process", version="5.2.5"),
        "profile": "standard",
        "seed": 0,
        "shard": Shard(index=index, of=of, strict=strict, ledger=known),
        **more,
    }
    started = RunStarted(**facts)
    ending = Ending(
        calls={"RegisterTaskWithMaintenanceWindow": index},
        peak={"windows": 1},
        seconds=index / 2,
        reasons=reasons,
        interrupted=interrupted,
    )
    held = Ledger(name="mine.toml", entries=ledger)
    marked, finished = closed(started, (CANARY, *cases), ending, held, strict=strict)
    return Named(
        name=f"{index}/run.jsonl",
        log=Log(started=started, cases=(CANARY, *cases), findings=marked, finished=finished),
    )


def merged(*logs: Named) -> Log:
    (found,) = put_together(logs)
    assert found.merged
    return found.log


def refused(*logs: Named) -> str:
    with pytest.raises(BadShards) as told:
        put_together(logs)
    return str(told.value)


# --- what they make


def test_all_that_was_spent_is_added_up() -> None:
    found = merged(shard(2, case()), shard(1, case())).finished
    assert (3, {"RegisterTaskWithMaintenanceWindow": 3}, 1.5) == (found.requests, found.calls, found.seconds)
    assert {"windows": 2} == found.peak
    assert (2, 2) == (found.canaries_planted, found.canaries_caught)


def test_the_order_in_which_shards_are_given_makes_no_difference() -> None:
    parts = shard(1, LET_THROUGH), shard(2, case(rule="Name.max-length"))
    assert merged(*parts) == merged(*reversed(parts))
    assert merged(*parts).started.shard is None


def test_a_finding_of_two_shards_is_one_with_the_smallest_request() -> None:
    larger = replace(LET_THROUGH, request={"Name": "a", "Description": "b"})
    (found,) = merged(shard(1, larger), shard(2, LET_THROUGH)).findings
    assert (2, {"Name": "a"}) == (found.count, found.request)


def test_what_the_ledger_knows_stays_known() -> None:
    log = merged(shard(1, LET_THROUGH, ledger=(ENTRY,)), shard(2, ledger=(ENTRY,)))
    assert [(True, ENTRY.why)] == [(each.known, each.why) for each in log.findings]
    assert (OK, "mine.toml") == (log.finished.exit_status, log.finished.ledger)


def test_an_entry_is_stale_in_the_whole_run_and_in_no_shard_of_it() -> None:
    parts = shard(1, case(), ledger=(ENTRY,)), shard(2, ledger=(ENTRY,))
    assert [(OK, ()), (OK, ())] == [(each.log.finished.exit_status, each.log.finished.stale) for each in parts]
    found = merged(*parts).finished
    assert NEW == found.exit_status
    assert ["Name.pattern (too-lenient) is gone"] == [each.partition(":")[0] for each in found.stale]


def test_an_entry_is_not_stale_where_another_shard_saw_it() -> None:
    parts = shard(1, case(), ledger=(ENTRY,)), shard(2, LET_THROUGH, ledger=(ENTRY,))
    assert (OK, ()) == (merged(*parts).finished.exit_status, merged(*parts).finished.stale)


def test_another_outcome_than_the_known_one_is_told_by_the_whole_run() -> None:
    """The shard that holds the larger request sees another outcome; the smallest request counts."""
    larger = replace(LET_THROUGH, outcome="crashed:500", request={"Name": "a", "Description": "b"})
    one, two = shard(1, larger, ledger=(ENTRY,)), shard(2, LET_THROUGH, ledger=(ENTRY,))
    assert OK == one.log.finished.exit_status
    assert OK == merged(one, two).finished.exit_status
    changed = merged(one, shard(2, ledger=(ENTRY,))).finished
    assert NEW == changed.exit_status
    assert "changed: accepted is now crashed:500" in changed.stale[0]


def test_a_new_divergence_of_any_shard_is_the_run_s() -> None:
    assert NEW == merged(shard(1, case()), shard(2, LET_THROUGH)).finished.exit_status


@pytest.mark.parametrize(("strict", "status"), [(False, OK), (True, NEW)])
def test_should_counts_in_the_whole_as_it_did_in_the_parts(strict: bool, status: int) -> None:
    should = replace(LET_THROUGH, charges=(replace(LENIENT, level="SHOULD"),))
    parts = shard(1, should, strict=strict), shard(2, case(), strict=strict)
    assert status == merged(*parts).finished.exit_status


def test_a_shard_that_is_not_valid_makes_the_run_so_and_is_named() -> None:
    found = merged(shard(1, case(), reasons=("the budget is spent",)), shard(2, case())).finished
    assert (False, INCONCLUSIVE) == (found.valid, found.exit_status)
    assert ("shard 1 of 2: the budget is spent",) == found.reasons


def test_what_could_not_be_judged_is_told_once() -> None:
    unsure = case("inconclusive", reason="no answer")
    found = merged(shard(1, unsure), shard(2, case())).finished
    assert ("shard 1 of 2: Name.pattern/l: no answer",) == found.reasons


def test_a_canary_that_one_shard_missed_makes_the_run_not_valid() -> None:
    found = merged(shard(1, replace(CANARY, verdict="conforms", charges=())), shard(2, case())).finished
    assert (False, 3, 2) == (found.valid, found.canaries_planted, found.canaries_caught)
    assert 1 == len(found.reasons)


def test_an_interrupted_shard_makes_the_run_interrupted() -> None:
    found = merged(shard(1, case(), interrupted=True), shard(2, case())).finished
    assert (False, INTERRUPTED, ("shard 1 of 2: it was interrupted",)) == (
        found.valid,
        found.exit_status,
        found.reasons,
    )


def test_a_shard_may_have_nothing_to_ask_and_the_whole_may_not() -> None:
    assert shard(1).log.finished.valid
    assert merged(shard(1), shard(2, case())).finished.valid
    assert (False, ("nothing was asked",)) == (
        merged(shard(1), shard(2)).finished.valid,
        merged(shard(1), shard(2)).finished.reasons,
    )


def test_runs_stand_beside_each_other_and_a_whole_one_stays_as_it_is() -> None:
    whole = shard(1, case(), shard=None)
    other = TargetFacts(name="other", kind="http", version="1")
    found = put_together(
        [shard(1, case()), whole, shard(1, case(), of=1, target=other), shard(2, LET_THROUGH)],
    )
    assert [("moto", True), ("moto", False), ("other", True)] == [
        (each.log.started.target.name, each.merged) for each in found
    ]
    assert whole.log == found[1].log


def test_each_machine_may_have_the_target_at_an_address_of_its_own() -> None:
    targets = [TargetFacts(name="mine", kind="http", endpoint=f"http://127.0.0.{n}:5000") for n in (1, 2)]
    assert merged(shard(1, case(), target=targets[0]), shard(2, target=targets[1])).finished.valid


# --- what makes no run


def test_a_missing_shard_is_named() -> None:
    assert "shard 2 of 3 (moto, standard) is missing; give the run.jsonl of every shard of the run" == refused(
        shard(1, of=3), shard(3, of=3)
    )
    assert refused(shard(2, of=4)).startswith("shards 1, 3, 4 of 4 (moto, standard) are missing")


def test_a_shard_that_is_there_twice_is_named() -> None:
    assert (
        "shard 1 of 2 (moto, standard) is there more than once: '1/run.jsonl' and '1/run.jsonl' hold shard 1; "
        "give each shard of a run once"
    ) == refused(shard(1), shard(2), shard(1))


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("--seed is not the same (1 and 0)", {"seed": 1}),
        ("--profile is not the same ('quick' and 'standard')", {"profile": "quick"}),
        ("--rules is not the same", {"rules": (RULES[0], replace(RULES[1], planned=False))}),
        ("the suite is not the same ('1' and '0')", {"suite": "1"}),
        ("the contract is not the same ('1' and '0')", {"contract_digest": "1"}),
        ("botocore is not the same ('1' and '0')", {"botocore": "1"}),
        (
            "the target's version is not the same ('5.1' and '5.2.5')",
            {"target": TargetFacts(name="moto", kind="in-process", version="5.1")},
        ),
        ("the number of shards is not the same (3 and 2)", {"of": 3}),
        ("--strict is not the same (True and False)", {"strict": True}),
        ("the ledger is not the same", {"ledger": (ENTRY,)}),
    ],
)
def test_a_shard_of_another_run_is_named_with_what_tells_them_apart(what: str, more: dict[str, Any]) -> None:
    told = refused(shard(1), shard(2, **more))
    assert "log='2/run.jsonl' is a shard of another run than '1/run.jsonl': " in told
    assert what in told
