"""A badge: the JSON that shields.io's endpoint badge reads."""

from __future__ import annotations

import json

from conformance.events import Log
from reports.text import one_line
from reports.view import View, view


def render(log: Log) -> str:
    """Give the badge's JSON: the first figure, red for a new divergence, or no figure for a run that is not valid."""
    shown = view(log)
    badge = {
        "schemaVersion": 1,
        "label": f"mw-conformance {one_line(log.started.target.name)}",
        "message": f"{shown.shard}: {_message(shown)}" if shown.shard else _message(shown),
        "color": _color(shown),
        "isError": not shown.valid,
    }
    return json.dumps(badge, indent=2) + "\n"


def _message(shown: View) -> str:
    if not shown.valid:
        return "inconclusive"
    must, total = shown.must, shown.total
    if not total.exercised:
        return "nothing exercised"
    return f"{must.diverging} of {must.exercised} MUST diverge, {total.exercised} of {total.rules} asked"


def _color(shown: View) -> str:
    if not shown.valid or not shown.total.exercised:
        return "lightgrey"
    if shown.new:
        return "red"
    if shown.findings:
        return "yellow"
    return "brightgreen" if shown.total.exercised == shown.total.rules else "green"
