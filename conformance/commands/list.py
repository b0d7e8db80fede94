"""``list``: every rule of the contract, as a table, JSON or Markdown."""

from __future__ import annotations

import argparse
import json

from conformance.cli import UserError
from conformance.contract.rule import Rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the format, the selection, and the documented sentences."""
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table", help="how to print")
    parser.add_argument("--rules", action="append", default=[], metavar="GLOB", help="only rules of this name")
    parser.add_argument(
        "--sentences", action="store_true", help="AWS's own words on each rule, from the installed model"
    )


def run(words: argparse.Namespace) -> int:
    """Print the rules."""
    from conformance.runner.plan import UnknownRule, selected

    try:
        found = selected(words.rules)
    except UnknownRule as error:
        raise UserError(str(error)) from error
    rows = [_row(rule, sentences=words.sentences) for rule in found]
    match words.format:
        case "json":
            print(json.dumps(rows, indent=2, ensure_ascii=False))
        case "markdown":
            print("| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
            for row in rows:
                print("| " + " | ".join(cell.replace("|", "\\|") for cell in row.values()) + " |")
        case _:
            _table(rows)
    return 0


def _row(rule: Rule, *, sentences: bool) -> dict[str, str]:
    row = {
        "id": rule.id,
        "level": str(rule.level),
        "area": str(rule.area),
        "evidence": str(rule.evidence),
        "statement": rule.statement,
        "source": rule.source,
    }
    if sentences:
        from conformance.findings import sentence
        from conformance.text import plain_text

        row["sentence"] = plain_text(sentence(rule.id))
    return row


def _table(rows: list[dict[str, str]]) -> None:
    for row in rows:
        print(f"{row['level']:6} {row['area']:11} {row['evidence']:9} {row['id']}")
        if "sentence" in row:
            print(f"{'':29}{row['sentence']}")
    print(f"\n{len(rows)} rules; `mw-conformance explain --rule ID` says more about one")
