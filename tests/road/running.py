"""Start the suite as its users do, in a process of its own, and read what it left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Done = subprocess.CompletedProcess[str]

FEW = ("Name.*", "token.*", "quota.*", "window.deleted", "read-back.*.Name", "order.*", "Priority.*", "listing.*")
"""Rules of every sort, so that a run is short and holds single requests, scenarios, histories and read-back."""


def words(address: str, *more: str, rules: tuple[str, ...] = FEW) -> list[str]:
    """Give the words of a short run against an address."""
    globs = [word for rule in rules for word in ("--rules", rule)]
    return ["run", f"it={address}", "--profile", "quick", *globs, *more]


def environment() -> dict[str, str]:
    """Give an environment in which nothing of ours steers the run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_", "COV_"))}
    return {**kept, "PYTHONWARNINGS": "default", "COLUMNS": "120"}


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the command in `folder`; it is ended by its pid if it has not ended itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=folder,
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def mwc(folder: Path, *arguments: str) -> Done:
    """Run the command in `folder` to its end."""
    with started(folder, *arguments) as process:
        out, err = process.communicate(timeout=600)
        return Done(arguments, process.returncode, out, err)


def report(folder: Path) -> dict[str, Any]:
    """Give the report of the run in `folder`."""
    found: dict[str, Any] = json.loads((folder / "conformance-report" / "report.json").read_text("utf-8"))
    return found


def verdicts(folder: Path) -> dict[str, Any]:
    """Give what a run found: each rule's verdict, the findings without their counts, the answers to open questions."""
    found = report(folder)
    return {
        "rules": {each["id"]: each["verdict"] for each in found["rules"]},
        "findings": sorted((each["rule"], each["kind"], each["expected"]) for each in found["findings"]),
        "open": found["open"],
        "valid": found["run"]["valid"],
    }
