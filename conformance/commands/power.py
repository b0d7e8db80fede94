"""``power``: faults planted in the reference, found and missed: what the suite sees, in figures."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from conformance.cli import UserError

if TYPE_CHECKING:
    from conformance.power import Power


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the choice of profile and faults."""
    add = parser.add_argument
    add("--profile", choices=("quick", "standard", "nightly"), default="standard", help="how deep to go")
    add("--rules", action="append", default=[], metavar="GLOB", help="faults that these rules should tell (repeatable)")
    add("--sample", type=int, default=1, metavar="N", help="every N-th fault (default: all)")
    add("--workers", type=int, default=2, metavar="N", help="processes (default 2)")
    add("--by-rule", action="store_true", help="a line for each rule, too")
    add("--json", action="store_true", help="all figures and each fault, as JSON")


def run(words: argparse.Namespace) -> int:
    """Measure, print, and give 1 where a fault that can be seen was not found."""
    from conformance.power import Power, chosen, measured
    from conformance.runner.plan import UnknownRule

    if words.sample < 1 or words.workers < 1:
        raise UserError("--sample and --workers take a number of at least 1")
    try:
        ids = chosen(words.rules, every=words.sample)
    except UnknownRule as error:
        raise UserError(str(error)) from error
    power = Power(played=tuple(_watched(measured(ids, words.profile, workers=words.workers), len(ids))))
    if words.json:
        print(json.dumps(_document(power, words.profile), indent=1))
    else:
        _show(power, words)
    return 1 if power.survivors else 0


def _watched(played: Any, total: int) -> Any:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(played, total=total, console=console, transient=True, disable=not console.is_terminal)


def _document(power: Power, profile: str) -> dict[str, Any]:
    return {
        "profile": profile,
        "faults": len(power.visible),
        "found": power.found,
        "equivalent": len(power.played) - len(power.visible),
        "requestsUntilFirstFinding": power.until,
        "findingsOfOneFault": round(power.findings, 2),
        "areas": power.by("area"),
        "operators": power.by("operator"),
        "rules": power.by_rule(),
        "played": [asdict(each) for each in power.played],
    }


def _show(power: Power, words: argparse.Namespace) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    share = 100 * power.found / len(power.visible) if power.visible else 0.0
    console.print(
        f"{power.found} of {len(power.visible)} planted faults found by {words.profile}, each under a right rule: "
        f"[bold]{share:.1f} %[/bold]"
    )
    for what in ("area", "operator"):
        table = Table(what, "found", "of", box=None, pad_edge=False, title_justify="left")
        for name, (found, total) in power.by(what).items():
            table.add_row(name, str(found), str(total))
        console.print(table, "")
    if words.by_rule:
        for rule, (found, total) in power.by_rule().items():
            console.print(f"  {found}/{total} {rule}", markup=False, highlight=False)
    console.print(f"{power.until:g} requests until the first finding, in the median")
    console.print(f"{power.findings:.2f} findings for one fault, in the mean (one is right)")
    for each in power.survivors:
        told = ", ".join(rule for rule, _ in each.told) or "nothing"
        console.print(f"missed: {each.id} (told: {told}; right: {', '.join(each.expects)})", markup=False)
    for each in power.played:
        if each.equivalent:
            told = f", yet told: {', '.join(rule for rule, _ in each.told)}" if each.told else ""
            console.print(f"can not be seen: {each.id}: {each.equivalent}{told}", markup=False)
