"""What the tests of the command line share: a real process, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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
