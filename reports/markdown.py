"""The report for a pull request or a job summary: Markdown that fits into one comment.

Nothing that a target said is read as Markdown or HTML, and nobody is mentioned: what comes from outside stands in
``<code>`` or has its special characters escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from conformance.events import Finding, Log
from reports.causes import causes
from reports.strength import power
from reports.text import counted, is_whole, one_line, pretty, without_tags
from reports.view import View, view

LIMIT = 60_000
"""Characters of a report; a comment at GitHub takes 65,536."""

_SPECIAL = re.compile(r"[\\`*_\[\]|~#@{}]")
_FENCE = re.compile(r"`{3,}")


def render(log: Log) -> str:
    """Give the Markdown of a run, at most `LIMIT` characters."""
    shown = view(log)
    tail = "\n".join((*_open(shown), *_precedence(shown), *_unsupported(shown), *_untested(shown), *_strength()))
    head = "\n".join((*_head(shown), *_areas(shown), *_begin(shown)))
    room = LIMIT - len(head) - len(tail) - 200
    if room < 0:
        tail, room = "Cut here: the rest is in `report.json`.\n", LIMIT - len(head) - 300
    return "\n".join((head, *_findings(shown, room), tail)).rstrip("\n") + "\n"


def text(value: str, limit: int = 0) -> str:
    """Escape `value` for running text and table cells."""
    line = html.escape(one_line(value, limit), quote=False)
    return _SPECIAL.sub(lambda found: "\\" + found.group(), line)


def code(value: str, limit: int = 0) -> str:
    """Give `value` in ``<code>``, every special character as an entity."""
    line = html.escape(one_line(value, limit), quote=False)
    return f"<code>{_SPECIAL.sub(lambda found: f'&#{ord(found.group())};', line)}</code>"


def fenced(value: str, language: str = "") -> str:
    """Give `value` as a code block whose fence is longer than any in it."""
    longest = max((len(found) for found in _FENCE.findall(value)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{value}\n{fence}"


def _head(shown: View) -> Iterator[str]:
    started, footer = shown.log.started, shown.log.finished
    yield f"## Conformance of {text(shown.target)}"
    yield ""
    if shown.valid:
        yield f"**Valid run**: {shown.evidence}."
        yield ""
        yield f"- **{shown.headline}**"
        yield f"- **{shown.reach}**"
        new = counted(len(shown.new), "new finding")
        yield f"- {new}, {len(shown.known)} known, {len(footer.stale)} stale in the ledger"
    else:
        yield f"**This run is not valid, so it has no score**: {text('; '.join(shown.reasons))}."
        yield ""
        yield f"{shown.evidence[:1].upper()}{shown.evidence[1:]}."
    yield ""
    if shown.part:
        yield f"**{shown.part}**"
        yield ""
    yield (
        f"<sub>RegisterTaskWithMaintenanceWindow, contract of botocore {text(started.botocore)}, "
        f"{text(started.profile)} profile, seed {started.seed}, {counted(footer.requests, 'request')}, "
        f"{footer.seconds:.1f} s</sub>"
    )
    yield ""


def _areas(shown: View) -> Iterator[str]:
    if not shown.valid:
        return
    yield "| area | diverging | exercised | rules |"
    yield "|---|---:|---:|---:|"
    for area in shown.areas:
        yield f"| {area.name} | {area.score.diverging} | {area.score.exercised} | {area.score.rules} |"
    yield ""


def _begin(shown: View) -> Iterator[str]:
    found = causes(shown.findings, shown.lines)
    if not found:
        return
    yield "### Where to begin"
    yield ""
    for cause in found:
        yield f"1. **{text(cause.title)}** ({counted(len(cause.findings), 'finding')}): {text(cause.begin)}".rstrip(
            ": "
        )
    yield ""


def _findings(shown: View, room: int) -> Iterator[str]:
    if not shown.findings:
        return
    yield f"### Findings ({len(shown.new)} new, {len(shown.known)} known)"
    yield ""
    left = len(shown.findings)
    for finding in shown.findings:
        block = _finding(finding)
        if len(block) > room:
            break
        room, left = room - len(block) - 1, left - 1
        yield block
    if left:
        yield f"{counted(left, 'more finding')} in `report.json` and `report.html`."
        yield ""


def _finding(finding: Finding) -> str:
    """Give one finding, folded: the line that is always seen names rule, kind and what was observed."""
    note = " (known)" if finding.known else ""
    summary = f"{code(finding.rule)} {finding.level} <b>{finding.kind}</b>{note}: {text(finding.observed, 160)}"
    lines = [f"<details><summary>{summary}</summary>", "", f"- expected: {text(finding.expected, 400)}"]
    lines.append(f"- observed: {text(finding.observed, 400)}")
    if finding.source:
        lines.append(f"- source: {text(finding.source, 200)}")
    if finding.sentence:
        lines.append(f"- AWS: “{text(without_tags(finding.sentence), 400)}”")
    if finding.known and finding.why:
        lines.append(f"- known: {text(finding.why, 400)}")
    lines += [f"- step: {code(step, 200)}" for step in finding.steps[:12]]
    lines += ["", fenced(_json(finding.request), "json"), ""]
    if finding.twin is not None:
        lines += ["Its accepted twin:", "", fenced(_json(finding.twin), "json"), ""]
    line = finding.repro.get("cli") or finding.repro.get("boto3") or ""
    if line and len(line) < 2000 and is_whole(finding.request):
        lines += ["To reproduce it:", "", fenced(one_line(line) if "\n" not in line else line), ""]
    return "\n".join((*lines, "</details>", ""))


def _json(value: object) -> str:
    shown = pretty(value, 80)
    shown = shown if len(shown) <= 3000 else shown[:3000] + "\n… the rest is in report.json"
    return shown.replace("<", "\\u003c").replace(">", "\\u003e")


def _open(shown: View) -> Iterator[str]:
    if not shown.open:
        return
    yield f"<details><summary>What the documents leave open ({len(shown.open)} answered)</summary>"
    yield ""
    yield "| question | this target |"
    yield "|---|---|"
    for each in shown.open:
        yield f"| {text(each.question, 200)} | {text(each.answer, 200)} |"
    yield ""
    yield "</details>"
    yield ""


def _precedence(shown: View) -> Iterator[str]:
    if not shown.precedence:
        return
    yield f"<details><summary>Precedence of errors ({counted(len(shown.precedence), 'pair')})</summary>"
    yield ""
    yield "| broken | and | the answer tells | code |"
    yield "|---|---|---|---|"
    for each in shown.precedence:
        yield f"| {text(each.pair[0])} | {text(each.pair[1])} | {text(each.told, 80)} | {text(each.answer, 80)} |"
    yield ""
    yield "</details>"
    yield ""


def _unsupported(shown: View) -> Iterator[str]:
    if not shown.unsupported:
        return
    yield "### Not implemented by this target"
    yield ""
    for each in shown.unsupported:
        yield f"- {code(each.operation)}: {counted(len(each.rules), 'rule')} could not be asked ({_ids(each.rules)})"
    yield ""


def _untested(shown: View) -> Iterator[str]:
    exclusions = shown.log.started.exclusions
    if not shown.untested and not exclusions:
        return
    rules = sum(len(each.rules) for each in shown.untested)
    yield f"<details><summary>Not tested ({counted(rules, 'rule')}, {counted(len(exclusions), 'exclusion')})</summary>"
    yield ""
    for each in shown.untested:
        yield f"- {counted(len(each.rules), 'rule')}: {text(each.reason, 200)} ({_ids(each.rules)})"
    for exclusion in exclusions:
        yield f"- {code(exclusion.get('id', ''))}: {text(exclusion.get('reason', ''), 200)}"
    yield ""
    yield "</details>"
    yield ""


def _strength() -> Iterator[str]:
    found = power()
    strength = f"Of {found['visible']} planted faults that a client can see, the suite found {found['found']}."
    yield f"<sub>{strength} No divergence found is no proof that there is none.</sub>"


def _ids(ids: Sequence[str]) -> str:
    return ", ".join(code(id) for id in ids[:6]) + (f", {len(ids) - 6} more" if len(ids) > 6 else "")
