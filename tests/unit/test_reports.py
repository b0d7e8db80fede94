"""Tests of the renderers: what each form shows, and what none of them lets through."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from conformance.events import (
    CaseFinished,
    ChargeFacts,
    Event,
    Finding,
    Log,
    RuleFacts,
    RunFinished,
    RunStarted,
    TargetFacts,
    to_json,
)
from reports import badge, ctrf, html, jsonreport, junit, markdown, summary, writer
from reports.text import compact, pretty, printable, without_tags
from reports.view import bare_endpoint, view, worst_first

EVIL = '<script>alert("x")</script><img src=http://evil.example/ onerror=x> | `a` @someone \x1b[31m \x00 \ud800 \u202e'
WINDOW = "mw-00000000000000000"


def facts(id: str, area: str, level: str = "MUST", *, planned: bool = True) -> RuleFacts:
    return RuleFacts(
        id=id,
        area=area,
        level=level,
        evidence="model",
        source=f"botocore:{id}",
        statement=f"{id} holds",
        planned=planned,
    )


RULES = (
    facts("Name.max-length", "input"),
    facts("Name.min-length", "input"),
    facts("Targets[].Key.required", "input"),
    facts("task.several-blocks", "combination", "SHOULD"),
    facts("task.read-back", "effect"),
    facts("window.unknown", "state"),
    facts("errors.client-error-status", "errors", "SHOULD"),
    facts("wire.malformed-json", "wire", planned=False),
)


def case(rule: str, verdict: Any, **more: Any) -> CaseFinished:
    given: dict[str, Any] = {
        "case": f"{rule}#{verdict}",
        "rule": rule,
        "label": "a label: with a colon",
        "verdict": verdict,
        "expect": "reject",
        "outcome": "rejected:ValidationException",
        "request": {"WindowId": WINDOW},
        **more,
    }
    return CaseFinished(**given)


def finding(rule: str, kind: str, area: str = "input", level: str = "MUST", **more: Any) -> Finding:
    given: dict[str, Any] = {
        "id": f"{rule}--{kind}",
        "rule": rule,
        "area": area,
        "level": level,
        "kind": kind,
        "title": f"{rule} is {kind}",
        "expected": "refused with ValidationException",
        "observed": "accepted (HTTP 200)",
        "outcome": "accepted",
        "request": {"WindowId": WINDOW, "Name": "n" * 129},
        "twin": {"WindowId": WINDOW, "Name": "n" * 128},
        "steps": ("create a window", "register the task"),
        "source": "botocore:Name",
        "sentence": "<p>The <code>name</code> of the task &amp; more.</p>",
        "repro": {"boto3": "client.register()", "cli": "aws ssm x", "curl": "curl https://ssm.example/"},
        **more,
    }
    return Finding(**given)


CHARGE = ChargeFacts(rule="Name.max-length", kind="too-lenient", level="MUST", expected="refused", observed="accepted")
CASES = (
    case("Name.max-length", "diverges", outcome="accepted", charges=(CHARGE,), twin={"Name": "n"}, twin_accepted=True),
    case("Name.min-length", "conforms", twin={"Name": "n"}, twin_accepted=True),
    case("Targets[].Key.required", "diverges", outcome=f"crashed:{EVIL}"),
    case("task.several-blocks", "diverges", expect="accept"),
    case("task.read-back", "unsupported", operation="GetMaintenanceWindowTask", reason="not implemented"),
    case("window.unknown", "conforms"),
    case("window.unknown", "open", question="token.after-failure", outcome="accepted"),
    case("Name.max-length", "conforms", canary=True, case="canary"),
)
FINDINGS = (
    finding("task.several-blocks", "too-strict", "combination", "SHOULD", known=True, why="moto is strict | here"),
    finding("Name.max-length", "too-lenient"),
    finding("Targets[].Key.required", "crash", request={"Name": EVIL, EVIL: [1e999]}, observed=EVIL, title=EVIL),
)


def make_log(
    *, findings: tuple[Finding, ...] = FINDINGS, cases: tuple[CaseFinished, ...] = CASES, **footer: Any
) -> Log:
    started = RunStarted(
        suite="1.0",
        botocore="1.40.0",
        contract_digest="0123456789abcdef",
        rules=RULES,
        target=TargetFacts(
            name="moto", kind="http", version="5.2.5", endpoint="http://user:secret@localhost:5000/?t=1"
        ),
        profile="standard",
        seed=7,
        open_questions={"token.after-failure": "Is a token spent by a failed call?", "wire.x": "Another?"},
        exclusions=({"id": "E-1", "sentence": EVIL, "reason": "nobody can", "source": "S"},),
        started="2026-11-23T12:00:00Z",
    )
    given: dict[str, Any] = {
        "requests": 42,
        "seconds": 1.5,
        "valid": True,
        "exit_status": 1,
        "canaries_planted": 2,
        "canaries_caught": 2,
        "stale": ("Old.rule accepted",),
        **footer,
    }
    return Log(started=started, cases=cases, findings=findings, finished=RunFinished(**given))


@pytest.fixture
def log() -> Log:
    return make_log()


@pytest.fixture
def invalid() -> Log:
    cases = (*CASES, case("errors.client-error-status", "inconclusive", reason="connection reset"))
    return make_log(valid=False, exit_status=3, canaries_caught=1, cases=cases)


def summarised(log: Log, **options: Any) -> str:
    out = io.StringIO()
    summary.print_summary(log, file=out, **options)
    return out.getvalue()


def schema(name: str) -> Any:
    return json.loads(resources.files("reports").joinpath("schema", name).read_text("utf-8"))


def test_the_json_report_keeps_its_schema(log: Log, invalid: Log) -> None:
    checker = jsonschema.Draft202012Validator(schema("report.schema.json"))
    for each in (log, invalid, make_log(findings=(), cases=())):
        checker.validate(json.loads(jsonreport.render(each)))


def test_every_line_of_a_log_keeps_its_schema(log: Log) -> None:
    checker = jsonschema.Draft202012Validator(schema("run.schema.json"))
    events: list[Event] = [log.started, *log.cases, *log.findings, log.finished]
    for event in events:
        checker.validate(json.loads(to_json(event)))


def test_the_schema_of_a_line_refuses_what_is_no_event(log: Log) -> None:
    checker = jsonschema.Draft202012Validator(schema("run.schema.json"))
    line = json.loads(to_json(log.finished))
    broken_lines: list[Any] = [{**line, "event": "Else"}, {**line, "valid": "yes"}, {"event": "RunFinished"}, []]
    for broken in broken_lines:
        assert not checker.is_valid(broken)


def test_the_schemas_name_every_field_of_the_events() -> None:
    defined = schema("run.schema.json")["$defs"]
    for kind in (RunStarted, CaseFinished, Finding, RunFinished, RuleFacts, TargetFacts, ChargeFacts):
        names = {each.name for each in dataclasses.fields(kind)}
        assert names == defined[kind.__name__]["properties"].keys() - {"event"}


def test_the_json_report_has_the_figures_and_the_worst_finding_first(log: Log) -> None:
    report = json.loads(jsonreport.render(log))
    assert {"rules": 6, "exercised": 4, "diverging": 2} == report["scores"]["must"]
    assert {"rules": 2, "exercised": 1, "diverging": 1} == report["scores"]["should"]
    assert {"input", "combination", "effect", "state", "errors", "wire"} == report["scores"]["areas"].keys()
    assert ["crash", "too-lenient", "too-strict"] == [each["kind"] for each in report["findings"]]
    assert {"sent": 2, "withAcceptedTwin": 2} == report["run"]["negatives"]
    assert [{"operation": "GetMaintenanceWindowTask", "rules": ["task.read-back"]}] == report["unsupported"]
    assert "The name of the task & more." == report["findings"][1]["sentence"]
    assert [
        {
            "question": "Is a token spent by a failed call?",
            "id": "token.after-failure",
            "answer": "accepted (a label: with a colon)",
        }
    ] == report["open"]


def test_the_json_report_tells_each_rule_s_verdict(log: Log) -> None:
    verdicts = {each["id"]: each["verdict"] for each in json.loads(jsonreport.render(log))["rules"]}
    assert {
        "Name.max-length": "diverges",
        "Name.min-length": "conforms",
        "Targets[].Key.required": "diverges",
        "task.several-blocks": "diverges",
        "task.read-back": "unsupported",
        "window.unknown": "conforms",
        "errors.client-error-status": "not-exercised",
        "wire.malformed-json": "not-exercised",
    } == verdicts


def test_findings_are_sorted_by_known_then_level_then_kind_then_rule() -> None:
    known = finding("a", "crash", known=True)
    should = finding("a", "crash", level="SHOULD")
    strict, lenient, other = finding("a", "too-strict"), finding("b", "too-lenient"), finding("a", "of-a-new-kind")
    assert (lenient, strict, other, should, known) == worst_first((known, should, other, strict, lenient))


@pytest.mark.parametrize("name", writer.FORMATS)
def test_the_same_log_gives_the_same_bytes(name: str) -> None:
    draw = writer.FORMATS[name][1]
    assert draw(make_log()).encode() == draw(make_log()).encode()


@pytest.mark.parametrize("name", writer.FORMATS)
def test_no_form_shows_the_password_of_an_endpoint_or_a_control_character(name: str, log: Log) -> None:
    text = writer.FORMATS[name][1](log)
    assert "secret" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)


def test_an_invalid_run_has_no_score_in_any_form(invalid: Log) -> None:
    scores = json.loads(jsonreport.render(invalid))["scores"]
    assert {"rules": 6, "exercised": None, "diverging": None} == scores["must"]
    assert "inconclusive" == json.loads(badge.render(invalid))["message"]
    for text in (html.render(invalid), markdown.render(invalid), summarised(invalid)):
        assert "not valid" in text
        assert "1 canary missed" in text
        assert "1 case could not be judged" in text
        assert "MUST rules diverge" not in text
        assert "exercised MUST rule" not in text


def test_the_reasons_of_the_footer_are_told_where_it_gives_any() -> None:
    assert ("the target went away",) == view(make_log(valid=False, reasons=("the target went away",))).reasons
    assert ("the run was interrupted",) == view(make_log(valid=False, interrupted=True)).reasons
    assert ("the runner gave no reason",) == view(make_log(valid=False)).reasons
    assert () == view(make_log(reasons=("never mind",))).reasons


def test_the_html_lets_no_injection_through(log: Log) -> None:
    page = html.render(log)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert" in page
    assert 1 == page.count("<script>")
    assert "\\u001b[31m" in page


def test_the_html_loads_nothing(log: Log) -> None:
    page = html.render(log)
    attributes = re.findall(r'<[a-z]+[^<>]*?\s(?:src|href|action|data)="([^"]*)"', page)
    assert attributes
    pages = ("https://docs.aws.amazon.com/", "https://smithy.io/")  # what a reader may follow, nothing that is loaded
    assert not [value for value in attributes if not value.startswith(("#", "data:,", *pages))]
    assert not re.search(r'<(?!a )[a-z]+[^<>]*="https:', page)
    assert "@import" not in page
    assert "url(" not in page


def test_the_html_marks_the_line_in_which_a_request_and_its_twin_differ(log: Log) -> None:
    page = html.render(make_log(findings=FINDINGS[1:2]))
    assert 1 == page.count("<mark>")
    assert re.search("<del>-   &#34;Name&#34;: &#34;n{128}&#34;</del>\n<ins>[+]   &#34;Name&#34;: &#34;n{129}", page)
    assert re.search("<mark>  &#34;Name&#34;: &#34;n{129}&#34;</mark>", page)


def test_the_summary_names_the_member_at_fault_first() -> None:
    request = {"WindowId": WINDOW, "TaskArn": "a", "Targets": []}
    told = finding("x.y", "crash", path="Targets[].Key", request=request)
    assert '{"Targets": [], "TaskArn": "a", "WindowId"' in summarised(make_log(findings=(told,)))
    assert 'request   "{"' in summarised(make_log(findings=(finding("x.y", "crash", request="{"),)))


def test_the_html_policy_names_the_digests_of_its_own_style_and_script(log: Log) -> None:
    import base64
    import hashlib

    page = html.render(log)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    for tag in ("style", "script"):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert content is not None
        digest = base64.b64encode(hashlib.sha256(content.group(1).encode()).digest()).decode()
        assert digest in policy.group(1).replace("&#43;", "+").replace("&#39;", "'")
    assert " style=" not in page
    assert not re.search(r"<[^<>]*\son[a-z]+=", page)


def test_the_html_has_an_anchor_for_each_rule_and_no_link_that_leads_nowhere(log: Log) -> None:
    from urllib.parse import unquote

    page = html.render(log)
    anchors = re.findall(r'\sid="([^"]*)"', page)
    assert len(anchors) == len(set(anchors))
    assert {f"rule={rule.id}" for rule in RULES} <= set(anchors)
    links = {unquote(link) for link in re.findall(r'href="#([^"]*)"', page) if not link.startswith("filter:")}
    assert set() == links - set(anchors)


def test_the_summary_shows_the_last_call_of_a_finding_that_no_single_request_shows() -> None:
    steps = ("1. window_1 = ssm.create_maintenance_window()", "2. ssm.deregister_it(WindowId=window_1)  # accepted")
    found = (finding("window.unknown", "wrong-effect", request={}, steps=steps),)
    printed = summarised(make_log(findings=found))
    assert "last call 2. ssm.deregister_it(WindowId=window_1)" in printed
    assert "request   {}" not in printed


def test_the_html_shows_source_sentence_twin_steps_and_lines_to_reproduce(log: Log) -> None:
    page = html.render(log)
    for text in ("The name of the task &amp; more.", "botocore:Name", "Accepted twin", "create a window", "aws ssm x"):
        assert text in page
    for text in ("nobody can", "not asked in this profile", "GetMaintenanceWindowTask", "Old.rule accepted"):
        assert text in page


def test_the_html_of_a_run_without_findings_says_that_it_proves_nothing() -> None:
    assert "That is no proof" in html.render(make_log(findings=(), cases=CASES[1:2]))


def test_the_html_of_a_large_run_stays_below_a_size() -> None:
    rules = tuple(facts(f"Member{n}.max-length", "input") for n in range(400))
    text = {"Payload": [{"k": "v" * 150} for _ in range(20)], "Name": "x" * 100_000}
    repro = {"boto3": "b" * 100_000, "cli": "c" * 100_000, "curl": "d" * 100_000}
    findings = tuple(finding(rule.id, "too-lenient", request=text, twin=text, repro=repro) for rule in rules[:120])
    log = make_log(findings=findings)
    log = dataclasses.replace(log, started=dataclasses.replace(log.started, rules=rules))
    page = html.render(log)
    assert len(page.encode()) < 1_500_000
    assert "shortened; whole in report.json" in page
    assert len(markdown.render(log)) <= markdown.LIMIT
    assert "more findings in `report.json`" in markdown.render(log)


def test_the_junit_report_counts_one_case_a_rule(log: Log) -> None:
    root = ElementTree.fromstring(junit.render(log))
    suite = root.find("testsuite")
    assert suite is not None
    assert {"tests": "8", "failures": "2", "errors": "0", "skipped": "3"} == {
        key: suite.attrib[key] for key in ("tests", "failures", "errors", "skipped")
    }
    cases = {each.attrib["name"]: each for each in root.iter("testcase")}
    assert "input" == cases["Name.max-length"].attrib["classname"]
    assert cases["Targets[].Key.required"].find("failure") is not None
    assert cases["wire.malformed-json"].find("skipped") is not None
    told = cases["task.several-blocks"].find("system-out")
    assert told is not None
    assert "known divergence" in str(told.text)
    assert [] == list(cases["Name.min-length"])


def test_the_ctrf_report_has_the_form_of_its_schema_and_one_test_a_rule(log: Log) -> None:
    value = json.loads(ctrf.render(log))
    assert ("CTRF", ["reportFormat", "specVersion", "generatedBy", "results"]) == (value["reportFormat"], list(value))
    assert re.fullmatch(r"\d+\.\d+\.\d+", value["specVersion"])
    results = value["results"]
    assert {"name", "version"} == set(results["tool"])
    assert [rule.id for rule in log.started.rules] == sorted(
        (each["name"] for each in results["tests"]), key=[rule.id for rule in log.started.rules].index
    )
    counted = {status: sum(each["status"] == status for each in results["tests"]) for status in ctrf.STATUSES}
    assert {"tests": len(results["tests"]), **counted} == {
        name: number for name, number in results["summary"].items() if name not in ("start", "stop")
    }
    assert results["summary"]["stop"] >= results["summary"]["start"] >= 0
    for each in results["tests"]:
        assert (
            {"name", "status", "duration", "suite"} <= set(each) <= {"name", "status", "duration", "suite", "message"}
        )
        assert each["status"] in ctrf.STATUSES


def test_the_ctrf_report_of_an_invalid_run_can_not_be_green(invalid: Log) -> None:
    assert json.loads(ctrf.render(invalid))["results"]["summary"]["failed"] >= 1
    assert "run.valid" in ctrf.render(invalid)


def test_the_junit_report_of_an_invalid_run_can_not_be_green(invalid: Log) -> None:
    root = ElementTree.fromstring(junit.render(invalid))
    errors = {each.attrib["name"] for each in root.iter("testcase") if each.find("error") is not None}
    assert {"errors.client-error-status", "run.valid"} == errors


def test_the_markdown_escapes_html_pipes_and_mentions(log: Log) -> None:
    text = markdown.render(log)
    assert "<script" not in text
    assert "<img" not in text
    assert "moto is strict \\| here" in text
    assert not re.search(r"(?<!\\)@someone", re.sub(r"`{3,}json.*?`{3,}", "", text, flags=re.DOTALL))


def test_a_fence_is_longer_than_any_in_its_text() -> None:
    assert "````\n```\n````" == markdown.fenced("```")


def test_the_markdown_leaves_out_the_rest_where_there_is_too_much_of_it() -> None:
    log = make_log()
    many = tuple({"id": f"E-{n}", "reason": "r" * 200} for n in range(1000))
    log = dataclasses.replace(log, started=dataclasses.replace(log.started, exclusions=many))
    assert len(markdown.render(log)) <= markdown.LIMIT
    assert "Cut here" in markdown.render(log)


@pytest.mark.parametrize(
    ("log", "color"),
    [
        (make_log(), "red"),
        (make_log(findings=FINDINGS[:1]), "yellow"),
        (make_log(findings=()), "green"),
        (make_log(valid=False), "lightgrey"),
    ],
)
def test_a_badge_is_red_for_a_new_divergence_only(log: Log, color: str) -> None:
    assert color == json.loads(badge.render(log))["color"]


def test_the_summary_is_plain_where_there_is_no_terminal(log: Log) -> None:
    text = summarised(log, paths=["conformance-report/report.html"])
    assert "\x1b" not in text
    assert "moto 5.2.5" in text
    assert re.search(r"2  of 4 exercised MUST rules diverge", text)
    assert re.search(r"5  of 8 rules exercised", text)
    assert text.index("Targets[].Key.required") < text.index("Name.max-length")
    assert "1 finding known to the ledger" in text
    assert "1 stale ledger entry" in text
    assert "1 open question answered" in text
    assert "conformance-report/report.html" in text


def test_the_summary_has_colours_where_they_are_wanted(log: Log) -> None:
    assert "\x1b[" in summarised(log, color=True)


def test_the_summary_lets_no_target_steer_the_terminal() -> None:
    text = summarised(make_log(findings=(finding("Name.max-length", "crash", observed="\x1b[31m red"),)))
    assert "\\u001b[31m red" in text


def test_no_color_keeps_a_terminal_plain(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    summary.print_summary(log, file=out, width=80)
    assert "\x1b" not in out.getvalue()
    monkeypatch.delenv("NO_COLOR")
    out = Terminal()
    summary.print_summary(log, file=out, width=80)
    assert "\x1b[" in out.getvalue()


def test_the_summary_is_ascii_where_the_output_is(log: Log) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    summary.print_summary(log, file=out)
    out.flush()
    assert b"= conforms" in raw.getvalue()


def test_the_summary_shows_eight_findings_and_counts_the_rest() -> None:
    text = summarised(make_log(findings=tuple(finding(f"Rule{n:02}.x", "crash") for n in range(11))))
    assert "Rule07.x" in text
    assert "Rule08.x" not in text
    assert "3 more new" in text


def test_the_writer_makes_the_folder_and_gives_the_paths(log: Log, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    paths = writer.write(log, folder, ["html", "json", "junit", "markdown", "badge", "json"])
    names = ["report.html", "report.json", "junit.xml", "report.md", "badge.json"]
    assert [folder / name for name in names] == paths
    assert all(path.read_bytes().endswith(b"\n") for path in paths)


def test_the_writer_refuses_a_format_that_it_does_not_know_before_it_writes(log: Log, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="format='pdf' is not known; expected one of html, json"):
        writer.write(log, tmp_path / "new", ["json", "pdf"])
    assert not (tmp_path / "new").exists()


def test_the_writer_lets_an_error_of_the_file_system_pass(log: Log, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file"):
        writer.write(log, tmp_path / "file", ["json"])


@pytest.mark.parametrize("name", writer.FORMATS)
def test_a_run_in_which_nothing_happened_can_be_drawn(name: str) -> None:
    log = make_log(findings=(), cases=(), stale=())
    started = dataclasses.replace(log.started, rules=(), exclusions=(), open_questions={}, started="")
    log = dataclasses.replace(log, started=started)
    assert writer.FORMATS[name][1](log)
    assert "no rules" in summarised(log)


def test_a_finding_with_nothing_but_what_it_must_have_can_be_drawn() -> None:
    bare = finding("Name.max-length", "crash", twin=None, steps=(), source="", sentence="", repro={})
    known = finding("Name.min-length", "crash", known=True, source="", repro={"boto3": "one\ntwo"}, request={})
    log = make_log(findings=(bare, known), cases=CASES[:1], stale=())
    assert "Accepted twin" not in html.render(make_log(findings=(bare,)))
    assert "one\ntwo" in markdown.render(log)
    assert "known divergence" in junit.render(log)
    assert "implemented" not in summarised(log)


def test_the_bar_of_an_area_shows_what_is_rare_and_keeps_its_length() -> None:
    rules = tuple(facts(f"Member{n}.type", "input") for n in range(200))
    log = make_log(cases=tuple(case(rule.id, "conforms") for rule in rules[1:]), findings=())
    log = dataclasses.replace(log, started=dataclasses.replace(log.started, rules=rules))
    assert f"{'█' * 27}·  0 of 199 diverge, 1 not exercised" in summarised(log)


def test_an_endpoint_is_told_without_what_may_be_secret() -> None:
    assert "http://host:1/path" == bare_endpoint("http://u:p@host:1/path?token=1#x")
    assert "(an endpoint that is no URL)" == bare_endpoint("http://u:p@[host")
    assert bare_endpoint(None) is None


def test_long_texts_are_cut_and_their_length_is_told() -> None:
    assert '"nn… (6 characters)"' == pretty("n" * 6, 5)
    assert "21 entries" in pretty(list(range(21)))
    assert 20 == len(compact({"Name": "n" * 100}, 20))


def test_what_is_no_json_is_shown_all_the_same() -> None:
    assert '{\n  "1": [\n    "inf",\n    "a\\\\xff",\n    "{1}"\n  ]\n}' == pretty({1: (float("inf"), b"a\xff", {1})})


def test_unshowable_characters_become_the_escapes_that_json_has_for_them() -> None:
    assert "\\u0000 \\u001b \\ud800 \\u202e é \n" == printable("\x00 \x1b \ud800 \u202e é \n")


def test_the_words_of_a_documented_sentence_stay_and_its_tags_go() -> None:
    assert "One < two. Three" == without_tags("<p>One &lt; <b>two</b>.</p>\n<note><p>Three</p></note>")


def test_every_form_for_people_says_where_to_begin() -> None:
    log = make_log()
    for text in (html.render(log), markdown.render(log), summarised(log)):
        assert "here to begin" in text
        assert "Valid requests are refused" in text
    assert "here to begin" not in summarised(make_log(findings=()))
    assert "next    mw-conformance explain --rule" in summarised(log, paths=["report.html"])


def test_many_causes_are_counted_in_the_terminal() -> None:
    kinds = tuple(finding(f"Rule{n}.odd", "wrong-effect") for n in range(8))
    assert "and 3 more causes in the report" in summarised(make_log(findings=kinds))


def test_which_of_two_errors_wins_is_a_table_of_its_own_and_absent_when_nobody_asked() -> None:
    asked = case(
        "",
        "open",
        question="precedence.length and unknown window",
        label="length",
        outcome="rejected:ValidationException",
    )
    log = make_log(cases=(*CASES, asked))
    assert [("length", "unknown window", "length")] == [(*each.pair, each.told) for each in view(log).precedence]
    assert ["token.after-failure"] == [each.id for each in view(log).open]
    assert 'id="precedence"' in html.render(log)
    assert "Precedence of errors (1 pair)" in markdown.render(log)
    told = {"rules": ["length", "unknown window"], "told": "length", "answer": "rejected:ValidationException"}
    assert [told] == json.loads(jsonreport.render(log))["precedence"]
    assert 'id="precedence"' not in html.render(make_log())
    assert "Precedence" not in markdown.render(make_log())


def test_the_summary_of_a_job_is_added_to_what_is_there(log: Log, tmp_path: Path) -> None:
    (tmp_path / "summary.md").write_text("before\n")
    writer.write_step_summary(log, str(tmp_path / "summary.md"))
    assert (tmp_path / "summary.md").read_text("utf-8").startswith("before\n## Conformance of moto")


def test_a_whole_http_request_is_shown_as_one_and_its_twin_one_edit_away(log: Log) -> None:
    from reports.blocks import blocks_of

    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "RegisterTaskWithMaintenanceWindow"}
    token = "00000000-0000-4000-8000-00000000c0de"
    request = {
        "method": "POST",
        "uri": "/",
        "headers": headers,
        "body": f'{{"WindowId": "mw-0", "TaskArn": "a", "ClientToken": "{token}"}}',
    }
    finding = dataclasses.replace(log.findings[0], request=request, twin={"TaskArn": "a", "WindowId": "mw-0"}, steps=())
    block = blocks_of([finding])[0][finding.id]
    assert ["X-Amz-Target: RegisterTaskWithMaintenanceWindow"] == [line for line, marked in block["request"] if marked]
    assert [
        ("-", "X-Amz-Target: AmazonSSM.RegisterTaskWithMaintenanceWindow"),
        ("+", "X-Amz-Target: RegisterTaskWithMaintenanceWindow"),
    ] == [(sign, line) for sign, line in block["edit"] if sign in "+-"]
