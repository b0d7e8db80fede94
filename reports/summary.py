"""The summary in the terminal, drawn with rich; plain text where there is no terminal or NO_COLOR is set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from conformance.events import Finding, Log
from reports.causes import causes
from reports.console import console_for
from reports.text import compact, counted, one_line
from reports.view import AreaView, View, view

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

WORST = 8
"""Findings that a terminal shows; the report has them all."""

CAUSES = 5
"""Causes that a terminal shows."""

_BAR = 28
_STYLES: Mapping[str, str] = {
    "conforms": "green",
    "known": "yellow",
    "diverges": "bold red",
    "inconclusive": "magenta",
    "unsupported": "blue",
    "not-exercised": "dim",
}
_FANCY: Mapping[str, str] = {
    "conforms": "█",
    "known": "▓",
    "diverges": "▒",
    "inconclusive": "?",
    "unsupported": "─",
    "not-exercised": "·",
}
_ASCII: Mapping[str, str] = {
    "conforms": "=",
    "known": "~",
    "diverges": "x",
    "inconclusive": "?",
    "unsupported": "-",
    "not-exercised": ".",
}


def print_summary(
    log: Log,
    *,
    paths: Sequence[str | Path] = (),
    file: IO[str] | None = None,
    color: bool | None = None,
    width: int | None = None,
) -> None:
    """Print the summary of `log` to `file` (default: standard output).

    `color` None means: where `file` is a terminal and NO_COLOR is not set. `paths` are the report files to name.
    """
    render(log, console_for(file, color=color, width=width), paths=paths)


def render(log: Log, console: Console, *, paths: Sequence[str | Path] = ()) -> None:
    """Print the summary of `log` to `console`, and name the files in `paths`."""
    shown = view(log)
    fancy = (console.encoding or "").lower().startswith("utf")
    for part in _parts(shown, fancy, console.width, paths):
        console.print(part)


def _parts(shown: View, fancy: bool, width: int, paths: Sequence[str | Path]) -> Iterator[RenderableType]:
    yield ""
    yield _title(shown, fancy)
    yield _validity(shown, fancy)
    if shown.part:
        yield _line(fancy, (shown.part, "yellow"))
    yield ""
    if shown.valid:
        yield from _figures(shown, fancy)
        yield ""
        yield from _bars(shown, fancy)
        yield ""
    yield from _begin(shown, fancy)
    yield from _findings(shown, fancy, width)
    yield from _notes(shown, fancy)
    for path in paths:
        yield _line(fancy, ("report  ", "dim"), (str(path), ""))
    if paths:
        if shown.findings:
            rule = shown.findings[0].rule
            yield _line(fancy, ("next    ", "dim"), (f"mw-conformance explain --rule '{rule}'", ""))
        yield ""


def _line(fancy: bool, *pieces: tuple[str, str]) -> Text:
    """Give one line of text; what comes from outside is never read as markup or as a control sequence."""
    from rich.text import Text

    line = Text()
    for text, style in pieces:
        cleaned = text if not text.strip() else text[: len(text) - len(text.lstrip())] + one_line(text) + _trail(text)
        line.append(cleaned if fancy else _ascii(cleaned), style=style or None)
    return line


def _trail(text: str) -> str:
    return text[len(text.rstrip()) :]


def _ascii(text: str) -> str:
    return text.replace("…", "...").replace("·", "-").encode("ascii", "backslashreplace").decode("ascii")


def _title(shown: View, fancy: bool) -> Text:
    started = shown.log.started
    return _line(
        fancy,
        (shown.target, "bold"),
        (f"  ({started.target.kind})  ", "dim"),
        (f"RegisterTaskWithMaintenanceWindow, botocore {started.botocore}, {started.profile}, ", "dim"),
        (f"seed {started.seed}", "dim"),
        (f", {shown.shard}" if shown.shard else "", "bold yellow"),
    )


def _validity(shown: View, fancy: bool) -> Text:
    if shown.valid:
        return _line(fancy, ("✓ " if fancy else "+ ", "green"), ("valid run: ", "green"), (shown.evidence, ""))
    reasons = "; ".join(shown.reasons)
    return _line(
        fancy,
        ("✗ " if fancy else "! ", "bold red"),
        ("no score, this run is not valid: ", "bold red"),
        (reasons, ""),
        (f" ({shown.evidence})", "dim"),
    )


def _figures(shown: View, fancy: bool) -> Iterator[Text]:
    if not shown.total.exercised:
        yield _line(fancy, (f"  {shown.headline}", "bold yellow"))
    style = "bold red" if shown.must.diverging else "bold green" if shown.must.exercised else "bold"
    of_must = f"  of {counted(shown.must.exercised, 'exercised MUST rule')} diverge"
    yield _line(fancy, (f"  {shown.must.diverging:>5,}", style), (of_must, ""))
    yield _line(
        fancy, (f"  {shown.total.exercised:>5,}", "bold"), (f"  of {counted(shown.total.rules, 'rule')} exercised", "")
    )


def _bars(shown: View, fancy: bool) -> Iterator[Text]:
    for area in shown.areas:
        yield _line(fancy, (f"  {area.name:<13}", "")).append_text(_bar(area, fancy)).append(f"  {_told(area)}")
    glyphs = _FANCY if fancy else _ASCII
    seen = [name for name in _STYLES if any(area.standings[name] for area in shown.areas)]
    key = [piece for name in seen for piece in ((f"{glyphs[name]} ", _STYLES[name]), (f"{_called(name)}   ", "dim"))]
    yield _line(fancy, (" " * 15, ""), *key)


def _told(area: AreaView) -> str:
    if not area.score.rules:
        return "no rules"
    left = area.score.rules - area.score.exercised
    return f"{area.score.diverging} of {area.score.exercised} diverge" + (f", {left} not exercised" if left else "")


def _called(standing: str) -> str:
    return {"diverges": "new", "not-exercised": "not exercised"}.get(standing, standing)


def _bar(area: AreaView, fancy: bool) -> Text:
    """Draw an area's bar, in which nothing that exists is too small to be seen."""
    from rich.text import Text

    glyphs = _FANCY if fancy else _ASCII
    counts = {name: number for name, number in area.standings.items() if number}
    cells = {name: max(1, round(_BAR * number / area.score.rules)) for name, number in counts.items()}
    if not cells:
        cells = {"not-exercised": _BAR}
    while sum(cells.values()) != _BAR:
        largest = max(cells, key=lambda name: cells[name])
        cells[largest] += 1 if sum(cells.values()) < _BAR else -1
    bar = Text()
    for name, number in cells.items():
        bar.append(glyphs[name] * number, style=_STYLES[name])
    return bar


