"""pytest's side of a run: options, the fixture that asks, and the hand-over of events from workers to the log."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from conformance import version
from conformance.asking import FATAL, Ask, put_beside
from conformance.contract.behaviours import TASKS_PER_WINDOW
from conformance.contract.catalogue import contract_digest
from conformance.contract.shapes import botocore_version
from conformance.courier import WORDS, Courier, ledger_of, must_be_alike, name_of
from conformance.events import Shard
from conformance.ledger import BadLedger, given
from conformance.runner.budget import Budget
from conformance.runner.desk import Desk
from conformance.runner.journal import Journal, journals
from conformance.runner.plan import PROFILES, Profile, UnknownRule, selected
from conformance.runner.record import Recorder, Settings
from conformance.runner.resume import CanNotResume
from conformance.runner.shard import BadShard, dealt, shard_of
from conformance.runner.windows import care_of
from conformance.targets.base import Target, TargetError
from conformance.targets.recorded import Header, Plan, RecordingTarget, header_of, must_fit
from conformance.targets.registry import Access, facts_of, make
from conformance.targets.sandbox import RATE, sandbox_of

_DESK = pytest.StashKey[Desk]()
_LAST = pytest.StashKey[pytest.Item]()
_RECORDER = pytest.StashKey[Recorder]()
_UNREAD = pytest.StashKey[list[tuple[str, str]]]()
_SETTINGS = pytest.StashKey[Settings]()
_JOURNAL = pytest.StashKey[Journal]()
_BEGUN = pytest.StashKey[float]()
_SUITE = Path(__file__).resolve().parent / "suite"
_EVERYWHERE = "test_canaries.py::"  # each shard is valid by itself
_INTERRUPTED: list[bool] = []  # a person's Ctrl-C belongs to the process, and not to a session


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
    group.addoption("--shard", default=None, metavar="I/N", help="the I-th of N equal shares of all that is asked")
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
            ledger=ledger_of(_input(config)) or given(option("--ledger"), target.name, target.version),
            resume=bool(option("--resume")),
            shard=_shard(config),
        )
        _must_fit(settings, config)
    except (TargetError, UnknownRule, BadLedger, BadShard) as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[_SETTINGS] = settings
    return settings


def _shard(config: pytest.Config) -> Shard | None:
    word = config.getoption("--shard")
    return None if word is None else shard_of(word)


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
    shard = settings.shard and settings.shard.word
    return Plan(profile=settings.profile, seed=settings.seed, rules=settings.globs, quota=quota, shard=shard)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _input(config: pytest.Config) -> Mapping[str, Any]:
    """Give what the controller told this worker; nothing in the controller."""
    found: Mapping[str, Any] = getattr(config, "workerinput", {})
    return found


def _facts(settings: Settings) -> dict[str, str]:
    """Give what must be the same on every machine that asks: it decides what is asked and how it is judged."""
    return {
        "the suite": version(),
        "the contract": contract_digest(),
        "botocore": botocore_version(),
        "the target's version": settings.target.version,
    }


def _is_run(config: pytest.Config) -> bool:
    """Tell whether this session asks a target: the suite is among what it was told to collect, and is to be run."""
    if config.option.collectonly or getattr(config.option, "help", False):
        return False
    for argument in config.args:
        name = argument.partition("::")[0]
        path = (config.invocation_params.dir / name).resolve()
        if name.startswith("conformance.suite") or path.is_relative_to(_SUITE) or _SUITE.is_relative_to(path):
            return True
    return False


def pytest_configure(config: pytest.Config) -> None:
    """Check all options before anything is started."""
    config.stash[_BEGUN] = time.monotonic()
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
    courier = Courier(session, recorder, ledger=settings.ledger, facts=_facts(settings))
    config.pluginmanager.register(courier, "mw-conformance-courier")


def _interrupt_once(config: pytest.Config) -> None:
    """Let the first Ctrl-C end the run, and no second one end its clean-up, which is short."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _INTERRUPTED.append(True)
        # Python drops what is raised in a finaliser: the desk's next request raises it again.
        if (desk := config.stash.get(_DESK, None)) is not None:
            desk.hurry()
        if not _is_finaliser(frame):
            raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, interrupt)


def _is_finaliser(frame: FrameType | None) -> bool:
    """Tell whether a finaliser runs, or a callback of the garbage collector: what is raised there is only printed."""
    while frame is not None:
        if frame.f_code.co_name in ("__del__", "gc_callback"):
            return True
        frame = frame.f_back
    return False


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give Ctrl-C back, unless it was used: then what is left to do is short."""
    if _is_run(config) and not _INTERRUPTED and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Name the suite's files without their folder in a worker: pytest-xdist wants the same names from every machine."""
    if not _is_worker(parent.config) or module_path.resolve().parent != _SUITE:
        return None
    found: pytest.Module = pytest.Module.from_parent(parent, path=module_path, nodeid=module_path.name)
    return found


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what other shards ask, and what a run that is gone on with has asked already."""
    _deal(config, items)
    recorder = recorder_of(config)
    done = frozenset(_input(config).get("mw_done", ())) if recorder is None else recorder.before.items
    items[:] = [item for item in items if name_of(item.nodeid) not in done]


def _deal(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep this shard's share of the suite; tests that are not of the suite are nobody's share."""
    try:
        shard = _shard(config)
    except BadShard as error:
        raise pytest.UsageError(str(error)) from error
    if shard is None:
        return
    names = {item: name_of(item.nodeid) for item in items if _of_suite(item)}
    own = dealt((name for name in names.values() if not name.startswith(_EVERYWHERE)), shard)
    others = [item for item, name in names.items() if name not in own and not name.startswith(_EVERYWHERE)]
    config.hook.pytest_deselected(items=others)
    left = set(others)
    items[:] = [item for item in items if item not in left]


