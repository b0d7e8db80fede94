"""The courier: a worker on another machine shares no clock, no file system and no process ids with the controller."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.courier import Courier, joined, ledger_of, must_be_alike, name_of
from conformance.events import TargetFacts
from conformance.ledger import Entry, Ledger
from conformance.runner.record import Recorder, Settings
from conformance.targets.base import TargetError

LEDGER = Ledger(
    name="mine.toml", entries=(Entry(rule="Name.pattern", kind="too-lenient", outcome="accepted", why="so"),)
)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    settings = Settings(
        target=TargetFacts(name="it", kind="http", endpoint="http://127.0.0.1:1"),
        word="it=http://127.0.0.1:1",
        profile="quick",
        globs=(),
        planned=(),
        seed=0,
        strict=False,
        folder=tmp_path,
        formats=(),
        ledger=LEDGER,
    )
    found = Recorder(settings, clock=lambda: 0.0)
    yield found
    with suppress(ValueError):  # the test closed it
        found.finish(interrupted=False)


@pytest.fixture
def courier(recorder: Recorder) -> Courier:
    session: Any = SimpleNamespace(config=SimpleNamespace(stash=pytest.Stash()))
    return Courier(session, recorder, ledger=LEDGER, facts={"botocore": "1.2"})


def gateway(id: str, pid: int, *, child: int | None) -> Any:
    """A gateway whose far end has the process id `pid`; `child` is the process that was started here for it, if any."""
    io = SimpleNamespace() if child is None else SimpleNamespace(popen=SimpleNamespace(pid=child))
    return SimpleNamespace(id=id, _rinfo=lambda: SimpleNamespace(pid=pid), _io=io)


def node(id: str, **more: Any) -> Any:
    return SimpleNamespace(gateway=SimpleNamespace(id=id), workerinput={}, **more)


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: told.append((pid, number)))
    return told


def test_a_ctrl_c_reaches_children_and_no_stranger_with_a_worker_s_number(
    courier: Courier, killed: list[tuple[int, int]]
) -> None:
    courier.pytest_xdist_newgateway(gateway("popen", 11, child=11))
    courier.pytest_xdist_newgateway(gateway("socket", 12, child=None))
    courier.pytest_xdist_newgateway(gateway("ssh", 13, child=99))
    excinfo: Any = SimpleNamespace(type=KeyboardInterrupt)
    courier.pytest_keyboard_interrupt(excinfo)
    assert [(11, signal.SIGINT)] == killed


def test_a_worker_is_told_how_long_the_run_goes_and_not_what_time_it_is(courier: Courier) -> None:
    worker = node("gw0")
    courier.pytest_configure_node(worker)
    assert {"mw_done", "mw_ledger", "mw_elapsed", "mw_facts"} == worker.workerinput.keys()
    assert 0 <= worker.workerinput["mw_elapsed"] < 3600
    assert {"botocore": "1.2"} == worker.workerinput["mw_facts"]


def test_the_ledger_travels_so_that_its_file_need_not(courier: Courier) -> None:
    worker = node("gw0")
    courier.pytest_configure_node(worker)
    found = ledger_of(worker.workerinput)
    assert found is not None
    assert LEDGER.entries == found.entries
    assert ledger_of({}) is None


def test_a_worker_with_something_else_installed_is_refused_and_told_apart() -> None:
    words = {"workerid": "gw1", "mw_facts": {"the suite": "1", "botocore": "1.2"}}
    must_be_alike(words, {"the suite": "1", "botocore": "1.2"})
    must_be_alike({}, {"botocore": "1.2"})
    with pytest.raises(TargetError, match=r"botocore is not the same at worker gw1: '1\.3', and '1\.2' where the run"):
        must_be_alike(words, {"the suite": "1", "botocore": "1.3"})


def test_a_lost_worker_makes_the_run_inconclusive(courier: Courier, recorder: Recorder) -> None:
    courier.pytest_testnodedown(node("gw1"), "Not properly terminated")
    assert 3 == recorder.finish(interrupted=False)
    assert ("worker gw1 was lost, and what it had not told yet with it: Not properly terminated",) == (
        recorder.log().finished.reasons
    )


def test_what_a_worker_left_on_another_machine_is_told(courier: Courier, recorder: Recorder) -> None:
    courier.pytest_xdist_newgateway(gateway("gw0", 11, child=11))
    words = {"mw_conformance": {"calls": {"A": 2}, "peak": {}, "left": 3, "folder": "out"}}
    for id in ("gw0", "gw1"):
        courier.pytest_testnodedown(node(id, workeroutput=words), None)
    (told,) = recorder.complaints
    assert "some of 3 windows may be left behind by worker gw1" in told
    recorder.finish(interrupted=False)
    assert 4 == recorder.log().finished.requests


def test_options_are_joined_to_their_values_so_that_none_is_taken_for_a_file() -> None:
    words = ["-p", "x", "--report-dir", "out", "--rules", "Name.*", "--rules=a", "-n", "2", "--target", "moto", "--yes"]
    assert [
        "-p",
        "x",
        "--report-dir=out",
        "--rules=Name.*",
        "--rules=a",
        "-n",
        "2",
        "--target=moto",
        "--yes",
    ] == joined(words)


def test_a_test_has_the_same_name_whatever_folder_it_is_in() -> None:
    ids = ("test_rules.py::test_rule[a/b::c]", "../conformance/suite/test_rules.py::test_rule[a/b::c]")
    names = {name_of(id) for id in ids}
    assert {"test_rules.py::test_rule[a/b::c]"} == names
