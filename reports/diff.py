"""What changed between two reports, rule by rule: fixed, broken, changed, judged on one side only. Pure.

A growing suite is no regression: rules that the older report does not know stand apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from reports.console import LEVELS
from reports.markdown import code, text
from reports.sources import part_of
from reports.text import counted, one_line

if TYPE_CHECKING:
    from rich.console import Console

_JUDGED = ("conforms", "diverges")
SECTIONS: Mapping[str, tuple[str, str]] = {
    "broken": ("Broken", "conformed, and diverges now"),
    "fixed": ("Fixed", "diverged, and conforms now"),
    "changed": ("Changed", "diverges both times, in another way"),
    "only_left": ("Only left", "judged in the first report, not in the second"),
    "only_right": ("Only right", "judged in the second report, not in the first"),
    "new_rules": ("New rules", "unknown to the first report"),
    "gone_rules": ("Gone rules", "unknown to the second report"),
}
_STYLES = {"broken": "bold red", "fixed": "green", "changed": "yellow"}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One rule and how it stands on either side: its verdict, with kind and outcome where it diverges."""

    rule: str
    level: str
    left: str
    right: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two reports side by side; `sections` holds a tuple of changes for each name in `SECTIONS`."""

    left: str
    right: str
    valid: bool
    sections: Mapping[str, tuple[Change, ...]]

    @property
    def broke(self) -> bool:
        """Tell whether a rule conformed before and diverges now."""
        return bool(self.sections["broken"])


def compare(left: Mapping[str, Any], right: Mapping[str, Any]) -> Difference:
    """Hold two values of ``report.json`` against each other, in the order of the second one's rules."""
    sides = _standings(left), _standings(right)
    levels = {each["id"]: each["level"] for each in (*left["rules"], *right["rules"])}
    found: dict[str, list[Change]] = {name: [] for name in SECTIONS}
    order = [each["id"] for each in right["rules"]]
    for id in (*order, *(id for id in sides[0] if id not in sides[1])):
        before, now = (side.get(id) for side in sides)
        section = _section(before, now)
        if section:
            found[section].append(Change(rule=id, level=levels[id], left=_words(before), right=_words(now)))
    return Difference(
        left=_name(left),
        right=_name(right),
        valid=bool(left["run"]["valid"] and right["run"]["valid"]),
        sections={name: tuple(changes) for name, changes in found.items()},
    )


_Standing = tuple[str, tuple[str, ...]]


def _standings(report: Mapping[str, Any]) -> dict[str, _Standing]:
    shown: dict[str, list[str]] = {}
    for finding in report["findings"]:
        shown.setdefault(finding["rule"], []).append(f"{finding['kind']}, {finding['outcome']}")
    return {each["id"]: (each["verdict"], tuple(sorted(shown.get(each["id"], ())))) for each in report["rules"]}


def _section(before: _Standing | None, now: _Standing | None) -> str:
    if before is None:
        return "new_rules"
    if now is None:
        return "gone_rules"
    match before[0] in _JUDGED, now[0] in _JUDGED:
        case True, True if before[0] != now[0]:
            return "fixed" if now[0] == "conforms" else "broken"
        case True, True:
            return "changed" if before[1] != now[1] else ""
        case True, False:
            return "only_left"
        case False, True:
            return "only_right"
        case _:
            return ""


def _words(standing: _Standing | None) -> str:
    if standing is None:
        return "unknown"
    return f"{standing[0]} ({'; '.join(standing[1])})" if standing[1] else standing[0]


def _name(report: Mapping[str, Any]) -> str:
    target, part = report["target"], part_of(report)
    return one_line(f"{target['name']} {target['version']}".strip() + (f" ({part})" if part else ""))


# --- forms


def render_json(found: Difference) -> str:
    """Give the difference as JSON with stable keys."""
    value = {
        "left": found.left,
        "right": found.right,
        "valid": found.valid,
        "broke": found.broke,
        **{
            name: [{"rule": each.rule, "level": each.level, "left": each.left, "right": each.right} for each in changes]
            for name, changes in found.sections.items()
        },
    }
    return json.dumps(value, indent=2) + "\n"


def render_markdown(found: Difference) -> str:
    """Give the difference as Markdown for a pull request."""
    return "\n".join(_markdown(found)).rstrip("\n") + "\n"


def _markdown(found: Difference) -> Iterator[str]:
    yield f"## {text(found.left)} → {text(found.right)}"
    yield ""
    yield f"**{_headline(found)}**"
    yield ""
    for name, changes in found.sections.items():
        if not changes:
            continue
        title, words = SECTIONS[name]
        yield f"<details{' open' if name == 'broken' else ''}><summary>{title}: {len(changes)} ({words})</summary>"
        yield ""
        yield "| rule | level | before | now |"
        yield "|---|---|---|---|"
        for each in changes[:100]:
            yield f"| {code(each.rule)} | {each.level} | {text(each.left, 120)} | {text(each.right, 120)} |"
        if len(changes) > 100:
            yield f"| … {len(changes) - 100} more | | | |"
        yield ""
        yield "</details>"
        yield ""


def _headline(found: Difference) -> str:
    counts = [f"{len(changes)} {name.replace('_', ' ')}" for name, changes in found.sections.items() if changes]
    told = ", ".join(counts) if counts else "nothing changed"
    return told if found.valid else f"not both runs are valid, so this is a lead and no result: {told}"


def print_difference(found: Difference, console: Console) -> None:
    """Print the difference to a console (see `reports.console.console_for`)."""
    from rich.text import Text

    console.print(Text.assemble((found.left, "bold"), (" → ", "dim"), (found.right, "bold")))
    bad = found.broke or not found.valid
    console.print(Text(_headline(found), style="bold red" if bad else "bold green" if not _moved(found) else "bold"))
    for name, changes in found.sections.items():
        if changes:
            _print_section(name, changes, console)


def _moved(found: Difference) -> bool:
    return any(found.sections.values())


def _print_section(name: str, changes: Sequence[Change], console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    title, words = SECTIONS[name]
    console.print()
    console.print(Text.assemble((f"{title} ", _STYLES.get(name, "bold cyan")), (f"{len(changes)}: {words}", "dim")))
    shown = changes if name in ("broken", "fixed", "changed") else changes[:8]
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(width=6)
    table.add_column(overflow="fold")
    for each in shown:
        told = Text.assemble((one_line(each.rule), "bold"), "\n", _side(each.left), (" → ", "dim"), _side(each.right))
        table.add_row(Text(each.level, LEVELS.get(each.level, "")), told)
    console.print(table)
    if len(shown) < len(changes):
        console.print(Text(f"  and {counted(len(changes) - len(shown), 'more rule')}", style="dim"))


def _side(told: str) -> tuple[str, str]:
    style = "red" if told.startswith("diverges") else "green" if told == "conforms" else "dim"
    return one_line(told, 90), style
