"""``run``: pytest, with a progress bar in front of it and a summary behind."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.cli import USAGE, UserError

_FORMATS = ("html", "json", "junit", "markdown", "badge")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the options of report.md."""
    add = parser.add_argument
    add("targets", nargs="*", metavar="TARGET", help="moto (default), reference, http://HOST:PORT or NAME=http://…")
    add("--profile", choices=("quick", "standard", "nightly"), default="standard", help="how deep to go")
    add("--rules", action="append", default=[], metavar="GLOB", help="only rules of this name (repeatable)")
    add("--seed", type=int, default=0, help="seed of everything random (default 0)")
    add("--workers", type=_positive, default=1, metavar="N", help="processes, by pytest-xdist")
    add("--rate", type=_above_zero, metavar="N", help="requests a second, at most")
    add("--max-requests", type=_positive, metavar="N", help="requests in all, at most")
    add("--max-time", type=_above_zero, metavar="SECONDS", help="seconds in all, at most")
    add("--ledger", metavar="FILE", help="known divergences; none turns off the one that ships")
    add("--strict", action="store_true", help="a SHOULD divergence fails the run, too")
    add("--report-dir", default="conformance-report", metavar="DIR", help="folder of log and reports")
    add("--format", action="append", default=[], choices=_FORMATS, help="report to write (repeatable; html and json)")
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
    statuses = []
    for target, name in zip(targets, names, strict=True):
        folder = Path(words.report_dir) / _file_name(name) if len(targets) > 1 else Path(words.report_dir)
        statuses.append(_run_one(words, target, folder))
    return worst(statuses)


def _checked(words: argparse.Namespace, target: str) -> str:
    """Give the target's name once every word has been found to mean something; UserError with one sentence if not."""
    from conformance.ledger import BadLedger, given
    from conformance.runner.plan import UnknownRule, selected
    from conformance.targets.base import TargetError
    from conformance.targets.registry import facts_of

    try:
        name = facts_of(target).name
        selected(words.rules)
        given(words.ledger, name)
        Path(words.report_dir).mkdir(parents=True, exist_ok=True)
        (Path(words.report_dir) / "run.jsonl").open("a").close()
    except (TargetError, UnknownRule, BadLedger) as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"report-dir={words.report_dir!r} can not be written: {error.strerror}") from error
    return name


def worst(statuses: list[int]) -> int:
    """Give the status that matters most: interrupted, wrong usage, inconclusive, diverging, fine."""
    return next((status for status in (130, USAGE, 3, 1) if status in statuses), 0)


def _file_name(name: str) -> str:
    return "".join(character if character.isalnum() or character in "-_." else "-" for character in name)


def _run_one(words: argparse.Namespace, target: str, folder: Path) -> int:
    import pytest

    from conformance import suite
    from conformance.commands.front import Front

    arguments = [
        *("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "conformance.plugin"),
        *("-c", os.path.join(os.path.dirname(suite.__file__), "pytest.ini")),
        *("--rootdir", os.path.dirname(suite.__file__)),
        *("--target", target, "--profile", words.profile, "--seed", str(words.seed), "--report-dir", str(folder)),
        *(part for glob in words.rules for part in ("--rules", glob)),
        *(part for name in words.format for part in ("--format", name)),
        *_optional("--rate", words.rate),
        *_optional("--max-requests", words.max_requests),
        *_optional("--max-time", words.max_time),
        *_optional("--ledger", words.ledger),
        *(["--should-counts"] if words.strict else []),
        *(["-x"] if words.first else []),
        *(["-p", "xdist.plugin", "-n", str(words.workers)] if words.workers > 1 else []),
        os.path.dirname(suite.__file__),
    ]
    console = Front(quiet=words.quiet, target=target)
    with _alone():
        status = int(pytest.main(arguments, plugins=[console]))
    if console.recorder is None:
        return USAGE  # pytest has said why, in a sentence
    console.show()
    return status


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
