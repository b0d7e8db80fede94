"""Several reports side by side: who keeps what, where they differ, and a ladder of versions."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

from reports import side
from reports.console import console_for

GOLDEN = Path(__file__).parents[1] / "golden" / "report.json"


def report(name: str = "moto", version: str = "5.2.5", *, valid: bool = True, **verdicts: str) -> dict[str, Any]:
    """Give the golden report with another target, and with other verdicts (``Name__type="conforms"``)."""
    value: dict[str, Any] = json.loads(GOLDEN.read_text("utf-8"))
    value["target"].update(name=name, version=version)
    value["run"]["valid"] = valid
    if not valid:
        value["scores"]["must"].update(exercised=None, diverging=None)
        value["scores"]["should"].update(exercised=None, diverging=None)
    for rule in value["rules"]:
        rule["verdict"] = verdicts.get(rule["id"].replace(".", "__"), rule["verdict"])
    return value


def test_a_rule_differs_where_one_keeps_it_and_another_does_not() -> None:
    found = side.side_by_side([report(), report("strict", "1", Name__type="conforms", TaskType__enum="unsupported")])
    assert ["Name.type"] == [row.rule for row in found.differences]
    assert ("known", "conforms") == found.differences[0].standings


def test_a_rule_that_one_report_does_not_know_was_not_exercised_there() -> None:
    short = report("old", "1")
    short["rules"] = short["rules"][:1]
    rows = {row.rule: row.standings for row in side.side_by_side([report(), short]).rows}
    assert ("known", "not-exercised") == rows["Name.type"]
    assert len(rows) == len(report()["rules"])


def test_versions_of_one_target_stand_on_a_ladder_in_their_order() -> None:
    found = side.side_by_side([report(version="5.10.0"), report(version="5.9.1"), report("other", "1")])
    assert ["moto"] == list(found.ladders)
    assert ["5.9.1", "5.10.0"] == [rung.version for rung in found.ladders["moto"]]
    assert found.ladders["moto"][0].x < found.ladders["moto"][1].x
    assert {} == side.side_by_side([report(), report()]).ladders


def test_a_run_that_is_not_valid_has_no_score_and_stands_on_no_ladder() -> None:
    found = side.side_by_side([report(version="1"), report(version="2", valid=False)])
    assert {} == found.ladders
    assert "not valid, so it has no score" in side.render_html(found)
    assert "| moto 2 | not valid |" in side.render_markdown(found)


def test_the_page_names_every_target_and_rule_and_loads_nothing() -> None:
    evil = report("<img src=http://evil.example/>", "\x1b[31m")
    page = side.render_html(side.side_by_side([report(), report(version="6"), evil]))
    assert "<img" not in page
    assert "\x1b" not in page
    assert {each["id"] for each in report()["rules"]} <= set(re.findall("<code>([^<]*)</code>", page))
    assert "<polyline" in page
    assert not re.search(r'(?:src|href)="(?!#|data:,)', page)
    assert "<script" not in page


def test_json_and_terminal_tell_the_same() -> None:
    found = side.side_by_side([report(), report("strict", "1", Name__type="conforms")])
    value = json.loads(side.render_json(found))
    assert ["Name.type"] == [each["id"] for each in value["rules"] if each["differs"]]
    assert ["moto", "strict"] == [each["name"] for each in value["targets"]]
    out = io.StringIO()
    side.print_side(found, console_for(out))
    assert "Name.type: moto known, strict conforms" in out.getvalue()
