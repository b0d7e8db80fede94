"""``corpus``: every malformed or unusual request, as a table, or as JSON in the shape of Smithy's protocol tests."""

from __future__ import annotations

import argparse
import base64
import json
import re
from typing import Any

from conformance.contract.case import WINDOW
from conformance.contract.entry import TOKEN, Entry
from conformance.contract.wire import CONTENT_TYPE

_PROTOCOL = "aws.protocols#awsJson1_1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the format."""
    parser.add_argument("--format", choices=("table", "json"), default="table", help="how to print")


def run(words: argparse.Namespace) -> int:
    """Print the corpus."""
    from strategies.bodies import malformed_requests

    entries = malformed_requests()
    if words.format == "json":
        print(json.dumps(smithy(entries), indent=2))
        return 0
    for entry in entries:
        print(f"{entry.expect:7} {entry.source:24} {entry.id}")
    print(f"\n{len(entries)} requests; `mw-conformance corpus --format json` gives their bytes and headers")
    return 0


def smithy(entries: tuple[Entry, ...]) -> dict[str, Any]:
    """Give what must be refused as values of Smithy's ``httpMalformedRequestTests``, and the rest beside it.

    ``openRequests`` and ``acceptedRequests`` have the same members; an open one has no ``response``. ``placeholders``
    says what a runner puts a live window's id, and a token of its own, in the place of.
    """
    keys = {"refuse": "httpMalformedRequestTests", "open": "openRequests", "accept": "acceptedRequests"}
    found: dict[str, Any] = {"placeholders": {"WindowId": WINDOW, "ClientToken": TOKEN}}
    found |= {key: [] for key in keys.values()}
    for entry in entries:
        found[keys[entry.expect]].append(_test(entry))
    return found


def _test(entry: Entry) -> dict[str, Any]:
    from conformance.contract.catalogue import rule

    found = rule(entry.charged)
    refused, taken = entry.expect == "refuse", entry.expect == "accept"
    codes = sorted(rule(entry.rule).codes) if refused else []
    tags = [entry.rule, str(found.level), *([entry.question] if entry.question else []), *codes]
    test = {
        "id": identifier(entry.id),
        "protocol": _PROTOCOL,
        "documentation": f"{entry.words[:1].upper()}{entry.words[1:]} ({entry.source}).",
        "tags": tags,
        "request": _request(entry),
    }
    if refused:
        # With which words, and in which of three places the code stands, is the service's own affair.
        return {**test, "response": {"code": 400}}
    return {**test, "response": {"code": 200, "headers": {"Content-Type": CONTENT_TYPE}}} if taken else test


def identifier(id: str) -> str:
    """Give an entry's id as a Smithy identifier: letters, digits and underscores."""
    plain = id.replace("[]", "_item").replace("{}", "_value")
    return re.sub(r"[^A-Za-z0-9_]", lambda found: f"u{ord(found[0]):x}", re.sub(r"[ ./-]", "_", plain))


def _request(entry: Entry) -> dict[str, Any]:
    """Give the request; Smithy has a body that is no text in base64."""
    try:
        body, media_type = entry.body.decode("utf-8"), "application/json"
    except UnicodeDecodeError:
        body, media_type = base64.b64encode(entry.body).decode(), "application/octet-stream"
    request = {"method": entry.method, "uri": entry.path, "headers": entry.sent_headers}
    return {**request, "body": body, "bodyMediaType": media_type}
