"""What Schemathesis has to be told of awsJson1.1: it is JSON under another name. Loaded through SCHEMATHESIS_HOOKS."""

from __future__ import annotations

import json
from typing import Any

import schemathesis

from conformance.contract.wire import CONTENT_TYPE


@schemathesis.serializer(CONTENT_TYPE)
def to_json(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Write a body; one that is left out is nothing."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@schemathesis.deserializer(CONTENT_TYPE)
def from_json(context: schemathesis.DeserializationContext, response: schemathesis.Response) -> Any:
    """Read an answer."""
    return json.loads(response.content)
