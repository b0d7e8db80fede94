"""Close a run: from all that was judged to its findings, whether it is valid, and its exit status. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from conformance.events import CaseFinished, Finding, RunFinished, RunStarted
from conformance.findings import findings
from conformance.ledger import Ledger

OK, NEW, USAGE, INCONCLUSIVE, INTERRUPTED = 0, 1, 2, 3, 130


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What only whoever ran it can tell: what was sent, in which time, and why it could not go on."""

    calls: Mapping[str, int]
    peak: Mapping[str, int]
    seconds: float
    reasons: tuple[str, ...] = ()
    interrupted: bool = False


def closed(
    started: RunStarted, cases: Sequence[CaseFinished], ending: Ending, ledger: Ledger, *, strict: bool
) -> tuple[tuple[Finding, ...], RunFinished]:
    """Give the findings of a run, those that the ledger knows marked, and its footer.

    A shard alone may have nothing to ask, and calls no entry of the ledger stale or changed: which case shows a finding
    best, and so its outcome, is known when all shards are merged.
    """
    marked = ledger.mark(findings(cases, started.target))
    canaries = [case for case in cases if case.canary]
    missed = [case.label for case in canaries if case.verdict != "diverges"]
    reasons = (*ending.reasons, *([_blind(len(canaries), missed)] if missed else []))
    whole = not ending.interrupted and not reasons and started.shard is None
    stale = ledger.stale(marked, _asked(cases), deep=started.profile != "quick") if whole else ()
    unsure = [f"{case.case}: {case.reason}" for case in cases if case.verdict == "inconclusive"]
    reasons = (*reasons, *unsure[:5])
    if len(canaries) == len(cases) and not reasons and not ending.interrupted and not started.shard:
        reasons = ("nothing was asked",)
    told = {(each.rule, each.kind) for each in ledger.entries} if started.shard else set()
    new = any(
        not each.known and (each.rule, each.kind) not in told and (each.level == "MUST" or strict) for each in marked
    )
    return marked, RunFinished(
        requests=sum(ending.calls.values()),
        calls=dict(sorted(ending.calls.items())),
        peak=dict(sorted(ending.peak.items())),
        seconds=round(ending.seconds, 3),
        valid=not reasons and not ending.interrupted,
        exit_status=_status(reasons, red=new or bool(stale), interrupted=ending.interrupted),
        interrupted=ending.interrupted,
        reasons=reasons,
        canaries_planted=len(canaries),
        canaries_caught=len(canaries) - len(missed),
        stale=stale,
        ledger=ledger.name,
    )


def _blind(planted: int, missed: Sequence[str]) -> str:
    return (
        f"the judge is blind: of {planted} answers altered on purpose it missed {', '.join(missed)}; "
        "this is a bug of the suite, so no verdict of this run counts"
    )


def _asked(cases: Sequence[CaseFinished]) -> frozenset[str]:
    """Name the rules that were judged."""
    return frozenset(
        id
        for case in cases
        if case.verdict in ("conforms", "diverges") and not case.canary
        for id in (case.rule, *case.also, *(charge.rule for charge in case.charges))
    )


def _status(reasons: Sequence[str], *, red: bool, interrupted: bool) -> int:
    if interrupted:
        return INTERRUPTED
    if reasons:
        return INCONCLUSIVE
    return NEW if red else OK
