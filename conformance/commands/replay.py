"""``replay``: ask again what a finding shows: is it still there, fixed, or changed?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from conformance.cli import UserError

if TYPE_CHECKING:
    from conformance.events import CaseFinished
    from conformance.runner.desk import Desk

Shown = Mapping[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the findings, where they stand, and whom to ask."""
    add = parser.add_argument
    add("findings", nargs="*", metavar="FINDING", help="id or rule of a finding (default: all of the report)")
    add("--report", default="conformance-report", metavar="FILE", help="run.jsonl, report.json, or their folder")
    add("--target", metavar="TARGET", help="whom to ask (default: the target of the report)")
    add("--quota", type=int, metavar="N", help="tasks that a window of this target may hold (default 20)")


def run(words: argparse.Namespace) -> int:
    """Ask each finding again; 1 when one is still there or has changed, 3 when one could not be judged, else 0."""
    from rich.console import Console

    from reports.sources import load_report, part_of

    try:
        report = load_report(words.report)
    except (OSError, ValueError) as error:
        raise UserError(f"report={words.report!r} can not be read: {error}") from error
    chosen = _chosen(report["findings"], words.findings)
    console = Console(soft_wrap=True, highlight=False)
    answers = []
    for finding, answer in _replayed(chosen, words.target or _word(report["target"]), words.quota):
        answers.append(answer.partition(":")[0])
        console.print(f"{answer:12} {finding['rule']} ({finding['kind']}) {finding['id']}", markup=False)
    if part := part_of(report):
        console.print(f"{words.report} is {part}: what the other shards found was not asked again", markup=False)
    counted = {each: answers.count(each) for each in dict.fromkeys(answers)}
    console.print(", ".join(f"{count} {answer}" for answer, count in counted.items()) or "no finding to ask again")
    return 1 if {"still there", "changed"} & counted.keys() else 3 if "not judged" in counted else 0


def _chosen(findings: list[Shown], names: list[str]) -> list[Shown]:
    unknown = [name for name in names if not any(name in (each["id"], each["rule"]) for each in findings)]
    if unknown:
        raise UserError(f"finding={unknown[0]!r} is not in the report; give an id or a rule that is, or none for all")
    return [each for each in findings if not names or each["id"] in names or each["rule"] in names]


def _word(target: Shown) -> str:
    """Give the word by which the target of a report is asked again."""
    return f"{target['name']}={target['endpoint']}" if target["kind"] == "http" else str(target["name"])


def _replayed(chosen: list[Shown], word: str, quota: int | None) -> Iterator[tuple[Shown, str]]:
    import secrets

    from conformance.contract.behaviours import TASKS_PER_WINDOW
    from conformance.runner.budget import Budget
    from conformance.runner.desk import Desk
    from conformance.runner.windows import FixtureRefused
    from conformance.targets.base import TargetError
    from conformance.targets.registry import facts_of, make
    from strategies.recipes import HomeRecipes

    try:
        facts_of(word)
        desk = Desk(
            lambda: make(word),
            run_id=secrets.token_hex(4),
            budget=Budget(),
            recipes=HomeRecipes(),
            quota=quota or TASKS_PER_WINDOW,
        )
        try:
            for finding in chosen:
                yield finding, _answer(finding, list(_asked(desk, finding)))
        finally:
            desk.close()
    except (TargetError, FixtureRefused) as error:
        raise UserError(str(error)) from error


def _asked(desk: Desk, finding: Shown) -> Iterator[CaseFinished]:
    """Ask what may show a finding: its request, read back, or the scenarios that can charge its rule."""
    from conformance.contract.case import Case
    from conformance.runner.scenarios import SCENARIOS

    request = finding["request"]
    is_document = isinstance(request, Mapping) and bool(request) and not {"method", "uri"} <= request.keys()
    if is_document and not finding["steps"]:
        path, twin = finding.get("path", ""), finding.get("twin")
        case = Case(rule=finding["rule"], label="replayed", request=request, twin=twin, path=path)
        yield from desk.cases([case])
        desk.last_words()
        yield from desk.asides()
        return
    for name, scenario in SCENARIOS.items():
        if finding["rule"] in scenario.rules:
            yield from desk.scenario(name)
            yield from desk.asides()


def _answer(finding: Shown, events: list[CaseFinished]) -> str:
    """Compare what diverges now with what the finding says: its rule and kind, and then its outcome."""
    seen = [
        event
        for event in events
        for charge in event.charges
        if (charge.rule, charge.kind) == (finding["rule"], finding["kind"])
    ]
    if any(event.outcome == finding.get("outcome", event.outcome) for event in seen):
        return "still there"
    if seen:
        return f"changed: {seen[0].outcome}"
    judged = [event for event in events if event.verdict in ("conforms", "diverges", "explained", "open")]
    return "fixed" if judged else "not judged"
