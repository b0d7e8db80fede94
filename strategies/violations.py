"""Requests that break exactly one rule, by construction: a valid home, and one edit that the rule forbids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.case import Case
from conformance.contract.catalogue import broken_rules
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.rule import JsonType, Permission, Promise, Required, Rule, Together
from strategies.boundaries import boundary_values
from strategies.documents import first_at, merged, put, take
from strategies.homes import TARGETED, home, minimal, node_at
from strategies.values import plain

Edit = tuple[str, Mapping[str, Any], Mapping[str, Any]]
"""A label, the request, and its twin."""


def constraint_cases(rule: Rule) -> tuple[Case, ...]:
    """Give the cases of a rule on one member: each value around its limit, in the member's home."""
    if isinstance(rule.check, Required):
        twin = home(rule.path)
        return (_case(rule, "left out", take(twin, rule.path), twin), _null_case(rule, twin))
    if rule.id == "TaskType.enum":
        return tuple(_task_type_cases(rule))
    twin = home(rule.path)
    cases = [_case(rule, each.label, put(twin, rule.path, each.value), twin) for each in boundary_values(rule)]
    return (*cases, *_beside_a_good_one(rule, cases), *_not_needed(rule))


def _not_needed(rule: Rule) -> Iterator[Case]:
    """Give the wrong types of a member that tasks with targets need on a task without: where dropping it shows."""
    if isinstance(rule.check, JsonType) and rule.path in TARGETED:
        twin = minimal("AUTOMATION")
        for each in boundary_values(rule):
            yield _case(rule, f"{each.label}, on a task without targets", {**twin, rule.path: each.value}, twin)


def _beside_a_good_one(rule: Rule, cases: list[Case]) -> Iterator[Case]:
    """Give the first violation again behind a valid element, and before one: some check the first or the last alone."""
    first = next((case for case in cases if broken_rules(case.request) == {rule.id}), None)
    outermost = re.split(r"[\[{]", rule.path)[0]
    innermost = rule.path.rpartition("[]")[0] or rule.path.rpartition("{")[0]
    if first is None or outermost == rule.path:
        return
    for container in dict.fromkeys((outermost, innermost)):
        if container in _ONE_ALONE or container.endswith("{key}"):
            continue
        for where, both in _pairs(first_at(home(container), container), first_at(first.request, container)):
            label = f"{first.label}, {where} a valid one" + (f" in {container}" if container != innermost else "")
            yield _case(rule, label, put(first.request, container, both), first.twin or {})


_ONE_ALONE = ("Targets", "AlarmConfiguration.Alarms", "AlarmConfiguration")
"""Several targets are an open question, and of alarms there is one."""


def _pairs(good: Any, bad: Any) -> Iterator[tuple[str, Any]]:
    match good, bad:
        case list(), list():
            yield from (("behind", [*good, *bad]), ("before", [*bad, *good]))
        case dict(), dict() if good:
            entry = {"good": next(iter(good.values()))}
            yield from (("behind", {**entry, **bad}), ("before", {**bad, **entry}))
        case _:
            return


def _null_case(rule: Rule, twin: Mapping[str, Any]) -> Case:
    return _case(rule, "null", put(twin, rule.path, None), twin)


def _task_type_cases(rule: Rule) -> Iterator[Case]:
    twin = home("TaskType")
    for each in boundary_values(rule):
        valid = each.value in BLOCK_OF_TYPE
        request = minimal(each.value) if valid else put(twin, "TaskType", each.value)
        yield _case(rule, each.label, request, twin)


def _case(rule: Rule, label: str, request: Mapping[str, Any], twin: Mapping[str, Any]) -> Case:
    return Case(rule=rule.id, label=label, request=request, twin=twin, path=rule.path)


def violations(rule: Rule) -> tuple[Case, ...]:
    """Give cases that break `rule` and no other; empty for permissions and promises, which no request breaks."""
    match rule.check:
        case Together():
            return tuple(_combination_cases(rule))
        case Permission() | Promise():
            return ()
        case _:
            return tuple(case for case in constraint_cases(rule) if _breaks(rule, case))


