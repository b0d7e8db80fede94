"""Lines to paste: a request as boto3, as AWS CLI and as curl, window included; a scenario as a script. Pure text.

What is printed sends the very document, also where a client library could not write it. Where a line can not be had
(the AWS CLI checks a request before it is sent), ``note`` says why.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from conformance.contract.case import WINDOW
from conformance.contract.measures import decoded
from conformance.contract.shapes import OPERATION, service_model
from conformance.literals import python
from conformance.rawlines import is_raw, raw_boto3, raw_curl

_LOCAL = "http://127.0.0.1:5000"
_MADE_UP = {"region_name": "us-east-1", "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
_WINDOW = {
    "Name": "mw-conformance-repro",
    "Schedule": "at(2099-12-31T23:59:59)",
    "Duration": 2,
    "Cutoff": 1,
    "AllowUnassociatedTargets": True,
}
WINDOW_ARGUMENTS = ", ".join(f"{name}={python(value)}" for name, value in _WINDOW.items())
"""How a script makes a window that never runs."""

_CREATE = f'window = ssm.create_maintenance_window({WINDOW_ARGUMENTS})["WindowId"]'
_EXACT = '''
document = {}


def keep(params, **_):
    """Let the document go out to the letter, also where boto3 could not write it."""
    document["body"] = BODY
    return {}


ssm.meta.events.register("provide-client-params.ssm", keep)
ssm.meta.events.register("before-call.ssm", lambda params, **_: params.update(body=document["body"]))
'''.strip()
_DOCUMENT = "json.dumps(params).encode()"
_TWO_CALLS = "This takes more than one call, so it is told as one script for boto3."


def reproductions(
    request: Any, *, kind: str, endpoint: str | None, name: str = "moto", reads: str = "", steps: Sequence[str] = ()
) -> dict[str, str]:
    """Give ``boto3``, ``cli`` and ``curl`` texts that send `request` to a target of that kind (`TargetFacts`).

    `reads` (``describe``, ``get`` or nothing) tells how to see what an acceptance left behind. `steps` are the numbered
    lines of a scenario, which become a script. Where the target lives in another process's memory, CLI and curl speak
    to a server of it on port 5000.
    """
    mock = kind == "in-process" and name == "moto"
    address = endpoint or (None if mock or kind == "aws" else _LOCAL)
    if steps:
        return {"boto3": script(steps, kind=kind, endpoint=address, mock=mock), "note": _TWO_CALLS}
    if not isinstance(request, Mapping):
        return {}
    if is_raw(request):
        client = _preamble(kind, address, mock, None)
        return {
            "boto3": raw_boto3(request, client=client, create=_CREATE),
            "curl": raw_curl(request, address=address or _LOCAL, window=_WINDOW),
            "note": "The AWS CLI sends no bytes of one's own, so it has no line.",
        }
    found = {
        "boto3": _boto3(request, kind=kind, endpoint=address, mock=mock, reads=reads),
        "curl": _curl(request, address or _LOCAL, kind, reads),
    }
    refusal = refused_by_client(request)
    if refusal:
        return {**found, "note": f"The AWS CLI refuses this before it is sent ({refusal}), so it has no line."}
    return {**found, "cli": _cli(request, address or _LOCAL, kind, reads)}


def refused_by_client(request: Mapping[str, Any]) -> str:
    """Say why the AWS CLI would not send a request, in botocore's words; empty when it would send it as it is."""
    from botocore.validate import ParamValidator

    report = ParamValidator().validate({"WindowId": WINDOW, **request}, _input_shape())
    if "WindowId" not in request:
        return "Missing required parameter in input: WindowId"
    if report.has_errors():
        words = str(report.generate_report()).splitlines()[0]
        return words if len(words) <= 110 else words[:110].rstrip() + "…"
    payload = ((request.get("TaskInvocationParameters") or {}).get("Lambda") or {}).get("Payload")
    return "a Payload that is no base64 text" if payload is not None and decoded(payload) is None else ""


@cache
def _input_shape() -> Any:
    from botocore.model import ServiceModel

    return ServiceModel(service_model(), "ssm").operation_model(OPERATION).input_shape


def script(steps: Sequence[str], *, kind: str, endpoint: str | None, mock: bool) -> str:
    """Give one Python script of the numbered lines of a scenario; what was not accepted is tried and told."""
    lines = [re.sub(r"^\d+\. ", "", step) for step in steps]
    texts = [_preamble(kind, endpoint, mock, _DOCUMENT, uuid=any("uuid.uuid4()" in line for line in lines)), ""]
    for position, line in enumerate(lines):
        code, _, answer = line.rpartition("  # ") if "  # " in line else (line, "", "accepted")
        went_well = answer.startswith(("accepted", "lists")) or ": accepted" in answer
        last = position == len(lines) - 1
        if went_well and not last:
            texts.append(line)
        elif went_well:
            texts += (
                [line, f"print({', '.join(_tasks(lines))})"] if " = " in code else [f"{_printed(code)}  # {answer}"]
            )
        else:
            texts += ["try:", f"    {_printed(code)}  # {answer}", *_EXCEPT]
    return "\n".join(texts)


_EXCEPT = ("except Exception as error:", '    print(f"{type(error).__name__}: {error}")')


