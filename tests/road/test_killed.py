"""A run that is killed: what it made is swept, and what it judged is not asked again.

The service itself kills the runner when a certain request arrives, so the moment is exact. MW_KILLS says how many
moments of a whole quick run are tried (the measured figure is that of 100); without it, a few of a short run.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from conformance.targets.mutants import mutants
from tests.road.running import FEW, mwc, started, verdicts, words
from tests.road.serving import Handler, Served, served

KILLS = int(os.environ.get("MW_KILLS", "0"))
RULES = () if KILLS else FEW
FAULT = "lost:get.Name"


def kill_at(server: Served, process: subprocess.Popen[str], moment: int) -> None:
    """Kill the runner at its request number `moment`: before it is carried out, or, every other time, after."""

    def disturb(handler: Handler, number: int) -> bool:
        if number != moment:
            return False
        if moment % 2:
            handler.answer()
        process.send_signal(signal.SIGKILL)
        process.wait()
        handler.close_connection = True
        return True

    server.disturb = disturb


def faulty() -> Served:
    """Serve a target with a fault that only shows when windows are read back."""
    return Served(mutants()[FAULT].make())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, object]:
    """How many requests a run sends that nobody kills, and what it finds."""
    folder = tmp_path_factory.mktemp("undisturbed")
    server = faulty()
    try:
        assert 1 == mwc(folder, *words(server.address, "-q", rules=RULES)).returncode
        return server.requests, verdicts(folder)
    finally:
        server.close()


def moment_of(index: int, requests: int) -> int:
    """Give the number of the request at which a run is killed; they are spread evenly."""
    return 2 + (requests - 3) * index // ((KILLS or 6) - 1)


@pytest.mark.parametrize("index", range(KILLS or 6))
def test_a_killed_run_is_swept_and_gone_on_with(tmp_path: Path, undisturbed: tuple[int, object], index: int) -> None:
    requests, expected = undisturbed
    moment = moment_of(index, requests)
    server = faulty()
    try:
        command = words(server.address, "-q", rules=RULES)
        with started(tmp_path, *command) as process:
            kill_at(server, process, moment)
            process.communicate(timeout=300)
        swept = mwc(tmp_path, "sweep", f"it={server.address}")
        assert ([], 0) == (server.windows, swept.returncode), swept.stdout
        server.disturb, asked = None, server.requests
        resumed = mwc(tmp_path, *command, "--resume")
        assert (expected, 1) == (verdicts(tmp_path), resumed.returncode), resumed.stderr
        assert [] == server.windows
        assert [] == list((tmp_path / "conformance-report").glob("journal-*"))
        # At least something of a run that went far is not asked again.
        assert moment < requests * 0.9 or server.requests - asked < requests * 0.6
    finally:
        server.close()


def test_a_sweep_by_name_takes_our_windows_and_no_others(tmp_path: Path) -> None:
    ours = ["mw-conformance-0123abcd-1", "mw-conformance-0123abcd-17"]
    others = [
        "mw-conformance",
        "mw-conformance-",
        "mw-conformance-0123abcd",
        "mw-conformance-0123abcd-",
        "mw-conformance-0123abcd-1x",
        "mw-conformance-0123abcd-1 ",
        "mw-conformance-0123ABCD-1",
        "mw-conformance-123abcd-1",
        "my-mw-conformance-0123abcd-1",
        "nightly-patching",
    ]
    with served() as server:
        for name in (*ours, *others):
            server.target.ask("CreateMaintenanceWindow", {"Name": name}, valid=True)
        swept = mwc(tmp_path, "sweep", f"it={server.address}")
        assert (0, "") == (swept.returncode, swept.stderr)
        assert "looking for windows by name" in swept.stdout
        assert "2 removed, 0 not removed" in swept.stdout
        assert sorted(others) == server.windows


def test_a_sweep_by_journal_takes_the_windows_of_that_run_alone(tmp_path: Path) -> None:
    with served() as server:
        server.target.ask("CreateMaintenanceWindow", {"Name": "mw-conformance-0123abcd-1"}, valid=True)
        with started(tmp_path, *words(server.address, "-q")) as process:
            kill_at(server, process, 100)
            process.communicate(timeout=300)
        assert len(server.windows) > 1
        assert 0 == mwc(tmp_path, "sweep", f"it={server.address}").returncode
        assert ["mw-conformance-0123abcd-1"] == server.windows


def test_a_sweep_of_what_can_not_be_reached_is_one_sentence(tmp_path: Path) -> None:
    with served() as server:
        address = server.address
    swept = mwc(tmp_path, "sweep", address)
    assert 2 == swept.returncode
    assert "nothing answers at" in swept.stderr
    assert 1 == len(swept.stderr.strip().splitlines())


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--seed", "7"), "--seed is not the same (0 then, 7 now)"),
        (("--profile", "standard"), "--profile is not the same ('quick' then, 'standard' now)"),
        (("--rules", "MaxErrors.*"), "--rules is not the same"),
    ],
)
def test_another_run_is_not_gone_on_with(tmp_path: Path, more: tuple[str, ...], says: str) -> None:
    few = ("run", "reference", "-q", "--profile", "quick", "--rules", "Name.pattern")
    assert 3 == mwc(tmp_path, *few, "--max-requests", "40").returncode
    log = (tmp_path / "conformance-report" / "run.jsonl").read_bytes()
    done = mwc(tmp_path, *few, "--resume", *more)
    assert 2 == done.returncode
    assert says in done.stderr
    assert 1 == len(done.stderr.strip().splitlines())
    assert log == (tmp_path / "conformance-report" / "run.jsonl").read_bytes()


def test_a_run_that_is_finished_is_not_gone_on_with(tmp_path: Path) -> None:
    few = ("run", "reference", "-q", "--profile", "quick", "--rules", "Name.pattern")
    assert 2 == mwc(tmp_path, *few, "--resume").returncode
    assert 0 == mwc(tmp_path, *few).returncode
    done = mwc(tmp_path, *few, "--resume")
    assert 2 == done.returncode
    assert "the run in 'conformance-report' is finished" in done.stderr


def test_a_run_whose_budget_was_spent_is_gone_on_with(tmp_path: Path) -> None:
    few = ("run", "reference", "-q", "--profile", "quick", "--rules", "Name.*", "--rules", "Priority.*")
    (tmp_path / "whole").mkdir()
    assert 0 == mwc(tmp_path / "whole", *few).returncode
    assert 3 == mwc(tmp_path, *few, "--max-requests", "40").returncode
    assert 0 == mwc(tmp_path, *few, "--resume").returncode
    assert verdicts(tmp_path / "whole") == verdicts(tmp_path)
    assert report_is_whole(tmp_path)


def report_is_whole(folder: Path) -> bool:
    """Tell whether the log can be read, from header to footer."""
    from conformance.events import read_log

    return read_log(folder / "conformance-report" / "run.jsonl").finished.valid
