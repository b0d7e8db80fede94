"""The report for people: one HTML file that needs no network and runs nothing but its own script.

A content security policy names the digests of the one style sheet and the one script, so that a request that was made
to be read as HTML stays text even if escaping failed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any
from urllib.parse import quote

from conformance.events import Log
from reports.anatomy import TREATMENTS, Member, anatomy
from reports.blocks import blocks_of
from reports.causes import causes
from reports.links import page_of
from reports.strength import power
from reports.text import counted, one_line, printable
from reports.view import AREAS, LEVELS, VERDICTS, View, bare_endpoint, standing, view

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
    shown = view(log)
    groups = causes(shown.findings, shown.lines)
    members = anatomy(shown.lines, shown.findings)
    blocks, data = blocks_of(shown.findings)
    return page(
        "report.html.j2",
        scripts=("report.js",),
        view=shown,
        started=log.started,
        footer=log.finished,
        endpoint=bare_endpoint(log.started.target.endpoint),
        causes=groups,
        blocks=blocks,
        members=members,
        member_counts=_counts(members),
        treatments=TREATMENTS,
        by_rule=_first_findings(shown),
        exclusions=sorted(log.started.exclusions, key=lambda each: each.get("id", "")),
        power=power(),
        data=data,
    )


def page(template: str, *, scripts: Sequence[str] = (), **values: Any) -> str:
    """Draw a template with the style, and the scripts, that its policy names."""
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
    style = "\n".join(_template(name) for name in ("base.css", "report.css"))
    script = "\n".join(_template(name) for name in scripts)
    source = _digest(script) if script else "'none'"
    drawn = environment.get_template(template).render(
        standings=STANDINGS,
        standing=standing,
        counted=counted,
        one_line=one_line,
        page_of=page_of,
        areas=AREAS,
        levels=LEVELS,
        verdicts=VERDICTS,
        style=Markup(style),  # noqa: S704 - our own file, from templates/
        script=Markup(script),  # noqa: S704 - likewise
        policy=f"default-src 'none'; img-src data:; style-src {_digest(style)}; script-src {source}",
        **values,
    )
    # Indentation is for who reads the template. Text never begins with a bracket: it is escaped.
    return re.sub(r"\n\s*(?=<)", "\n", drawn).rstrip("\n") + "\n"


def _counts(members: Sequence[Member]) -> Mapping[str, int]:
    every = [member for top in members for member in top.walk()]
    counts = {name: sum(member.treatment == name for member in every) for name in TREATMENTS}
    return {**counts, "all": len(every), "unstored": sum(not member.stored for member in every)}


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
