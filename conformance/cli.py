"""``mw-conformance``: words in, one sentence out when they are wrong; the work is done in `conformance.commands`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from conformance import version

USAGE = 2

_COMMANDS = {
    "run": ("run the suite against one or more targets", "mw-conformance run http://127.0.0.1:5000 --profile quick"),
    "list": ("the rules: id, level, area, evidence", "mw-conformance list --format json"),
    "explain": ("judge a request offline, or explain a rule", "mw-conformance explain --rule Name.pattern"),
    "targets": ("known targets: installed, version, how they are started", "mw-conformance targets"),
    "report": ("draw reports again from a log", "mw-conformance report conformance-report/run.jsonl --format markdown"),
    "ledger": ("known divergences: update, check or prune", "mw-conformance ledger check moto"),
}


class UserError(Exception):
    """Something the user can mend; the message is the one sentence that they see."""


def parser() -> argparse.ArgumentParser:
    """Build the parser; each command brings its own options from `conformance.commands`."""
    top = argparse.ArgumentParser(
        prog="mw-conformance",
        description="Hold a target against the documented contract of SSM RegisterTaskWithMaintenanceWindow.",
        epilog="example: mw-conformance run moto",
    )
    top.add_argument("--version", action="version", version=f"mw-conformance {version()}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (summary, example) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary, epilog=f"example: {example}")
        import_module(f"conformance.commands.{name}").add_arguments(command)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    words = parser().parse_args(arguments)
    try:
        status: int = import_module(f"conformance.commands.{words.command}").run(words)
    except UserError as error:
        print(f"mw-conformance: {error}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130
    return status
