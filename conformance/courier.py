"""Carries what was judged from the processes that ask to the one log, and the words of a run to the workers.

A worker may be on another machine: neither clock, nor file system, nor process ids are taken to be the same there.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, final

import pytest

from conformance.events import CaseFinished
from conformance.ledger import Entry, Ledger
from conformance.runner.record import Recorder
from conformance.targets.base import TargetError

WORDS = "mw-conformance"
CASE = "mw-conformance-case"
BESIDE = "mw-conformance-beside"
"""What a report carries: words to the log as JSON, a case that was judged, and what was found beside the cases."""

ON_CASE = pytest.StashKey[Callable[[CaseFinished], None]]()
_WITH_VALUES = ("--target", "--rules", "--ledger", "--report-dir", "--record", "--format")


def name_of(nodeid: str) -> str:
    """Give a test item's name in the log: without the folder, which differs by machine."""
    file, _, rest = nodeid.partition("::")
    return f"{file.rpartition('/')[2]}::{rest}"


def joined(words: Iterable[str]) -> list[str]:
    """Give the words of a command with our options joined to their values: ``--report-dir=out``.

    pytest-xdist takes a word by itself that names a file or folder here for one that it was told to copy.
    """
    found: list[str] = []
    for word in words:
        if found and found[-1] in _WITH_VALUES:
            found[-1] = f"{found[-1]}={word}"
        else:
            found.append(word)
    return found


def ledger_of(words: Mapping[str, Any]) -> Ledger | None:
    """Give the ledger that came with a worker's input: its file need not be there, too. None where none came."""
    if "mw_ledger" not in words:
        return None
    return Ledger(entries=tuple(Entry(**entry) for entry in words["mw_ledger"]))


def must_be_alike(words: Mapping[str, Any], facts: Mapping[str, str]) -> None:
    """Raise TargetError where a worker's machine has something else installed than the one where the run began."""
    for what, there in words.get("mw_facts", {}).items():
        if facts[what] != there:
            told = f"{facts[what]!r}, and {there!r} where the run began"
            raise TargetError(
                f"{what} is not the same at worker {words['workerid']}: {told}; install the same on both machines"
            )


@final
class Courier:
    """Takes the events off each report as it arrives at the controller, and writes them to the log.

    `facts` are what each worker must find on its machine, too: versions by their names.
    """

    def __init__(
        self, session: pytest.Session, recorder: Recorder, *, ledger: Ledger, facts: Mapping[str, str]
    ) -> None:
        self._session, self._recorder = session, recorder
        self._ledger, self._facts = ledger, facts
        self._listener = session.config.stash.get(ON_CASE, None)
        self._begun = time.monotonic()
        self._children: dict[str, int] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Read the events of one finished test."""
        if report.when != "teardown":
            return
        words = [json.loads(value) for value in _carried(report, WORDS)]
        fatal = [each["fatal"] for each in words if "fatal" in each]
        calls = sum((Counter(each.get("calls", {})) for each in words), Counter[str]())
        taken = self._recorder.take(
            _carried(report, CASE),
            beside=_carried(report, BESIDE),
            read=[name for each in words for name in each.get("read", ())],
            item="" if fatal else name_of(report.nodeid),
            calls=calls,
        )
        self._recorder.count(getattr(report, "worker_id", "main"), calls)
        for reason in fatal:
            self._recorder.give_up(reason)
        if self._listener is not None:
            for event in taken:
                self._listener(event)
        if self._recorder.broken:
            self._stop()

    def _stop(self) -> None:
        self._session.shouldstop = "the log can not be written"
        scheduler = self._session.config.pluginmanager.get_plugin("dsession")
        if scheduler is not None:
            scheduler.shouldstop = self._session.shouldstop

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(self, config: pytest.Config, specs: Sequence[Any]) -> None:
        """Let no word of ours be taken for a file that should be copied to the workers."""
        given = config.invocation_params
        words = joined(str(word) for word in given.args)
        config.invocation_params = pytest.Config.InvocationParams(args=words, plugins=given.plugins, dir=given.dir)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_newgateway(self, gateway: Any) -> None:
        """Note the process of a worker that is a child of this one; on another machine its id is a stranger's here."""
        child = getattr(getattr(gateway, "_io", None), "popen", None)
        if child is not None and child.pid == gateway._rinfo().pid:
            self._children[gateway.id] = child.pid

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Let the workers hear of a Ctrl-C: a terminal tells them, too, and a signal to this process alone does not.

        Those on other machines hear of it when pytest-xdist ends them.
        """
        for pid in self._children.values() if excinfo.type is KeyboardInterrupt else ():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker what need not be asked, what is known, how long the run goes, and what it must be like."""
        known = [
            {"rule": each.rule, "kind": each.kind, "outcome": each.outcome, "why": each.why}
            for each in self._ledger.entries
        ]
        node.workerinput["mw_done"] = sorted(self._recorder.before.items)
        node.workerinput["mw_ledger"] = known
        node.workerinput["mw_elapsed"] = time.monotonic() - self._begun
        node.workerinput["mw_facts"] = dict(self._facts)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """Take a worker's last words: what it sent in all, and what it left; one that was lost has none."""
        id = node.gateway.id
        words = getattr(node, "workeroutput", {}).get("mw_conformance")
        if error:
            self._recorder.give_up(f"worker {id} was lost, and what it had not told yet with it: {error}")
        if words is not None:
            self._recorder.counted(id, words["calls"], words["peak"])
            if words["left"] and id not in self._children:
                self._recorder.complain(
                    f"some of {words['left']} windows may be left behind by worker {id}; "
                    f"its journal is in {words['folder']!r} on its machine: sweep there"
                )


def _carried(report: pytest.TestReport, name: str) -> list[str]:
    return [str(value) for key, value in report.user_properties if key == name]
