"""Ctrl-C: the run ends at once, says what it judged, and leaves a clean target and a log that can be gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from conformance.events import read_log
from tests.road.running import environment, mwc, report, started, verdicts, words
from tests.road.serving import Handler, served


class Pressed:
    """Presses Ctrl-C when the request of that number arrives; from then on nothing is answered until `hold` is set."""

    def __init__(self, moment: int) -> None:
        self._moment = moment
        self.hold = threading.Event()
        self.pid = 0

    def __call__(self, handler: Handler, number: int) -> bool:
        if number == self._moment:
            os.kill(self.pid, signal.SIGINT)
        if number >= self._moment:
            self.hold.wait(120)
        return False


@pytest.mark.parametrize(("moment", "more"), [(40, ()), (101, ()), (230, ()), (150, ("--workers", "2"))])
def test_an_interrupted_run_ends_clean_and_says_what_it_judged(
    tmp_path: Path, moment: int, more: tuple[str, ...]
) -> None:
    with served() as server:
        server.disturb = pressed = Pressed(moment)
        pressed.hold.set()
        with started(tmp_path, *words(server.address, *more)) as process:
            pressed.pid = process.pid
            out, err = process.communicate(timeout=120)
        assert 130 == process.returncode, err
        assert "Traceback" not in err
        assert "interrupted" in out
        assert [] == server.windows
        log = read_log(tmp_path / "conformance-report" / "run.jsonl")
        assert (True, False, 130) == (log.finished.interrupted, log.finished.valid, log.finished.exit_status)
        assert moment < 100 or any(each["verdict"] == "conforms" for each in report(tmp_path)["rules"])
        assert [] == list((tmp_path / "conformance-report").glob("journal-*"))
        server.disturb = None
        assert 0 == mwc(tmp_path, *words(server.address, "-q"), "--resume").returncode
        found = verdicts(tmp_path)
    assert found["valid"]
    assert [] == found["findings"]


@pytest.mark.parametrize("more", [(), ("--workers", "2")])
def test_an_interrupted_run_waits_for_no_slow_target(tmp_path: Path, more: tuple[str, ...]) -> None:
    """It ends although nothing is answered any more; the two seconds that are promised are measured, not tested."""
    with served() as server:
        server.disturb = pressed = Pressed(100)
        with started(tmp_path, *words(server.address, *more)) as process:
            pressed.pid = process.pid
            _out, err = process.communicate(timeout=60)
        pressed.hold.set()
        assert 130 == process.returncode, err
        assert "mw-conformance sweep" in err
        server.disturb = None
        assert 0 == mwc(tmp_path, "sweep", f"it={server.address}").returncode
        assert [] == server.windows


# Ctrl-C while a weak reference is told that its object is gone: Python drops what is raised there, and prints it.
LOST = """
import os, signal, sys, weakref
from conformance.targets.reference import ReferenceTarget

def gone(reference):
    os.kill(os.getpid(), signal.SIGINT)
    while signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        pass  # however late the signal comes

asks, lived_on, answer = [], [], ReferenceTarget.ask
def ask(self, operation, body, *, valid=True):
    asks.append(operation)
    if len(asks) == 60:
        thing = type("Thing", (), {})()
        reference = weakref.ref(thing, gone)
        del thing
        lived_on.append(True)
    return answer(self, operation, body, valid=valid)
ReferenceTarget.ask = ask

from conformance.cli import main
status = main(["run", "reference", "--profile", "quick"])
print("lived on", len(lived_on), "asked", len(asks))
sys.exit(status)
"""


def test_an_interruption_that_python_drops_ends_the_run_all_the_same(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOST], cwd=tmp_path, env=environment(), text=True, capture_output=True, check=False
    )
    assert (130, True) == (done.returncode, "lived on 1" in done.stdout), done.stdout + done.stderr
    assert int(done.stdout.rpartition("asked ")[2]) < 80
