"""Workers that share neither folder nor process tree with the controller, as on another machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.events import read_log

ENTRY = '[[divergence]]\nrule = "Name.max-length"\nkind = "too-lenient"\noutcome = "accepted"\n'
ROOT = Path(__file__).parents[2]


def asked(cwd: Path, *words: str, target: str = "moto") -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    plugin = ("-p", "conformance.plugin", "-p", "no:cacheprovider", "-p", "no:randomly", "-q")
    few = ("--profile", "quick", "--rules", "Name.max-length", "--target", target)
    modules = ("--pyargs", "conformance.suite.test_rules", "conformance.suite.test_canaries")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, *few, *words, *modules],
        cwd=cwd,
        env=kept,
        text=True,
        capture_output=True,
        check=False,
        timeout=600,
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Give the address of a process that is no child of pytest and serves a worker, in a folder of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    far = tmp_path / "far"
    far.mkdir()
    words = [sys.executable, "-u", "-m", "execnet.script.socketserver", address]
    with subprocess.Popen(words, cwd=far, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "Accept loop" in process.stdout.readline()
        yield address
        process.kill()


def test_a_worker_behind_a_socket_judges_as_one_here_does(tmp_path: Path, server: str) -> None:
    """The ledger's file and the report's folder are here alone."""
    here = tmp_path / "here"
    here.mkdir()
    (here / "mine.toml").write_text(ENTRY, "utf-8")
    done = asked(here, "--ledger", "mine.toml", "--report-dir", "out", "--tx", f"socket={server}", "--dist", "load")
    assert 0 == done.returncode, done.stdout + done.stderr
    log = read_log(here / "out" / "run.jsonl")
    assert (True, 4) == (log.finished.valid, log.finished.canaries_caught)
    assert [("Name.max-length", True)] == [(each.rule, each.known) for each in log.findings]
    assert log.finished.requests > 10
    assert not (tmp_path / "far" / "out").exists()


def test_workers_in_folders_of_their_own_collect_the_same(tmp_path: Path) -> None:
    """From the sources one worker sees the suite below its folder, and the other does not."""
    (tmp_path / "away").mkdir()
    gateways = ("--tx", "popen", "--tx", f"popen//chdir={tmp_path / 'away'}", "--dist", "load")
    done = asked(ROOT, "--report-dir", str(tmp_path / "out"), *gateways, target="reference")
    assert 0 == done.returncode, done.stdout + done.stderr
    lines = [json.loads(line) for line in (tmp_path / "out" / "run.jsonl").read_text("utf-8").splitlines()]
    asked_items = {line["item"] for line in lines if line["event"] == "ItemFinished" and line["calls"]}
    assert {"test_canaries.py::test_canaries", "test_rules.py::test_rule[Name.max-length]"} == asked_items
