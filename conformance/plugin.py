"""pytest's side of a run: options, the fixture that asks, and the hand-over of events from workers to the log."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, final

import pytest

from conformance.events import CaseFinished, from_json, to_json
from conformance.ledger import BadLedger, given
from conformance.runner.budget import Budget, BudgetSpent
from conformance.runner.desk import Desk
from conformance.runner.plan import PROFILES, Profile, UnknownRule, selected
from conformance.runner.record import Recorder, Settings
from conformance.runner.windows import FixtureRefused
from conformance.targets.base import TargetError
from conformance.targets.registry import facts_of, make

_PROPERTY = "mw-conformance"
_DESK = pytest.StashKey[Desk]()
_LAST = pytest.StashKey[pytest.Item]()
_RECORDER = pytest.StashKey[Recorder]()
_SETTINGS = pytest.StashKey[Settings]()
ON_CASE = pytest.StashKey[Callable[[CaseFinished], None]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of ``mw-conformance run``."""
    group = parser.getgroup("mw-conformance", "conformance of RegisterTaskWithMaintenanceWindow")
    group.addoption("--target", default="moto", help="moto, reference, http://HOST:PORT or NAME=http://HOST:PORT")
    group.addoption("--profile", default="standard", choices=sorted(PROFILES), help="how deep to go")
    group.addoption("--rules", action="append", default=[], metavar="GLOB", help="only rules of this name (repeatable)")
    group.addoption("--seed", type=int, default=0, help="seed of everything random")
    group.addoption("--rate", type=float, default=None, help="requests a second, at most")
    group.addoption("--max-requests", type=int, default=None, help="requests in all, at most")
    group.addoption("--max-time", type=float, default=None, help="seconds in all, at most")
    group.addoption("--ledger", default=None, help="file of known divergences, or none (default: the one that ships)")
    group.addoption("--should-counts", action="store_true", help="a SHOULD divergence fails the run, too")
    group.addoption("--report-dir", default="conformance-report", help="folder of log and reports")
    group.addoption("--format", action="append", default=[], help="html, json, junit, markdown or badge (repeatable)")


def settings_of(config: pytest.Config) -> Settings:
    """Read the options once; pytest.UsageError for a word that names nothing."""
    if _SETTINGS in config.stash:
        return config.stash[_SETTINGS]
    option = config.getoption
    try:
        settings = Settings(
            target=facts_of(option("--target")),
            word=option("--target"),
            profile=option("--profile"),
            globs=tuple(option("--rules")),
            planned=tuple(rule.id for rule in selected(option("--rules"))),
            seed=option("--seed"),
            strict=bool(option("--should-counts") or option("strict", False)),
            folder=Path(option("--report-dir")),
            formats=tuple(option("--format")) or ("html", "json"),
            ledger=given(option("--ledger"), facts_of(option("--target")).name),
        )
    except (TargetError, UnknownRule, BadLedger) as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[_SETTINGS] = settings
    return settings


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _is_run(config: pytest.Config) -> bool:
    """Tell whether this session asks a target: the suite is among what it was told to collect, and is to be run."""
    if config.option.collectonly or getattr(config.option, "help", False):
        return False
    suite = Path(__file__).resolve().parent / "suite"
    for argument in config.args:
        name = argument.partition("::")[0]
        path = (config.invocation_params.dir / name).resolve()
        if name.startswith("conformance.suite") or path.is_relative_to(suite) or suite.is_relative_to(path):
            return True
    return False


