"""The recipes that the runner borrows when it looks for the member to blame (see `conformance.runner.blame`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, final

from conformance.contract.catalogue import rules
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.rule import Permission, Promise, Together
from strategies.boundaries import boundary_values
from strategies.documents import at, merged, put
from strategies.homes import TARGETED, companions, home, minimal, node_at
from strategies.levels import levels
from strategies.valid import richest
from strategies.values import plain
from strategies.violations import violations

_ADDABLE = ("Name", "Description", "Priority", "ServiceRoleArn", "CutoffBehavior", "ClientToken", "AlarmConfiguration")
_IGNORED = ("TaskParameters", "LoggingInfo")


@final
class HomeRecipes:
    """Builds on the homes of members."""

    def minimal(self, task_type: str, *, targeted: bool | None = None) -> dict[str, Any]:
        """Give the smallest valid request of a task type."""
        return minimal(task_type, targeted=targeted)

    def richest(self) -> Iterator[dict[str, Any]]:
        """Give the richest request of each task type, and one of RUN_COMMAND whose TaskParameters count."""
        for task_type in BLOCK_OF_TYPE:
            yield without_token(richest(task_type))
        counting = without_token(richest("RUN_COMMAND"))
        yield {name: value for name, value in counting.items() if name != "TaskInvocationParameters"}

    def additions(self, request: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give each top-level member that may be added, and each of the block, with the request that has it."""
        task_type = str(request["TaskType"])
        for name in (*_ADDABLE, *_IGNORED):
            if name not in request and not (name == "AlarmConfiguration" and task_type in ("LAMBDA", "STEP_FUNCTIONS")):
                yield name, {**request, name: plain(node_at(name))}
        if "TaskInvocationParameters" not in request and task_type in BLOCK_OF_TYPE:
            block = home(f"TaskInvocationParameters.{BLOCK_OF_TYPE[task_type]}")["TaskInvocationParameters"]
            yield "TaskInvocationParameters", {**request, "TaskInvocationParameters": block}
            own = f"TaskInvocationParameters.{BLOCK_OF_TYPE[task_type]}"
            for path in (f"{own}.{name}" for name, _ in node_at(own).children):
                yield path, merged(request, {"TaskInvocationParameters": home(path)["TaskInvocationParameters"]})
        if "Targets" not in request:
            yield "Targets", {**request, **TARGETED}

    def plain(self, path: str) -> dict[str, Any]:
        """Give the home of a member."""
        return home(path)

    def alone(self, path: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Give the home of a member with the value that it has in `request`."""
        return dict(put(home(path), path, at(request, path)))

    def beside(self, path: str, request: Mapping[str, Any]) -> tuple[str, ...]:
        """Give the paths of the other members of the structure that holds `path`, where the request has none; no tops.

        Those that come with a companion come last: either of the two may be what is demanded.
        """
        parent = path.rpartition(".")[0]
        if not parent or parent == "TaskInvocationParameters" or "[" in parent or "{" in parent:
            return ()
        others = (f"{parent}.{name}" for name, _ in node_at(parent).children if name not in (at(request, parent) or {}))
        return tuple(sorted(others, key=lambda other: bool(companions(other))))

    def with_members(self, request: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
        """Give the request with plain values of more members, and with what these need beside them."""
        found = dict(request)
        for path in paths:
            found = dict(put(merged(companions(path), found), path, plain(node_at(path))))
        return found

    def another(self, path: str) -> dict[str, Any] | None:
        """Give the home of a member with another of its levels, or None where it has one alone."""
        others = levels(path)[1:]
        return dict(put(home(path), path, others[0])) if others else None

    def limit_of(self, path: str, request: Mapping[str, Any]) -> str | None:
        """Name the rule one of whose limits the value at `path`, or below it, stands at; None for any other value."""
        for rule in rules().values():
            below = rule.path == path or rule.path.startswith((f"{path}[", f"{path}{{"))
            if below and not isinstance(rule.check, Permission | Promise | Together):
                homes = (put(home(rule.path), rule.path, sample.value) for sample in boundary_values(rule))
                if any(at(each, path) == at(request, path) for each in homes):
                    return rule.id
        return None

    def violation(self, rule: str) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
        """Give the first violation of a rule in its home, and its twin; None where nothing breaks it."""
        found = violations(rules()[rule])[:1] if rule in rules() else ()
        return next(((case.request, case.twin or {}) for case in found), None)

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


def without_token(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give the request without its token, so that the runner gives it one of its own."""
    return {name: value for name, value in request.items() if name != "ClientToken"}
