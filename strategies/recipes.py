"""The recipes that the runner borrows when it looks for the member to blame (see `conformance.runner.blame`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, final

from conformance.contract.combinations import BLOCK_OF_TYPE
from strategies.homes import companions, home, minimal, node_at
from strategies.values import plain

_ADDABLE = ("Name", "Description", "Priority", "ServiceRoleArn", "CutoffBehavior", "ClientToken", "AlarmConfiguration")
_IGNORED = ("TaskParameters", "LoggingInfo")


@final
class HomeRecipes:
    """Builds on the homes of members."""

    def minimal(self, task_type: str, *, targeted: bool | None = None) -> dict[str, Any]:
        """Give the smallest valid request of a task type."""
        return minimal(task_type, targeted=targeted)

    def additions(self, request: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give each top-level member that may be added, with the request that has it."""
        task_type = str(request["TaskType"])
        for name in (*_ADDABLE, *_IGNORED):
            if name not in request and not (name == "AlarmConfiguration" and task_type in ("LAMBDA", "STEP_FUNCTIONS")):
                yield name, {**request, name: plain(node_at(name))}
        if "TaskInvocationParameters" not in request and task_type in BLOCK_OF_TYPE:
            block = home(f"TaskInvocationParameters.{BLOCK_OF_TYPE[task_type]}")["TaskInvocationParameters"]
            yield "TaskInvocationParameters", {**request, "TaskInvocationParameters": block}
        if "Targets" not in request:
            yield "Targets", minimal(task_type, targeted=True)

    def sibling(self, path: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """Give a request with another member of the same structure, or None where the member stands alone."""
        parent = path.rpartition(".")[0]
        if not parent or parent == "TaskInvocationParameters":
            return None
        for name, child in node_at(parent).children:
            other = f"{parent}.{name}"
            if other != path and name not in path and not companions(other) and not child.required:
                return home(other)
        return None


