"""The long texts of findings as HTML shows them: requests with their faults marked, twins as edits, lines to paste.

Lines to paste repeat themselves from finding to finding, so they are kept once, as data that a script draws from.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from conformance.events import Finding
from reports.text import is_whole, pretty, printable, without_tags

BUDGET = 500_000
"""Characters for requests, twins and lines to paste, each; longer ones are cut, and report.json has them whole."""

_LIMITS = (20_000, 10_000, 5_000, 2_500, 1_200, 600, 300)
_PARTS = re.compile(r"(\n| -d | --cli-input-json )")  # what stands between these is the same from finding to finding
_HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AmazonSSM.RegisterTaskWithMaintenanceWindow",
}
_LANGUAGES = ("boto3", "cli", "curl")


def blocks_of(findings: Sequence[Finding]) -> tuple[Mapping[str, Mapping[str, Any]], Markup]:
    """Give finding id -> its blocks, and the lines to paste of all of them as JSON that no markup can break."""
    texts = {each.id: _texts(each) for each in findings}
    limit = _limit([len(text) for pair in texts.values() for text in pair])
    blocks = {
        each.id: {
            "sentence": without_tags(each.sentence),
            "request": _request(each, *texts[each.id], limit),
            "whole": len(texts[each.id][0]) <= limit and (is_http(each.request) or is_whole(each.request)),
            "http": is_http(each.request),
            "edit": list(_edit(texts[each.id][1][:limit], texts[each.id][0][:limit])) if each.twin is not None else [],
        }
        for each in findings
    }
    return blocks, _lines(findings)


def is_http(request: Any) -> bool:
    """Tell whether a finding's request is a whole HTTP request, and no document."""
    return isinstance(request, Mapping) and request.keys() >= {"method", "uri", "headers"}


def _texts(finding: Finding) -> tuple[str, str]:
    """Give request and twin, both in the same form, so that what lies between them is the edit and nothing else."""
    if not is_http(finding.request):
        return pretty(finding.request), "" if finding.twin is None else pretty(finding.twin)
    body = str(finding.request.get("body", finding.request.get("bodyGzipBase64", "")))
    packed = {} if "body" in finding.request else {"(shown)": "gzip and base64"}
    request = _http(finding.request["method"], finding.request["uri"], finding.request["headers"] | packed, body)
    return request, "" if finding.twin is None else _http("POST", "/", _HEADERS, _as_in(finding.twin, body))


def _http(method: str, uri: str, headers: Mapping[str, str], body: str) -> str:
    lines = [f"{name}: {value}" for name, value in sorted(headers.items())]
    return printable("\n".join((f"{method} {uri} HTTP/1.1", *lines, "", body or "(no body)")))


def _as_in(twin: Mapping[str, Any], body: str) -> str:
    """Write a twin as it was sent beside `body`: its members in that order, and with the token of each registration."""
    token = re.search(r'"ClientToken": "([0-9a-f-]+)"', body)
    sent = {**twin, **({"ClientToken": token[1]} if token else {})}
    order = sorted(sent, key=lambda name: body.find(f'"{name}"') % (len(body) + 1))
    return json.dumps({name: sent[name] for name in order}, ensure_ascii=False)


def _limit(lengths: Sequence[int]) -> int:
    """Give the largest limit at which all texts together keep to the budget."""
    fitting = (limit for limit in _LIMITS if sum(min(length, limit) for length in lengths) <= BUDGET)
    return next(fitting, _LIMITS[-1])


def _request(finding: Finding, request: str, twin: str, limit: int) -> list[tuple[str, bool]]:
    """Give the request's lines, those marked that are at fault: what the twin has not, or the member itself."""
    lines = request[:limit].splitlines()
    if twin:
        alike = {
            at
            for block in _matcher(lines, twin[:limit].splitlines()).get_matching_blocks()
            for at in range(block.a, block.a + block.size)
        }
        return [(line, at not in alike) for at, line in enumerate(lines)]
    top = re.split(r"[.\[{]", finding.path)[0]
    return [(line, bool(top) and line.startswith(f'  "{top}":')) for line in lines]


def _matcher(one: Sequence[str], other: Sequence[str]) -> difflib.SequenceMatcher[str]:
    return difflib.SequenceMatcher(None, one, other, autojunk=False)


def _edit(twin: str, request: str) -> Iterator[tuple[str, str]]:
    """Yield (sign, line) of what lies between a twin and the request: gaps, what only one has, what the other has."""
    before, after = twin.splitlines(), request.splitlines()
    for tag, a, b, c, d in _matcher(before, after).get_opcodes():
        if tag == "equal":
            yield from ((" ", line) for line in before[a:b] if b - a == 1)
            if b - a > 1:
                yield "…", ""
        else:
            yield from (("-", line) for line in before[a:b])
            yield from (("+", line) for line in after[c:d])


def _lines(findings: Sequence[Finding]) -> Markup:
    """Give the lines to paste: each different part once, and for each finding the numbers of its parts."""
    limit = _limit([len(each.repro.get(name, "")) for each in findings for name in _LANGUAGES])
    numbers: dict[str, int] = {}
    found: dict[str, dict[str, Any]] = {}
    for each in findings:
        own: dict[str, Any] = {"note": printable(each.repro["note"])} if each.repro.get("note") else {}
        for name in _LANGUAGES:
            text = each.repro.get(name, "")
            if len(text) > max(limit, 2_500):
                own[name] = None
            elif text:
                own[name] = [numbers.setdefault(part, len(numbers)) for part in _PARTS.split(text) if part]
        found[each.id] = own
    data = json.dumps({"parts": list(numbers), "findings": found}, ensure_ascii=True, separators=(",", ":"))
    return Markup(data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - no markup left
