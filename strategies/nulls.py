"""Requests with an explicit null on an optional member, which awsJson1.1 takes for absence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from conformance.contract.case import Case
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.shapes import NOT_PLAINLY_OPTIONAL, request_tree
from strategies.documents import first_at, put, take
from strategies.homes import companions, home, minimal, node_at

_RULE = "wire.null-optional-absent"


def null_cases() -> Iterator[Case]:
    """Yield a valid request for each optional member, with a null in its place; the twin leaves the member out."""
    for node in request_tree().walk():
        if not node.member or node.required or node.path in NOT_PLAINLY_OPTIONAL:
            continue
        parent = node.path.rpartition(".")[0]
        if parent.startswith("TaskInvocationParameters"):
            continue  # a block of nulls alone is an empty block, another question
        twin = minimal("AUTOMATION") if not parent else home(parent)
        yield _case(node.path, twin)
    for block in BLOCK_OF_TYPE.values():
        yield from _in_block(block)


def null_for_all() -> Case:
    """Give a small request with a null for every optional member that may have one, at its top and in its block."""
    command = "TaskInvocationParameters.RunCommand"
    kept = f"{command}.TimeoutSeconds"  # a block of nulls alone is an empty block, another question
    twin = home(kept)
    top = {node.path: None for _, node in request_tree().children if not node.required}
    own = {name: None for name, _ in node_at(command).children}
    blocks = {**dict.fromkeys(BLOCK_OF_TYPE.values()), "RunCommand": {**own, "TimeoutSeconds": first_at(twin, kept)}}
    request = {**top, **twin, "TaskInvocationParameters": blocks}
    return Case(rule=_RULE, label="null for every optional member", request=request, twin=twin, path=_RULE)


def _in_block(block: str) -> Iterator[Case]:
    """Yield nulls beside a member of a block, one for each other member of it, and for each block of another type."""
    path = f"TaskInvocationParameters.{block}"
    first, *others = [name for name, _ in node_at(path).children if not companions(f"{path}.{name}")]
    twin = home(f"{path}.{first}")
    for name in others:
        yield _case(f"{path}.{name}", twin)
    yield _case(f"{path}.{first}", home(f"{path}.{others[0]}"))
    for other in BLOCK_OF_TYPE.values():
        if other != block:
            yield _case(f"TaskInvocationParameters.{other}", twin, on=block)


def _case(path: str, twin: Mapping[str, Any], *, on: str = "") -> Case:
    label = f"null {path}, beside {on}" if on else f"null {path}"
    without: Mapping[str, Any] = twin
    with suppress(KeyError):  # most homes hold it not
        without = take(twin, path)
    return Case(rule=_RULE, label=label, request=put(twin, path, None), twin=without, path=path)
