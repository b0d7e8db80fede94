"""Lines to paste: they are syntax, they quote what must be quoted, and they hold the request to the last character."""

from __future__ import annotations

import ast
import json
import shlex
import shutil
import subprocess
from typing import Any

import pytest

from conformance.contract.case import WINDOW
from conformance.repro import reproductions

REQUEST: dict[str, Any] = {"WindowId": WINDOW, "TaskArn": "AWS-RestartEC2Instance", "TaskType": "AUTOMATION"}
ODD = ["it's", 'say "x"', "$HOME `id` $(id)", "\\", "a\nb", "漢字 😀", "%s %d", "&& rm; #", "", "!"]


def lines(description: str, *, kind: str = "http", endpoint: str | None = "http://127.0.0.1:4566") -> dict[str, str]:
    return reproductions({**REQUEST, "Description": description}, kind=kind, endpoint=endpoint)


@pytest.mark.parametrize("text", ODD)
def test_the_boto3_lines_are_python_and_hold_the_request(text: str) -> None:
    tree = ast.parse(lines(text)["boto3"])
    assigned = {
        each.targets[0].id: each.value
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
    }
    assert {**REQUEST, "Description": text} == ast.literal_eval(assigned["request"])


@pytest.mark.parametrize("form", ["cli", "curl"])
@pytest.mark.parametrize("text", ODD)
def test_the_shell_lines_hold_the_request_and_the_shell_reads_them(form: str, text: str) -> None:
    script = lines(text)[form]
    assert shlex.quote(json.dumps({**REQUEST, "Description": text})) in script
    bash = shutil.which("bash")
    if bash is not None:
        checked = subprocess.run([bash, "-n"], input=script, text=True, capture_output=True, check=False)
        assert "" == checked.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@pytest.mark.parametrize("text", ODD)
def test_the_document_that_leaves_curl_is_the_request_in_a_live_window(text: str) -> None:
    send = lines(text)["curl"].splitlines()[-1].partition("| curl")[0]
    script = f"WINDOW=mw-0123456789abcdef0\n{send}"
    sent = subprocess.run(["bash", "-c", script], text=True, capture_output=True, check=True).stdout
    assert {**REQUEST, "Description": text, "WindowId": "mw-0123456789abcdef0"} == json.loads(sent)


def test_an_in_process_target_is_mocked_and_needs_no_endpoint() -> None:
    text = lines("x", kind="in-process", endpoint=None)["boto3"]
    assert "mock_aws().start()" in text
    assert "endpoint_url" not in text


def test_an_endpoint_is_named_and_nothing_is_mocked() -> None:
    found = lines("x")
    assert all("http://127.0.0.1:4566" in each for each in found.values())
    assert "mock_aws" not in found["boto3"]


def test_a_real_account_gets_no_credentials_of_ours() -> None:
    assert "testing" not in lines("x", kind="aws", endpoint=None)["boto3"]


def test_what_is_no_document_has_no_lines() -> None:
    assert {} == reproductions(["a"], kind="http", endpoint=None)
