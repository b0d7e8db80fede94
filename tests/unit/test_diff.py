"""Two reports side by side: what broke is told apart from what grew, in three forms."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from conformance.events import BadLog, read_log
from reports import diff, jsonreport, sources
from reports.console import console_for

GOLDEN = Path(__file__).parents[1] / "golden" / "run.jsonl"


def report(verdicts: dict[str, str], *, outcome: str = "accepted", valid: bool = True) -> dict[str, Any]:
    return {
        "schemaVersion": 1,
        "target": {"name": "moto", "version": "5"},
        "run": {"valid": valid},
        "rules": [{"id": id, "level": "MUST", "verdict": verdict} for id, verdict in verdicts.items()],
        "findings": [
            {"rule": id, "kind": "too-lenient", "outcome": outcome}
            for id, verdict in verdicts.items()
            if verdict == "diverges"
        ],
    }


def sections(left: dict[str, str], right: dict[str, str], **more: Any) -> dict[str, list[str]]:
    found = diff.compare(report(left), report(right, **more))
    return {name: [each.rule for each in changes] for name, changes in found.sections.items() if changes}


@pytest.mark.parametrize(
    ("before", "now", "section"),
    [
        ("conforms", "diverges", "broken"),
        ("diverges", "conforms", "fixed"),
        ("conforms", "unsupported", "only_left"),
        ("diverges", "not-exercised", "only_left"),
        ("inconclusive", "diverges", "only_right"),
    ],
)
def test_a_rule_stands_in_the_section_of_what_happened_to_it(before: str, now: str, section: str) -> None:
    assert {section: ["A.type"]} == sections(
        {"A.type": before, "B.type": "conforms"}, {"A.type": now, "B.type": "conforms"}
    )


@pytest.mark.parametrize(("before", "now"), [("conforms", "conforms"), ("diverges", "diverges"), ("x", "unsupported")])
def test_what_stays_as_it_was_is_not_told(before: str, now: str) -> None:
    assert {} == sections({"A.type": before}, {"A.type": now})


def test_a_rule_that_diverges_in_another_way_is_changed() -> None:
    assert {"changed": ["A.type"]} == sections({"A.type": "diverges"}, {"A.type": "diverges"}, outcome="crashed:X")


def test_a_growing_suite_is_no_regression() -> None:
    found = diff.compare(report({"Old.type": "conforms"}), report({"New.type": "diverges"}))
    assert not found.broke
    assert ["New.type"] == [each.rule for each in found.sections["new_rules"]]
    assert ["Old.type"] == [each.rule for each in found.sections["gone_rules"]]


def test_each_form_tells_what_broke() -> None:
    found = diff.compare(report({"Name.type": "conforms"}), report({"Name.type": "diverges"}))
    assert found.broke
    out = io.StringIO()
    diff.print_difference(found, console_for(out))
    assert "Broken 1" in out.getvalue()
    assert "conforms → diverges (too-lenient, accepted)" in out.getvalue()
    assert "<details open><summary>Broken: 1" in diff.render_markdown(found)
    value = json.loads(diff.render_json(found))
    assert value["broke"]
    assert "Name.type" == value["broken"][0]["rule"]


def test_a_long_section_is_cut_and_counted() -> None:
    many = {f"R{n}.type": "conforms" for n in range(120)}
    found = diff.compare(report(many), report({}))
    out = io.StringIO()
    diff.print_difference(found, console_for(out))
    assert "and 112 more rules" in out.getvalue()
    assert "20 more" in diff.render_markdown(found)


def test_a_run_that_is_not_valid_gives_a_lead_and_no_result() -> None:
    found = diff.compare(report({}), report({}, valid=False))
    assert "a lead and no result" in diff.render_markdown(found)


def test_a_log_a_report_and_a_folder_of_either_are_the_same(tmp_path: Path) -> None:
    log = read_log(GOLDEN)
    (tmp_path / "report.json").write_text(jsonreport.render(log), "utf-8")
    told = [sources.load_report(str(each)) for each in (GOLDEN, GOLDEN.parent, tmp_path / "report.json", tmp_path)]
    assert 1 == len({json.dumps(each, sort_keys=True) for each in told})


@pytest.mark.parametrize("content", ["{", "[]", '{"schemaVersion": 2, "rules": []}'])
def test_what_is_no_report_is_refused_in_words(tmp_path: Path, content: str) -> None:
    (tmp_path / "report.json").write_text(content, "utf-8")
    with pytest.raises(BadLog, match="it is no"):
        sources.load_report(str(tmp_path))


def test_a_folder_without_a_report_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no run"):
        sources.load_report(str(tmp_path))
