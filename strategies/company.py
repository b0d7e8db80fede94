"""Broken requests in the richest company, where a check that is skipped beside another member is seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.case import Case
from conformance.contract.catalogue import broken_rules
from conformance.contract.combinations import BLOCK_OF_TYPE, ignored_members
from conformance.contract.open import questions_asked
from conformance.contract.rule import Permission, Promise, Required, Rule, Together
from conformance.contract.shapes import top_of
from strategies.boundaries import boundary_values
from strategies.documents import merged, put, take
from strategies.homes import TARGETED, home
from strategies.levels import member_paths, slot_of
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


def beside_cases(rule: Rule) -> Iterator[Case]:
    """Yield cases that break `rule` alone beside one other member, for each member that can stand there.

    A check that is skipped beside one certain member is seen here, whatever else it is skipped beside.
    """
    if isinstance(rule.check, Permission | Promise) or rule.id == "Targets.window-target-ids-quota":
        return
    for task_type in BLOCK_OF_TYPE:
        for slot in dict.fromkeys(slot_of(path) for path in member_paths(task_type)):
            if slot not in TARGETED and slot != slot_of(rule.path):
                yield from _beside(rule, task_type, slot)


def _beside(rule: Rule, task_type: str, slot: str) -> Iterator[Case]:
    """Yield the first violation of `rule` that breaks it alone in a request of this type with the member `slot`."""
    other = home(slot, task_type)
    for label, request, twin in _violated(rule, task_type, other):
        ignored = slot_of(rule.path).partition(".")[0] in ignored_members(twin)
        if broken_rules(request) == {rule.id} and not (ignored or broken_rules(twin) or questions_asked(twin)):
            name = f"{label}, on {task_type} beside {slot}"
            yield Case(rule=rule.id, label=name, request=request, twin=twin, path=rule.path)
            return


def _violated(
    rule: Rule, task_type: str, other: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    if isinstance(rule.check, Together):
        # What the violation leaves out must stay out.
        beside = {name: value for name, value in other.items() if name not in TARGETED}
        for case in violations(rule):
            if case.request["TaskType"] == task_type:
                yield case.label, merged(beside, case.request), merged(beside, case.twin or {})
        return
    base = merged(other, home(rule.path, task_type))
    yield from ((label, request, base) for label, request in _edits(rule, base))


def company(task_type: str, path: str) -> dict[str, Any] | None:
    """Give the richest request of a task type in which the member at `path` counts, or None where it does not."""
    base = {name: value for name, value in richest(task_type).items() if name != "ClientToken"}
    top = top_of(path)
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
