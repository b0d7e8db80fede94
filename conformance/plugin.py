"""pytest's side of a run: options, the fixture that asks, and the hand-over of events from workers to the log."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, final

import pytest

from conformance import version
from conformance.contract.behaviours import TASKS_PER_WINDOW
from conformance.events import CaseFinished, from_json, to_json
from conformance.ledger import BadLedger, given
from conformance.runner.budget import Budget, BudgetSpent
from conformance.runner.desk import Desk
from conformance.runner.journal import CanNotWrite, Journal, journals
from conformance.runner.plan import PROFILES, Profile, UnknownRule, selected
from conformance.runner.record import Recorder, Settings
from conformance.runner.resume import CanNotResume
from conformance.runner.windows import FixtureRefused, care_of
from conformance.targets.base import Target, TargetError
from conformance.targets.recorded import Header, Plan, RecordingTarget, header_of, must_fit
from conformance.targets.registry import Access, facts_of, make
from conformance.targets.sandbox import RATE, sandbox_of

_PROPERTY = "mw-conformance"
_BESIDE = "mw-conformance-beside"
_FATAL = (TargetError, FixtureRefused, BudgetSpent, CanNotWrite)
_DESK = pytest.StashKey[Desk]()
_LAST = pytest.StashKey[pytest.Item]()
_RECORDER = pytest.StashKey[Recorder]()
_UNREAD = pytest.StashKey[list[tuple[str, str]]]()
_SETTINGS = pytest.StashKey[Settings]()
_INTERRUPTED: list[bool] = []  # a person's Ctrl-C belongs to the process, and not to a session
ON_CASE = pytest.StashKey[Callable[[CaseFinished], None]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of ``mw-conformance run``."""
    group = parser.getgroup("mw-conformance", "conformance of RegisterTaskWithMaintenanceWindow")
    group.addoption("--target", default="moto", help="as for `mw-conformance run`")
    group.addoption("--profile", default="standard", choices=sorted(PROFILES), help="how deep to go")
    group.addoption("--rules", action="append", default=[], metavar="GLOB", help="only rules of this name (repeatable)")
    group.addoption("--seed", type=int, default=0, help="seed of everything random")
    group.addoption("--account", default=None, metavar="ID", help="the sandbox account that the target aws must be")
    group.addoption("--region", default=None, help="the AWS region, where the usual AWS means name none")
    group.addoption("--yes", action="store_true", help="for the target aws: the plan is agreed to")
    group.addoption("--care", default=None, metavar="KIND", help=argparse.SUPPRESS)  # for a plan: as at such a target
    group.addoption("--record", default=None, metavar="DIR", help="keep each request and answer there")
    group.addoption("--rate", type=float, default=None, help="requests a second, at most")
    group.addoption("--max-requests", type=int, default=None, help="requests in all, at most")
    group.addoption("--max-time", type=float, default=None, help="seconds in all, at most")
    group.addoption("--quota", type=int, default=TASKS_PER_WINDOW, help="tasks that a window of this target may hold")
    group.addoption("--ledger", default=None, help="file of known divergences, or none (default: the one that ships)")
    group.addoption("--should-counts", action="store_true", help="a SHOULD divergence fails the run, too")
    group.addoption("--report-dir", default="conformance-report", help="folder of log and reports")
    group.addoption("--resume", action="store_true", help="go on with the run whose log is in the report folder")
    group.addoption("--format", action="append", default=[], help="html, json, junit, markdown, ctrf or badge")


def settings_of(config: pytest.Config) -> Settings:
    """Read the options once; pytest.UsageError for a word that names nothing."""
    if _SETTINGS in config.stash:
        return config.stash[_SETTINGS]
    option = config.getoption
    try:
        target = facts_of(option("--target"))
        settings = Settings(
            target=target,
            word=option("--target"),
            profile=option("--profile"),
            globs=tuple(option("--rules")),
            planned=tuple(rule.id for rule in selected(option("--rules"))),
            seed=option("--seed"),
            strict=bool(option("--should-counts") or option("strict", False)),
            folder=Path(option("--report-dir")),
            formats=tuple(option("--format")) or ("html", "json"),
            ledger=given(option("--ledger"), target.name, target.version),
            resume=bool(option("--resume")),
        )
        _must_fit(settings, config)
    except (TargetError, UnknownRule, BadLedger) as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[_SETTINGS] = settings
    return settings


