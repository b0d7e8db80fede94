"""``targets``: whom the suite knows how to ask."""

from __future__ import annotations

import argparse
import json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer JSON."""
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(words: argparse.Namespace) -> int:
    """Print each target with its installed version and how it is started."""
    from conformance.targets.registry import IN_PROCESS, installed_version

    rows = [
        {"name": name, "installed": installed_version(name), "started": started} for name, started in IN_PROCESS.items()
    ]
    rows.append({"name": "http://HOST:PORT", "installed": "", "started": "not by us: anything that listens there"})
    rows.append({"name": "NAME=http://HOST:PORT", "installed": "", "started": "the same, under a name of your own"})
    if words.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            version = row["installed"] or ("not installed" if row["name"] in IN_PROCESS else "-")
            print(f"{row['name']:22} {version:14} {row['started']}")
    return 0
