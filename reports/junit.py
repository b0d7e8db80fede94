"""The report for build servers: JUnit XML, one test case a rule.

A new divergence fails, a known one passes and says so, what could not be judged is an error, what was not asked is
skipped. A run that is not valid has one more case, which is an error: else it could look green.
"""

from __future__ import annotations

from xml.etree import ElementTree

from conformance.events import Finding, Log
from conformance.tally import RuleTally
from reports.text import compact, one_line, printable
from reports.view import View, view


def render(log: Log) -> str:
    """Give the JUnit XML of a run."""
    shown = view(log)
    by_rule: dict[str, list[Finding]] = {}
    for finding in shown.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    cases = [_case(line, by_rule.get(line.rule.id, [])) for line in shown.lines]
    if not shown.valid:
        cases.append(_invalid(shown))
    counts = {
        "name": f"mw-conformance {shown.target}{f', {shown.shard}' if shown.shard else ''}",
        "tests": str(len(cases)),
        "failures": str(_holding(cases, "failure")),
        "errors": str(_holding(cases, "error")),
        "skipped": str(_holding(cases, "skipped")),
        "time": f"{log.finished.seconds:.3f}",
    }
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", counts)
    if log.started.started:
        suite.set("timestamp", one_line(log.started.started))
    suite.append(_properties(shown))
    suite.extend(cases)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _holding(cases: list[ElementTree.Element], tag: str) -> int:
    return sum(case.find(tag) is not None for case in cases)


def _properties(shown: View) -> ElementTree.Element:
    started = shown.log.started
    facts = {
        "suite": started.suite,
        "botocore": started.botocore,
        "contract": started.contract_digest,
        "profile": started.profile,
        "seed": str(started.seed),
        "valid": "true" if shown.valid else "false",
        **({"shard": started.shard.word} if started.shard else {}),
    }
    properties = ElementTree.Element("properties")
    for name, value in facts.items():
        ElementTree.SubElement(properties, "property", name=name, value=one_line(value))
    return properties


def _case(line: RuleTally, findings: list[Finding]) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=line.rule.area, name=one_line(line.rule.id))
    match line.verdict:
        case "diverges" if line.known:
            _add(case, "system-out", "known divergence, in the ledger\n" + _told(findings))
        case "diverges":
            worst = findings[0]
            _add(case, "failure", _told(findings), message=worst.title, type=f"{worst.level} {worst.kind}")
        case "inconclusive":
            _add(case, "error", line.reason, message="could not be judged", type="inconclusive")
        case "unsupported" | "not-exercised":
            _add(case, "skipped", "", message=line.reason or line.verdict)
    return case  # a rule that conforms says nothing


def _invalid(shown: View) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname="run", name="run.valid")
    _add(case, "error", "\n".join(shown.reasons), message="this run is not valid", type="inconclusive")
    return case


def _add(case: ElementTree.Element, tag: str, text: str, **attributes: str) -> None:
    child = ElementTree.SubElement(case, tag, {name: one_line(value) for name, value in attributes.items()})
    child.text = printable(text) or None


def _told(findings: list[Finding]) -> str:
    return "\n\n".join(_lines(finding) for finding in findings)


def _lines(finding: Finding) -> str:
    lines = (
        finding.title,
        f"expected: {finding.expected}",
        f"observed: {finding.observed}",
        f"request:  {compact(finding.request, 2000)}",
        f"source:   {finding.source}" if finding.source else "",
        f"known:    {finding.why}" if finding.known and finding.why else "",
    )
    return "\n".join(line for line in lines if line)
