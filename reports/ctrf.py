"""The report in the Common Test Report Format (https://ctrf.io), one test a rule, for tools that read that.

A known divergence passes, as in JUnit, and says so. What could not be judged is `other`, what was not asked `skipped`.
CTRF has no word for a run that proves nothing: it has one more test, which fails.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

from conformance.events import Finding, Log
from conformance.tally import RuleTally
from reports.text import one_line
from reports.view import view

SPEC = "0.0.0"
"""The version of the format; the specification has released no other so far (2026-11)."""

STATUSES = ("passed", "failed", "skipped", "pending", "other")


def render(log: Log) -> str:
    """Give the CTRF JSON of a run; times are milliseconds since 1970, zero where the log was not given a clock."""
    shown = view(log)
    worst: dict[str, Finding] = {}
    for finding in shown.findings:
        worst.setdefault(finding.rule, finding)
    tests = [_test(line, worst.get(line.rule.id)) for line in shown.lines]
    if not shown.valid:
        tests.append(_entry("run.valid", "run", "failed", "; ".join(shown.reasons)))
    counts = Counter(each["status"] for each in tests)
    start = _milliseconds(log.started.started)
    started = log.started
    value = {
        "reportFormat": "CTRF",
        "specVersion": SPEC,
        "generatedBy": f"mw-conformance {started.suite}",
        "results": {
            "tool": {"name": "mw-conformance", "version": one_line(started.suite)},
            "summary": {
                "tests": len(tests),
                **{status: counts[status] for status in STATUSES},
                "start": start,
                "stop": start + round(1000 * log.finished.seconds),
            },
            "tests": tests,
            "environment": {
                "appName": one_line(started.target.name),
                "appVersion": one_line(started.target.version),
                **({"testEnvironment": shown.shard} if shown.shard else {}),
            },
        },
    }
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _test(line: RuleTally, finding: Finding | None) -> dict[str, Any]:
    status = {"conforms": "passed", "diverges": "failed", "inconclusive": "other"}.get(line.verdict, "skipped")
    message = line.reason
    if finding is not None:
        message = f"{finding.title}; expected: {finding.expected}; observed: {finding.observed}"
    if line.verdict == "diverges" and line.known:
        status, message = "passed", f"known to the ledger: {message}"
    return _entry(line.rule.id, line.rule.area, status, message)


def _entry(name: str, area: str, status: str, message: str) -> dict[str, Any]:
    told = {"message": one_line(message, 600)} if message else {}
    return {"name": one_line(name), "status": status, "duration": 0, "suite": [area], **told}


def _milliseconds(moment: str) -> int:
    try:
        return round(1000 * datetime.fromisoformat(moment).timestamp())
    except ValueError:
        return 0
