"""Reach into a request by a rule's path: read, put, take away. Every function gives a new document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_STEP = re.compile(r"\[\]|\{key\}|\{\}|[A-Za-z0-9]+")


def steps(path: str) -> list[str]:
    """Split ``Targets[].Key`` into ``["Targets", "[]", "Key"]``."""
    return _STEP.findall(path)


def put(document: Any, path: str, value: Any) -> Any:
    """Give `document` with `value` at `path`: in the first item of a list, under the first key of a map.

    Structures on the way are made where they are missing.
    """
    return _put(document, steps(path), value)


def _put(document: Any, parts: list[str], value: Any) -> Any:
    if not parts:
        return value
    step, rest = parts[0], parts[1:]
    match step:
        case "[]":
            first, *others = document
            return [_put(first, rest, value), *others]
        case "{}":
            (key, first), *others = document.items()
            return {key: _put(first, rest, value), **dict(others)}
        case "{key}":
            (_, first), *others = document.items()
            return {value: first, **dict(others)}
        case _:
            return {**(document or {}), step: _put((document or {}).get(step), rest, value)}


def at(document: Any, path: str) -> Any:
    """Give what stands at `path`, a path of member names alone; None where nothing does."""
    for step in steps(path):
        document = document.get(step) if isinstance(document, Mapping) else None
    return document


def first_at(document: Any, path: str) -> Any:
    """Give what stands at `path`, by way of first items and first keys; None where nothing does."""
    for step in steps(path):
        match step:
            case "[]":
                document = document[0] if isinstance(document, list) and document else None
            case "{}":
                document = next(iter(document.values()), None) if isinstance(document, Mapping) else None
            case _:
                document = document.get(step) if isinstance(document, Mapping) else None
    return document


def take(document: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Give `document` without the member at `path`; KeyError where there is none."""
    return dict(_take(document, steps(path)))


def _take(document: Any, parts: list[str]) -> Any:
    step, rest = parts[0], parts[1:]
    if not rest:
        if step not in document:
            raise KeyError(f"member={step!r} is not in the document; expected one of {sorted(document)}")
        return {key: item for key, item in document.items() if key != step}
    match step:
        case "[]":
            first, *others = document
            return [_take(first, rest), *others]
        case "{}":
            (key, first), *others = document.items()
            return {key: _take(first, rest), **dict(others)}
        case _:
            return {**document, step: _take(document[step], rest)}


def merged(left: Any, right: Any) -> Any:
    """Give the union of two documents, `right` winning where both hold a leaf."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        both = {key: merged(left[key], right[key]) if key in left else right[key] for key in right}
        return {**left, **both}
    return right
