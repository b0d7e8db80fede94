"""An OpenAPI document of RegisterTaskWithMaintenanceWindow, made from the service model that botocore ships.

It says all of the model that JSON Schema can say. What stands in the documents alone, which members go together, is
put in by hand where that is asked for: a user who knows it would write it down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.shapes import OPERATION, service_model
from conformance.contract.wire import CONTENT_TYPE

Schema = dict[str, Any]

_KINDS = {"string": "string", "integer": "integer", "boolean": "boolean", "list": "array", "map": "object"}
_LIMITS = {
    "string": ("minLength", "maxLength"),
    "integer": ("minimum", "maximum"),
    "list": ("minItems", "maxItems"),
    "map": ("minProperties", "maxProperties"),
}
_BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
# What every service of AWS may say beside the errors that the model lists (API reference, "Common Errors").
_COMMON_ERRORS = ("SerializationException", "UnknownOperationException", "ValidationException")
_TARGETS = [{"Key": "InstanceIds", "Values": ["i-0123456789abcdef0"]}]
_WITH_TARGETS = ("Targets", "MaxConcurrency", "MaxErrors")


def document(window: str, *, by_hand: bool) -> Schema:
    """Give the document, whose valid requests go to a live window; with the rules over several members, or without."""
    operation = service_model()["operations"][OPERATION]
    codes = sorted({*_COMMON_ERRORS, *(each["shape"] for each in operation["errors"])})
    refused = {"type": "object", "required": ["__type"], "properties": {"__type": {"type": "string", "enum": codes}}}
    asked = {
        "operationId": OPERATION,
        "parameters": [_target()],
        "requestBody": {"required": True, "content": {CONTENT_TYPE: {"schema": _request(window, by_hand=by_hand)}}},
        "responses": {
            "200": _response("registered", _told(operation["output"]["shape"])),
            "400": _response("refused", refused),
        },
    }
    return {"openapi": "3.1.0", "info": {"title": OPERATION, "version": "1"}, "paths": {"/": {"post": asked}}}


def _request(window: str, *, by_hand: bool) -> Schema:
    kinds = [_request_of(window, task_type) for task_type in BLOCK_OF_TYPE]
    return {"oneOf": kinds} if by_hand else _plain_request(window)


def _plain_request(window: str) -> Schema:
    request = _shape(service_model()["operations"][OPERATION]["input"]["shape"])
    request["properties"]["WindowId"] = {"type": "string", "const": window}
    return request


def _request_of(window: str, task_type: str) -> Schema:
    """The combination rules for one type of task: its own block alone, and Targets with both limits or none of them."""
    request = _plain_request(window)
    members = request["properties"]
    members["TaskType"] = {"type": "string", "const": task_type}
    blocks = members["TaskInvocationParameters"]["properties"]
    blocks.update({block: {"type": "null"} for block in blocks if block != BLOCK_OF_TYPE[task_type]})
    for member in _WITH_TARGETS:
        members[member] = _never_null(members[member])
    members["Targets"]["examples"] = [_TARGETS]
    if task_type == "RUN_COMMAND":
        request["required"] = [*request["required"], *_WITH_TARGETS]
        members["Targets"]["minItems"] = 1
    else:
        request["dependentRequired"] = {
            name: [each for each in _WITH_TARGETS if each != name] for name in _WITH_TARGETS
        }
    return request


def _target() -> Schema:
    schema = {"type": "string", "const": f"AmazonSSM.{OPERATION}"}
    return {"name": "X-Amz-Target", "in": "header", "required": True, "schema": schema}


def _response(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {CONTENT_TYPE: {"schema": schema}}}


def _told(name: str) -> Schema:
    """An answer has each of its members: the one of this operation is the id of the task."""
    members = service_model()["shapes"][name]["members"]
    schemas = {member: _shape(each["shape"]) for member, each in members.items()}
    return {"type": "object", "properties": schemas, "required": list(schemas)}


def _shape(name: str) -> Schema:
    shape = service_model()["shapes"][name]
    match shape["type"]:
        case "structure":
            return _structure(shape)
        case "blob":
            # The limit counts bytes: four characters for three of them.
            most = {"maxLength": -(-shape["max"] // 3) * 4} if "max" in shape else {}
            return {"type": "string", "pattern": _BASE64, **most}
        case kind:
            return {"type": _KINDS[kind], **_constraints(kind, shape), **_inside(shape)}


def _structure(shape: Mapping[str, Any]) -> Schema:
    required = shape.get("required", [])
    members = {name: _shape(member["shape"]) for name, member in shape["members"].items()}
    schemas = {name: schema if name in required else _or_null(schema) for name, schema in members.items()}
    return {"type": "object", "properties": schemas, **({"required": list(required)} if required else {})}


def _or_null(schema: Schema) -> Schema:
    """A null member of a structure is no member (Smithy's tests of awsJson1.1)."""
    values = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **values}


def _never_null(schema: Schema) -> Schema:
    return {**schema, "type": schema["type"][0]}


def _constraints(kind: str, shape: Mapping[str, Any]) -> Schema:
    least, most = _LIMITS.get(kind, ("", ""))
    found = {word: shape[limit] for limit, word in (("min", least), ("max", most)) if limit in shape}
    if "pattern" in shape:
        # JSON Schema looks for a pattern anywhere; the model means the whole text.
        found["pattern"] = f"^(?:{shape['pattern']})$"
    if "enum" in shape:
        found["enum"] = list(shape["enum"])
    return found


def _inside(shape: Mapping[str, Any]) -> Schema:
    match shape["type"]:
        case "list":
            return {"items": _shape(shape["member"]["shape"])}
        case "map":
            return {
                "propertyNames": _shape(shape["key"]["shape"]),
                "additionalProperties": _shape(shape["value"]["shape"]),
            }
        case _:
            return {}
