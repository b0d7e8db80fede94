"""Every line to paste that a full report on moto prints, run to the letter: boto3, AWS CLI and curl.

The AWS CLI takes a second to start, so `aws` is a function of the shell here that hands its words to one process
which holds the CLI's own driver. Nothing else of the printed lines is changed but the port.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("flask", reason="moto's server is not installed")
pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")

MARK = "=====next finding====="
PASTED_PYTHON = """
import contextlib, io, json, sys
told = {}
for name, source in json.load(sys.stdin).items():
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(source, name, "exec"), {"__name__": "__main__"})
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    told[name] = out.getvalue()
print(json.dumps(told))
"""
DRIVER = """
import contextlib, io, sys
from awscli.clidriver import create_clidriver
asked, answers = sys.argv[1:]
driver = create_clidriver()
while True:
    with open(asked, encoding="utf-8", newline="") as words:
        arguments = words.read().split("\\0")[:-1]
    if arguments == ["end"]:
        break
    # The CLI writes bytes beside text: both go to the same place here.
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        driver.main(arguments)
    with open(answers, "wb") as back:
        back.write(out.buffer.getvalue())
"""


def environment() -> dict[str, str]:
    """Give an environment in which nothing of ours or of the user's steers the lines."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_", "COV_"))}
    return {**kept, "AWS_MAX_ATTEMPTS": "1", "AWS_PAGER": "", "AWS_CONFIG_FILE": os.devnull}


@pytest.fixture(scope="module")
def findings(moto_standard: tuple[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings of a standard run against moto in its own process."""
    found: list[dict[str, Any]] = moto_standard[1]["findings"]
    assert len(found) > 50
    return found


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A moto_server of our own, ended by its pid however the tests end."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            assert process.poll() is None, "moto_server ended before it answered"
            try:
                with urllib.request.urlopen(f"{address}/moto-api/data.json", timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def shows(finding: Mapping[str, Any], told: str, *, server: bool) -> bool:
    """Tell whether what the lines printed is what the finding says."""
    kind, _, detail = finding["outcome"].partition(":")
    if finding["rule"] == "window-target.in-use-refused":  # its answer names no task
        return bool(re.search("'HTTPStatusCode': 200", told))
    match kind:
        case "accepted":
            return bool(re.search("WindowTaskId|[0-9a-f]{8}(-[0-9a-f]{4}){3}-", told))
        case "rejected":
            return detail in told
        case "crashed":
            return bool(re.search("500|Internal", told)) if server else detail in told
    member = finding["expected"].partition(":")[0]
    if finding["rule"].startswith("read-back."):
        answer = told[told.index("Tasks") :]
        return finding["observed"] == f"{member}: nothing" and member.partition(".")[0] not in answer
    if finding["rule"] == "token.replay-same-id":
        ids = told.split()
        return len(ids) == 2 and ids[0] != ids[1]
    if finding["rule"] == "deregister.result":
        return "WindowTaskId" not in told.splitlines()[-1]
    pytest.fail(f"{finding['rule']}: say here how its lines show it")


def missed(findings: list[dict[str, Any]], told: Mapping[str, str], *, server: bool) -> dict[str, str]:
    by_id = {each["id"]: each for each in findings}
    return {
        f"{by_id[id]['rule']} {by_id[id]['outcome']}": text[-600:]
        for id, text in told.items()
        if not shows(by_id[id], text, server=server)
    }


def in_bash(lines: Mapping[str, str], before: str = "") -> dict[str, str]:
    """Paste lines into one shell, finding after finding, and give what each printed."""
    script = before + "".join(f"echo {MARK}\n{text}\necho\n" for text in lines.values())
    done = subprocess.run(
        ["bash"], input=script, text=True, capture_output=True, check=False, env=environment(), timeout=240
    )
    assert "" == done.stderr
    return dict(zip(lines, done.stdout.split(MARK)[1:], strict=True))


def test_every_boto3_script_shows_its_finding(findings: list[dict[str, Any]]) -> None:
    scripts = {each["id"]: each["repro"]["boto3"] for each in findings}
    assert "" not in scripts.values()
    done = subprocess.run(
        [sys.executable, "-c", PASTED_PYTHON],
        input=json.dumps(scripts),
        text=True,
        capture_output=True,
        check=False,
        env=environment(),
        timeout=240,
    )
    assert 0 == done.returncode, done.stderr
    assert {} == missed(findings, json.loads(done.stdout), server=False)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_every_curl_line_shows_its_finding(findings: list[dict[str, Any]], endpoint: str) -> None:
    lines = {
        each["id"]: each["repro"]["curl"].replace("http://127.0.0.1:5000", endpoint)
        for each in findings
        if each["repro"]["curl"]
    }
    assert {each["id"] for each in findings if not each["steps"]} == lines.keys()
    assert {} == missed(findings, in_bash(lines), server=True)


@pytest.mark.skipif(importlib.util.find_spec("awscli") is None, reason="the AWS CLI is not installed")
def test_every_line_for_the_aws_cli_shows_its_finding_or_the_report_says_why_there_is_none(
    findings: list[dict[str, Any]], endpoint: str, tmp_path: Path
) -> None:
    lines = {
        each["id"]: each["repro"]["cli"].replace("http://127.0.0.1:5000", endpoint)
        for each in findings
        if each["repro"]["cli"]
    }
    assert len(lines) > 40
    for each in findings:
        assert each["id"] in lines or each["repro"]["note"], each["rule"]
    asked, answers = tmp_path / "asked", tmp_path / "answers"
    os.mkfifo(asked)
    os.mkfifo(answers)
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(asked), str(answers)],
        env={
            **environment(),
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
        },
    )
    try:
        function = f"aws() {{ printf '%s\\0' \"$@\" > {asked}; cat {answers}; }}\n"
        told = in_bash(lines, before=function)
        subprocess.run(["bash", "-c", f"printf 'end\\0' > {asked}"], check=True, timeout=10)
        driver.wait(timeout=10)
    finally:
        if driver.poll() is None:
            driver.kill()
            driver.wait()
    assert {} == missed(findings, told, server=True)


def test_a_request_that_the_aws_cli_can_send_has_a_line_for_it(findings: list[dict[str, Any]]) -> None:
    by_rule = {each["rule"]: each["repro"] for each in findings}
    assert by_rule["Name.max-length"]["cli"]
    assert "before it is sent" in by_rule["TaskArn.required"]["note"]
    assert "more than one call" in by_rule["token.mismatch-refused"]["note"]