def _must_fit(settings: Settings, config: pytest.Config) -> None:
    """Raise TargetError where the words of sandbox and record do not go together."""
    option = config.getoption
    if settings.word == "aws":
        sandbox_of(option("--account"), option("--region"))
        if not option("--yes"):
            raise TargetError("target='aws' makes calls in an account; say --yes, or use `mw-conformance run aws`")
    workers = 2 if _is_worker(config) else getattr(config.option, "numprocesses", None) or 1
    must_fit(settings.word, option("--record"), _plan(settings, config), workers=workers)


def _plan(settings: Settings, config: pytest.Config) -> Plan:
    quota = config.getoption("--quota")
    return Plan(profile=settings.profile, seed=settings.seed, rules=settings.globs, quota=quota)


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
    """Open the log, in the one process that writes it, and be ready for an interruption."""
    config = session.config
    if not _is_run(config):
        return
    _interrupt_once(config)
    if _is_worker(config):
        return
    settings = settings_of(config)
    try:
        recorder = Recorder(settings, clock=time.time)
    except CanNotResume as error:
        raise pytest.UsageError(str(error)) from error
    except OSError as error:
        folder = str(settings.folder)
        raise pytest.UsageError(f"report-dir={folder!r} can not be written: {error.strerror}") from error
    config.stash[_RECORDER] = recorder
    config.pluginmanager.register(Courier(session, recorder), "mw-conformance-courier")


def _interrupt_once(config: pytest.Config) -> None:
    """Let the first Ctrl-C end the run, and no second one end its clean-up, which is short."""

    def interrupt(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _INTERRUPTED.append(True)
        # Python drops an exception that meets a finaliser: the desk's next request raises it again.
        if (desk := config.stash.get(_DESK, None)) is not None:
            desk.hurry()
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, interrupt)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give Ctrl-C back, unless it was used: then what is left to do is short."""
    if _is_run(config) and not _INTERRUPTED and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a run that is gone on with has asked already."""
    recorder = recorder_of(config)
    if recorder is not None:
        done = recorder.before.items
    else:
        done = frozenset(getattr(config, "workerinput", {}).get("mw_done", ()))
    items[:] = [item for item in items if name_of(item.nodeid) not in done]


def name_of(nodeid: str) -> str:
    """Give a test item's name in the log: without the folder, which differs by machine."""
    file, _, rest = nodeid.partition("::")
    return f"{file.rpartition('/')[2]}::{rest}"


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
    header = header_of(settings.word)
    run_id = header.run if header else secrets.token_hex(4)
    now = header.taken if header else time.time()
    # What lives in this process or is started by it, or is a replay, leaves nothing behind.
    remote = settings.target.kind in ("http", "aws") and header is None
    found = Desk(
        lambda: _opened(config, run_id=run_id, now=int(now)),
        run_id=run_id,
        budget=_budget(config),
        recipes=HomeRecipes(),
        care=care_of(config.getoption("--care") or settings.target.kind, run_id=run_id, now=now),
        quota=config.getoption("--quota"),
        journal=Journal(
            settings.folder / f"journal-{run_id}.jsonl" if remote else None,
            run_id=run_id,
            target=settings.target.endpoint or settings.target.name,
        ),
    )
    config.stash[_DESK] = found
    yield found
    node = config.stash.get(_LAST, None)
    if not _INTERRUPTED and node is not None and not request.session.shouldstop:
        _say_last_words(found, node, config.stash[_UNREAD])
    found.close()


def _opened(config: pytest.Config, *, run_id: str, now: int) -> Target:
    """Open the target, behind a recorder where a record was asked for."""
    settings, option = settings_of(config), config.getoption
    access = Access(account=option("--account"), region=option("--region"))
    target = make(settings.word, seed=settings.seed, access=access, folder=settings.folder)
    if option("--record") is None:
        return target
    plan = _plan(settings, config)
    header = Header(run=run_id, taken=now, plan=plan, suite=version(), target=target.facts)
    return RecordingTarget(target, Path(option("--record")), header)


