"""The smallest part of a request that still shows something: parts are left out, the biggest first.

No shrinking engine, and few calls: what is a part of a request that showed nothing shows nothing either.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.combinations import BLOCK_OF_TYPE

Request = Mapping[str, Any]

BASE = ("WindowId", "TaskArn", "TaskType")
"""Members that stand in every request."""

TARGETING = ("Targets", "MaxConcurrency", "MaxErrors")
"""Members that stand together or not at all."""

COMMAND = "TaskInvocationParameters.RunCommand"
OPTIONAL_PART = {"LoggingInfo": "S3KeyPrefix", "AlarmConfiguration": "IgnorePollAlarmFailure"}
"""Structures of which only this member is optional."""

STRUCTURES = frozenset(
    {
        "TaskInvocationParameters",
        *(f"TaskInvocationParameters.{block}" for block in BLOCK_OF_TYPE.values()),
        f"{COMMAND}.CloudWatchOutputConfig",
        f"{COMMAND}.NotificationConfig",
    }
)
"""Structures all of whose members are optional."""

# Members of RunCommand that the documents leave open one without the other, so that they go together.
_PAIRS = (
    ("DocumentHash", "DocumentHashType"),
    ("OutputS3BucketName", "OutputS3KeyPrefix"),
    ("NotificationConfig", "ServiceRoleArn"),
)
_FEW = 3  # parts: one by one they cost no more than by halves


def smallest_part(
    request: Request, *, fits: Callable[[Request], bool], shows: Callable[[Request], bool], most: int | None = None
) -> Request:
    """Give the smallest part of `request` for which `shows` holds, which it does for `request` itself.

    Only parts that `fits` lets pass are asked about, `most` of them.
    """
    silent: list[frozenset[str]] = []
    asked, shrunk = 0, True
    while shrunk:
        shrunk = False
        for smaller in smaller_requests(request):
            parts = frozenset(_parts("", smaller))
            if any(parts <= each for each in silent) or not fits(smaller):
                continue
            if asked == most:
                return request
            asked += 1
            if shows(smaller):
                request, shrunk = smaller, True
                break
            silent.append(parts)
    return request


def _parts(path: str, value: Any) -> Iterator[str]:
    """Name everything that may be left out of a value by its path, an element of a list by what it is."""
    match value:
        case {**members} if members:
            for name, item in members.items():
                yield from _parts(f"{path}.{name}", item)
        case [*items] if items:
            yield from (f"{path}[] {json.dumps(item, sort_keys=True)}" for item in items)
        case _:
            yield path


def within(inner: str, outer: str) -> bool:
    """Tell whether a path is another one, or leads to something in it."""
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}[", f"{outer}{{"))


def smaller_requests(request: Request) -> Iterator[Request]:
    """Give the request with parts left out: half of its members, then each, then parts of what a member holds."""
    optional: list[tuple[str, ...]] = [(name,) for name in request if name not in BASE and name not in TARGETING]
    units = [*optional, *([TARGETING] if "Targets" in request else [])]
    for names in (*_halves(optional), *units):
        yield {name: value for name, value in request.items() if name not in names}
    for name in (name for names in optional for name in names):
        yield from ({**request, name: smaller} for smaller in _smaller(name, request[name]))


def _halves(units: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    if len(units) > _FEW:
        half = len(units) // 2
        for part in (units[:half], units[half:]):
            yield tuple(name for names in part for name in names)


def _smaller(path: str, value: Any) -> Iterator[Any]:
    if path in STRUCTURES and isinstance(value, Mapping):
        pairs = [pair for pair in _PAIRS if value.keys() >= set(pair)] if path == COMMAND else []
        paired = {name for pair in pairs for name in pair}
        units: list[tuple[str, ...]] = [*((name,) for name in value if name not in paired), *pairs]
        for names in (*_halves(units), *units, *((name,) for name in sorted(paired))):
            rest = {key: item for key, item in value.items() if key not in names}
            if rest:
                yield rest
        for name, item in value.items():
            yield from ({**value, name: smaller} for smaller in _smaller(f"{path}.{name}", item))
    elif path in OPTIONAL_PART and isinstance(value, Mapping) and OPTIONAL_PART[path] in value:
        yield {key: item for key, item in value.items() if key != OPTIONAL_PART[path]}
    else:
        yield from _fewer(value)


def _fewer(value: Any) -> Iterator[Any]:
    """Give a list or map with half of what it holds, then with the other half; one that holds one thing, with less."""
    match value:
        case [_, _, *_]:
            half = len(value) // 2
            yield from (value[:half], value[half:])
        case [only]:
            yield from ([smaller] for smaller in _fewer(only))
        case {} if len(value) > 1:
            items = list(value.items())
            half = len(items) // 2
            yield from (dict(items[:half]), dict(items[half:]))
        case {} if len(value) == 1:
            ((key, only),) = value.items()
            yield from ({key: smaller} for smaller in _fewer(only))
        case _:
            return
