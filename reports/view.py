"""What every report shows, worked out once from the log: validity, the two figures, areas, findings, what is left out.

The two figures are never added: how many exercised MUST rules diverge, and how many of all rules were exercised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final
from urllib.parse import urlsplit, urlunsplit

from conformance.events import Finding, Log
from conformance.tally import RuleTally, Score, negatives, open_answers, score, tally_rules, unsupported
from reports.text import counted, one_line

AREAS = ("input", "combination", "effect", "state", "errors", "wire")
LEVELS = ("MUST", "SHOULD")
KINDS = ("crash", "too-lenient", "too-strict", "wrong-effect", "side-effect", "wrong-error", "wire")
"""Kinds of divergence, worst first."""
_PRECEDENCE = re.compile(r"precedence(?:[.:]\s*|$)")
VERDICTS = ("conforms", "diverges", "unsupported", "inconclusive", "not-exercised")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AreaView:
    """One chapter of the contract: its score, and its rules by standing (see `standing`)."""

    name: str
    score: Score
    standings: Mapping[str, int]
    lines: tuple[RuleTally, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAnswer:
    """What this target does where the documents say nothing, or two things."""

    id: str
    question: str
    answer: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Precedence:
    """What a request got that breaks two rules at once: `pair` names them, `told` is the one that the answer tells."""

    pair: tuple[str, str]
    told: str
    answer: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """An operation that the target does not implement, and the rules that can not be asked without it."""

    operation: str
    rules: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Untested:
    """Rules that this run did not exercise, for one reason."""

    reason: str
    rules: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A run, ready to be drawn; `log` is there for facts that need no working out."""

    log: Log
    valid: bool
    reasons: tuple[str, ...]
    lines: tuple[RuleTally, ...]
    total: Score
    must: Score
    should: Score
    areas: tuple[AreaView, ...]
    findings: tuple[Finding, ...]
    open: tuple[OpenAnswer, ...]
    precedence: tuple[Precedence, ...]
    open_unasked: int
    unsupported: tuple[Unsupported, ...]
    untested: tuple[Untested, ...]
    negatives: tuple[int, int]
    inconclusive: int

    @property
    def new(self) -> tuple[Finding, ...]:
        """Findings that the ledger does not know."""
        return tuple(finding for finding in self.findings if not finding.known)

    @property
    def known(self) -> tuple[Finding, ...]:
        """Findings that the ledger knows."""
        return tuple(finding for finding in self.findings if finding.known)

    @property
    def headline(self) -> str:
        """The first figure, in words; a target that implements nothing has none."""
        if not self.total.exercised:
            return "nothing was exercised: this says nothing for the target"
        return f"{self.must.diverging:,} of {counted(self.must.exercised, 'exercised MUST rule')} diverge"

    @property
    def reach(self) -> str:
        """The second figure, in words."""
        return f"{self.total.exercised:,} of {counted(self.total.rules, 'rule')} exercised"

    @property
    def evidence(self) -> str:
        """What makes the run valid, in words."""
        footer = self.log.finished
        sent, accepted = self.negatives
        canaries = f"{footer.canaries_caught:,} of {counted(footer.canaries_planted, 'canary', 'canaries')} caught"
        return (
            f"{canaries if footer.canaries_planted else 'no canary planted'}, "
            f"{accepted:,} of {counted(sent, 'refusal')} with an accepted twin, {self.inconclusive:,} inconclusive"
        )

    @property
    def shard(self) -> str:
        """Which part of a run this is, in words; empty where it is the whole."""
        return "" if self.log.started.shard is None else str(self.log.started.shard)

    @property
    def part(self) -> str:
        """What must be said of a part of a run, in a sentence; empty where it is the whole."""
        told = (
            "This is a part of a run, and its figures are of this part alone; `mw-conformance report` merges all shards"
        )
        return f"{self.shard.capitalize()}. {told}." if self.shard else ""

    @property
    def target(self) -> str:
        """The target with its version, in one line."""
        facts = self.log.started.target
        return one_line(f"{facts.name} {facts.version}".strip())