def _of_suite(item: pytest.Item) -> bool:
    return item.path.resolve().is_relative_to(_SUITE)


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
    journal = config.stash[_JOURNAL] = Journal(
        settings.folder / f"journal-{run_id}.jsonl" if remote else None,
        run_id=run_id,
        target=settings.target.endpoint or settings.target.name,
    )
    found = Desk(
        lambda: _opened(config, run_id=run_id, now=int(now)),
        run_id=run_id,
        budget=_budget(config),
        recipes=HomeRecipes(),
        care=care_of(config.getoption("--care") or settings.target.kind, run_id=run_id, now=now),
        quota=config.getoption("--quota"),
        journal=journal,
    )
    config.stash[_DESK] = found
    if _INTERRUPTED:
        found.hurry()
    yield found
    node = config.stash.get(_LAST, None)
    if not _INTERRUPTED and node is not None and not request.session.shouldstop:
        _say_last_words(found, node, config.stash[_UNREAD])
    found.close()


def _opened(config: pytest.Config, *, run_id: str, now: int) -> Target:
    """Open the target, behind a recorder where a record was asked for."""
    settings, option = settings_of(config), config.getoption
    must_be_alike(_input(config), _facts(settings))
    access = Access(account=option("--account"), region=option("--region"))
    target = make(settings.word, seed=settings.seed, access=access, folder=settings.folder)
    if option("--record") is None:
        return target
    plan = _plan(settings, config)
    header = Header(run=run_id, taken=now, plan=plan, suite=version(), target=target.facts)
    return RecordingTarget(target, Path(option("--record")), header)


def _budget(config: pytest.Config) -> Budget:
    """Give this process's share of the run's limits; the time began with the first process of this machine's shard."""
    settings = settings_of(config)
    parts = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) * (settings.shard.of if settings.shard else 1)
    rate = config.getoption("--rate") or (RATE if settings.word == "aws" else None)
    waited = _input(config).get("mw_elapsed")
    return Budget(
        max_requests=_share(config.getoption("--max-requests"), parts),
        rate=None if rate is None else rate / parts,
        max_time=config.getoption("--max-time"),
        elapsed=0.0 if waited is None else waited + time.monotonic() - config.stash[_BEGUN],
    )


def _say_last_words(desk: Desk, node: pytest.Item, unread: list[tuple[str, str]]) -> None:
    """Put what the last window tells on the report of the last test that asked."""
    try:
        desk.last_words()
    except FATAL as error:
        node.user_properties.append((WORDS, json.dumps({"fatal": str(error)})))
        return
    put_beside(desk, node, frozenset(settings_of(node.config).planned))
    node.user_properties.append((WORDS, json.dumps({"read": [name for name, _ in unread]})))


def _share(limit: int | None, parts: int) -> int | None:
    """Give this process's part of a limit, so that all parts together never pass it."""
    return None if limit is None else limit // parts


@pytest.fixture
def ask(request: pytest.FixtureRequest, desk: Desk) -> Iterator[Ask]:
    """Judge cases and keep their events on this test's report."""
    before, unread_before = desk.calls, desk.unread
    stash = request.config.stash
    stash[_LAST] = request.node
    yield Ask(request.node, desk, settings_of(request.config))
    request.node.user_properties.append((WORDS, json.dumps({"calls": desk.calls - before})))
    # An item is done with when the window that holds its last tasks has been read back.
    window = "" if desk.unread == unread_before else desk.unread[0]
    unread = [*stash.get(_UNREAD, []), (name_of(request.node.nodeid), window)]
    stash[_UNREAD] = [(name, window) for name, window in unread if window and window == desk.unread[0]]
    read = [name for name, window in unread if not window or window != desk.unread[0]]
    request.node.user_properties.append((WORDS, json.dumps({"read": read})))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close the log and draw the reports, when all is cleaned up; the session's exit status becomes the run's."""
    desk = session.config.stash.get(_DESK, None)
    recorder = session.config.stash.get(_RECORDER, None)
    if recorder is None:
        if desk is not None and _is_worker(session.config):
            left, folder = len(session.config.stash[_JOURNAL].left), str(settings_of(session.config).folder.resolve())
            words = {"calls": dict(desk.calls), "peak": desk.peak, "left": left, "folder": folder}
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


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what went wrong beside the verdicts; without pytest's terminal the command line does."""
    recorder = recorder_of(config)
    for reason in () if recorder is None else recorder.complaints:
        terminalreporter.write_line(f"mw-conformance: {reason}")


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
