"""The main job, end to end: what the installed moto does, in this process and behind a port, and lines that show it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.ledger import shipped
from tests.cli.conftest import whole_run

pytest.importorskip("flask", reason="moto's server is not installed")

QUICK = ("--profile", "quick")


def environment() -> dict[str, str]:
    """Give an environment in which nothing of ours or of the user's steers the run."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_", "COV_"))}


@pytest.fixture(scope="module")
def in_process(moto_standard: tuple[int, dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """A standard run against moto in its own process."""
    return moto_standard


def test_the_run_is_valid_and_red(in_process: tuple[int, dict[str, Any]]) -> None:
    status, report = in_process
    assert report["run"]["valid"], report["run"]
    assert 0 == report["run"]["inconclusive"]
    assert 1 == status


def test_more_than_a_hundred_rules_are_exercised(in_process: tuple[int, dict[str, Any]]) -> None:
    _, report = in_process
    exercised = [each["id"] for each in report["rules"] if each["verdict"] in ("conforms", "diverges")]
    assert len(exercised) >= 100


def test_every_negative_has_an_accepted_twin(in_process: tuple[int, dict[str, Any]]) -> None:
    negatives = in_process[1]["run"]["negatives"]
    assert negatives["sent"] == negatives["withAcceptedTwin"]
    assert negatives["sent"] > 300


def test_there_are_well_over_fifty_findings_on_must_rules(in_process: tuple[int, dict[str, Any]]) -> None:
    findings = [each for each in in_process[1]["findings"] if each["level"] == "MUST"]
    assert len(findings) > 50
    assert len(findings) == len({(each["rule"], each["kind"]) for each in findings})
    for each in findings:
        assert each["request"] or each["steps"], each["rule"]
        assert each["expected"] != each["observed"], each["rule"]


def test_moto_keeps_what_it_does_check(in_process: tuple[int, dict[str, Any]]) -> None:
    verdicts = {each["id"]: each["verdict"] for each in in_process[1]["rules"]}
    assert "diverges" == verdicts["Name.max-length"]
    assert "conforms" == verdicts["AUTOMATION.targetless-accepted"]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A moto_server of our own, ended by its pid however the tests end."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _wait_for(f"{endpoint}/moto-api/data.json", process)
        yield endpoint
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert process.poll() is None, "moto_server ended before it answered"
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("moto_server did not answer within ten seconds")


def _verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["verdict"] for each in report["rules"]}


def _kinds(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["rule"], each["kind"]) for each in report["findings"]}


@pytest.fixture(scope="module")
def behind_a_port(server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A quick run against moto behind a port; ``tox -e moto-server,compare`` holds a standard one against moto."""
    return whole_run(tmp_path_factory.mktemp("server"), f"moto={server}", *QUICK)[1]


def test_a_server_of_moto_gets_the_verdicts_that_moto_gets_in_process(
    behind_a_port: dict[str, Any], tmp_path: Path
) -> None:
    """What raises in this process is an error page behind the port: the same kind, another outcome."""
    _, here = whole_run(tmp_path, "moto", *QUICK)
    there = behind_a_port
    assert there["run"]["valid"], there["run"]
    assert _verdicts(here) == _verdicts(there)
    assert _kinds(here) == _kinds(there)


@pytest.fixture(scope="module")
def on_the_wire(server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the standard profile says of moto behind a port on the rules of the wire."""
    return whole_run(tmp_path_factory.mktemp("wire"), f"moto={server}", "--rules", "wire.*")[1]


def test_what_moto_does_on_the_wire_is_told(on_the_wire: dict[str, Any]) -> None:
    assert _kinds(on_the_wire) >= {
        ("wire.not-utf8", "crash"),
        ("wire.deep-nesting", "crash"),
        ("wire.no-server-error", "crash"),
        ("wire.unknown-operation", "crash"),
        ("wire.unknown-operation", "too-lenient"),
        ("wire.number-form", "too-lenient"),
        ("wire.body-no-request", "too-lenient"),
        ("wire.malformed-json", "wrong-error"),
    }
    page = next(each for each in on_the_wire["findings"] if each["rule"] == "wire.not-utf8")
    assert "answered HTTP 500" in page["observed"]
    assert "<!doctype html>" in page["observed"]


def test_the_ledger_knows_all_of_it(
    in_process: tuple[int, dict[str, Any]], behind_a_port: dict[str, Any], on_the_wire: dict[str, Any]
) -> None:
    known = {(each.rule, each.kind, each.outcome) for each in shipped("moto").entries}
    for report in (in_process[1], behind_a_port, on_the_wire):
        assert {(each["rule"], each["kind"], each["outcome"]) for each in report["findings"]} <= known


def test_the_printed_lines_show_a_finding_on_the_wire(on_the_wire: dict[str, Any]) -> None:
    found = {(each["rule"], each["kind"]): each["repro"] for each in on_the_wire["findings"]}
    for key, shown in (
        (("wire.number-form", "too-lenient"), "WindowTaskId"),
        (("wire.unknown-operation", "too-lenient"), "WindowTaskId"),
        (("wire.deep-nesting", "crash"), "500"),
    ):
        done = subprocess.run(
            ["bash", "-c", found[key]["curl"]], text=True, capture_output=True, check=False, timeout=60
        )
        assert shown in done.stdout, (key, done.stderr)
        done = subprocess.run(
            [sys.executable, "-c", found[key]["boto3"]],
            text=True,
            capture_output=True,
            check=False,
            env=environment(),
            timeout=120,
        )
        assert shown in done.stdout, (key, done.stderr)


def _lenient(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Choose findings far apart: the first, the middle and the last that can be pasted."""
    found = [each for each in report["findings"] if each["kind"] == "too-lenient" and each["repro"].get("boto3")]
    return [found[0], found[len(found) // 2], found[-1]]


@pytest.mark.parametrize("position", [0, 1, 2])
def test_the_printed_lines_reproduce_a_finding(in_process: tuple[int, dict[str, Any]], position: int) -> None:
    finding = _lenient(in_process[1])[position]
    done = subprocess.run(
        [sys.executable, "-c", finding["repro"]["boto3"]],
        text=True,
        capture_output=True,
        check=False,
        env=environment(),
        timeout=120,
    )
    assert 0 == done.returncode, f"{finding['rule']}\n{done.stderr}"
    assert "WindowTaskId" in done.stdout, finding["rule"]


def test_the_printed_lines_reproduce_a_finding_at_a_server(in_process: tuple[int, dict[str, Any]], server: str) -> None:
    from conformance.repro import reproductions

    finding = _lenient(in_process[1])[1]
    lines = reproductions(finding["request"], kind="http", endpoint=server)
    for words in ([sys.executable, "-c", lines["boto3"]], ["bash", "-c", lines["curl"]]):
        done = subprocess.run(words, text=True, capture_output=True, check=False, env=environment(), timeout=120)
        assert "WindowTaskId" in done.stdout, done.stderr
