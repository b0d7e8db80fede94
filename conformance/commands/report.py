"""``report``: draw any report again from a log, several targets side by side, or findings as issues.

Logs that are shards of one run are merged first, and then count as one.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.cli import UserError

if TYPE_CHECKING:
    from conformance.events import Log
    from conformance.runner.merge import Named

Report = Mapping[str, Any]

_FORMATS = ("summary", "html", "json", "junit", "markdown", "ctrf", "badge", "issues")
_FOLDER = "conformance-report"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the logs, the formats and the folder."""
    parser.add_argument(
        "logs",
        nargs="+",
        metavar="LOG",
        help="run.jsonl of a finished run, or its folder; several stand side by side, the shards of a run are merged",
    )
    parser.add_argument("--format", action="append", default=[], choices=_FORMATS, help="what to draw (repeatable)")
    parser.add_argument(
        "--report-dir", metavar="DIR", help=f"where to write (default: beside the log, of several {_FOLDER})"
    )


def run(words: argparse.Namespace) -> int:
    """Draw the reports; the terminal's summary where no format is named.

    Gives 0; where shards were merged, the exit status of the run that they make, and the worst of several.
    """
    from conformance.commands.session import worst
    from conformance.runner.merge import Named
    from reports.sources import report_of

    formats = words.format or ["summary"]
    found = _whole_runs([(name, _loaded(name, alone=len(words.logs) == 1)) for name in words.logs])
    merged = [each for each in found if isinstance(each, Named) and each.merged]
    if len(found) == 1 and isinstance(found[0], Named):
        _alone(found[0], formats, words)
    else:
        values = [report_of(each.log) if isinstance(each, Named) else each for each in found]
        side_by_side(values, formats, Path(words.report_dir or _FOLDER))
    return worst([each.log.finished.exit_status for each in merged])


def _loaded(name: str, *, alone: bool) -> Log | Report:
    from reports.sources import load, load_log

    with _readable(name):
        return load_log(name) if alone else load(name)


def _whole_runs(given: Sequence[tuple[str, Log | Report]]) -> Sequence[Named | Report]:
    """Merge what is given of one run, and leave the rest as it is; UserError where a part of a run is missing."""
    from conformance.runner.merge import BadShards, Named, put_together
    from reports.sources import part_of

    reports: list[tuple[str, Report]] = []
    logs: list[Named] = []
    for name, each in given:
        if isinstance(each, Mapping):
            if part := part_of(each):
                raise UserError(f"log={name!r} is the report of {part}; give the run.jsonl of every shard of the run")
            reports.append((name, each))
        else:
            logs.append(Named(name=name, log=each))
    try:
        runs = put_together(logs)
    except BadShards as error:
        raise UserError(str(error)) from error
    names = [name for name, _ in given]
    found: list[tuple[str, Named | Report]] = [*reports, *((each.name, each) for each in runs)]
    return [each for _, each in sorted(found, key=lambda pair: names.index(pair[0]))]


def _alone(found: Named, formats: Sequence[str], words: argparse.Namespace) -> None:
    """Draw one run; what was merged is written as a log of its own, so that every other command can read it."""
    from reports.sources import find
    from reports.summary import print_summary
    from reports.writer import write, write_issues, write_log

    log, files = found.log, [each for each in formats if each != "summary"]
    place = Path(words.report_dir or (_FOLDER if found.merged else find(found.name, ("run.jsonl",)).parent))
    keep = found.merged and bool(files or words.report_dir)
    if keep and any(_same(find(name), place / "run.jsonl") for name in words.logs):
        raise UserError(f"report-dir={str(place)!r} holds one of the shards; give another folder for what they make")
    if "summary" in formats:
        print_summary(log)
    with _writable(place):
        paths = write_log(log, place) if keep else []
        paths += write(log, place, [each for each in files if each != "issues"])
        if "issues" in formats:
            paths += write_issues(log, place / "issues")
    for path in paths:
        print(path)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def side_by_side(reports: Sequence[Report], formats: Sequence[str], folder: Path, *, quiet: bool = False) -> None:
    """Draw several reports side by side into `folder` and name the files; UserError for what can not be drawn."""
    from reports import side
    from reports.console import console_for
    from reports.writer import write_texts

    draw: dict[str, tuple[str, Callable[[side.Side], str]]] = {
        "html": ("compare.html", side.render_html),
        "json": ("compare.json", side.render_json),
        "markdown": ("compare.md", side.render_markdown),
    }
    alone = [each for each in formats if each not in (*draw, "summary")]
    if alone:
        raise UserError(f"format={alone[0]!r} is drawn from one log; give it alone, or use html, json or markdown")
    found = side.side_by_side(reports)
    if "summary" in formats:
        side.print_side(found, console_for())
    with _writable(folder):
        texts = {draw[each][0]: draw[each][1](found) for each in dict.fromkeys(formats) if each in draw}
        paths = write_texts(texts, folder)
    for path in () if quiet else paths:
        print(path)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    from conformance.events import BadLog

    try:
        yield
    except OSError as error:
        raise UserError(f"log={name!r} can not be read: {error.strerror}") from error
    except (BadLog, UnicodeDecodeError) as error:
        raise UserError(f"log={name!r}: {error}") from error


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"report-dir={str(folder)!r} can not be written: {error.strerror}") from error