def _breaks(rule: Rule, case: Case) -> bool:
    return broken_rules(case.request) == {rule.id}


def _combination_cases(rule: Rule) -> Iterator[Case]:
    for label, request, twin in _EDITS[rule.id]():
        yield Case(rule=rule.id, label=label, request=request, twin=twin, path=rule.path)


def _run_command_without_targets() -> Iterator[Edit]:
    twin = minimal("RUN_COMMAND")
    bare = {key: value for key, value in twin.items() if key not in TARGETED}
    yield "no Targets", bare, twin
    yield "no Targets, with a command", merged(bare, _command()), merged(twin, _command())
    yield "null for Targets", {**bare, "Targets": None}, twin
    yield (
        "null for Targets, with their limits",
        {**twin, "Targets": None, "MaxConcurrency": None, "MaxErrors": None},
        twin,
    )


def _command() -> dict[str, Any]:
    return {"TaskInvocationParameters": {"RunCommand": {"Parameters": {"commands": ["uptime"]}}}}


def _run_command_with_no_target() -> Iterator[Edit]:
    twin = minimal("RUN_COMMAND")
    bare = {key: value for key, value in twin.items() if key not in TARGETED}
    yield "Targets []", {**twin, "Targets": []}, twin
    yield "Targets [] alone", {**bare, "Targets": []}, twin


def _left_out_beside_targets(member: str) -> Callable[[], Iterator[Edit]]:
    def edits() -> Iterator[Edit]:
        for task_type in BLOCK_OF_TYPE:
            twin = minimal(task_type, targeted=True)
            yield f"{task_type} with Targets, without {member}", take(twin, member), twin
            yield f"{task_type} with Targets, null for {member}", {**twin, member: None}, twin

    return edits


def _given_without_targets(member: str) -> Callable[[], Iterator[Edit]]:
    def edits() -> Iterator[Edit]:
        for task_type in BLOCK_OF_TYPE:
            if task_type != "RUN_COMMAND":
                twin = minimal(task_type)
                yield f"{task_type} without Targets, with {member}", {**twin, member: "1"}, twin

    return edits


def _foreign_block(block: str) -> Callable[[], Iterator[Edit]]:
    def edits() -> Iterator[Edit]:
        foreign = {block: plain(node_at(f"TaskInvocationParameters.{block}"))}
        for task_type, own in BLOCK_OF_TYPE.items():
            if own != block:
                twin = minimal(task_type)
                yield f"on {task_type}, alone", {**twin, "TaskInvocationParameters": foreign}, twin
                beside = home(f"TaskInvocationParameters.{own}")
                both = {**beside["TaskInvocationParameters"], **foreign}
                yield f"on {task_type}, beside {own}", {**beside, "TaskInvocationParameters": both}, beside

    return edits


def _window_targets(count: int) -> dict[str, Any]:
    values = [f"{index:08x}-0000-4000-8000-000000000000" for index in range(1, count + 1)]
    return {**minimal("RUN_COMMAND"), "Targets": [{"Key": "WindowTargetIds", "Values": values}]}


def _too_many_window_targets() -> Iterator[Edit]:
    # The ids belong to no window, and whether that is looked at is open: only a twin that was accepted makes it a case.
    yield "11 window target ids", _window_targets(11), _window_targets(10)


_EDITS: dict[str, Callable[[], Iterator[Edit]]] = {
    "RUN_COMMAND.Targets-required": _run_command_without_targets,
    "RUN_COMMAND.Targets-not-empty": _run_command_with_no_target,
    "targeted.MaxConcurrency-required": _left_out_beside_targets("MaxConcurrency"),
    "targeted.MaxErrors-required": _left_out_beside_targets("MaxErrors"),
    "targetless.MaxConcurrency-refused": _given_without_targets("MaxConcurrency"),
    "targetless.MaxErrors-refused": _given_without_targets("MaxErrors"),
    **{
        f"TaskInvocationParameters.{block}.other-task-type-refused": _foreign_block(block)
        for block in BLOCK_OF_TYPE.values()
    },
    "Targets.window-target-ids-quota": _too_many_window_targets,
}
