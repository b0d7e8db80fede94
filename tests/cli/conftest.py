"""What the tests of the command line share: a real process, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.shared import made_once

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def environment() -> dict[str, str]:
    """Give an environment in which nothing of ours or of the user's steers the run."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PYTEST_XDIST", "PYTEST_CURRENT"))
    }
    return {**kept, "PYTHONWARNINGS": "default", "COLUMNS": "120"}


@pytest.fixture
def mwc(tmp_path: Path) -> Run:
    """Run ``mw-conformance`` with these words, and these lines on its standard input."""

    def mwc(*words: str, stdin: str = "", timeout: float = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "conformance", *words],
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env=environment(),
            timeout=timeout,
        )

    return mwc


def whole_run(folder: Path, target: str, *more: str) -> tuple[int, dict[str, Any]]:
    """Run the standard profile, or what `more` says, with no ledger; give exit status and report."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_", "COV_"))}
    words = (*more, "--ledger", "none", "-q", "--report-dir", str(folder))
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "run", target, *words],
        text=True,
        capture_output=True,
        check=False,
        env=kept,
        timeout=900,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads((folder / "report.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def moto_standard(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any]]:
    """Exit status and report of a standard run against moto in a process of its own."""

    def make(folder: Path) -> None:
        status, _ = whole_run(folder, "moto")
        (folder / "status").write_text(str(status), "utf-8")

    folder = made_once(tmp_path_factory, "moto-standard", make)
    report: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return int((folder / "status").read_text("utf-8")), report
