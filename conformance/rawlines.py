"""Lines to paste that send a whole HTTP request, byte by byte: as boto3 and as curl. Pure text."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from conformance.contract.case import WINDOW
from conformance.literals import python

_SCOPE = "Credential=testing/20200101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=none"
_AUTHORIZATION = f"-H 'Authorization: AWS4-HMAC-SHA256 {_SCOPE}'"


def is_raw(request: Mapping[str, Any]) -> bool:
    """Tell whether a finding's request is a whole HTTP request, and no document."""
    return request.keys() >= {"method", "uri", "headers"}


def raw_boto3(request: Mapping[str, Any], *, client: str, create: str) -> str:
    """Give the script: `client` are the lines that make ``ssm``, `create` the one that makes ``window``."""
    packed = request.get("bodyGzipBase64")
    body = f"gzip.decompress(base64.b64decode({packed!r}))" if packed else f"{request['body']!r}.encode()"
    lines = [
        *(["import base64", "import gzip"] if packed else []),
        client,
        create,
        f'body = {body}.replace(b"{WINDOW}", window.encode())',
        f"headers = {python(dict(request['headers']))}",
        "",
        "",
        "def put_in_place(params, **_):",
        "    # The whole HTTP request goes out as it stands here, signed.",
        f"    params.update(body=body, headers=headers, method={request['method']!r})",
        f'    params["url"] = params["url"].rstrip("/") + {request["uri"]!r}',
        "",
        "",
        'ssm.meta.events.register("before-call.ssm", put_in_place)',
        'ssm.meta.events.register("before-parse.ssm", lambda response_dict, **_: print(response_dict))',
        "ssm.register_task_with_maintenance_window()",
    ]
    return "\n".join(lines)


def raw_curl(request: Mapping[str, Any], *, address: str, window: Mapping[str, Any]) -> str:
    """Give two lines for the shell: one makes a window (`window` is its request), one sends the bytes."""
    packed = request.get("bodyGzipBase64")
    body = f"printf %s {packed} | base64 -d | gunzip" if packed else f"printf %s {shlex.quote(request['body'])}"
    headers = dict.fromkeys(("Content-Type", "X-Amz-Target")) | dict(request["headers"])
    words = " ".join(f"-H {shlex.quote(_header(name, value))}" for name, value in headers.items())
    send = (
        f'{body} | LC_ALL=C sed "s/{WINDOW}/$WINDOW/g" '
        f"| curl -s -i -X {request['method']} {address}{request['uri']} {words} {_AUTHORIZATION} --data-binary @-"
    )
    return f"{_curl_window(address, window)}\n{send}"


def _curl_window(address: str, window: Mapping[str, Any]) -> str:
    head = f"curl -s {address}/ -H 'Content-Type: application/x-amz-json-1.1' {_AUTHORIZATION}"
    return (
        f"WINDOW=$({head} -H 'X-Amz-Target: AmazonSSM.CreateMaintenanceWindow' -d {shlex.quote(json.dumps(window))} "
        """| sed 's/.*"WindowId": *"\\([^"]*\\)".*/\\1/')"""
    )


def _header(name: str, value: str | None) -> str:
    """Give curl's word for a header: without a value it takes its own away, and a semicolon sends an empty one."""
    return f"{name}:" if value is None else f"{name}: {value}" if value else f"{name};"
