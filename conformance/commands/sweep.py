"""``sweep``: remove the windows that an aborted run left behind, and never any other."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.cli import UserError

if TYPE_CHECKING:
    from conformance.runner.sweep import Swept


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the target and the folder with the journals."""
    parser.add_argument("target", metavar="TARGET", help="as for run")
    parser.add_argument("--account", metavar="ID", help="for aws: the sandbox account that it must be")
    parser.add_argument("--region", help="for aws: the region, where the usual AWS means name none")
    parser.add_argument(
        "--report-dir", default="conformance-report", metavar="DIR", help="folder of the aborted run, with its journal"
    )


def run(words: argparse.Namespace) -> int:
    """Sweep by the journals of that target, or by our names where there is none; 3 when something stays."""
    from conformance.commands.session import file_name
    from conformance.runner import sweep
    from conformance.runner.budget import Budget
    from conformance.runner.journal import journals
    from conformance.runner.sender import Sender
    from conformance.targets.base import TargetError
    from conformance.targets.registry import Access, facts_of, make
    from conformance.targets.sandbox import RATE

    try:
        facts = facts_of(words.target)
        if facts.kind not in ("http", "aws"):
            print(f"{facts.name} lives and ends with the run, so there is nothing to sweep")
            return 0
        folder = Path(words.report_dir)
        found = [
            each
            for each in journals([folder, folder / file_name(facts.name)])
            if each.target == (facts.endpoint or facts.name)
        ]
        target = make(words.target, access=Access(account=words.account, region=words.region))
        try:
            budget = Budget(rate=RATE if words.target == "aws" else None)
            sender = Sender(target, run_id="sweep", budget=budget)
            if not found:
                print(f"no journal of {facts.name} in {words.report_dir}: looking for windows by name")
                return _told(sweep.sweep_names(sender))
            done = sweep.Swept()
            for each in found:
                swept = sweep.sweep_journal(sender, each)
                if not swept.failed:
                    each.path.unlink(missing_ok=True)
                done = sweep.Swept(removed=done.removed + swept.removed, failed=done.failed + swept.failed)
            return _told(done)
        finally:
            target.close()
    except (TargetError, sweep.CanNotList, OSError) as error:
        raise UserError(str(error)) from error


def _told(swept: Swept) -> int:
    for name in swept.removed:
        print(f"removed {name}")
    for words in swept.failed:
        print(f"not removed {words}")
    print(f"{len(swept.removed)} removed, {len(swept.failed)} not removed")
    return 3 if swept.failed else 0