def _begin(shown: View, fancy: bool) -> Iterator[RenderableType]:
    """Say by what the findings would be mended, what explains most or hurts most first."""
    found = causes(shown.findings, shown.lines)
    if not found:
        return
    yield _line(fancy, ("where to begin", "bold"))
    for number, cause in enumerate(found[:CAUSES], 1):
        count = counted(len(cause.findings), "finding")
        known = ", known" if all(each.known for each in cause.findings) else ""
        yield _line(fancy, (f"  {number}. ", "dim"), (cause.title, ""), (f"  ({count}{known})", "dim"))
    if len(found) > CAUSES:
        yield _line(fancy, (f"     and {counted(len(found) - CAUSES, 'more cause')} in the report", "dim"))
    yield ""


def _findings(shown: View, fancy: bool, width: int) -> Iterator[RenderableType]:
    if not shown.findings:
        return
    room = max(width - 14, 30)
    for finding in shown.new[:WORST]:
        yield from _finding(finding, fancy, room)
    counts = [f"{len(shown.new) - WORST} more new in the report"] if len(shown.new) > WORST else []
    counts.append(f"{counted(len(shown.known), 'finding')} known to the ledger")
    yield _line(fancy, (", ".join(counts), "" if shown.new else "bold"))
    yield ""


def _finding(finding: Finding, fancy: bool, room: int) -> Iterator[RenderableType]:
    yield _line(fancy, (finding.rule, "bold"), (f"  {finding.level} ", "dim"), (finding.kind, "red"))
    yield _line(fancy, ("  expected  ", "dim"), (one_line(finding.expected, room), ""))
    yield _line(fancy, ("  observed  ", "dim"), (one_line(finding.observed, room), ""))
    if finding.request:
        yield _line(fancy, ("  request   ", "dim"), (_request(finding, room), "cyan"))
    else:
        last = finding.steps[-1] if finding.steps else "in the report"
        yield _line(fancy, ("  last call ", "dim"), (one_line(last, room), "cyan"))
    yield ""


def _request(finding: Finding, room: int) -> str:
    """Give the request in short: the member at fault first, and no WindowId that is any window."""
    request = finding.request
    if not isinstance(request, Mapping):
        return compact(request, room)
    at_fault = re.split(r"[.\[{]", finding.path or finding.rule)[0]
    order = sorted(request, key=lambda name: (name != at_fault, name == "WindowId"))
    return compact({name: request[name] for name in order}, room)


def _notes(shown: View, fancy: bool) -> Iterator[RenderableType]:
    stale = sorted(shown.log.finished.stale)
    if stale:
        yield _line(fancy, (f"{counted(len(stale), 'stale ledger entry', 'stale ledger entries')}: ", "bold yellow"))
        for entry in stale:
            yield _line(fancy, ("  ", ""), (entry, ""))
    if shown.open:
        yield _line(fancy, (f"{counted(len(shown.open), 'open question')} answered, either way conforms", ""))
    for each in shown.unsupported:
        told = f" is not implemented: {counted(len(each.rules), 'rule')} could not be asked"
        yield _line(fancy, (each.operation, "bold"), (told, ""))
    if stale or shown.open or shown.unsupported:
        yield ""