def pytest_configure(config: pytest.Config) -> None:
    """Check all options before anything is started."""
    if _is_run(config):
        settings_of(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Open the log, in the one process that writes it."""
    if not _is_worker(session.config) and _is_run(session.config):
        try:
            recorder = Recorder(settings_of(session.config), clock=time.time)
            session.config.stash[_RECORDER] = recorder
            session.config.pluginmanager.register(Courier(session.config, recorder), "mw-conformance-courier")
        except OSError as error:
            folder = settings_of(session.config).folder
            raise pytest.UsageError(f"report-dir={str(folder)!r} can not be written: {error.strerror}") from error


@pytest.fixture(scope="session")
def profile(request: pytest.FixtureRequest) -> Profile:
    """The profile of this run."""
    return PROFILES[settings_of(request.config).profile]


@pytest.fixture(scope="session")
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The desk at which cases are asked: one target, one sender, windows that are cleaned up at the end."""
    from strategies.recipes import HomeRecipes

    config = request.config
    settings = settings_of(config)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    budget = Budget(
        max_requests=_share(config.getoption("--max-requests"), workers),
        rate=None if config.getoption("--rate") is None else config.getoption("--rate") / workers,
        max_time=config.getoption("--max-time"),
    )
    run_id = secrets.token_hex(4)
    found = Desk(lambda: make(settings.word, seed=settings.seed), run_id=run_id, budget=budget, recipes=HomeRecipes())
    config.stash[_DESK] = found
    yield found
    _say_last_words(found, config.stash.get(_LAST, None))
    found.close()


def _say_last_words(desk: Desk, node: pytest.Item | None) -> None:
    """Put what the last window tells on the report of the last test that asked."""
    before = desk.requests
    if node is not None:
        try:
            for event in desk.last_words():
                if part := selected_part(event, frozenset(settings_of(node.config).planned)):
                    node.user_properties.append((_PROPERTY, to_json(part)))
        except (TargetError, FixtureRefused, BudgetSpent) as error:
            node.user_properties.append((_PROPERTY, json.dumps({"fatal": str(error)})))
        node.user_properties.append((_PROPERTY, json.dumps({"requests": desk.requests - before})))


def selected_part(event: CaseFinished, planned: frozenset[str]) -> CaseFinished | None:
    """Give an event without what it says of rules that were not asked for; None where nothing is left."""
    if event.rule in planned and planned.issuperset(event.also):
        return event
    charges = tuple(charge for charge in event.charges if event.rule in planned or charge.rule in planned)
    also = tuple(rule for rule in event.also if rule in planned)
    if event.rule not in planned and not (charges or also or (event.question and not event.charges)):
        return None
    return replace(event, charges=charges, also=also)


def _share(limit: int | None, workers: int) -> int | None:
    """Give this worker's part of a limit, so that all parts together never pass it."""
    return None if limit is None else limit // workers


@final
class Ask:
    """What a test of the suite calls: judge these cases, keep the events, fail where something new diverges."""

    def __init__(self, node: pytest.Item, desk: Desk, settings: Settings) -> None:
        self._node, self._settings = node, settings
        self.desk = desk
        self.seed = settings.seed
        self.planned = frozenset(settings.planned)

    def __call__(self, events: Iterable[CaseFinished]) -> None:
        """Record every event of a stream; fail for new divergences and for what could not be judged."""
        new: list[str] = []
        doubts: list[str] = []
        try:
            for event in (selected_part(event, self.planned) for event in events):
                if event is None:
                    continue
                self._keep(event)
                new += self._new(event)
                if event.verdict == "inconclusive":
                    doubts.append(f"{event.case}: {event.reason}")
        except (TargetError, FixtureRefused, BudgetSpent) as error:
            self._node.user_properties.append((_PROPERTY, json.dumps({"fatal": str(error)})))
            self._node.session.shouldstop = str(error)
            pytest.fail(str(error), pytrace=False)
        except Exception as error:  # our own fault: a verdict is missing, so the run has none
            broke = f"the suite broke at {self._node.name}: {type(error).__name__}: {error}"
            self._node.user_properties.append((_PROPERTY, json.dumps({"fatal": broke})))
            raise
        if new:
            pytest.fail("\n\n".join(new[:5]), pytrace=False)
        if doubts:
            pytest.fail("inconclusive: " + "\n".join(doubts[:5]), pytrace=False)

    def _keep(self, event: CaseFinished) -> None:
        self._node.user_properties.append((_PROPERTY, to_json(event)))

    def _new(self, event: CaseFinished) -> Iterator[str]:
        known = {(each.rule, each.kind, each.outcome) for each in self._settings.ledger.entries}
        for charge in event.charges:
            counts = charge.level == "MUST" or self._settings.strict
            if counts and (charge.rule, charge.kind, event.outcome) not in known:
                request = json.dumps(event.request, sort_keys=True)
                yield (
                    f"{charge.rule} ({charge.level}, {charge.kind})\n  expected: {charge.expected}\n"
                    f"  observed: {charge.observed}\n  request:  {request[:1000]}"
                )


@pytest.fixture
def ask(request: pytest.FixtureRequest, desk: Desk) -> Iterator[Ask]:
    """Judge cases and keep their events on this test's report."""
    before = desk.requests
    request.config.stash[_LAST] = request.node
    yield Ask(request.node, desk, settings_of(request.config))
    sent = json.dumps({"requests": desk.requests - before})
    request.node.user_properties.append((_PROPERTY, sent))


@final
class Courier:
    """Takes the events off each report as it arrives at the controller, and writes them to the log."""

    def __init__(self, config: pytest.Config, recorder: Recorder) -> None:
        self._config, self._recorder = config, recorder
        self._listener = config.stash.get(ON_CASE, None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Read the events of one finished test."""
        if report.when != "teardown":
            return
        for name, value in report.user_properties:
            if name != _PROPERTY:
                continue
            body = json.loads(str(value))
            if "fatal" in body:
                self._recorder.give_up(body["fatal"])
            elif "requests" in body:
                self._recorder.count(body["requests"])
            else:
                event = from_json(str(value))
                if isinstance(event, CaseFinished):
                    self._recorder.take(event)
                    if self._listener is not None:
                        self._listener(event)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close the log and draw the reports; the session's exit status becomes the run's."""
    recorder = session.config.stash.get(_RECORDER, None)
    if recorder is None:
        return
    interrupted = exitstatus == pytest.ExitCode.INTERRUPTED and not recorder.gave_up
    session.exitstatus = recorder.finish(interrupted=interrupted)
    _draw(recorder, session.config)


def recorder_of(config: pytest.Config) -> Recorder | None:
    """Give the record of a session, or None in a worker or where nothing was started."""
    return config.stash.get(_RECORDER, None)


def _draw(recorder: Recorder, config: pytest.Config) -> None:
    from reports.writer import write

    settings = settings_of(config)
    written: list[Any] = []
    try:
        written = write(recorder.log(), settings.folder, settings.formats)
    except OSError as error:
        recorder.complain(f"the reports can not be written to {str(settings.folder)!r}: {error.strerror}")
    recorder.written = [recorder.path, *written]
