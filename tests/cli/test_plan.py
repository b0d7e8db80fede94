"""``plan`` counts what a run sends, and sends nothing itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.commands.plan import forecast
from conformance.observation import Accepted, Rejected
from conformance.runner.resources import Resources

RULES = ["Name.*", "quota.*"]


def test_the_plan_is_what_a_run_then_sends(tmp_path: Path) -> None:
    planned = forecast(profile="quick", rules=RULES)
    words = [word for glob in RULES for word in ("--rules", glob)]
    assert 0 == main(["run", "reference", "-q", "--profile", "quick", "--report-dir", str(tmp_path), *words])
    sent = json.loads((tmp_path / "report.json").read_text())["run"]
    assert sent["calls"] == dict(planned.calls)
    assert sent["requests"] == planned.requests
    assert sent["peak"] == dict(planned.peak)
    assert planned.calls["CreateMaintenanceWindow"] == planned.calls["DeleteMaintenanceWindow"]
    assert planned.peak["tasks"] >= 21  # a full window and a task in another


def test_the_plan_says_calls_peak_and_time(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    # Nothing listens at this address, so a request would be told.
    assert 0 == main(["plan", "http://127.0.0.1:9", "--profile", "quick", "--rules", "Name.*", "--rate", "2"])
    told = capsys.readouterr().out
    assert "RegisterTaskWithMaintenanceWindow" in told
    assert "windows and" in told
    assert "At 2 requests a second" in told


def test_an_unknown_target_or_rule_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["plan", "nosuch"])
    assert 2 == main(["plan", "--rules", "NoSuchRule"])
    assert "names no rule" in capsys.readouterr().err


def test_only_what_was_accepted_lives() -> None:
    resources = Resources()
    resources.note("CreateMaintenanceWindow", {}, Accepted(status=200, body={"WindowId": "mw-1"}))
    for _ in range(2):
        resources.note("RegisterTaskWithMaintenanceWindow", {"WindowId": "mw-1"}, Accepted(status=200, body={}))
    resources.note("RegisterTaskWithMaintenanceWindow", {"WindowId": "mw-1"}, Rejected(status=400, code="x"))
    resources.note("DeregisterTaskFromMaintenanceWindow", {"WindowId": "mw-1"}, Accepted(status=200, body={}))
    resources.note("RegisterTaskWithMaintenanceWindow", {"WindowId": "mw-1"}, Accepted(status=200, body={}))
    resources.note("DeleteMaintenanceWindow", {"WindowId": "mw-1"}, Accepted(status=200, body={}))
    assert {"windows": 1, "tasks": 2} == resources.peak
