"""``report``: draw any report again from a log, several targets side by side, or findings as issues."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from conformance.cli import UserError

_FORMATS = ("summary", "html", "json", "junit", "markdown", "ctrf", "badge", "issues")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the logs, the formats and the folder."""
    parser.add_argument(
        "logs", nargs="+", metavar="LOG", help="run.jsonl of a finished run, or its folder; several stand side by side"
    )
    parser.add_argument("--format", action="append", default=[], choices=_FORMATS, help="what to draw (repeatable)")
    parser.add_argument("--report-dir", metavar="DIR", help="where to write (default: beside the log)")


def run(words: argparse.Namespace) -> int:
    """Draw the reports; the terminal's summary where no format is named."""
    formats = words.format or ["summary"]
    if len(words.logs) > 1:
        side_by_side(words.logs, formats, Path(words.report_dir or "conformance-report"))
    else:
        _alone(words.logs[0], formats, words.report_dir)
    return 0


def _alone(name: str, formats: Sequence[str], folder: str | None) -> None:
    from reports.sources import find, load_log
    from reports.summary import print_summary
    from reports.writer import write, write_issues

    with _readable(name):
        log = load_log(name)
        place = Path(folder) if folder else find(name, ("run.jsonl",)).parent
    if "summary" in formats:
        print_summary(log)
    with _writable(place):
        paths = write(log, place, [each for each in formats if each not in ("summary", "issues")])
        if "issues" in formats:
            paths += write_issues(log, place / "issues")
    for path in paths:
        print(path)


def side_by_side(names: Sequence[str], formats: Sequence[str], folder: Path, *, quiet: bool = False) -> None:
    """Draw the reports of several logs side by side into `folder` and name the files; UserError for what can not be."""
    from reports import side
    from reports.console import console_for
    from reports.sources import load_report
    from reports.writer import write_texts

    draw: dict[str, tuple[str, Callable[[side.Side], str]]] = {
        "html": ("compare.html", side.render_html),
        "json": ("compare.json", side.render_json),
        "markdown": ("compare.md", side.render_markdown),
    }
    alone = [each for each in formats if each not in (*draw, "summary")]
    if alone:
        raise UserError(f"format={alone[0]!r} is drawn from one log; give it alone, or use html, json or markdown")
    reports = []
    for name in names:
        with _readable(name):
            reports.append(load_report(name))
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
