"""``explain``: judge a request without sending it, or say what a rule is and where it comes from."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from conformance.cli import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the file, the rule, and JSON."""
    parser.add_argument(
        "request", nargs="?", metavar="REQUEST.json", help="a request document, or - for standard input"
    )
    parser.add_argument("--rule", metavar="ID", help="explain this rule instead")
    parser.add_argument("--json", action="store_true", help="print expect, codes, rules and open as JSON")


def run(words: argparse.Namespace) -> int:
    """Explain a request (exit 0 for accept and open, 1 for reject) or a rule (exit 0)."""
    if (words.request is None) == (words.rule is None):
        raise UserError("give one of REQUEST.json (or -) and --rule ID")
    return _explain_rule(words.rule, as_json=words.json) if words.rule else _explain_request(words)


def _explain_rule(id: str, *, as_json: bool) -> int:
    from conformance.contract.catalogue import rules
    from conformance.contract.sentences import words_on
    from conformance.text import plain_text

    if id not in rules():
        near = _near(id, list(rules()))
        hint = f"did you mean {near!r}?" if near else "`mw-conformance list` has all of them"
        raise UserError(f"rule={id!r} is unknown; {hint}")
    rule = rules()[id]
    facts = {
        "id": rule.id,
        "statement": rule.statement,
        "level": str(rule.level),
        "area": str(rule.area),
        "evidence": str(rule.evidence),
        "source": rule.source,
        "codes": sorted(rule.codes),
        "sentence": plain_text(words_on(rule)),
    }
    if as_json:
        print(json.dumps(facts, indent=2, ensure_ascii=False))
        return 0
    lines = [
        ("level", f"{rule.level}, from {rule.evidence}"),
        ("area", str(rule.area)),
        ("source", rule.source),
        ("refusal", " or ".join(sorted(rule.codes, reverse=True))),
        *([("AWS says", str(facts["sentence"]))] if facts["sentence"] else []),
    ]
    _show_rule(rule.id, rule.statement, lines)
    return 0


def _show_rule(id: str, statement: str, lines: list[tuple[str, str]]) -> None:
    from reports.console import console_for, is_looked_at

    if not is_looked_at():  # rich is not even loaded where nobody looks
        print(f"{id}\n  {statement}\n")
        for name, value in lines:
            print(f"  {name:9} {value}")
        return
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    console = console_for()
    console.print(
        Panel(
            Group(Text(statement, "bold"), "", _grid(lines)),
            title=Text(id, "bold cyan"),
            title_align="left",
            border_style="dim",
        )
    )


def _grid(lines: list[tuple[str, str]]) -> Any:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    for name, value in lines:
        grid.add_row(Text(name, "dim"), Text(value))
    return grid


def _near(word: str, known: list[str]) -> str:
    import difflib

    return next(iter(difflib.get_close_matches(word, known, n=1)), "")


def _read(name: str) -> Any:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"request={name!r} can not be read: {error}") from error
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"request={name!r} is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise UserError(
            f"request={name!r} is a JSON {type(document).__name__}; expected an object, the request document"
        )
    return document


def _explain_request(words: argparse.Namespace) -> int:
    from conformance.oracle import Either, MustAccept, MustReject, expectation

    document = _read(words.request)
    expected = expectation(document)
    match expected:
        case MustAccept():
            facts: dict[str, Any] = {"expect": "accept", "codes": [], "rules": [], "open": []}
        case MustReject(rules=broken, codes=codes):
            facts = {"expect": "reject", "codes": sorted(codes), "rules": list(broken), "open": _open(document)}
        case Either(questions=questions):
            facts = {"expect": "open", "codes": [], "rules": [], "open": list(questions)}
    if words.json:
        print(json.dumps(facts, indent=2))
    else:
        _show_request(facts)
    return 1 if facts["expect"] == "reject" else 0


def _show_request(facts: dict[str, Any]) -> None:
    from conformance.contract.catalogue import rules
    from reports.console import console_for, is_looked_at

    broken = [(rules()[id], " or ".join(sorted(rules()[id].codes, reverse=True))) for id in facts["rules"]]
    if not is_looked_at():
        print(f"expect: {facts['expect']}")
        for rule, refusal in broken:
            print(f"  {rule.id} ({rule.level}): {rule.statement}\n    refused with {refusal}; source: {rule.source}")
        for id in facts["open"]:
            print(f"  open: {id}: {_question(id)}")
        return
    from rich.panel import Panel
    from rich.text import Text

    console = console_for()
    style = {"accept": "green", "reject": "red"}.get(facts["expect"], "yellow")
    console.print(Text.assemble(("expect: ", "dim"), (facts["expect"], f"bold {style}")))
    for rule, refusal in broken:
        lines = [("broken", rule.statement), ("level", str(rule.level)), ("refusal", refusal), ("source", rule.source)]
        console.print(Panel(_grid(lines), title=Text(rule.id, "bold red"), title_align="left", border_style="dim"))
    for id in facts["open"]:
        body = _grid([("open", _question(id))])
        console.print(Panel(body, title=Text(id, "bold yellow"), title_align="left", border_style="dim"))


def _open(document: Any) -> list[str]:
    """Name the open questions that a request which must be refused asks beside."""
    from conformance.contract.catalogue import broken_rules
    from conformance.contract.checking import without_nulls
    from conformance.contract.open import questions_asked

    if any(id.endswith((".type", ".not-null", ".base64")) for id in broken_rules(document)):
        return []
    return [question.id for question in questions_asked(without_nulls(document))]


def _question(id: str) -> str:
    from conformance.contract.open import open_questions

    return next((f"{each.question} ({each.source})" for each in open_questions() if each.id == id), "")