def view(log: Log) -> View:
    """Work out everything that a report shows of `log`."""
    lines = tally_rules(log)
    answers = open_answers(log)
    inconclusive = sum(case.verdict == "inconclusive" and not case.canary for case in log.cases)
    return View(
        log=log,
        valid=log.finished.valid,
        reasons=() if log.finished.valid else log.finished.reasons or _reasons(log, inconclusive),
        lines=lines,
        total=score(lines),
        must=score(line for line in lines if line.rule.level == "MUST"),
        should=score(line for line in lines if line.rule.level == "SHOULD"),
        areas=tuple(_area(name, lines) for name in AREAS),
        findings=worst_first(log.findings),
        open=tuple(
            OpenAnswer(id=id, question=log.started.open_questions.get(id, id), answer=_in_short(given))
            for id, given in sorted(answers.items())
            if not _PRECEDENCE.match(id)
        ),
        precedence=tuple(
            _precedence(_PRECEDENCE.sub("", id), each)
            for id, given in sorted(answers.items())
            if _PRECEDENCE.match(id)
            for each in given
        ),
        open_unasked=sum(not _PRECEDENCE.match(id) for id in log.started.open_questions.keys() - answers.keys()),
        unsupported=tuple(
            Unsupported(operation=name, rules=tuple(sorted(rules))) for name, rules in sorted(unsupported(log).items())
        ),
        untested=_untested(lines),
        negatives=negatives(log),
        inconclusive=inconclusive,
    )


def _precedence(pair: str, given: str) -> Precedence:
    """Read ``one and other`` (or ``one with other``), and an answer whose label is the rule that was told."""
    one, _, other = pair.replace(" with ", " and ", 1).partition(" and ")
    told, _, answer = given.rpartition(": ")
    return Precedence(pair=(one, other), told=told, answer=answer)


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Sort findings: new before known, MUST before SHOULD, then by kind, then by rule."""
    return tuple(sorted(findings, key=_badness))


def _badness(finding: Finding) -> tuple[bool, int, int, str, str]:
    return (finding.known, _place(finding.level, LEVELS), _place(finding.kind, KINDS), finding.rule, finding.id)


def _place(value: str, order: Sequence[str]) -> int:
    return order.index(value) if value in order else len(order)


def standing(line: RuleTally) -> str:
    """Give the verdict, but ``known`` for a rule all of whose divergences the ledger knows."""
    return "known" if line.verdict == "diverges" and line.known else line.verdict


def bare_endpoint(endpoint: str | None) -> str | None:
    """Give an endpoint without the user, password, query and fragment that it may carry."""
    if endpoint is None:
        return None
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return "(an endpoint that is no URL)"  # it could hold a password in any place
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _area(name: str, lines: Sequence[RuleTally]) -> AreaView:
    own = tuple(line for line in lines if line.rule.area == name)
    found = [standing(line) for line in own]
    order = ("conforms", "known", "diverges", "inconclusive", "unsupported", "not-exercised")
    return AreaView(name=name, score=score(own), standings={each: found.count(each) for each in order}, lines=own)


def _untested(lines: Sequence[RuleTally]) -> tuple[Untested, ...]:
    by_reason: dict[str, list[str]] = {}
    for line in lines:
        if line.verdict == "not-exercised":
            by_reason.setdefault(line.reason or "planned, but no case of it was judged", []).append(line.rule.id)
    return tuple(Untested(reason=reason, rules=tuple(ids)) for reason, ids in sorted(by_reason.items()))


def _in_short(given: Sequence[str]) -> str:
    """Fold ``label: outcome`` lines by outcome: ``accepted (a, b); rejected:X (c)``."""
    by_outcome: dict[str, list[str]] = {}
    for each in given:
        label, _, outcome = each.rpartition(": ")
        by_outcome.setdefault(outcome, []).append(label)
    return "; ".join(
        f"{outcome} ({_some(labels)})" if any(labels) else outcome for outcome, labels in by_outcome.items()
    )


def _some(labels: Sequence[str]) -> str:
    shown = [label for label in labels if label][:4]
    left = len(labels) - len(shown)
    return ", ".join(shown) + (f", {left} more" if left else "")


def _reasons(log: Log, inconclusive: int) -> tuple[str, ...]:
    """Say why a run is invalid whose footer does not."""
    footer = log.finished
    missed = footer.canaries_planted - footer.canaries_caught
    found = (
        "the run was interrupted" if footer.interrupted else "",
        f"{counted(missed, 'canary', 'canaries')} missed" if missed > 0 else "",
        f"{counted(inconclusive, 'case')} could not be judged" if inconclusive else "",
    )
    return tuple(reason for reason in found if reason) or ("the runner gave no reason",)
