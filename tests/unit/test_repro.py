"""Lines to paste: they are syntax, they quote what must be quoted, and they hold the request to the last character."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from typing import Any

import pytest

from conformance.contract.case import WINDOW
from conformance.contract.corpus import as_shown, corpus, placed
from conformance.contract.entry import TOKEN, Entry
from conformance.literals import python
from conformance.repro import refused_by_client, reproductions
from conformance.runner.sender import token_of_run

REQUEST: dict[str, Any] = {"WindowId": WINDOW, "TaskArn": "AWS-RestartEC2Instance", "TaskType": "AUTOMATION"}
ODD = ["it's", 'say "x"', "$HOME `id` $(id)", "\\", "a\nb", "漢字 😀", "%s %d", "&& rm; #", "", "!"]


def lines(description: str, *, kind: str = "http", endpoint: str | None = "http://127.0.0.1:4566") -> dict[str, str]:
    return reproductions({**REQUEST, "Description": description}, kind=kind, endpoint=endpoint)


@pytest.mark.parametrize("text", ODD)
def test_the_boto3_lines_are_python_and_hold_the_request(text: str) -> None:
    tree = ast.parse(lines(text)["boto3"])
    assigned = {
        each.targets[0].id: ast.unparse(each.value)
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
    }
    assert {**REQUEST, "Description": text} == eval(assigned["request"], {"window": WINDOW})


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@pytest.mark.parametrize("text", ODD)
def test_the_words_that_reach_curl_and_the_cli_are_the_request_in_a_live_window(text: str) -> None:
    for form, option in (("cli", "--cli-input-json"), ("curl", "-d")):
        if form not in lines(text):
            assert (text, form) == ("", "cli")  # the CLI checks the least length itself
            continue
        send = lines(text)[form].splitlines()[-1]
        tool = "aws" if form == "cli" else "curl"
        script = f"{tool}() {{ printf '%s\\0' \"$@\"; }}\nWINDOW=mw-0123456789abcdef0\n{send}"
        done = subprocess.run(["bash", "-c", script], text=True, capture_output=True, check=True)
        words = done.stdout.split("\0")
        document = json.loads(words[words.index(option) + 1])
        if form == "cli":
            document["WindowId"] = words[words.index("--window-id") + 1]
        assert {**REQUEST, "Description": text, "WindowId": "mw-0123456789abcdef0"} == document


def test_a_window_that_the_request_names_itself_is_not_replaced() -> None:
    found = reproductions({**REQUEST, "WindowId": "mw-1"}, kind="http", endpoint="http://127.0.0.1:4566")
    assert "create_maintenance_window" not in found["boto3"]
    assert '"WindowId": "mw-1"' in found["boto3"]
    assert "WINDOW=" not in found["curl"]
    assert "has no line" in reproductions({**REQUEST, "WindowId": "mw-1"}, kind="http", endpoint=None)["note"]


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"WindowId": WINDOW, "TaskType": "LAMBDA"}, "Missing required parameter"),
        ({**REQUEST, "Priority": "1"}, "Invalid type for parameter Priority"),
        ({"TaskArn": "a", "TaskType": "LAMBDA"}, "WindowId"),
        ({**REQUEST, "TaskInvocationParameters": {"Lambda": {"Payload": "%"}}}, "no base64"),
        ({**REQUEST, "Name": "n" * 129}, ""),
    ],
)
def test_what_the_cli_would_not_send_is_known_before(request_: dict[str, Any], why: str) -> None:
    told = refused_by_client(request_)
    assert why in told
    assert bool(why) == bool(told)


def test_a_scenario_becomes_a_script_that_goes_on_after_a_refusal_and_shows_the_last_answer() -> None:
    steps = (
        '1. window_1 = ssm.create_maintenance_window(Name="a")["WindowId"]',
        "2. ssm.delete_maintenance_window(WindowId=window_1)  # refused with X (HTTP 400)",
        '3. task_1 = ssm.register_task_with_maintenance_window(WindowId=window_1)["WindowTaskId"]  # accepted',
    )
    found = reproductions({}, kind="http", endpoint="http://127.0.0.1:4566", steps=steps)
    ast.parse(found["boto3"])
    assert "try:\n    print(ssm.delete_maintenance_window(WindowId=window_1))  # refused" in found["boto3"]
    assert found["boto3"].endswith("# accepted\nprint(task_1)")
    assert "more than one call" in found["note"]


@pytest.mark.parametrize(("reads", "call"), [("describe", "describe-maintenance-window-tasks"), ("get", "get-")])
def test_what_shows_after_an_acceptance_is_read_back(reads: str, call: str) -> None:
    found = reproductions(REQUEST, kind="http", endpoint=None, reads=reads)
    assert call in found["cli"].splitlines()[-1]
    assert f"ssm.{reads}_maintenance_window_task" in found["boto3"].splitlines()[-1]
    assert reads.capitalize() in found["curl"].splitlines()[-1]


@pytest.mark.parametrize(
    "value",
    [
        *ODD,
        "a" * 129,
        "mw" + "ab" * 300 + "!",
        "\ud800x",
        "漢'" * 40,
        ["x"] * 51,
        {"a": {"b": ["c" * 99, "d" * 99]}},
        None,
    ],
)
def test_a_value_is_written_as_python_that_gives_it_back(value: Any) -> None:
    assert value == eval(python(value))


def test_a_long_run_is_written_as_a_product() -> None:
    assert '"a" * 129' == python("a" * 129)


def test_an_in_process_target_is_mocked_and_needs_no_endpoint() -> None:
    text = lines("x", kind="in-process", endpoint=None)["boto3"]
    assert "mock_aws().start()" in text
    assert "endpoint_url" not in text


def test_an_endpoint_is_named_and_nothing_is_mocked() -> None:
    found = lines("x")
    assert all("http://127.0.0.1:4566" in each for each in found.values())
    assert "mock_aws" not in found["boto3"]


def test_a_real_account_gets_no_credentials_of_ours() -> None:
    found = lines("x", kind="aws", endpoint=None)
    assert {"boto3", "cli", "curl"} == found.keys()
    assert [] == [word for text in found.values() for word in ("testing", "us-east-1", "127.0.0.1") if word in text]


def test_a_target_in_this_process_that_is_not_moto_is_asked_at_an_address() -> None:
    found = reproductions(REQUEST, kind="in-process", endpoint=None, name="reference")["boto3"]
    assert "mock_aws" not in found
    assert "http://127.0.0.1:5000" in found


def test_a_real_account_is_cleaned_up_behind_the_script() -> None:
    assert lines("x", kind="aws", endpoint=None)["boto3"].endswith("ssm.delete_maintenance_window(WindowId=window)")


def test_what_is_no_document_has_no_lines() -> None:
    assert {} == reproductions(["a"], kind="http", endpoint=None)


def test_a_short_token_is_shown_with_a_first_character_of_the_sort_that_is_sent() -> None:
    assert "\u4e00bc" == token_of_run("abc")
    assert "a" * 24 == token_of_run("a" * 24)


ENTRIES = [entry for group in corpus() for entry in group.entries]


def raw(entry: Entry, kind: str = "http") -> dict[str, str]:
    return reproductions(as_shown(entry), kind=kind, endpoint="http://127.0.0.1:4566")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_the_lines_of_a_raw_request_are_python_and_shell(entry: Entry) -> None:
    ast.parse(raw(entry)["boto3"])
    assert {"boto3", "curl", "note"} == set(raw(entry))
    assert f"-X {entry.method} http://127.0.0.1:4566{entry.path} " in raw(entry)["curl"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@pytest.mark.parametrize("entry", [each for each in ENTRIES if b"\0W" not in each.body], ids=lambda entry: entry.id)
def test_the_bytes_that_leave_curl_are_those_of_the_corpus(entry: Entry) -> None:
    send = raw(entry)["curl"].partition("\n")[2]
    pipe = send.rpartition("| curl")[0]
    done = subprocess.run(["bash", "-c", f"WINDOW=mw-0123456789abcdef0\n{pipe}"], capture_output=True, check=True)
    assert placed(entry.body, window="mw-0123456789abcdef0", token=TOKEN) == done.stdout


def test_a_header_that_is_taken_away_or_empty_is_said_in_curls_words() -> None:
    found = {entry.id: raw(entry)["curl"] for entry in ENTRIES}
    assert "-H X-Amz-Target: " in found["unknown-operation.missing"]
    assert "-H 'X-Amz-Target;' " in found["unknown-operation.empty"]
    assert "-H Content-Type: " in found["content-type.missing"]
    assert "-H 'X-Amz-Target: RegisterTaskWithMaintenanceWindow' " in found["unknown-operation.no-prefix"]
