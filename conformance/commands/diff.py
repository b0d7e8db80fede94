"""``diff``: what changed between two runs, versions or targets, rule by rule; exit 1 when something broke."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from conformance.cli import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the two reports and the format."""
    parser.add_argument("left", metavar="A", help="run.jsonl, report.json, or a folder that holds one: the older")
    parser.add_argument("right", metavar="B", help="the same: the newer, or the other target")
    parser.add_argument("--format", choices=("table", "markdown", "json"), default="table", help="how to print")


def run(words: argparse.Namespace) -> int:
    """Print the difference; 1 when something broke, 3 when a run is not valid, else 0."""
    from reports.console import console_for
    from reports.diff import compare, print_difference, render_json, render_markdown

    found = compare(_loaded(words.left), _loaded(words.right))
    match words.format:
        case "json":
            sys.stdout.write(render_json(found))
        case "markdown":
            sys.stdout.write(render_markdown(found))
        case _:
            print_difference(found, console_for())
    return 1 if found.broke else 0 if found.valid else 3


def _loaded(name: str) -> Mapping[str, Any]:
    from conformance.events import BadLog
    from reports.sources import load_report

    try:
        return load_report(name)
    except OSError as error:
        raise UserError(f"report={name!r} can not be read: {error.strerror}") from error
    except (BadLog, UnicodeDecodeError) as error:
        raise UserError(f"report={name!r}: {error}") from error
