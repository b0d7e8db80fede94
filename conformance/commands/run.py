"""``run``: pytest, with a progress bar in front of it and a summary behind."""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, final

from conformance.cli import USAGE, UserError

INTERRUPTED = 130
_FORMATS = ("html", "json", "junit", "markdown", "ctrf", "badge")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the options of report.md."""
    add = parser.add_argument
    add(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="moto (default), one that `targets` names, [NAME=]http://HOST:PORT or recorded:DIR",
    )
    add("--profile", choices=("quick", "standard", "nightly"), default="standard", help="how deep to go")
    add("--rules", action="append", default=[], metavar="GLOB", help="only rules of this name (repeatable)")
    add("--seed", type=int, default=0, help="seed of everything random (default 0)")
    add("--workers", type=_positive, default=1, metavar="N", help="processes, by pytest-xdist")
    add("--rate", type=_above_zero, metavar="N", help="requests a second, at most")
    add("--max-requests", type=_positive, metavar="N", help="requests in all, at most")
    add("--max-time", type=_above_zero, metavar="SECONDS", help="seconds in all, at most")
    add("--quota", type=_positive, metavar="N", help="tasks that a window of this target may hold (default 20)")
    add("--account", metavar="ID", help="the sandbox account that aws must be")
    add("--region", help="the AWS region, where the usual AWS means name none")
    add("--yes", action="store_true", help="do not ask before the calls at aws begin")
    add("--record", metavar="DIR", help="keep each request and answer there; replay with recorded:DIR")
    add("--ledger", metavar="FILE", help="known divergences; none turns off the one that ships")
    add("--strict", action="store_true", help="a SHOULD divergence fails the run, too")
    add("--report-dir", default="conformance-report", metavar="DIR", help="folder of log and reports")
    add("--format", action="append", default=[], choices=_FORMATS, help="report to write (repeatable; html and json)")
    add("--resume", action="store_true", help="go on with the run whose log is in the report folder")
    add("--shard", metavar="I/N", help="ask the I-th of N equal shares; `report` merges the logs of all shards")
    add("-q", dest="quiet", action="store_true", help="no progress, no summary")
    add("-x", dest="first", action="store_true", help="stop at the first new divergence")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of at least 1")
    return number


def _above_zero(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


def run(words: argparse.Namespace) -> int:
    """Run the suite against each target and give the worst exit status."""
    targets = words.targets or ["moto"]
    names = [_checked(words, target) for target in targets]
    if "aws" in targets:
        from conformance.commands.consent import must_agree

        must_agree(words)
    several = len(targets) > 1
    statuses: list[int] = []
    played = []
    for target, name in zip(targets, names, strict=True):
        folder = Path(words.report_dir) / file_name(name) if several else Path(words.report_dir)
        statuses.append(_run_one(words, target, folder, record=_record(words, name, several=several)))
        played += [folder] if statuses[-1] != USAGE else []
        if statuses[-1] == INTERRUPTED:
            break
    if several:
        _compare(played, Path(words.report_dir), quiet=words.quiet)
    return worst(statuses)


def _compare(folders: Sequence[Path], place: Path, *, quiet: bool) -> None:
    """Write the targets side by side; a run that was broken off has no log to stand there."""
    from conformance.commands.report import side_by_side
    from conformance.events import BadLog
    from reports.sources import load_report

    finished = []
    for folder in dict.fromkeys(folders):
        with suppress(BadLog, OSError):
            finished.append(load_report(str(folder / "run.jsonl")))
    if len(finished) > 1:
        side_by_side(finished, ["html", "json", *([] if quiet else ["summary"])], place, quiet=quiet)


def _checked(words: argparse.Namespace, target: str) -> str:
    """Give the target's name once every word has been found to mean something; UserError with one sentence if not."""
    from conformance.contract.behaviours import TASKS_PER_WINDOW
    from conformance.ledger import BadLedger, given
    from conformance.runner.plan import UnknownRule, selected
    from conformance.runner.shard import BadShard, shard_of
    from conformance.targets.base import TargetError
    from conformance.targets.recorded import Plan, must_fit
    from conformance.targets.registry import facts_of

    try:
        facts = facts_of(target)
        selected(words.rules)
        plan = Plan(
            profile=words.profile,
            seed=words.seed,
            rules=tuple(words.rules),
            quota=words.quota or TASKS_PER_WINDOW,
            shard=None if words.shard is None else shard_of(words.shard).word,
        )
        must_fit(target, words.record, plan, workers=words.workers)
        given(words.ledger, facts.name, facts.version)
        Path(words.report_dir).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=words.report_dir) as probe:
            probe.write(b"room")
    except (TargetError, UnknownRule, BadLedger, BadShard) as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"report-dir={words.report_dir!r} can not be written: {error.strerror}") from error
    return facts.name


