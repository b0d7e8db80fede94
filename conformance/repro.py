"""Lines to paste: the same request as boto3, as AWS CLI and as curl, window included. Pure text."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from conformance.contract.case import WINDOW

_LOCAL = "http://127.0.0.1:5000"
_WINDOW = {
    "Name": "mw-conformance-repro",
    "Schedule": "at(2099-12-31T23:59:59)",
    "Duration": 2,
    "Cutoff": 1,
    "AllowUnassociatedTargets": True,
}


def reproductions(request: Any, *, kind: str, endpoint: str | None) -> dict[str, str]:
    """Give ``boto3``, ``cli`` and ``curl`` texts that send `request` to a target of that kind (`TargetFacts.kind`).

    Where the target lives in another process's memory, CLI and curl speak to a server of it on port 5000.
    """
    if not isinstance(request, Mapping):
        return {}
    address = endpoint or _LOCAL
    return {
        "boto3": _boto3(request, kind=kind, endpoint=endpoint),
        "cli": _cli(request, address),
        "curl": _curl(request, address),
    }


def _boto3(request: Mapping[str, Any], *, kind: str, endpoint: str | None) -> str:
    arguments = {
        "service_name": "ssm",
        "region_name": "us-east-1",
        **({"endpoint_url": endpoint} if endpoint else {}),
        **({} if kind == "aws" else {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}),
    }
    connect = "\n".join(f"    {name}={value!r}," for name, value in arguments.items())
    mock = kind == "in-process"
    lines = [
        "import json",
        "",
        "import boto3",
        "from botocore.config import Config",
        *(["from moto import mock_aws", "", "mock_aws().start()"] if mock else []),
        "",
        "ssm = boto3.client(",
        connect,
        "    config=Config(parameter_validation=False),  # the service's own checks are what is asked about",
        ")",
        f"window = ssm.create_maintenance_window(**{_python(_WINDOW)})['WindowId']",
        f"request = {_python(request)}",
        f'body = json.dumps(request).replace("{WINDOW}", window)',
        "# The exact document goes out, also where boto3 could not write it.",
        'ssm.meta.events.register("before-call.ssm", lambda params, **_: params.update(body=body.encode()))',
        "print(ssm.register_task_with_maintenance_window())",
    ]
    return "\n".join(lines)


def _python(value: Any) -> str:
    return repr(value)


def _aws(address: str) -> str:
    environment = "AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_DEFAULT_REGION=us-east-1"
    return f"{environment} aws --endpoint-url {address} ssm"


def _cli(request: Mapping[str, Any], address: str) -> str:
    create = (
        f"WINDOW=$({_aws(address)} create-maintenance-window --name mw-conformance-repro "
        f"--schedule 'at(2099-12-31T23:59:59)' --duration 2 --cutoff 1 --allow-unassociated-targets "
        "--query WindowId --output text)"
    )
    document = shlex.quote(json.dumps(request))
    send = (
        f"{_aws(address)} register-task-with-maintenance-window "
        f'--cli-input-json "$(printf %s {document} | sed "s/{WINDOW}/$WINDOW/")"'
    )
    return f"{create}\n{send}"


def _curl(request: Mapping[str, Any], address: str) -> str:
    scope = "Credential=testing/20200101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=none"
    head = (
        f"curl -s {address}/ -H 'Content-Type: application/x-amz-json-1.1' -H 'Authorization: AWS4-HMAC-SHA256 {scope}'"
    )
    create = (
        f"WINDOW=$({head} -H 'X-Amz-Target: AmazonSSM.CreateMaintenanceWindow' -d {shlex.quote(json.dumps(_WINDOW))} "
        """| sed 's/.*"WindowId": *"\\([^"]*\\)".*/\\1/')"""
    )
    document = shlex.quote(json.dumps(request))
    send = (
        f'printf %s {document} | sed "s/{WINDOW}/$WINDOW/" '
        f"| {head} -H 'X-Amz-Target: AmazonSSM.RegisterTaskWithMaintenanceWindow' --data-binary @-"
    )
    return f"{create}\n{send}"
