"""Writes a regression test for the findings of one cause: pytest functions, red as long as the finding holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from conformance.events import Finding, TargetFacts
from conformance.literals import python, text
from reports.causes import Cause
from reports.text import one_line
from reports.view import bare_endpoint

_WINDOW = "mw-00000000000000000"
_CLIENT = '''
def client():
    """A client that sends the very document: the service's own checks are asked for, not boto3's."""
    ssm = boto3.client(
        "ssm",
        region_name="us-east-1",ENDPOINT
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
    sent = {}

    def keep(params, **_):
        sent["body"] = params["BODY"] if "BODY" in params else json.dumps(params).encode()
        return {}

    ssm.meta.events.register("provide-client-params.ssm", keep)
    ssm.meta.events.register("before-call.ssm", lambda params, **_: params.update(body=sent["body"]))
    return ssm


def create_window(ssm):
    return ssm.create_maintenance_window(
        Name="test-window",
        Schedule="at(2099-12-31T23:59:59)",
        Duration=2,
        Cutoff=1,
        AllowUnassociatedTargets=True,
    )["WindowId"]
'''
_REFUSED = """
@pytest.mark.parametrize(("document", "codes"), REFUSED)
def test_NAME_is_refused(document, codes):
    ssm = client()
    if document.get("WindowId") == ANY_WINDOW:
        document = {**document, "WindowId": create_window(ssm)}
    with pytest.raises(ClientError) as refusal:
        ssm.register_task_with_maintenance_window(**document)
    assert refusal.value.response["Error"]["Code"] in codes
"""
_ACCEPTED = """
@pytest.mark.parametrize("document", ACCEPTED)
def test_NAME_is_accepted(document):
    ssm = client()
    answer = ssm.register_task_with_maintenance_window(**{**document, "WindowId": create_window(ssm)})
    assert answer["WindowTaskId"]
"""
_READABLE = """
@pytest.mark.parametrize("document", READABLE)
def test_NAME_leaves_the_window_readable(document):
    ssm = client()
    window = create_window(ssm)
    with contextlib.suppress(ClientError):
        ssm.register_task_with_maintenance_window(**{**document, "WindowId": window})
    ssm.describe_maintenance_window_tasks(WindowId=window)
"""
_TOLD = """
@pytest.mark.parametrize(("document", "path", "value"), TOLD)
def test_NAME_is_told_as_it_was_sent(document, path, value):
    ssm = client()
    window = create_window(ssm)
    ssm.register_task_with_maintenance_window(**{**document, "WindowId": window})
    (told,) = ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
    for name in path.split("."):
        told = told.get(name, {})
    assert told == value
"""
_SEND = '''

def send(ssm, sent):
    """Send a whole HTTP request, byte by byte, with a window that is there."""
    packed = sent.get("bodyGzipBase64")
    body = gzip.decompress(base64.b64decode(packed)) if packed else sent["body"].encode()
    body = body.replace(ANY_WINDOW.encode(), create_window(ssm).encode())

    def put_in_place(params, **_):
        params.update(body=body, headers=dict(sent["headers"]), method=sent["method"])
        params["url"] = params["url"].rstrip("/") + sent["uri"]

    ssm.meta.events.register("before-call.ssm", put_in_place)
    return ssm.register_task_with_maintenance_window()
'''
_RAW = """
@pytest.mark.parametrize(("sent", "codes"), RAW_REFUSED)
def test_NAME_as_bytes_is_refused(sent, codes):
    with pytest.raises(ClientError) as refusal:
        send(client(), sent)
    assert refusal.value.response["Error"]["Code"] in codes
"""
_RAW_TAKEN = """
@pytest.mark.parametrize("sent", RAW_ACCEPTED)
def test_NAME_as_bytes_is_accepted(sent):
    assert send(client(), sent)["WindowTaskId"]
