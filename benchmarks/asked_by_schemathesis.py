"""Let Schemathesis ask what listens at an address, and read from its report which checks failed on which request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from openapi_of_the_model import document
from served_twice import REQUEST_ID

_SECONDS = 300


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One check that failed: in which phase, on which request to the server (0: none was sent), and the status told."""

    check: str
    phase: str
    number: int
    status: int


class NoReport(Exception):
    """Schemathesis did not come to an end."""


def failures(address: str, window: str, *, by_hand: bool, phases: str, examples: int) -> tuple[Failure, ...]:
    """Give all failures, also those that the summary shows as one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "openapi.json").write_text(json.dumps(document(window, by_hand=by_hand)), "utf-8")
        words = ["openapi.json", "--url", address, "--phases", phases, "--max-examples", str(examples)]
        words += ["--continue-on-failure", "--generation-deterministic", "--output-sanitize", "false", "--no-color"]
        words += ["--report", "ndjson", "--report-ndjson-path", "run.ndjson"]
        code = "from schemathesis.cli import schemathesis; schemathesis()"
        try:
            done = subprocess.run(
                [sys.executable, "-c", code, "run", *words],
                cwd=folder,
                env=_environment(),
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NoReport(f"schemathesis took more than {_SECONDS} s") from error
        if done.returncode not in (0, 1):
            raise NoReport(f"schemathesis ended with {done.returncode}: {(done.stderr or done.stdout)[-800:]}")
        return tuple(_read(folder / "run.ndjson"))


def _environment() -> dict[str, str]:
    here = str(Path(__file__).parent)
    known = [each for each in (here, os.environ.get("PYTHONPATH")) if each]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(known), "SCHEMATHESIS_HOOKS": "schemathesis_hooks"}


def _read(report: Path) -> Iterator[Failure]:
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            scenario = json.loads(line).get("ScenarioFinished")
            if scenario and scenario.get("recorder"):
                yield from _failures_of(scenario["recorder"], scenario["phase"])


def _failures_of(recorder: Mapping[str, Any], phase: str) -> Iterator[Failure]:
    for case, checks in recorder["checks"].items():
        response = recorder["interactions"].get(case, {}).get("response") or {}
        number = int(response.get("headers", {}).get(REQUEST_ID, ["0"])[0])
        for check in checks:
            if check["status"] == "failure":
                yield Failure(check=check["name"], phase=phase, number=number, status=response.get("status_code", 0))
