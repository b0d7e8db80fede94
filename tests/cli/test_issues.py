"""Findings as issues: the text can be filed, and the test beside it runs and is red on the moto that is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from conformance.events import Finding, read_log
from reports import issues
from tests.cli.serving import served

GOLDEN = Path(__file__).parents[1] / "golden"
Run = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def folder(mwc: Run, tmp_path: Path) -> Path:
    """The issues of the golden log, which was taken from moto."""
    done = mwc("report", str(GOLDEN), "--format", "issues", "--report-dir", str(tmp_path))
    assert (0, "") == (done.returncode, done.stderr)
    return tmp_path / "issues"


def test_each_generated_test_runs_and_is_red_for_the_finding_s_reason(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", "--color=no", str(folder)],
        text=True,
        capture_output=True,
        check=False,
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))},
        timeout=240,
    )
    held = read_log(GOLDEN / "run.jsonl").findings
    assert re.search(rf"^{len(held)} failed in", done.stdout, re.M), done.stdout[-2000:]
    reasons = re.findall(r"^\S+\.py:\d+: (.*)$", done.stdout, re.M)
    assert len(held) == len(reasons)
    for reason in reasons:
        assert re.match(
            r"Failed: DID NOT RAISE|AssertionError|TypeError: (?:unhashable|int)|KeyError: '[\w-]+'", reason
        )


def test_an_issue_tells_what_is_expected_and_from_where_and_how_to_see_it(folder: Path) -> None:
    (path,) = folder.glob("*-constraints.md")
    text = path.read_text("utf-8")
    for words in ("**Expected:**", "https://docs.aws.amazon.com/", "**Observed:**", "moto 5.", "mock_aws", "red today"):
        assert words in text
    assert path.name in (folder / "README.md").read_text("utf-8")


def test_another_target_is_tested_at_its_endpoint() -> None:
    import dataclasses

    log = read_log(GOLDEN / "run.jsonl")
    target = dataclasses.replace(log.started.target, name="mine", kind="http", endpoint="http://127.0.0.1:4566")
    files = issues.render(dataclasses.replace(log, started=dataclasses.replace(log.started, target=target)))
    tests = [text for name, text in files.items() if name.endswith(".py")]
    assert tests
    for text in tests:
        compile(text, "generated", "exec")
        assert 'os.environ.get("ENDPOINT", "http://127.0.0.1:4566")' in text
        assert "mock_aws" not in text


def test_each_generated_test_is_green_where_the_contract_is_kept(tmp_path: Path) -> None:
    import dataclasses

    log = read_log(GOLDEN / "run.jsonl")
    target = dataclasses.replace(log.started.target, name="mine", kind="http", endpoint="http://127.0.0.1:1")
    raw = [_raw("wire.malformed-json", body="{"), _raw("wire.body-no-request", body="Action=x&WindowId=y")]
    raw += [_raw("wire.unknown-operation", body="{}", operation="", codes="UnknownOperationException")]
    log = dataclasses.replace(
        log, started=dataclasses.replace(log.started, target=target), findings=(*log.findings, *raw)
    )
    for name, text in issues.render(log).items():
        (tmp_path / name).write_text(text, "utf-8")
    with served() as (_, address):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", "--color=no", str(tmp_path)],
            text=True,
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
            | {"ENDPOINT": address},
            timeout=240,
        )
    assert re.search(rf"^{len(log.findings)} passed in", done.stdout, re.M), done.stdout[-2000:]


def _raw(
    rule: str, *, body: str, operation: str = "AmazonSSM.RegisterTaskWithMaintenanceWindow", codes: str = ""
) -> Finding:
    return Finding(
        id=rule,
        rule=rule,
        area="wire",
        level="MUST",
        kind="wrong-error",
        title="x",
        expected=f"refused with {codes or 'SerializationException'}",
        observed="accepted",
        outcome="accepted",
        request={
            "method": "POST",
            "uri": "/",
            "headers": {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": operation},
            "body": body,
        },
    )


def test_a_listing_is_asked_by_the_name_that_its_shape_has() -> None:
    import dataclasses

    log = read_log(GOLDEN / "run.jsonl")
    finding = dataclasses.replace(
        log.findings[0],
        rule="read-back.describe.TaskType",
        kind="wrong-effect",
        expected='TaskType: "LAMBDA"',
        path="TaskType",
        request={"WindowId": "mw-00000000000000000", "TaskArn": "f", "TaskType": "LAMBDA"},
        steps=(),
    )
    (test,) = (
        text for name, text in issues.render(dataclasses.replace(log, findings=(finding,))).items() if name[-2:] == "py"
    )
    assert '        "Type",\n        "LAMBDA",\n' in test


def test_a_run_without_findings_has_nothing_to_file() -> None:
    import dataclasses

    log = dataclasses.replace(read_log(GOLDEN / "run.jsonl"), findings=())
    assert ["README.md"] == list(issues.render(log))


def test_a_run_in_a_github_job_writes_its_summary(mwc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    done = mwc("run", "reference", "--profile", "quick", "--rules", "Name.*", "-q", "--report-dir", str(tmp_path))
    assert 0 == done.returncode, done.stderr
    assert "## Conformance of reference" in (tmp_path / "summary.md").read_text("utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    done = mwc("run", "reference", "--profile", "quick", "--rules", "Name.*", "-q", "--report-dir", str(tmp_path))
    assert 0 == done.returncode
