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
    "corpus": ("malformed and unusual requests of awsJson1.1", "mw-conformance corpus --format json > corpus.json"),
    "explain": ("judge a request offline, or explain a rule", "mw-conformance explain --rule Name.pattern"),
    "plan": ("what a run would send, counted; sends nothing", "mw-conformance plan aws --profile quick"),
    "power": ("planted faults, found and missed: what the suite sees", "mw-conformance power --sample 10"),
    "targets": ("known targets: installed, version, how they are started", "mw-conformance targets"),
    "replay": ("ask a finding again: still there, fixed or changed", "mw-conformance replay Name.pattern"),
    "report": ("draw reports again from a log", "mw-conformance report conformance-report/run.jsonl --format markdown"),
    "diff": ("what changed between two reports, rule by rule", "mw-conformance diff old/run.jsonl new/run.jsonl"),
    "serve": ("the reference as a strict emulator on this machine", "mw-conformance serve --port 4599"),
    "drift": ("what another botocore documents otherwise, rule by rule", "mw-conformance drift botocore-1.45.0.whl"),
    "sweep": ("remove what an aborted run left behind", "mw-conformance sweep http://127.0.0.1:5000"),
    "ledger": ("known divergences: update, check or prune", "mw-conformance ledger check moto"),
}


class UserError(Exception):
    """Something the user can mend; the message is the one sentence that they see."""


def parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Build the parser for these `words`: only the command that they name is imported, and brings its options."""
    chosen = next((word for word in words if not word.startswith("-")), None)
    top = argparse.ArgumentParser(
        prog="mw-conformance",
        description="Hold a target against the documented contract of SSM RegisterTaskWithMaintenanceWindow.",
        epilog="example: mw-conformance run moto",
    )
    # The version is in the metadata of the installation, which is dear to read (25 ms of 60).
    told = f"mw-conformance {version()}" if "--version" in words else ""
    top.add_argument("--version", action="version", version=told)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (summary, example) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary, epilog=f"example: {example}")
        if name == chosen:
            import_module(f"conformance.commands.{name}").add_arguments(command)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    words = parser(given).parse_args(given)
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
