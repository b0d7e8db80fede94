"""``serve``: one ready line, the verdicts of the reference behind a port, and an end at once."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.serving import served

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def verdicts(folder: Path) -> dict[str, str]:
    """Give each rule's verdict from a run's report."""
    found: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return {each["id"]: each["verdict"] for each in found["rules"]}


def test_the_served_reference_gets_the_verdicts_of_the_reference_in_process(mwc: Run, tmp_path: Path) -> None:
    with served() as (_, address):
        behind = mwc("run", address, "--profile", "quick", "-q", "--report-dir", "behind")
    here = mwc("run", "reference", "--profile", "quick", "-q", "--report-dir", "here")
    assert (0, 0) == (behind.returncode, here.returncode), behind.stdout + behind.stderr
    assert verdicts(tmp_path / "here") == verdicts(tmp_path / "behind")


def test_a_planted_fault_is_found_behind_the_port(mwc: Run, tmp_path: Path) -> None:
    with served("--mutant", "state:token ignored") as (_, address):
        done = mwc("run", address, "--profile", "quick", "-q", "--rules", "token.*")
    assert 1 == done.returncode
    assert "diverges" == verdicts(tmp_path / "conformance-report")["token.replay-same-id"]


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_and_it_said_one_line(ends: signal.Signals) -> None:
    with served("--account", "210987654321") as (process, address):
        assert address.startswith("http://127.0.0.1:")
        process.send_signal(ends)
        rest, errors = process.communicate(timeout=30)
    assert (0, "", "") == (process.returncode, rest, errors)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--host", "0.0.0.0"), "host='0.0.0.0' is not on loopback"),
        (("--port", "70000"), "can not be listened on"),
        (("--mutant", "no-such-fault"), "mutant='no-such-fault' is unknown"),
    ],
)
def test_a_wrong_word_gets_one_sentence(mwc: Run, words: tuple[str, ...], says: str) -> None:
    done = mwc("serve", *words)
    assert (2, "") == (done.returncode, done.stdout)
    assert [True] == [says in line for line in done.stderr.strip().splitlines()]
