"""What a run adds up to: a verdict for each rule, the scores, the answers to open questions. Pure, over the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, final

from conformance.events import CaseFinished, Finding, Log, RuleFacts

RuleVerdict = Literal["conforms", "diverges", "unsupported", "inconclusive", "not-exercised"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTally:
    """One rule's line in every report: what was accepted and refused under it, and what that means."""

    rule: RuleFacts
    verdict: RuleVerdict
    accepts: int
    rejects: int
    known: bool
    reason: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many rules there are, how many were exercised, and how many of those diverge."""

    rules: int
    exercised: int
    diverging: int


def tally_rules(log: Log) -> tuple[RuleTally, ...]:
    """Give every rule's line, in catalogue order."""
    by_rule: dict[str, list[CaseFinished]] = {}
    for case in log.cases:
        if case.canary:
            continue
        for id in {case.rule, *case.also, *(charge.rule for charge in case.charges)}:
            by_rule.setdefault(id, []).append(case)
    findings: dict[str, list[Finding]] = {}
    for finding in log.findings:
        findings.setdefault(finding.rule, []).append(finding)
    blind = _no_window(log)
    part = "" if log.started.shard is None else f"not in {log.started.shard}"
    return tuple(
        _tally(rule, by_rule.get(rule.id, []), findings.get(rule.id, []), blind, part) for rule in log.started.rules
    )


def _no_window(log: Log) -> CaseFinished | None:
    """Give a case that tells that this target makes no windows, without which nothing at all can be asked."""
    told = (case for case in log.cases if case.verdict == "unsupported")
    return next((case for case in told if case.operation == "CreateMaintenanceWindow"), None)


def _tally(
    rule: RuleFacts, cases: list[CaseFinished], findings: list[Finding], blind: CaseFinished | None, part: str
) -> RuleTally:
    own = [case for case in cases if case.rule == rule.id]
    verdict, reason = _verdict(rule, cases, findings)
    if blind is not None and rule.planned and verdict == "not-exercised":
        # What is read back, say, has no case of its own before something was accepted.
        verdict, reason = "unsupported", blind.reason
    elif verdict == "not-exercised" and part and rule.planned:
        reason = reason or part
    return RuleTally(
        rule=rule,
        verdict=verdict,
        accepts=sum(case.outcome == "accepted" for case in own),
        rejects=sum(case.outcome.startswith("rejected") for case in own),
        known=bool(findings) and all(finding.known for finding in findings),
        reason=reason,
    )


def _verdict(rule: RuleFacts, cases: list[CaseFinished], findings: list[Finding]) -> tuple[RuleVerdict, str]:
    if findings:
        return "diverges", findings[0].observed
    for verdict in ("inconclusive", "unsupported"):
        found = [case for case in cases if case.verdict == verdict and case.rule == rule.id]
        judged = any(case.verdict in ("conforms", "open", "diverges") for case in cases)
        # One case that could not be judged spoils its rule; a missing operation does so only if nothing was judged.
        if found and (verdict == "inconclusive" or not judged):
            return ("inconclusive" if verdict == "inconclusive" else "unsupported"), found[0].reason
    if any(case.verdict in ("conforms", "diverges") for case in cases):
        return "conforms", ""
    explained = next((case for case in cases if case.verdict == "explained"), None)
    return "not-exercised", explained.reason if explained else ("" if rule.planned else "not asked in this profile")


def score(tallies: Iterable[RuleTally]) -> Score:
    """Count rules, exercised rules and diverging rules; known divergences diverge all the same."""
    lines = list(tallies)
    return Score(
        rules=len(lines),
        exercised=sum(line.verdict in ("conforms", "diverges") for line in lines),
        diverging=sum(line.verdict == "diverges" for line in lines),
    )


def open_answers(log: Log) -> Mapping[str, tuple[str, ...]]:
    """Give question id -> the answers this target gave, each with its label, in the order asked."""
    answers: dict[str, list[str]] = {}
    for case in log.cases:
        if case.verdict == "open" and case.question:
            answers.setdefault(case.question, []).append(f"{case.label}: {case.outcome}")
    return {question: tuple(dict.fromkeys(given)) for question, given in answers.items()}


def unsupported(log: Log) -> Mapping[str, tuple[str, ...]]:
    """Give operation -> the rules that could not be asked, since the target does not implement it."""
    found: dict[str, list[str]] = {}
    for case in log.cases:
        if case.verdict == "unsupported" and case.operation and case.rule:
            found.setdefault(case.operation, []).append(case.rule)
    if (blind := _no_window(log)) is not None:
        left = [line.rule.id for line in tally_rules(log) if line.verdict == "unsupported"]
        found[blind.operation] = [*found[blind.operation], *left]
    return {operation: tuple(dict.fromkeys(rules)) for operation, rules in found.items()}


def negatives(log: Log) -> tuple[int, int]:
    """Count the requests that must be refused, and those of them whose twin this target accepted."""
    sent = [case for case in log.cases if case.expect == "reject" and case.twin is not None and not case.canary]
    judged = [case for case in sent if case.verdict in ("conforms", "diverges")]
    return len(judged), sum(case.twin_accepted is True for case in judged)
