"""A JSON Schema made straight from botocore's model, and values made from it alone: nothing here knows the contract.

Keywords are those of JSON Schema where it has them, and two of its own for blobs.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, final

import regex
from botocore.loaders import Loader
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError, validators

OPERATION = "RegisterTaskWithMaintenanceWindow"
Request = Mapping[str, Any]


@cache
def shapes() -> Mapping[str, Any]:
    model: Mapping[str, Any] = Loader().load_service_model("ssm", "service-2")
    found: Mapping[str, Any] = model["shapes"]
    return found


def _schema(name: str) -> dict[str, Any]:
    shape = shapes()[name]
    match shape["type"]:
        case "structure":
            members = {member: _schema(held["shape"]) for member, held in shape["members"].items()}
            return {"type": "object", "properties": members, "required": shape.get("required", [])}
        case "list":
            return {
                "type": "array",
                "items": _schema(shape["member"]["shape"]),
                **_renamed(shape, min="minItems", max="maxItems"),
            }
        case "map":
            return {
                "type": "object",
                "propertyNames": _schema(shape["key"]["shape"]),
                "additionalProperties": _schema(shape["value"]["shape"]),
                **_renamed(shape, min="minProperties", max="maxProperties"),
            }
        case "string":
            return {
                "type": "string",
                **_renamed(shape, min="minLength", max="maxLength", pattern="pattern", enum="enum"),
            }
        case "blob":
            return {"type": "string", "base64": True, **_renamed(shape, max="maxBytes")}
        case "boolean":
            return {"type": "boolean"}
        case _:
            return {"type": "integer", **_renamed(shape, min="minimum", max="maximum")}


def _renamed(shape: Mapping[str, Any], **names: str) -> dict[str, Any]:
    return {keyword: shape[trait] for trait, keyword in names.items() if trait in shape}


def _pattern(_: object, pattern: str, text: object, __: object) -> Iterator[ValidationError]:
    if isinstance(text, str) and regex.fullmatch(pattern, text) is None:
        yield ValidationError(f"does not match {pattern}")


def _enum(_: object, values: list[str], text: object, __: object) -> Iterator[ValidationError]:
    if isinstance(text, str) and text not in values:
        yield ValidationError(f"is none of {values}")


def bytes_of(text: object) -> bytes | None:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        return None


def _base64(_: object, __: object, text: object, ___: object) -> Iterator[ValidationError]:
    if isinstance(text, str) and bytes_of(text) is None:
        yield ValidationError("is no base64")


def _max_bytes(_: object, most: int, text: object, __: object) -> Iterator[ValidationError]:
    if isinstance(text, str) and len(bytes_of(text) or b"") > most:
        yield ValidationError(f"has more than {most} bytes")


@cache
def _validator() -> Any:
    keywords = {"pattern": _pattern, "enum": _enum, "base64": _base64, "maxBytes": _max_bytes}
    return validators.extend(Draft202012Validator, keywords)(_schema(f"{OPERATION}Request"))


@final
@dataclass(frozen=True, slots=True)
class Fault:
    """What the schema finds: the id that a rule on it would have, the value, and the constraint."""

    id: str
    value: Any
    limit: Any


_SUFFIX = {
    **dict.fromkeys(("minLength", "minItems", "minProperties"), "min-length"),
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties", "maxBytes"), "max-length"),
    **{"minimum": "min-value", "maximum": "max-value", "pattern": "pattern", "enum": "enum"},
    **{"type": "type", "required": "required", "base64": "base64"},
}


def faults(request: Request) -> list[Fault]:
    """Give what the schema has against a request."""
    return _faults(json.dumps(request))


@cache
def _faults(text: str) -> list[Fault]:
    found = []
    for error in _validator().iter_errors(json.loads(text)):
        path = _path(list(error.absolute_schema_path)[:-1])
        if error.validator == "required":
            names = [name for name in error.validator_value if name not in error.instance]
            found += [Fault(f"{path}.{name}.required".lstrip("."), None, True) for name in names]
        else:
            found.append(Fault(f"{path}.{_SUFFIX[error.validator]}", error.instance, error.validator_value))
    return found


def _path(parts: list[Any]) -> str:
    """Turn a path through the schema into the path that rules have."""
    path, rest = "", iter(parts)
    for part in rest:
        match part:
            case "properties":
                path = f"{path}.{next(rest)}".lstrip(".")
            case "items":
                path += "[]"
            case "additionalProperties":
                path += "{}"
            case "propertyNames":
                path += "{key}"
    return path


# Values: each member right, wrong, at a limit, or of another kind.

_ANYTHING = st.sampled_from([None, True, False, 0, -1, 1.5, 2**31, "", "x", "true", [], ["x"], {}, {"x": "y"}, [None]])
_LETTERS = st.sampled_from(
    ["a", "A", "0", "7", "%", ".", "-", "_", " ", "\n", "é", "٣", "😀", "$", "mw-", "{{", "/", "="]
)
_WORDS = [
    "$LATEST",
    "$DEFAULT",
    "100%",
    "InstanceIds",
    "mw-0123456789abcdef0",
    "resource-groups:Name",
    "\u00a0",
    "e30=",
]


def _texts(shape: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    words = [*shape.get("enum", ()), *(each.lower() for each in shape.get("enum", ())), *_WORDS]
    edges = [
        size for edge in ("min", "max") for size in (shape.get(edge, 1) - 1, shape.get(edge, 1), shape.get(edge, 1) + 1)
    ]
    sized = st.builds(
        lambda letter, size: (letter * size)[:size], _LETTERS, st.sampled_from([max(0, e) for e in edges])
    )
    return st.sampled_from(words) | sized | st.lists(_LETTERS, max_size=6).map("".join)


def like(name: str) -> st.SearchStrategy[Any]:
    shape = shapes()[name]
    match shape["type"]:
        case "structure":
            members = {member: _perhaps(held["shape"]) for member, held in shape["members"].items()}
            needed = {member: each for member, each in members.items() if member in shape.get("required", ())}
            rest = {member: each for member, each in members.items() if member not in needed}
            return st.fixed_dictionaries(needed, optional=rest)
        case "list":
            return st.lists(
                _perhaps(shape["member"]["shape"]), max_size=shape.get("max", 2) + 1 if shape.get("max", 9) < 6 else 2
            )
        case "map":
            keys = _texts(shapes()[shape["key"]["shape"]])
            return st.dictionaries(keys, _perhaps(shape["value"]["shape"]), max_size=2)
        case "string":
            return _texts(shape)
        case "boolean":
            return st.booleans()
        case "blob":
            return st.sampled_from(["", "e30=", "e30", "e3 0", "=", base64.b64encode(b"x" * 4097).decode()])
        case _:
            low, high = shape.get("min", -(2**31)), shape.get("max", 2**31 - 1)
            return st.sampled_from([low - 1, low, low + 1, high - 1, high, high + 1])


def _perhaps(name: str) -> st.SearchStrategy[Any]:
    """Mostly a value of the shape, now and then anything at all."""
    return st.integers(0, 9).flatmap(lambda number: _ANYTHING if number == 9 else like(name))
