"""Nothing secret leaves a run: what the environment and a target's answers hold is in no file and on no screen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from conformance.targets.answers import Answer
from conformance.targets.base import Body
from conformance.targets.reference import ReferenceTarget, answer
from conformance.targets.server import Server
from tests.cli.conftest import Run, environment

KEY, SECRET = "AKIAQ7X3PLANTED4KEY9", "planted/Secret+Key0123456789abcdefghijklm"
TOKEN = "FwoGZXIvYXdzEPlantedSessionToken" + "A1b2" * 20
THEIR_KEY, THEIR_TOKEN = "ASIAZ9Y8THEIRS7KEY6X", "IQoJb3JpZ2luX2VjTheirSessionToken" + "C3d4" * 20
ACCOUNT, PERSON, SIGNATURE = "918273645546", "someone", "deadbeef" * 8
PLANTED = (KEY, SECRET, TOKEN, THEIR_KEY, THEIR_TOKEN, ACCOUNT, PERSON, SIGNATURE)
TOLD = (
    f"KeyError in /home/{PERSON}/x/models.py, line 3: arn:aws:iam::{ACCOUNT}:role/x of {ACCOUNT}, key {KEY} and "
    f"{THEIR_KEY}, secret {SECRET}, tokens {TOKEN} and {THEIR_TOKEN}, Signature={SIGNATURE}"
)


class Talkative(ReferenceTarget):
    """Answers by turns right, wrong and not at all, and always with what it should have kept to itself."""

    def __init__(self) -> None:
        super().__init__()
        self._turns = count()

    def respond(self, operation: str, body: Body) -> Answer:
        """Answer with secrets in body and headers."""
        found = super().respond(operation, body)
        if operation == "RegisterTaskWithMaintenanceWindow":
            found = self._in_turn(found)
        elif operation in ("GetMaintenanceWindowTask", "DescribeMaintenanceWindowTasks"):
            found = answer(found.status, _told_otherwise(json.loads(found.body)))
        elif found.status != 200:
            found = answer(found.status, {**json.loads(found.body), "message": TOLD})
        return replace(found, headers={**found.headers, "X-Token": TOKEN, "X-Trace": TOLD, "X-Account": ACCOUNT})

    def _in_turn(self, found: Answer) -> Answer:
        body = json.loads(found.body)
        turn = next(self._turns)
        told = f"{'x' * (turn % 400)} {TOLD}"  # so that whoever cuts a long text cuts it everywhere
        match turn % 9:
            case 1:
                return answer(500, {"__type": "InternalServerError", "message": told})
            case 2:
                page = f"<html><body><pre>{told}\n  File C:\\Users\\{PERSON}\\moto\\x.py</pre></body></html>"
                return Answer(status=500, headers={"Content-Type": "text/html"}, body=page.encode())
            case 3 if found.status == 200:
                return answer(400, {"__type": "ValidationException", "message": told, told: told})
            case 4:
                return answer(400, {"__type": f"arn:aws:iam::{ACCOUNT}:role/{THEIR_KEY}", "message": told})
            case 5:
                return answer(200, {**body, "WindowTaskId": THEIR_TOKEN, "Trace": told, ACCOUNT: THEIR_KEY})
            case 6 if found.status != 200:
                return answer(200, {"WindowTaskId": ACCOUNT, "Account": int(ACCOUNT)})
            case 7:
                return Answer(status=200, headers={"Content-Type": f"text/plain; {told}"}, body=told.encode())
            case _:
                return answer(found.status, body if found.status == 200 else {**body, "message": told})


def _told_otherwise(value: Any) -> Any:
    match value:
        case str() if not re.fullmatch(r"[0-9a-f-]{36}|mw-[0-9a-f]{17}", value):
            return TOLD
        case Mapping():
            return {**{key: _told_otherwise(item) for key, item in value.items()}, "Extra": TOLD, "Owner": ACCOUNT}
        case list():
            return [_told_otherwise(item) for item in value]
        case _:
            return value


@pytest.fixture
def talkative() -> Iterator[str]:
    """A target on this machine that tells everything."""
    server = Server(Talkative())
    try:
        yield server.address
    finally:
        server.close()


def held(text: str) -> list[str]:
    """Name the planted values of which a text holds the beginning, also as JSON and addresses write them."""
    begun = {secret: secret[:12] for secret in PLANTED}
    return [secret for secret, start in begun.items() if start in text or start.replace("/", "%2F") in text]


def test_no_secret_of_the_environment_or_of_an_answer_is_in_any_output(talkative: str, tmp_path: Path) -> None:
    secrets = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN}

    def mwc(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "conformance", *words, "--report-dir", "out"],
            text=True,
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env={**environment(), **secrets, "HOME": f"{tmp_path}/home/{PERSON}"},
            timeout=300,
        )

    rules = ("Name.*", "token.replay*", "read-back.get.Name*", "wire.malformed*")
    formats = ("html", "json", "junit", "markdown", "ctrf", "badge")
    done = mwc(
        *("run", talkative, "--profile", "quick", "--record", "record"),
        *(part for glob in rules for part in ("--rules", glob)),
        *(part for name in formats for part in ("--format", name)),
    )
    drawn = mwc("report", "out/run.jsonl", "--format", "issues", "--format", "summary")
    assert done.returncode in (1, 3), done.stderr
    assert 0 == drawn.returncode, drawn.stderr
    files = [path for place in ("out", "record") for path in (tmp_path / place).rglob("*") if path.is_file()]
    assert {"run.jsonl", "report.html", "junit.xml", "exchanges.jsonl"} <= {path.name for path in files}
    assert {".md", ".py"} == {path.suffix for path in (tmp_path / "out" / "issues").iterdir()}
    texts = {str(path.relative_to(tmp_path)): path.read_text("utf-8") for path in files}
    # A record's requests are what a replay is looked up by; an id that the target gave stands there as it was given.
    texts["record/exchanges.jsonl"] = re.sub(r'"WindowTaskId": "[^"]*"', "", texts["record/exchanges.jsonl"])
    texts |= {"run's screen": done.stdout + done.stderr, "report's screen": drawn.stdout + drawn.stderr}
    assert {} == {name: found for name, text in texts.items() if (found := held(text))}
    assert "models.py" in texts["out/run.jsonl"], "what the target said was told, but for its secrets"


def test_an_address_with_a_password_is_refused_and_not_repeated(mwc: Run) -> None:
    done = mwc("run", "http://planted:swordfish@127.0.0.1:1")
    assert (2, "") == (done.returncode, done.stdout)
    assert 1 == len(done.stderr.splitlines())
    assert "swordfish" not in done.stderr