def _budget(config: pytest.Config) -> Budget:
    """Give this process's share of the run's limits; the time began with the first process."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    begun = getattr(config, "workerinput", {}).get("mw_begun", None)
    rate = config.getoption("--rate") or (RATE if settings_of(config).word == "aws" else None)
    return Budget(
        max_requests=_share(config.getoption("--max-requests"), workers),
        rate=None if rate is None else rate / workers,
        max_time=config.getoption("--max-time"),
        elapsed=0.0 if begun is None else max(time.time() - begun, 0.0),
    )


def _say_last_words(desk: Desk, node: pytest.Item, unread: list[tuple[str, str]]) -> None:
    """Put what the last window tells on the report of the last test that asked."""
    try:
        desk.last_words()
    except _FATAL as error:
        node.user_properties.append((_PROPERTY, json.dumps({"fatal": str(error)})))
        return
    _put_beside(desk, node)
    node.user_properties.append((_PROPERTY, json.dumps({"read": [name for name, _ in unread]})))


def _put_beside(desk: Desk, node: pytest.Item) -> list[CaseFinished]:
    """Put what was found beside the cases on a test's report, and give it."""
    planned = frozenset(settings_of(node.config).planned)
    found = [part for event in desk.asides() if (part := selected_part(event, planned)) is not None]
    node.user_properties.extend((_BESIDE, to_json(event)) for event in found)
    return found


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
        """Record every event of a stream; fail for new divergences and for what could not be judged.

        A test that had nothing to ask is skipped: it shows nothing.
        """
        new: list[str] = []
        doubts: list[str] = []
        asked = False
        try:
            for each in events:
                asked = True
                event = self._selected(each)
                if event is not None:
                    self._node.user_properties.append((_PROPERTY, to_json(event)))
                    self._weigh(event, new, doubts)
            for event in _put_beside(self.desk, self._node):
                self._weigh(event, new, doubts)
        except _FATAL as error:
            self._give_up(str(error))
            pytest.fail(str(error), pytrace=False)
        except Exception as error:  # our own fault: a verdict is missing, so the run has none
            self._give_up(f"the suite broke at {self._node.name}: {type(error).__name__}: {error}", stop=False)
            raise
        if new:
            pytest.fail("\n\n".join(new[:5]), pytrace=False)
        if doubts:
            pytest.fail("inconclusive: " + "\n".join(doubts[:5]), pytrace=False)
        if not asked:
            pytest.skip("nothing to ask here in this profile, selection or target")

    def _give_up(self, reason: str, *, stop: bool = True) -> None:
        self._node.user_properties.append((_PROPERTY, json.dumps({"fatal": reason})))
        if stop:
            self._node.session.shouldstop = reason

    def _selected(self, event: CaseFinished) -> CaseFinished | None:
        return event if event.canary else selected_part(event, self.planned)

    def _weigh(self, event: CaseFinished, new: list[str], doubts: list[str]) -> None:
        if event.canary:
            doubts += [event.reason] if event.verdict != "diverges" else []
            return
        new += self._new(event)
        if event.verdict == "inconclusive":
            doubts.append(f"{event.case}: {event.reason}")

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
    before, unread_before = desk.calls, desk.unread
    stash = request.config.stash
    stash[_LAST] = request.node
    yield Ask(request.node, desk, settings_of(request.config))
    request.node.user_properties.append((_PROPERTY, json.dumps({"calls": desk.calls - before})))
    # An item is done with when the window that holds its last tasks has been read back.
    window = "" if desk.unread == unread_before else desk.unread[0]
    unread = [*stash.get(_UNREAD, []), (name_of(request.node.nodeid), window)]
    stash[_UNREAD] = [(name, window) for name, window in unread if window and window == desk.unread[0]]
    read = [name for name, window in unread if not window or window != desk.unread[0]]
    request.node.user_properties.append((_PROPERTY, json.dumps({"read": read})))


