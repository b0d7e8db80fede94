"""Several reports side by side: who keeps which rule, where they differ, and how versions of one target went. Pure.

It works on the values of ``report.json``, so a log and a report that somebody else made can stand together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from reports.markdown import text
from reports.sources import part_of
from reports.text import one_line
from reports.view import AREAS

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH, _HEIGHT, _LEFT, _TOP = 720, 220, 46, 24


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One run: its target, and the two figures; None where it is not valid and has none."""

    name: str
    version: str
    valid: bool
    diverging: int | None
    must: int | None
    exercised: int | None
    rules: int
    part: str = ""

    @property
    def title(self) -> str:
        """Name and version in one line, and which part of a run it is."""
        return one_line(f"{self.name} {self.version}".strip() + (f" ({self.part})" if self.part else ""))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rule, and how each run stands to it; `differs` where two that were judged disagree."""

    rule: str
    area: str
    level: str
    statement: str
    standings: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Tell whether one run keeps the rule and another does not."""
        judged = {"conforms" if each == "conforms" else "diverges" for each in self.standings if each in _JUDGED}
        return len(judged) > 1


_JUDGED = ("conforms", "diverges", "known")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One version on a ladder, in percent: how much of what was exercised diverges, how much was exercised."""

    version: str
    diverging: float
    exercised: float
    x: float
    low: float
    high: float


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """All of it."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    ladders: Mapping[str, tuple[Rung, ...]]

    @property
    def differences(self) -> tuple[Row, ...]:
        """The rules on which the runs disagree."""
        return tuple(row for row in self.rows if row.differs)


def side_by_side(reports: Sequence[Mapping[str, Any]]) -> Side:
    """Hold reports against each other, in the order given; rules in the order of their areas."""
    columns = tuple(_column(each) for each in reports)
    standings = [{rule["id"]: _standing(rule) for rule in each["rules"]} for each in reports]
    facts = {rule["id"]: rule for each in reports for rule in each["rules"]}
    order = sorted(facts, key=lambda id: AREAS.index(facts[id]["area"]) if facts[id]["area"] in AREAS else len(AREAS))
    rows = tuple(
        Row(
            rule=id,
            area=facts[id]["area"],
            level=facts[id]["level"],
            statement=facts[id].get("statement", ""),
            standings=tuple(each.get(id, "not-exercised") for each in standings),
        )
        for id in order
    )
    return Side(columns=columns, rows=rows, ladders=_ladders(columns))


def _standing(rule: Mapping[str, Any]) -> str:
    return "known" if rule["verdict"] == "diverges" and rule.get("known") else str(rule["verdict"])


def _column(report: Mapping[str, Any]) -> Column:
    must, scores = report["scores"]["must"], report["scores"]
    should = scores["should"]
    reached = None if must["exercised"] is None else must["exercised"] + should["exercised"]
    return Column(
        name=report["target"]["name"],
        version=report["target"]["version"],
        valid=report["run"]["valid"],
        diverging=must["diverging"],
        must=must["exercised"],
        exercised=reached,
        rules=len(report["rules"]),
        part=part_of(report),
    )


def _ladders(columns: Sequence[Column]) -> Mapping[str, tuple[Rung, ...]]:
    """Give target -> its versions, oldest first, for each target that is there in two versions or more."""
    found: dict[str, dict[str, Column]] = {}
    for each in columns:
        if each.valid and not each.part:
            found.setdefault(each.name, {})[each.version] = each
    return {name: _rungs(list(versions.values())) for name, versions in found.items() if len(versions) > 1}


def _rungs(columns: Sequence[Column]) -> tuple[Rung, ...]:
    ordered = sorted(columns, key=lambda each: _version(each.version))
    step = (_WIDTH - 2 * _LEFT) / (len(ordered) - 1)
    rungs = []
    for position, each in enumerate(ordered):
        diverging = 100 * (each.diverging or 0) / (each.must or 1)
        exercised = 100 * (each.exercised or 0) / (each.rules or 1)
        rungs.append(
            Rung(
                version=one_line(each.version),
                diverging=round(diverging, 1),
                exercised=round(exercised, 1),
                x=round(_LEFT + step * position, 1),
                low=_place(diverging),
                high=_place(exercised),
            )
        )
    return tuple(rungs)


def _place(percent: float) -> float:
    return round(_TOP + (_HEIGHT - 2 * _TOP) * (1 - percent / 100), 1)


def _version(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[.\-+]|(?<=\d)(?=[a-z])", text)]


# --- forms


def render_html(side: Side) -> str:
    """Give one HTML file with the matrix, the differences and the ladders."""
    from reports.html import STANDINGS, page

    title = ", ".join(column.title for column in side.columns)
    return page("side.html.j2", side=side, title=title, signs=STANDINGS, width=_WIDTH, height=_HEIGHT)


def render_json(side: Side) -> str:
    """Give the matrix as JSON with stable keys."""
    value = {
        "targets": [
            {
                "name": each.name,
                "version": each.version,
                **({"part": each.part} if each.part else {}),
                "valid": each.valid,
                "must": {"exercised": each.must, "diverging": each.diverging},
                "exercised": each.exercised,
                "rules": each.rules,
            }
            for each in side.columns
        ],
        "rules": [
            {"id": row.rule, "area": row.area, "level": row.level, "differs": row.differs, "standings": row.standings}
            for row in side.rows
        ],
        "ladders": {
            name: [
                {"version": each.version, "diverging": each.diverging, "exercised": each.exercised} for each in rungs
            ]
            for name, rungs in side.ladders.items()
        },
    }
    return json.dumps(value, indent=2) + "\n"


def render_markdown(side: Side) -> str:
    """Give the figures and the differences as Markdown; the whole matrix is in the HTML and the JSON."""
    lines = [
        "## Side by side",
        "",
        "| target | MUST diverging | of exercised | rules exercised | of all |",
        "|---|---:|---:|---:|---:|",
    ]
    for each in side.columns:
        figures = (each.diverging, each.must, each.exercised, each.rules) if each.valid else ("not valid", "", "", "")
        lines.append(f"| {text(each.title)} | " + " | ".join(str(figure) for figure in figures) + " |")
    shown = side.differences
    lines += ["", f"### They differ on {len(shown)} of {len(side.rows)} rules", ""]
    if shown:
        lines += [
            "| rule | " + " | ".join(text(each.title) for each in side.columns) + " |",
            "|---|" + "---|" * len(side.columns),
            *(f"| {text(row.rule)} | " + " | ".join(row.standings) + " |" for row in shown[:200]),
        ]
    return "\n".join(lines) + "\n"


def print_side(side: Side, console: Console) -> None:
    """Print figures and differences to a console (see `reports.console.console_for`)."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("target", "MUST diverging", "of", "rules exercised", "of"):
        table.add_column(name, justify="left" if name == "target" else "right", overflow="fold")
    for each in side.columns:
        figures = (each.diverging, each.must, each.exercised, each.rules) if each.valid else ("not valid", "", "", "")
        table.add_row(each.title, *(str(figure) for figure in figures))
    console.print(table)
    console.print(f"\nThey differ on {len(side.differences)} of {len(side.rows)} rules:")
    for row in side.differences[:20]:
        told = ", ".join(f"{column.name} {each}" for column, each in zip(side.columns, row.standings, strict=True))
        console.print(f"  {one_line(row.rule)}: {one_line(told)}")
    if len(side.differences) > 20:
        console.print(f"  and {len(side.differences) - 20} more, in the HTML")
