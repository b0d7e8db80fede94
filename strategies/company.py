"""Broken requests in the richest company, where a check that is skipped beside another member is seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.case import Case
from conformance.contract.catalogue import broken_rules
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.rule import Permission, Promise, Required, Rule, Together
from strategies.boundaries import boundary_values
from strategies.documents import merged, put, take
from strategies.homes import TARGETED
from strategies.valid import richest
from strategies.violations import violations

_COUNTING = ("TaskParameters", "LoggingInfo")


def company_cases(rule: Rule, *, most: int = 1) -> Iterator[Case]:
    """Yield cases that break `rule` alone in the richest request of each task type on which it holds.

    At most `most` values for each; none for permissions and promises.
    """
    if isinstance(rule.check, Permission | Promise) or rule.id == "Targets.window-target-ids-quota":
        return
    if isinstance(rule.check, Together):
        yield from _combined(rule)
        return
    for task_type in BLOCK_OF_TYPE:
        base = company(task_type, rule.path)
        if base is not None:
            yield from _broken(rule, task_type, base, most)


def company(task_type: str, path: str) -> dict[str, Any] | None:
    """Give the richest request of a task type in which the member at `path` counts, or None where it does not."""
    base = {name: value for name, value in richest(task_type).items() if name != "ClientToken"}
    top = path.partition(".")[0].partition("[")[0].partition("{")[0]
    if top in _COUNTING:
        if task_type != "RUN_COMMAND":
            return None
        return {name: value for name, value in base.items() if name != "TaskInvocationParameters"}
    if path.startswith("TaskInvocationParameters."):
        own = f"TaskInvocationParameters.{BLOCK_OF_TYPE[task_type]}"
        return base if path == own or path.startswith(f"{own}.") else None
    if top == "ClientToken":
        return {**base, "ClientToken": "mw-conformance-token-0000000000"}
    return base if top in base else None


def _broken(rule: Rule, task_type: str, base: Mapping[str, Any], most: int) -> Iterator[Case]:
    found = 0
    for label, request in _edits(rule, base):
        if broken_rules(request) == {rule.id} and found < most:
            found += 1
            yield Case(
                rule=rule.id,
                label=f"in rich company on {task_type}, {label}",
                request=request,
                twin=base,
                path=rule.path,
            )


def _edits(rule: Rule, base: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(rule.check, Required):
        yield "left out", take(base, rule.path)
        return
    for sample in boundary_values(rule):
        yield sample.label, dict(put(base, rule.path, sample.value))


def _combined(rule: Rule) -> Iterator[Case]:
    for case in violations(rule):
        task_type = case.request["TaskType"]
        rich = company(task_type, "Name") or {}
        own = {*TARGETED, "TaskInvocationParameters"}
        beside = {name: value for name, value in rich.items() if name not in own}
        request, twin = merged(beside, case.request), merged(beside, case.twin or {})
        yield Case(rule=rule.id, label=f"in rich company, {case.label}", request=request, twin=twin, path=rule.path)