def _tasks(lines: Sequence[str]) -> list[str]:
    """Name the tasks that a script made, if they are few; else the last one."""
    made = [line.partition(" = ")[0] for line in lines if re.match(r"(?:task|target)_\d+ = ", line)]
    return made if len(made) <= 4 else made[-1:]


def _printed(code: str) -> str:
    return f"print({code})"


def _preamble(kind: str, endpoint: str | None, mock: bool, body: str | None, *, uuid: bool = False) -> str:
    arguments = {
        **({"endpoint_url": endpoint} if endpoint else {}),
        **({} if kind == "aws" else _MADE_UP),
    }
    lines = [
        "import json",
        *(["import uuid"] if uuid else []),
        "",
        "import boto3",
        "from botocore.config import Config",
        *(["from moto import mock_aws", "", "mock_aws().start()"] if mock else [""]),
        "ssm = boto3.client(",
        '    "ssm",',
        *(f"    {name}={python(value)}," for name, value in arguments.items()),
        "    # The service's own checks are what is asked about, and its first answer.",
        '    config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),',
        ")",
        *([] if body is None else [_EXACT.replace("BODY", body, 1)]),
    ]
    return "\n".join(lines)


def _boto3(request: Mapping[str, Any], *, kind: str, endpoint: str | None, mock: bool, reads: str) -> str:
    named = {WINDOW: "window"}
    live = request.get("WindowId") == WINDOW
    lines = [
        _preamble(kind, endpoint, mock, _DOCUMENT),
        "",
        *([_CREATE] if live else []),
        f"request = {python(_window_first(request), named)}",
        "answer = ssm.register_task_with_maintenance_window(**request)",
        "print(answer)",
    ]
    if reads == "describe":
        lines.append("print(ssm.describe_maintenance_window_tasks(WindowId=window))")
    elif reads == "get":
        lines.append('print(ssm.get_maintenance_window_task(WindowId=window, WindowTaskId=answer["WindowTaskId"]))')
    if kind == "aws" and live:
        lines.append("ssm.delete_maintenance_window(WindowId=window)")
    return "\n".join(lines)


def _window_first(request: Mapping[str, Any]) -> dict[str, Any]:
    first = {"WindowId": request["WindowId"]} if "WindowId" in request else {}
    return {**first, **request}


def _aws(address: str, kind: str) -> str:
    if kind == "aws":
        return "aws ssm"
    environment = "AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_DEFAULT_REGION=us-east-1"
    return f"{environment} aws --endpoint-url {address} ssm"


def _cli(request: Mapping[str, Any], address: str, kind: str, reads: str) -> str:
    aws, live = _aws(address, kind), request.get("WindowId") == WINDOW
    create = (
        f"WINDOW=$({aws} create-maintenance-window --name mw-conformance-repro "
        "--schedule 'at(2099-12-31T23:59:59)' --duration 2 --cutoff 1 --allow-unassociated-targets "
        "--query WindowId --output text)"
    )
    document = {name: value for name, value in request.items() if not live or name != "WindowId"}
    window = ' --window-id "$WINDOW"' if live else ""
    send = f"{aws} register-task-with-maintenance-window{window} --cli-input-json {_quoted(document)}"
    if reads == "get":
        send = f"TASK=$({send} --query WindowTaskId --output text)"
    look = {
        "describe": f'{aws} describe-maintenance-window-tasks --window-id "$WINDOW"',
        "get": f'{aws} get-maintenance-window-task --window-id "$WINDOW" --window-task-id "$TASK"',
    }
    return "\n".join(line for line in (create if live else "", send, look.get(reads, "")) if line)


def _quoted(document: Mapping[str, Any]) -> str:
    """Give a document as a word of the shell, with the window's id put in where it belongs."""
    return shlex.quote(json.dumps(document)).replace(WINDOW, "'\"$WINDOW\"'")


def _curl(request: Mapping[str, Any], address: str, kind: str, reads: str) -> str:
    scope = "Credential=testing/20200101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=none"
    signed = f"-H 'Authorization: AWS4-HMAC-SHA256 {scope}'"
    if kind == "aws":
        address = "https://ssm.$AWS_REGION.amazonaws.com"
        signed = '--aws-sigv4 "aws:amz:$AWS_REGION:ssm" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"'

    def call(operation: str, document: str) -> str:
        headers = f"-H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: AmazonSSM.{operation}'"
        return f"curl -s {address}/ {headers} {signed} -d {document}"

    lines = []
    if request.get("WindowId") == WINDOW:
        made = call("CreateMaintenanceWindow", shlex.quote(json.dumps(_WINDOW)))
        lines.append(f"WINDOW=$({made} | {_picked('WindowId')})")
    send = call("RegisterTaskWithMaintenanceWindow", _quoted(_window_first(request)))
    lines.append(f"TASK=$({send} | {_picked('WindowTaskId')})" if reads == "get" else send)
    if reads:
        operation = "DescribeMaintenanceWindowTasks" if reads == "describe" else "GetMaintenanceWindowTask"
        asked = {"WindowId": WINDOW, **({"WindowTaskId": "$TASK"} if reads == "get" else {})}
        lines.append(call(operation, _quoted(asked).replace("$TASK", "'\"$TASK\"'")))
    return "\n".join(lines)


def _picked(member: str) -> str:
    return f"""sed 's/.*"{member}": *"\\([^"]*\\)".*/\\1/'"""