def worst(statuses: list[int]) -> int:
    """Give the status that matters most: interrupted, wrong usage, inconclusive, diverging, fine."""
    return next((status for status in (130, USAGE, 3, 1) if status in statuses), 0)


def _record(words: argparse.Namespace, name: str, *, several: bool) -> Path | None:
    if words.record is None:
        return None
    return Path(words.record) / file_name(name) if several else Path(words.record)


def file_name(name: str) -> str:
    """Give a target's name as a folder may be called."""
    return "".join(character if character.isalnum() or character in "-_." else "-" for character in name)


def _run_one(words: argparse.Namespace, target: str, folder: Path, *, record: Path | None) -> int:
    from conformance.commands.front import Front

    arguments = [
        *("--target", target, "--profile", words.profile, "--seed", str(words.seed), "--report-dir", str(folder)),
        *(part for glob in words.rules for part in ("--rules", glob)),
        *(part for name in words.format for part in ("--format", name)),
        *_optional("--rate", words.rate),
        *_optional("--max-requests", words.max_requests),
        *_optional("--max-time", words.max_time),
        *_optional("--quota", words.quota),
        *_optional("--ledger", words.ledger),
        *_optional("--account", words.account),
        *_optional("--region", words.region),
        *_optional("--record", record),
        *_optional("--shard", words.shard),
        *(["--yes"] if target == "aws" else []),
        *(["--should-counts"] if words.strict else []),
        *(["--resume"] if words.resume else []),
        *(["-x"] if words.first else []),
        *(["-p", "xdist.plugin", "-n", str(words.workers)] if words.workers > 1 else []),
    ]
    console = Front(quiet=words.quiet, target=target)
    status = play(arguments, console)
    if console.recorder is None:
        return USAGE  # pytest has said why, in a sentence
    console.show()
    return status


# The terminal is ours, there is nothing to cache, nobody reads what is logged or warned of, and five full collections
# of garbage at the end show nothing here. Each takes its time at every test.
_LEFT_OUT = ("terminal", "cacheprovider", "logging", "warnings", "unraisableexception")
_WITHOUT = tuple(word for name in _LEFT_OUT for word in ("-p", f"no:{name}"))


def play(options: list[str], front: Any) -> int:
    """Run the suite with these options of the plugin, `front` listening, and give the exit status."""
    with _alone(), _Garbage() as garbage:
        import pytest

        from conformance import suite

        folder = os.path.dirname(suite.__file__)
        where = ("-c", os.path.join(folder, "pytest.ini"), "--rootdir", folder)
        return int(
            pytest.main([*_WITHOUT, "-p", "conformance.plugin", *where, *options, folder], plugins=[front, garbage])
        )


@final
class _Garbage:
    """Keeps Python's collector of garbage from what is loaded, which stays: a seventh of a quick run was spent there.

    It is off until the first test has made the target load what it needs, and then goes through what is new alone.
    """

    def __enter__(self) -> _Garbage:
        gc.unfreeze()
        gc.disable()
        return self

    def pytest_runtest_logfinish(self) -> None:
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def __exit__(self, *_: object) -> None:
        gc.enable()  # what is frozen is left to the end of the process, which has no use for a last look at it


def _optional(option: str, value: Any) -> list[str]:
    return [] if value is None else [option, str(value)]


@contextmanager
def _alone() -> Iterator[None]:
    """Keep the user's own pytest options and plugins out of the run."""
    names = {"PYTEST_ADDOPTS": None, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": None}
    before = {name: os.environ.get(name) for name in names}
    _set(names)
    try:
        yield
    finally:
        _set(before)


def _set(values: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
