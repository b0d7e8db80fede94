"""``plan``: what a run would send, counted exactly, without a request to the target.

The run is played against the reference in this process, so the counts hold for a conforming target. One that diverges
is asked more: each divergence is tried again in a fresh window, and made smaller.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from conformance.cli import UserError

_READS = ("Get", "Describe")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a run sends to a conforming target: requests by operation, and the most that lives there at once."""

    calls: Mapping[str, int]
    peak: Mapping[str, int]

    @property
    def requests(self) -> int:
        """All requests together."""
        return sum(self.calls.values())

    @property
    def mutating(self) -> int:
        """Requests that would change something if they were accepted."""
        return sum(count for operation, count in self.calls.items() if not operation.startswith(_READS))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the options that change what is sent."""
    add = parser.add_argument
    add("target", nargs="?", default="moto", metavar="TARGET", help="the target that would be asked (default moto)")
    add("--profile", choices=("quick", "standard", "nightly"), default="standard", help="how deep to go")
    add("--rules", action="append", default=[], metavar="GLOB", help="only rules of this name (repeatable)")
    add("--seed", type=int, default=0, help="seed of everything random (default 0)")
    add("--shard", metavar="I/N", help="the I-th of N equal shares of it")
    add("--quota", type=int, metavar="N", help="tasks that a window of this target may hold (default 20)")
    add("--rate", type=float, metavar="N", help="requests a second (default: 1 for aws)")


def run(words: argparse.Namespace) -> int:
    """Print the plan."""
    from conformance.runner.plan import UnknownRule, selected
    from conformance.runner.shard import BadShard, shard_of
    from conformance.targets.base import TargetError
    from conformance.targets.registry import facts_of
    from conformance.targets.sandbox import RATE

    try:
        facts = facts_of(words.target)
        selected(words.rules)
        part = None if words.shard is None else shard_of(words.shard)
    except (TargetError, UnknownRule, BadShard) as error:
        raise UserError(str(error)) from error
    found = forecast(
        profile=words.profile,
        rules=words.rules,
        seed=words.seed,
        quota=words.quota,
        kind=facts.kind,
        shard=words.shard,
    )
    rate = words.rate or (RATE if facts.kind == "aws" else None)
    # All shards together keep to the rate.
    share = rate / part.of if rate and part else rate
    show(found, f"{facts.name}, {words.profile}" + (f", {part}" if part else ""), share)
    return 0


def forecast(
    *,
    profile: str,
    rules: list[str] | tuple[str, ...] = (),
    seed: int = 0,
    quota: int | None = None,
    kind: str = "in-process",
    shard: str | None = None,
) -> Forecast:
    """Count what a run of this profile sends to a conforming target; `kind` as in `TargetFacts`."""
    from conformance.commands.front import Front
    from conformance.commands.session import play
    from conformance.events import read_log

    with tempfile.TemporaryDirectory(prefix="mw-conformance-plan-") as folder:
        options = [
            "--target",
            "reference",
            "--ledger",
            "none",
            "--format",
            "json",
            "--report-dir",
            folder,
            "--care",
            kind,
        ]
        options += ["--profile", profile, "--seed", str(seed), *(["--quota", str(quota)] if quota else [])]
        options += [word for glob in rules for word in ("--rules", glob)]
        options += [] if shard is None else ["--shard", shard]
        play(options, Front(quiet=True, target="reference"))
        finished = read_log(Path(folder) / "run.jsonl").finished
    return Forecast(calls=finished.calls, peak=finished.peak)


def show(found: Forecast, title: str, rate: float | None) -> None:
    """Print a forecast; `rate` is in requests a second, None where nothing slows the run down."""
    from rich.console import Console
    from rich.table import Table

    table = Table("operation", title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("calls", justify="right")
    for operation, count in found.calls.items():
        table.add_row(operation, f"{count:,}")
    table.add_row("all", f"{found.requests:,}", style="bold")
    console = Console()
    console.print(table)
    console.print(f"\n{found.mutating:,} calls would change something if they were accepted.")
    most = f"At most {found.peak.get('windows', 0)} windows and {found.peak.get('tasks', 0)} tasks live at once"
    console.print(f"{most}; nothing is left at the end.")
    if rate:
        console.print(f"At {rate:g} requests a second: {_time(found.requests / rate)}.")
    console.print("Counted against the reference; a target that diverges is asked more. Nothing was sent.")


def _time(seconds: float) -> str:
    minutes: Any = round(seconds / 60)
    return f"{minutes:,} minutes" if minutes > 1 else f"{seconds:.0f} seconds"
