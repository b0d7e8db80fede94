"""``report``: draw any report again from a log."""

from __future__ import annotations

import argparse
from pathlib import Path

from conformance.cli import UserError

_FORMATS = ("summary", "html", "json", "junit", "markdown", "badge")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the logs, the formats and the folder."""
    parser.add_argument("logs", nargs="+", metavar="LOG", help="run.jsonl of a finished run")
    parser.add_argument("--format", action="append", default=[], choices=_FORMATS, help="what to draw (repeatable)")
    parser.add_argument("--report-dir", metavar="DIR", help="where to write (default: beside each log)")


def run(words: argparse.Namespace) -> int:
    """Draw the reports; the terminal's summary where no format is named."""
    from conformance.events import BadLog, read_log
    from reports.summary import print_summary
    from reports.writer import write

    formats = words.format or ["summary"]
    for name in words.logs:
        try:
            log = read_log(Path(name))
        except OSError as error:
            raise UserError(f"log={name!r} can not be read: {error.strerror}") from error
        except (BadLog, UnicodeDecodeError) as error:
            raise UserError(f"log={name!r}: {error}") from error
        if "summary" in formats:
            print_summary(log)
        folder = Path(words.report_dir) if words.report_dir else Path(name).parent
        try:
            for path in write(log, folder, [each for each in formats if each != "summary"]):
                print(path)
        except OSError as error:
            raise UserError(f"report-dir={str(folder)!r} can not be written: {error.strerror}") from error
    return 0
