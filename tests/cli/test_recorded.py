"""Evidence: what a run was answered is kept, and replayed later with the same verdicts and without a socket."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import environment
from tests.cli.serving import moto_served, served

Run = Callable[..., "subprocess.CompletedProcess[str]"]
QUICK = ("--profile", "quick", "--ledger", "none", "-q")
NO_SOCKETS = """
import sys
def forbid(event, _):
    if event.startswith("socket."):
        raise RuntimeError(f"{event} in a replay")
sys.addaudithook(forbid)
from conformance.cli import main
sys.exit(main(sys.argv[1:]))
"""


def offline(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``mw-conformance`` where whatever touches a socket breaks."""
    return subprocess.run(
        [sys.executable, "-c", NO_SOCKETS, *words],
        cwd=folder,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
        timeout=300,
    )


def result(folder: Path) -> tuple[Any, Any]:
    """Give verdicts and findings of a report, without the lines to paste, which name the address."""
    found = json.loads((folder / "report.json").read_text("utf-8"))
    findings = [{key: value for key, value in each.items() if key != "repro"} for each in found["findings"]]
    return [(each["id"], each["verdict"]) for each in found["rules"]], findings


def replays(mwc: Run, folder: Path, target: str) -> None:
    taken = mwc("run", target, *QUICK, "--record", "kept", "--report-dir", "live")
    assert "Traceback" not in taken.stderr, taken.stderr
    again = offline(folder, "run", "recorded:kept", *QUICK, "--report-dir", "replayed")
    assert (taken.returncode, "") == (again.returncode, again.stderr), again.stdout
    assert result(folder / "live") == result(folder / "replayed")
    facts = [json.loads((folder / name / "report.json").read_text("utf-8"))["target"] for name in ("live", "replayed")]
    assert facts[0]["name"] == facts[1]["name"]
    assert facts[1]["version"].startswith(f"{facts[0]['version']} (recorded 2".strip())


def test_a_record_of_the_served_reference_is_replayed_with_its_verdicts(mwc: Run, tmp_path: Path) -> None:
    with served() as (_, address):
        replays(mwc, tmp_path, address)


def test_a_record_of_moto_is_replayed_with_its_verdicts(mwc: Run, tmp_path: Path) -> None:
    replays(mwc, tmp_path, "moto")


def test_a_record_of_a_moto_server_is_replayed_with_its_verdicts(mwc: Run, tmp_path: Path) -> None:
    with moto_served() as address:
        replays(mwc, tmp_path, f"moto={address}")


def test_a_record_is_dated_and_one_line_each(mwc: Run, tmp_path: Path) -> None:
    words = ("--profile", "quick", "--rules", "Name.*", "-q")
    assert 0 == mwc("run", "reference", *words, "--record", "kept").returncode
    head, *lines = [json.loads(line) for line in (tmp_path / "kept" / "exchanges.jsonl").read_text().splitlines()]
    sent = json.loads((tmp_path / "conformance-report" / "report.json").read_text("utf-8"))["run"]["requests"]
    assert (1, "reference") == (head["record"], head["target"]["name"])
    assert {"profile": "quick", "seed": 0, "rules": ["Name.*"], "quota": 20, "shard": None} == head["plan"]
    assert head["taken"] > 1_700_000_000
    assert sent == len(lines)
    assert {"operation", "request", "observation"} == set(lines[0])


def test_what_a_record_does_not_hold_is_inconclusive_and_says_so(mwc: Run, tmp_path: Path) -> None:
    words = ("--profile", "quick", "--rules", "Name.*")
    assert 0 == mwc("run", "reference", *words, "-q", "--record", "kept").returncode
    file = tmp_path / "kept" / "exchanges.jsonl"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[: len(lines) // 2]), "utf-8")
    done = mwc("run", "recorded:kept", *words)
    assert 3 == done.returncode
    assert "the record holds no further answer to this" in " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("recorded:kept",), "the record was taken with --profile quick --seed 0 --quota 20 --rules 'Name.*'"),
        (("recorded:kept", "--profile", "quick", "--seed", "1"), "replay it with the same"),
        (("recorded:none",), "can not be read"),
        (("reference", "--record", "kept"), "holds a record already"),
        (("reference", "--record", "in-the-way"), "can not be written"),
        (("reference", "--record", "new", "--workers", "2"), "leave --workers out"),
    ],
)
def test_a_record_that_does_not_fit_gets_one_sentence(
    mwc: Run, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    mwc("run", "reference", "--profile", "quick", "--rules", "Name.*", "-q", "--record", "kept")
    (tmp_path / "in-the-way").write_text("")
    done = mwc("run", *words)
    said = " ".join((done.stdout + done.stderr).split())
    assert says in said
    assert "Traceback" not in said
    assert done.returncode in (2, 3)
    assert (3 if "in-the-way" in words else 2) == done.returncode


def test_a_line_that_was_altered_gets_one_sentence(mwc: Run, tmp_path: Path) -> None:
    (tmp_path / "exchanges.jsonl").write_text('{"record": 7}\n', "utf-8")
    done = mwc("run", "recorded:.")
    assert (2, 1) == (done.returncode, len(done.stderr.strip().splitlines()))
    assert "Give a folder that --record wrote" in done.stderr
