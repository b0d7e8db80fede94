"""A test of the suite that asks nothing is no pass."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import conformance.suite


def test_a_test_with_nothing_to_ask_is_skipped(tmp_path: Path) -> None:
    suite = Path(conformance.suite.__file__).parent
    words = ["-m", "pytest", "-p", "conformance.plugin", "-q", "-p", "no:randomly", f"--rootdir={tmp_path}"]
    words += [str(suite / "test_rules.py"), "--target", "reference", "--profile", "quick", "--rules", "Name.pattern"]
    words += ["--report-dir", str(tmp_path / "out"), "-o", "addopts=", "-c", str(suite / "pytest.ini")]
    done = subprocess.run([sys.executable, *words], check=False, capture_output=True, text=True, cwd=tmp_path)
    # One violation of the rule is asked; its company and its neighbours belong to deeper profiles.
    assert "1 passed, 2 skipped" in done.stdout, done.stdout + done.stderr