@final
class Courier:
    """Takes the events off each report as it arrives at the controller, and writes them to the log."""

    def __init__(self, session: pytest.Session, recorder: Recorder) -> None:
        self._session, self._recorder = session, recorder
        self._listener = session.config.stash.get(ON_CASE, None)
        self._begun = time.time()
        self._workers: list[int] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Read the events of one finished test."""
        if report.when != "teardown":
            return
        own, beside = _events(report, _PROPERTY), _events(report, _BESIDE)
        words = [json.loads(str(value)) for name, value in report.user_properties if name == _PROPERTY]
        fatal = [each["fatal"] for each in words if "fatal" in each]
        calls = sum((Counter(each.get("calls", {})) for each in words), Counter[str]())
        self._recorder.take(
            own,
            beside=beside,
            read=[name for each in words for name in each.get("read", ())],
            item="" if fatal else name_of(report.nodeid),
            calls=calls,
        )
        self._recorder.count(getattr(report, "worker_id", "main"), calls)
        for reason in fatal:
            self._recorder.give_up(reason)
        if self._listener is not None:
            for event in (*own, *beside):
                self._listener(event)
        if self._recorder.broken:
            self._stop()

    def _stop(self) -> None:
        self._session.shouldstop = "the log can not be written"
        scheduler = self._session.config.pluginmanager.get_plugin("dsession")
        if scheduler is not None:
            scheduler.shouldstop = self._session.shouldstop

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_newgateway(self, gateway: Any) -> None:
        """Note a worker's process id, in the way that pytest-xdist does to show it."""
        self._workers.append(gateway._rinfo().pid)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Let the workers hear of a Ctrl-C: a terminal tells them, too, and a signal to this process alone does not."""
        for pid in self._workers if excinfo.type is KeyboardInterrupt else ():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker what need not be asked, and when the run began."""
        node.workerinput["mw_done"] = sorted(self._recorder.before.items)
        node.workerinput["mw_begun"] = self._begun

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """Take a worker's last words: what it sent in all."""
        words = getattr(node, "workeroutput", {}).get("mw_conformance")
        if words is not None:
            self._recorder.counted(node.gateway.id, words["calls"], words["peak"])


def _events(report: pytest.TestReport, name: str) -> list[CaseFinished]:
    found = []
    for key, value in report.user_properties:
        if key == name and '"event"' in str(value):
            event = from_json(str(value))
            if isinstance(event, CaseFinished):
                found.append(event)
    return found


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close the log and draw the reports, when all is cleaned up; the session's exit status becomes the run's."""
    desk = session.config.stash.get(_DESK, None)
    recorder = session.config.stash.get(_RECORDER, None)
    if recorder is None:
        if desk is not None and _is_worker(session.config):
            words = {"calls": dict(desk.calls), "peak": desk.peak}
            session.config.workeroutput["mw_conformance"] = words  # type: ignore[attr-defined]
        return
    if desk is not None:
        recorder.counted("main", desk.calls, desk.peak)
    interrupted = bool(_INTERRUPTED) or (exitstatus == pytest.ExitCode.INTERRUPTED and not recorder.gave_up)
    session.exitstatus = recorder.finish(interrupted=interrupted)
    _tell_left(recorder, settings_of(session.config))
    _draw(recorder, session.config)


def _tell_left(recorder: Recorder, settings: Settings) -> None:
    """Say what may be left behind, by this run or by one that was killed before it: a journal that is still there."""
    target = settings.target.endpoint or settings.target.name
    left = [each for each in journals([settings.folder]) if each.target == target]
    if left:
        names = sum(len(each.names) for each in left)
        where = f"mw-conformance sweep {settings.word} --report-dir {settings.folder}"
        recorder.complain(f"some of {names} windows may be left behind: remove them with `{where}`")


def recorder_of(config: pytest.Config) -> Recorder | None:
    """Give the record of a session, or None in a worker or where nothing was started."""
    return config.stash.get(_RECORDER, None)


def _draw(recorder: Recorder, config: pytest.Config) -> None:
    from reports.writer import write, write_step_summary

    settings = settings_of(config)
    written: list[Any] = []
    try:
        written = write(recorder.log(), settings.folder, settings.formats)
    except OSError as error:
        recorder.complain(f"the reports can not be written to {str(settings.folder)!r}: {error.strerror}")
    recorder.written = [recorder.path, *written]
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            write_step_summary(recorder.log(), summary)
        except OSError as error:
            recorder.complain(f"GITHUB_STEP_SUMMARY={summary!r} can not be written: {error.strerror}")
