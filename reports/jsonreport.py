"""The report for other programs: ``report.json``, with stable keys; the same log gives the same bytes.

A run that is not valid has no score: the figures are null then, the keys stay.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.events import Finding, Log
from conformance.tally import RuleTally, Score
from reports.text import jsonable, without_tags
from reports.view import View, bare_endpoint, view

SCHEMA_VERSION = 1


def render(log: Log) -> str:
    """Give ``report.json`` as text, indented, with a newline at its end."""
    return json.dumps(jsonable(report(log)), indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def report(log: Log) -> Mapping[str, Any]:
    """Give ``report.json`` as a value."""
    shown = view(log)
    started = log.started
    return {
        "schemaVersion": SCHEMA_VERSION,
        "suite": {
            "version": started.suite,
            "contract": {
                "botocore": started.botocore,
                "digest": started.contract_digest,
                "rules": len(started.rules),
            },
        },
        "target": {
            "name": started.target.name,
            "kind": started.target.kind,
            "version": started.target.version,
            "endpoint": bare_endpoint(started.target.endpoint),
        },
        "run": _run(shown),
        "scores": {
            "must": _score(shown, shown.must),
            "should": _score(shown, shown.should),
            "areas": {area.name: _score(shown, area.score) for area in shown.areas},
        },
        "rules": [_rule(line) for line in shown.lines],
        "findings": [_finding(finding) for finding in shown.findings],
        "open": [{"question": each.question, "id": each.id, "answer": each.answer} for each in shown.open],
        "precedence": [{"rules": each.pair, "told": each.told, "answer": each.answer} for each in shown.precedence],
        "unsupported": [{"operation": each.operation, "rules": each.rules} for each in shown.unsupported],
        "exclusions": sorted(started.exclusions, key=lambda each: each.get("id", "")),
    }


def _run(shown: View) -> Mapping[str, Any]:
    started, footer = shown.log.started, shown.log.finished
    sent, accepted = shown.negatives
    return {
        "profile": started.profile,
        "seed": started.seed,
        "started": started.started,
        **({"shard": {"index": shard.index, "of": shard.of}} if (shard := started.shard) else {}),
        "requests": footer.requests,
        "calls": dict(footer.calls),
        "peak": dict(footer.peak),
        "seconds": footer.seconds,
        "valid": shown.valid,
        "canaries": {"planted": footer.canaries_planted, "caught": footer.canaries_caught},
        "negatives": {"sent": sent, "withAcceptedTwin": accepted},
        "inconclusive": shown.inconclusive,
        "exitStatus": footer.exit_status,
        "interrupted": footer.interrupted,
        "reasons": shown.reasons,
        "stale": sorted(footer.stale),
        "ledger": footer.ledger,
    }


def _score(shown: View, score: Score) -> Mapping[str, int | None]:
    return {
        "rules": score.rules,
        "exercised": score.exercised if shown.valid else None,
        "diverging": score.diverging if shown.valid else None,
    }


def _rule(line: RuleTally) -> Mapping[str, Any]:
    return {
        "id": line.rule.id,
        "area": line.rule.area,
        "level": line.rule.level,
        "evidence": line.rule.evidence,
        "verdict": line.verdict,
        "accepts": line.accepts,
        "rejects": line.rejects,
        "known": line.known,
        "source": line.rule.source,
        "statement": line.rule.statement,
        "reason": line.reason,
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {
        "id": finding.id,
        "rule": finding.rule,
        "area": finding.area,
        "level": finding.level,
        "kind": finding.kind,
        "title": finding.title,
        "expected": finding.expected,
        "observed": finding.observed,
        "outcome": finding.outcome,
        "path": finding.path,
        "source": finding.source,
        "sentence": without_tags(finding.sentence),
        "request": finding.request,
        "twin": finding.twin,
        "steps": finding.steps,
        "count": finding.count,
        "known": finding.known,
        "why": finding.why,
        "answer": finding.answer,
        "repro": {name: finding.repro.get(name, "") for name in ("boto3", "cli", "curl", "note")},
    }
