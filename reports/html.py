"""The report for people: one HTML file that needs no network and runs nothing but its own script.

A content security policy names the digests of the one style sheet and the one script, so that a request that was made
to be read as HTML stays text even if escaping failed.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any
from urllib.parse import quote

from conformance.events import Finding, Log
from reports.text import counted, is_whole, one_line, pretty, printable, without_tags
from reports.view import AREAS, LEVELS, VERDICTS, View, bare_endpoint, standing, view

BUDGET = 700_000
"""Characters for requests, twins and lines to reproduce; longer ones are cut, and report.json has them whole."""

_LIMITS = (20_000, 10_000, 5_000, 2_500, 1_200, 600, 300)
_LANGUAGES = (("boto3", "Python (boto3)"), ("cli", "AWS CLI"), ("curl", "curl"))
STANDINGS: Mapping[str, tuple[str, str]] = {
    "conforms": ("✓", "conforms"),
    "known": ("~", "diverges, known"),
    "diverges": ("✗", "diverges, new"),
    "inconclusive": ("?", "inconclusive"),
    "unsupported": ("–", "unsupported"),
    "not-exercised": ("·", "not exercised"),
}
"""Standing -> its sign and its words, so that no reader has to tell colours apart."""


def render(log: Log) -> str:
    """Give the HTML of a run."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["anchor"] = _anchor
    shown = view(log)
    style, script = _template("report.css"), _template("report.js")
    page = environment.get_template("report.html.j2").render(
        view=shown,
        started=log.started,
        footer=log.finished,
        endpoint=bare_endpoint(log.started.target.endpoint),
        findings=_findings(shown),
        by_rule=_first_findings(shown),
        exclusions=sorted(log.started.exclusions, key=lambda each: each.get("id", "")),
        standings=STANDINGS,
        standing=standing,
        counted=counted,
        one_line=one_line,
        areas=AREAS,
        levels=LEVELS,
        verdicts=VERDICTS,
        style=Markup(style),  # noqa: S704 - our own file, from templates/
        script=Markup(script),  # noqa: S704 - likewise
        policy=f"default-src 'none'; img-src data:; style-src {_digest(style)}; script-src {_digest(script)}",
    )
    return page.rstrip("\n") + "\n"


def _shown(value: Any) -> Any:
    return printable(value) if type(value) is str else value


def _anchor(id: str) -> str:
    """Give an id as it stands in a link to it; brackets and braces are common in rules' ids."""
    return quote(printable(id), safe="")


def _template(name: str) -> str:
    return resources.files("reports").joinpath("templates", name).read_text("utf-8")


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _first_findings(shown: View) -> Mapping[str, str]:
    """Give rule id -> the id of its worst finding."""
    return {finding.rule: finding.id for finding in reversed(shown.findings)}


def _findings(shown: View) -> Sequence[Mapping[str, Any]]:
    texts = [_texts(finding) for finding in shown.findings]
    limit = _limit([len(text["full"]) for each in texts for text in each])
    return [
        {
            "facts": finding,
            "sentence": without_tags(finding.sentence),
            "request": _block(texts_of[0], limit, other=texts_of[1] if finding.twin is not None else None),
            "twin": _block(texts_of[1], limit, other=texts_of[0]) if finding.twin is not None else None,
            "repro": [_block(text, limit) for text in texts_of[2:]],
        }
        for finding, texts_of in zip(shown.findings, texts, strict=True)
    ]


def _texts(finding: Finding) -> list[Mapping[str, Any]]:
    """Give the long texts of a finding: request, twin, then lines to reproduce it."""
    found: list[Mapping[str, Any]] = [
        {"name": "Request", "full": pretty(finding.request), "whole": is_whole(finding.request)},
        {"name": "Accepted twin", "full": pretty(finding.twin), "whole": is_whole(finding.twin)},
    ]
    for key, name in _LANGUAGES:
        if finding.repro.get(key):
            found.append({"name": name, "full": finding.repro[key], "whole": True})
    return found


def _limit(lengths: Sequence[int]) -> int:
    """Give the largest limit at which all texts together keep to the budget."""
    fitting = (limit for limit in _LIMITS if sum(min(length, limit) for length in lengths) <= BUDGET)
    return next(fitting, _LIMITS[-1])


def _block(text: Mapping[str, Any], limit: int, other: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Give a text as shown, its lines marked that `other` has not; a cut one can not be copied as if it were whole."""
    whole = text["whole"] and len(text["full"]) <= limit
    lines = text["full"][:limit].splitlines()
    alike = set(range(len(lines)))
    if other is not None:
        matcher = difflib.SequenceMatcher(None, lines, other["full"][:limit].splitlines(), autojunk=False)
        alike = {at for block in matcher.get_matching_blocks() for at in range(block.a, block.a + block.size)}
    return {"name": text["name"], "lines": [(line, at not in alike) for at, line in enumerate(lines)], "whole": whole}
