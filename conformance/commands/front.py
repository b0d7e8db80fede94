"""What a person sees of a run: a progress bar while it goes, a summary at its end. A pytest plugin."""

from __future__ import annotations

import sys
from typing import Any, final

import pytest

from conformance.plugin import recorder_of
from conformance.runner.record import Recorder


@final
class Front:
    """Keeps the bar, and the record of the session for the words at the end."""

    def __init__(self, *, quiet: bool, target: str) -> None:
        from rich.console import Console

        self._quiet, self._target = quiet, target
        self._console = Console(stderr=True)
        self._progress: Any = None
        self._task: Any = None
        self._diverging: set[str] = set()
        self.recorder: Recorder | None = None

    def pytest_collection_finish(self, session: Any) -> None:
        """Begin the bar when the number of tests is known."""
        self._begin(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Begin the bar when the first worker has collected."""
        self._begin(len(ids))

    def _begin(self, total: int) -> None:
        if self._progress is None and not self._quiet and self._console.is_terminal and total:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._progress = Progress(*columns, console=self._console, transient=True)
            self._task = self._progress.add_task(self._target, total=total)
            self._progress.start()

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Move the bar."""
        if report.when == "call" and report.failed:
            self._diverging.add(report.nodeid)
        if report.when == "teardown" and self._progress is not None:
            words = f"{self._target}: {len(self._diverging)} new" if self._diverging else self._target
            self._progress.update(self._task, advance=1, description=words)

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Say what broke inside the suite: that is our bug, not the target's."""
        print(str(excrepr), file=sys.stderr)

    def pytest_sessionfinish(self, session: Any) -> None:
        """End the bar and keep the record."""
        if self._progress is not None:
            self._progress.stop()
        self.recorder = recorder_of(session.config)

    def show(self) -> None:
        """Print the summary."""
        if self._quiet or self.recorder is None:
            return
        from reports.summary import print_summary

        print_summary(self.recorder.log(), paths=self.recorder.written)
        for reason in self.recorder.complaints:
            print(f"mw-conformance: {reason}", file=sys.stderr)
