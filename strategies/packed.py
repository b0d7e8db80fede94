"""Few, rich, valid requests that between them hold every level of every member: what must be kept is here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from conformance.contract.case import Case
from conformance.contract.combinations import BLOCK_OF_TYPE
from strategies.homes import minimal
from strategies.levels import levels, member_paths
from strategies.requests import with_value

_COUNTING = ("TaskParameters", "LoggingInfo")


def packed_cases(*, most: int | None = None) -> Iterator[Case]:
    """Yield cases of valid requests, at most `most` a task type, in which every level of every member stands once.

    TaskParameters and LoggingInfo stand where they count: on RUN_COMMAND without invocation parameters.
    """
    for task_type in BLOCK_OF_TYPE:
        paths = tuple(path for path in member_paths(task_type) if not path.startswith(_COUNTING))
        yield from _cases(task_type, paths, task_type, most)
    counting = tuple(path for path in member_paths("RUN_COMMAND") if path.startswith(_COUNTING))
    yield from _cases("RUN_COMMAND", counting, "RUN_COMMAND without invocation parameters", most)


def _cases(task_type: str, paths: tuple[str, ...], name: str, most: int | None) -> Iterator[Case]:
    for number, row in enumerate(_rows(paths)[:most]):
        request: dict[str, Any] = minimal(task_type, targeted=True)
        for path, index in row:
            request = with_value(request, path, levels(path)[index])
        yield Case(rule="members.valid-together-accepted", label=f"{name}, packed {number}", request=request)


@cache
def _rows(paths: tuple[str, ...]) -> tuple[tuple[tuple[str, int], ...], ...]:
    """Deal all levels of all members out to rows: first fit, one level for each list or map in a row."""
    rows: list[dict[str, tuple[str, int]]] = []
    for path in paths:
        slot = path.partition("[")[0].partition("{")[0]
        start = 0
        for index in range(len(levels(path))):
            while start < len(rows) and slot in rows[start]:
                start += 1
            if start == len(rows):
                rows.append({})
            rows[start][slot] = (path, index)
    return tuple(tuple(row.values()) for row in rows)
