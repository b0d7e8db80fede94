"""``targets``: whom the suite knows how to ask."""

from __future__ import annotations

import argparse
import json
import shlex

from conformance.cli import UserError

Row = dict[str, str]
_ELSEWHERE = (
    ("aws", "a sandbox account, with --account; see docs/sandbox.md"),
    ("http://HOST:PORT", "not by us: anything that listens there"),
    ("NAME=http://HOST:PORT", "the same, under a name of your own"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer JSON."""
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(words: argparse.Namespace) -> int:
    """Print each target with its installed version, and how it is started or installed."""
    from conformance.targets.base import TargetError

    try:
        rows = [*_in_process(), *_emulators(), *_elsewhere()]
    except TargetError as error:
        raise UserError(str(error)) from error
    if words.json:
        print(json.dumps(rows, indent=2))
        return 0
    wide = max(len(row["name"]) for row in rows)
    for row in rows:
        version = row["installed"] or "-"
        print(f"{row['name']:{wide}}  {version:10}  {row['started'] or 'not installed: ' + row['install']}")
    return 0


def _in_process() -> list[Row]:
    from conformance.targets.registry import IN_PROCESS, installed_version

    rows = [_row(name, installed_version(name), started) for name, started in IN_PROCESS.items()]
    return [row if row["installed"] else {**row, "started": "", "install": "pip install 'moto[ssm]'"} for row in rows]


def _emulators() -> list[Row]:
    from conformance.targets.configured import emulators
    from conformance.targets.emulators import find

    rows = []
    for each in emulators().values():
        there = find(each) if each.command else None
        if not each.command:
            rows.append(_row(each.name, each.version or "unknown", f"not by us: it listens at {each.endpoint}"))
        elif there is None:
            rows.append(_row(each.name, "", "", each.install or f"there is no program {each.command[0]!r}"))
        else:
            command = shlex.join(word.replace("{bin}/", "").replace("{python}", "python") for word in each.command)
            command = command.replace("'{port}'", "PORT")
            rows.append(_row(each.name, there.version or "unknown", f"by us, for the run: {command}"))
    return rows


def _elsewhere() -> list[Row]:
    return [_row(name, "", started) for name, started in _ELSEWHERE]


def _row(name: str, installed: str, started: str, install: str = "") -> Row:
    return {"name": name, "installed": installed, "started": started, "install": install}