"""
_FORMS = {
    "REFUSED": _REFUSED,
    "ACCEPTED": _ACCEPTED,
    "RAW_REFUSED": _RAW,
    "RAW_ACCEPTED": _RAW_TAKEN,
    "READABLE": _READABLE,
    "TOLD": _TOLD,
}
_LISTED_AS = {"TaskType": "Type"}
"""What the shape of a listed task calls otherwise than the request does (botocore 1.44.5 MaintenanceWindowTask)."""


def regression_test(cause: Cause, target: TargetFacts, name: str) -> str:
    """Give a pytest module for a cause; empty where none of its findings can be held by one."""
    name = name.removeprefix("test_")
    tables: dict[str, list[str]] = {table: [] for table in _FORMS}
    scripts: list[str] = []
    for finding in cause.findings:
        if finding.steps:
            scripts += _scenario(finding)
        else:
            for table, row in _row(finding):
                tables[table].append(row)
    parts = [
        f"{table} = [\n{''.join(rows)}]\n\n{_FORMS[table].replace('NAME', name)}"
        for table, rows in tables.items()
        if rows
    ]
    if not parts and not scripts:
        return ""
    mock = target.name == "moto" and target.kind == "in-process"
    body = "\n" + "\n\n".join((*parts, *scripts))
    if mock:
        body = re.sub(r"^((?:@pytest[^\n]*\n)?def test_)", r"@mock_aws\n\1", body, flags=re.M)
    return _head(cause, target, body, mock) + body.rstrip("\n") + "\n"


def _head(cause: Cause, target: TargetFacts, body: str, mock: bool) -> str:
    address = text(bare_endpoint(target.endpoint) or "http://127.0.0.1:5000")
    helpers = _CLIENT + (_SEND if "RAW_" in body else "")
    standard = [
        name
        for name in ("base64", "contextlib", "gzip", "json", "os", "uuid")
        if f"{name}." in body + helpers or name == "os"
    ]
    imports = [f"import {name}" for name in standard if name != "os" or not mock]
    lines = [
        f'"""{one_line(cause.title).replace(chr(34), chr(39))}."""',
        "",
        *imports,
        "",
        "import boto3",
        "import pytest",
        "from botocore.config import Config",
        "from botocore.exceptions import ClientError",
        *(["from moto import mock_aws"] if mock else []),
        "",
        *([] if mock else [f'ENDPOINT = os.environ.get("ENDPOINT", {address})']),
        f'ANY_WINDOW = "{_WINDOW}"',
        "",
        helpers.replace("ENDPOINT", "" if mock else "\n        endpoint_url=ENDPOINT,", 1),
        "",
    ]
    return "\n".join(lines)


def _row(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield the table that a finding belongs to, and its row there."""
    document = python(finding.request, indent=8)
    name = f"        id={text(finding.rule)},\n"
    codes = _codes(finding.expected)
    if not isinstance(finding.request, dict):
        return
    if finding.request.keys() >= {"method", "uri", "headers"}:  # a whole HTTP request, and no document
        if codes:
            yield "RAW_REFUSED", f"    pytest.param(\n        {document},\n        {python(codes)},\n{name}    ),\n"
        elif finding.expected.startswith("accepted"):
            yield "RAW_ACCEPTED", f"    pytest.param(\n        {document},\n{name}    ),\n"
    elif finding.rule == "acceptance.reads-work":
        yield "READABLE", f"    pytest.param(\n        {document},\n{name}    ),\n"
    elif codes:
        yield "REFUSED", f"    pytest.param(\n        {document},\n        {python(codes)},\n{name}    ),\n"
    elif finding.kind == "too-strict" or finding.expected.startswith("accepted"):
        yield "ACCEPTED", f"    pytest.param(\n        {document},\n{name}    ),\n"
    elif finding.rule.startswith("read-back.describe."):
        path, _, value = finding.expected.partition(": ")
        try:
            wanted = python(json.loads(value), indent=8)
        except ValueError:
            return  # the value was cut for the reader
        listed = text(_listed(path))
        yield (
            "TOLD",
            f"    pytest.param(\n        {document},\n        {listed},\n        {wanted},\n{name}    ),\n",
        )


def _listed(path: str) -> str:
    first, dot, rest = path.partition(".")
    return _LISTED_AS.get(first, first) + dot + rest


def _codes(expected: str) -> list[str]:
    found = re.search(r"refused with ([A-Za-z]+(?: or [A-Za-z]+)*)", expected)
    return found.group(1).split(" or ") if found else []


def _scenario(finding: Finding) -> Iterator[str]:
    """Yield a test function that goes through the steps and holds the last answer against what was expected."""
    lines = [re.sub(r"^\d+\. ", "", step) for step in finding.steps]
    *before, last = (line.rpartition("  # ") if "  # " in line else (line, "", "accepted") for line in lines)
    call = re.sub(r"^\w+ = ", "", last[0])
    end = list(_end(finding, call, [line[0].partition(" = ")[0] for line in before if line[0].startswith("task_")]))
    if not end:
        return
    body: list[str] = []
    for code, _, answer in before:
        went_well = answer.startswith(("accepted", "lists")) or ": accepted" in answer
        body += [code] if went_well else ["with contextlib.suppress(Exception):", f"    {code}"]
    name = re.sub(r"[^a-z0-9]+", "_", finding.rule.lower()).strip("_")
    yield "\n".join((f"def test_{name}():", *(f"    {line}" for line in ("ssm = client()", *body, *end)))) + "\n"


def _end(finding: Finding, call: str, tasks: Sequence[str]) -> Iterator[str]:
    codes = _codes(finding.expected)
    if codes:
        yield "with pytest.raises(ClientError) as refusal:"
        yield f"    {call}"
        yield f'assert refusal.value.response["Error"]["Code"] in {python(codes)}'
    elif finding.rule == "token.replay-same-id" and tasks:
        yield f"assert {tasks[0]} == {call}"
    elif finding.rule == "deregister.result":
        yield f"answer = {call}"
        yield 'assert {"WindowId", "WindowTaskId"} <= set(answer)'
