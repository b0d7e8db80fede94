"""Requests with an explicit null on an optional member, which awsJson1.1 takes for absence."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.case import Case
from conformance.contract.shapes import NOT_PLAINLY_OPTIONAL, request_tree
from strategies.documents import put
from strategies.homes import home, minimal


def null_cases() -> Iterator[Case]:
    """Yield a valid request for each optional member, with a null in its place."""
    rule = "wire.null-optional-absent"
    for node in request_tree().walk():
        if not node.member or node.required or node.path in NOT_PLAINLY_OPTIONAL:
            continue
        parent = node.path.rpartition(".")[0]
        if parent.startswith("TaskInvocationParameters"):
            continue  # a block of nulls alone is an empty block, another question
        request = minimal("AUTOMATION") if not parent else home(parent)
        yield Case(rule=rule, label=f"null {node.path}", request=put(request, node.path, None), path=node.path)
    command = "TaskInvocationParameters.RunCommand"
    beside = put(home(f"{command}.Comment"), f"{command}.TimeoutSeconds", None)
    yield Case(rule=rule, label="null in a block", request=beside, path=f"{command}.TimeoutSeconds")
