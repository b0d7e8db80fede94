"""``run``: pytest, with a progress bar in front of it and a summary behind."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from conformance.cli import USAGE, UserError
from conformance.commands.session import file_name, play, worst

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


def _record(words: argparse.Namespace, name: str, *, several: bool) -> Path | None:
    if words.record is None:
        return None
    return Path(words.record) / file_name(name) if several else Path(words.record)


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


def _optional(option: str, value: Any) -> list[str]:
    return [] if value is None else [option, str(value)]
