"""``list``: every rule of the contract, or every documented sentence, as a table, JSON or Markdown."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from conformance.cli import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the format, the selection, the documented sentences, and the whole contract as a page."""
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table", help="how to print")
    parser.add_argument("--rules", action="append", default=[], metavar="GLOB", help="only rules of this name")
    parser.add_argument(
        "--sentences", action="store_true", help="each documented sentence of the installed model, and what claims it"
    )
    parser.add_argument(
        "--all", action="store_true", help="the whole contract: rules, open questions, exclusions (with markdown)"
    )


def run(words: argparse.Namespace) -> int:
    """Print the rules, the sentences, or the page."""
    from conformance.runner.plan import UnknownRule, selected

    if words.all and (words.format != "markdown" or words.rules or words.sentences):
        raise UserError("--all draws the whole page; give it with `--format markdown` alone")
    try:
        found = selected(words.rules)
    except UnknownRule as error:
        raise UserError(str(error)) from error
    if words.all:
        from conformance.contract.page import page

        print(page(), end="")
    elif words.sentences:
        _print_sentences(words.format, only=[rule.id for rule in found] if words.rules else None)
    else:
        _print_rules(words.format, found)
    return 0


def _print_rules(form: str, found: Iterable[Any]) -> None:
    rows = [
        {
            "id": rule.id,
            "level": str(rule.level),
            "area": str(rule.area),
            "evidence": str(rule.evidence),
            "statement": rule.statement,
            "source": rule.source,
        }
        for rule in found
    ]
    if _printed(form, rows):
        return
    from reports.console import is_looked_at

    if is_looked_at():  # rich is not even loaded where nobody looks: it is a sixth of this command's time
        _draw_rules(rows)
        return
    for row in rows:
        print(f"{row['level']:6} {row['area']:11} {row['evidence']:9} {row['id']}")
    print(f"\n{len(rows)} rules; `mw-conformance explain --rule ID` says more about one")


def _draw_rules(rows: Iterable[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from reports.console import LEVELS, console_for

    console = console_for()
    by_area: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_area.setdefault(row["area"], []).append(row)
    for area, own in by_area.items():
        console.print(Text.assemble("\n", (area, "bold cyan"), (f"  {len(own)}", "dim")))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
        for options in ({"width": 6}, {"width": 9}, {"overflow": "fold", "ratio": 1}):
            table.add_column(**options)
        for row in own:
            table.add_row(Text(row["level"], LEVELS.get(row["level"], "")), Text(row["evidence"], "dim"), row["id"])
        console.print(table)
    count = sum(map(len, by_area.values()))
    console.print(
        Text.assemble(
            "\n", (str(count), "bold"), " rules; ", ("mw-conformance explain --rule ID", "cyan"), " says more about one"
        )
    )


def _print_sentences(form: str, *, only: list[str] | None) -> None:
    rows = [row for row in _sentence_rows() if only is None or set(only) & set(row["rules"])]
    if _printed(form, rows):
        return
    from reports.console import is_looked_at

    if is_looked_at():
        _draw_sentences(rows)
        return
    place = ""
    for row in rows:
        if row["place"] != place:
            place = row["place"]
            print(f"\n{place}")
        print(f"  {row['digest']}  {row['sentence']}\n            -> {_claims(row)}")
    print(f"\n{_tally(rows)}")


def _draw_sentences(rows: list[dict[str, Any]]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from reports.console import console_for

    console = console_for()
    styles = {
        "rule": "green",
        "partly": "yellow",
        "open": "blue",
        "excluded": "dim",
        "gap": "red",
        "unclaimed": "bold red",
    }
    place = ""
    for row in rows:
        if row["place"] != place:
            place = row["place"]
            console.print(Text.assemble("\n", (place, "bold cyan")))
        console.print(Padding(Text(row["sentence"]), (0, 0, 0, 2)))
        console.print(Padding(Text(_claims(row), styles.get(row["status"], "")), (0, 0, 0, 4)))
    console.print(Text(f"\n{_tally(rows)}", "bold"))


def _claims(row: dict[str, Any]) -> str:
    names = [*row["rules"], *(f"open: {id}" for id in row["open"]), *(f"excluded: {id}" for id in row["excluded"])]
    names += [f"gap: {row['gap']}"] if row["gap"] else []
    return ", ".join(names) or "unclaimed"


def _sentence_rows() -> Iterable[dict[str, Any]]:
    from conformance.contract.catalogue import rules
    from conformance.contract.sentences import claim_of, sentences

    for each in sentences():
        claim = claim_of(each)
        yield {
            "place": each.place,
            "digest": each.digest,
            "sentence": each.text,
            "status": claim.status if claim else "unclaimed",
            "rules": list(claim.rule_ids(rules())) if claim else [],
            "open": list(claim.open) if claim else [],
            "excluded": list(claim.excluded) if claim else [],
            "gap": claim.gap if claim else "",
        }


def _tally(rows: list[dict[str, Any]]) -> str:
    counts = Counter(row["status"] for row in rows)
    says = {
        "rule": "tested by rules",
        "partly": "tested in part",
        "open": "open questions",
        "excluded": "excluded",
        "gap": "gaps",
        "unclaimed": "unclaimed",
    }
    return f"{len(rows)} sentences: " + ", ".join(f"{counts[status]} {word}" for status, word in says.items())


def _printed(form: str, rows: list[dict[str, Any]]) -> bool:
    """Print rows as JSON or Markdown; False where a table is wanted."""
    if form == "json":
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    elif form == "markdown" and rows:
        print("| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
        for row in rows:
            print("| " + " | ".join(_cell(value) for value in row.values()) + " |")
    return form != "table"


def _cell(value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return text.replace("|", "\\|")
