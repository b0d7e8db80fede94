"""Findings that travel: for each cause a text for the target's tracker, and a regression test that is red today. Pure.

For moto the test is a ``@mock_aws`` function, for anything else plain boto3 against an endpoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from conformance.events import Finding, Log
from reports.causes import Cause, causes
from reports.links import page_of
from reports.markdown import code, fenced
from reports.regression import regression_test
from reports.text import counted, is_whole, one_line, pretty, without_tags
from reports.view import View, view

SHOWN = 3
"""Findings of a cause that are told in full; the others are named, and the test holds them all."""


def render(log: Log) -> Mapping[str, str]:
    """Give file name -> text: an issue and a test for each cause, and an index."""
    shown = view(log)
    files: dict[str, str] = {}
    rows = []
    for number, cause in enumerate(causes(shown.findings, shown.lines), 1):
        name = re.sub(r"[^a-z0-9]+", "-", cause.id.lower()).strip("-")
        test = regression_test(cause, log.started.target, f"test_{name.replace('-', '_')}")
        files[f"{number:02}-{name}.md"] = _issue(cause, shown, test)
        if test:
            files[f"test_{name.replace('-', '_')}.py"] = test
        rows.append(
            f"{number}. [{_plain(cause.title)}]({number:02}-{name}.md): {counted(len(cause.findings), 'finding')}"
        )
    head = f"# Issues for {_plain(shown.target)}\n\nOne for each cause, worst first. Read before you file.\n\n"
    files["README.md"] = head + "\n".join(rows or ["No divergence was found."]) + "\n"
    return files


def _plain(text: str) -> str:
    return re.sub(r"[\[\]<>`]", "", one_line(text))


def _issue(cause: Cause, shown: View, test: str) -> str:
    return "\n".join(_lines(cause, shown, test)).rstrip("\n") + "\n"


def _lines(cause: Cause, shown: View, test: str) -> Iterator[str]:
    started = shown.log.started
    yield f"# RegisterTaskWithMaintenanceWindow: {_title(cause)}"
    yield ""
    yield f"Seen with {code(shown.target)} (contract: the service model of botocore {started.botocore})."
    if cause.begin:
        yield ""
        yield cause.begin
    for finding in _told(cause.findings):
        yield ""
        yield from _finding(finding)
    rest = [each for each in cause.findings if each not in _told(cause.findings)]
    if rest:
        yield ""
        yield f"<details><summary>The same holds for {counted(len(rest), 'more rule')}</summary>"
        yield ""
        yield from (f"- {code(each.rule)}: {code(each.expected, 160)}" for each in rest)
        yield ""
        yield "</details>"
    if test:
        yield ""
        yield "<details><summary>A test that is red today</summary>"
        yield ""
        yield fenced(test.rstrip("\n"), "python")
        yield ""
        yield "</details>"


def _title(cause: Cause) -> str:
    return _plain(cause.title)


def _told(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Choose what is told in full: what is said in the fewest words, so that it is read."""
    return sorted(findings, key=lambda each: (each.level != "MUST", len(str(each.request)), each.rule))[:SHOWN]


def _finding(finding: Finding) -> Iterator[str]:
    yield f"## {code(finding.rule)}"
    yield ""
    yield f"- **Expected:** {code(finding.expected)}, see [the documentation]({page_of(finding.rule, finding.path)})"
    if finding.sentence:
        yield f"  > {one_line(_plain(without_tags(finding.sentence)), 400)}"
    yield f"- **Observed:** {code(finding.observed)}"
    if finding.request and is_whole(finding.request):
        yield ""
        yield fenced(pretty(finding.request), "json")
    if finding.repro.get("boto3"):
        yield ""
        yield "To reproduce it:"
        yield ""
        yield fenced(finding.repro["boto3"], "python")
