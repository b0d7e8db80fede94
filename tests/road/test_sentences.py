"""What goes wrong around a run gets one sentence, and never passes as a verdict."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.events import CaseFinished, to_json
from conformance.runner.closing import INCONCLUSIVE
from conformance.runner.journal import CanNotWrite, Journal
from conformance.runner.record import Recorder
from tests.road.running import environment, mwc, report, words
from tests.road.serving import served

FEW = ("run", "reference", "--profile", "quick", "--rules", "Name.*")


def told(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stdout + done.stderr
    return " ".join((done.stdout + done.stderr).split())


# --- a full disk


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_disk_that_is_full_at_once_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "conformance-report").mkdir()
    (tmp_path / "conformance-report" / "run.jsonl").symlink_to("/dev/full")
    done = mwc(tmp_path, *FEW)
    assert 2 == done.returncode
    assert "report-dir='conformance-report' can not be written: No space left on device" in told(done)


def test_a_disk_that_fills_up_ends_the_run_and_what_was_judged_is_told(tmp_path: Path) -> None:
    import resource

    assert 0 == mwc(tmp_path, *FEW).returncode
    log = (tmp_path / "conformance-report" / "run.jsonl").read_bytes()
    limit = len(log.splitlines()[0]) + 4000  # the header, and a few cases
    done = subprocess.run(
        [sys.executable, "-m", "conformance", *FEW],
        cwd=tmp_path,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert 3 == done.returncode
    assert "run.jsonl' can not be written after" in told(done)
    assert "make room, or choose another --report-dir" in told(done)


def test_a_log_that_can_not_be_ended_is_no_valid_run(tmp_path: Path, recorder: Callable[[Path], Recorder]) -> None:
    made = recorder(tmp_path)
    only = CaseFinished(case="a", rule="a", label="", verdict="conforms", expect="", outcome="", request={})
    made.take([to_json(only)])

    class Full:
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def close(self) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    made._file.close()
    made._file = Full()  # type: ignore[assignment]
    assert INCONCLUSIVE == made.finish(interrupted=False)
    assert "can not be written after 1 cases: No space left on device" in made.log().finished.reasons[0]
    assert not made.log().finished.valid


def test_nothing_is_made_that_can_not_be_written_down(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    journal = Journal(tmp_path / "file" / "journal-1.jsonl", run_id="1", target="it")
    with pytest.raises(CanNotWrite, match=r"journal=.* can not be written: .*; make room"):
        journal.plans("mw-conformance-00000001-1")
    assert {} == journal.left


def test_a_run_without_its_journal_makes_no_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conformance-report").mkdir()
    (tmp_path / "sitecustomize.py").write_text(
        "from pathlib import Path\n"
        "before = Path.open\n"
        "def open(self, *words, **more):\n"
        "    if self.name.startswith('journal-'):\n"
        "        raise OSError(28, 'No space left on device')\n"
        "    return before(self, *words, **more)\n"
        "Path.open = open\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    with served() as server:
        done = mwc(tmp_path, *words(server.address))
        assert 3 == done.returncode
        assert "can not be written: No space left on device" in told(done)
        assert 0 == server.requests


# --- a ledger that can not be read


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.mkdir(), "can not be read: [Errno 21] Is a directory"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "can not be read: 'utf-8' codec can't decode"),
        (lambda path: path.write_bytes(b"[["), "is no TOML"),
    ],
    ids=["a folder", "no text", "no TOML"],
)
def test_a_ledger_that_can_not_be_read_is_wrong_usage(
    tmp_path: Path, make: Callable[[Path], object], says: str
) -> None:
    make(tmp_path / "mine.toml")
    done = mwc(tmp_path, *FEW, "--ledger", "mine.toml")
    assert 2 == done.returncode
    assert says in told(done)
    assert 1 == len(done.stderr.strip().splitlines())


# --- our own fault


def test_an_error_of_the_suite_itself_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.py").write_text(
        "from conformance.runner.examiner import Examiner\n"
        "before = Examiner.examine\n"
        "def examine(self, case):\n"
        "    if case.rule == 'Name.max-length':\n"
        "        raise ZeroDivisionError('a bug')\n"
        "    return before(self, case)\n"
        "Examiner.examine = examine\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    plugins = ("-p", "conformance.plugin", "-p", "broken", "-p", "no:cacheprovider")
    asked = ("--pyargs", "conformance.suite", "--target", "reference", "--profile", "quick", "--rules", "Name.*")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *asked],
        cwd=tmp_path,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert 3 == done.returncode, done.stdout
    found = report(tmp_path)
    assert not found["run"]["valid"]
    footer = json.loads((tmp_path / "conformance-report" / "run.jsonl").read_text("utf-8").splitlines()[-1])
    assert ["the suite broke at test_rule[Name.max-length]: ZeroDivisionError: a bug"] == footer["reasons"]
    verdicts = {each["id"]: each["verdict"] for each in found["rules"]}
    assert "conforms" == verdicts["Name.pattern"]  # what was judged is told all the same
