"""Hypothesis strategies over whole requests: valid ones of every task type, and ones that break exactly one rule."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.contract.rule import Permission, Promise, Rule, Together
from conformance.contract.shapes import request_tree, top_of
from strategies.documents import at, merged, put, steps
from strategies.homes import companions, home, minimal, node_at, task_type_of
from strategies.levels import levels, member_paths
from strategies.values import BMP_PATHS, limit
from strategies.violations import violations

# Text that every source takes alike: assigned characters of the BMP, no control characters, no surrogates.
_TEXT = st.characters(min_codepoint=0x20, max_codepoint=0xFFFD, exclude_categories=("Cc", "Cs", "Cn", "Co"))


def values(path: str) -> st.SearchStrategy[Any]:
    """Valid values of the member at `path`: its limits and enum values as often as free text where it takes any."""
    known = st.sampled_from(levels(path))
    longest = limit(node_at(path))
    if path in BMP_PATHS and not path.endswith("StepFunctions.Input") and longest:
        return known | st.text(_TEXT, min_size=1, max_size=longest)
    return known


@st.composite
def requests(draw: st.DrawFn, *, task_type: str | None = None) -> dict[str, Any]:
    """Valid requests that ask no open question, from the minimal one to one with every member.

    Shrinks towards the minimal AUTOMATION request.
    """
    order = ("AUTOMATION", "RUN_COMMAND", "LAMBDA", "STEP_FUNCTIONS")
    chosen = task_type or draw(st.sampled_from(order))
    targeted = chosen == "RUN_COMMAND" or draw(st.booleans())
    document = minimal(chosen, targeted=targeted)
    paths = draw(st.lists(st.sampled_from(member_paths(chosen)), unique=True, max_size=12))
    for path in sorted(paths):
        if targeted or path.partition("[")[0] not in ("Targets", "MaxConcurrency", "MaxErrors"):
            document = with_value(document, path, draw(values(path)))
    return document


def with_value(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Give a valid document that holds `value` at `path`, with all that must stand beside it.

    A list or map on the way is begun anew, since only its first element is spoken of.
    """
    beside = merged(home(path, document["TaskType"]), document)
    top = steps(path)[0]
    fresh = {**document, **companions_of(document, path)}
    fresh[top] = merged(fresh.get(top, {}), beside[top]) if isinstance(beside[top], dict) else beside[top]
    if "[" in path or "{" in path:
        container = path.partition("[")[0].partition("{")[0]
        fresh = put(fresh, container, at(home(path, document["TaskType"]), container))
    return dict(put(fresh, path, value))


def companions_of(document: dict[str, Any], path: str) -> dict[str, Any]:
    """Give the top-level members of `document` with the companions of `path` merged in."""
    return {name: merged(document.get(name, {}), value) for name, value in companions(path).items()}


def requests_breaking(rule: Rule) -> st.SearchStrategy[dict[str, Any]]:
    """Requests that break `rule` and no other, in poor and rich company, by construction.

    ValueError for a permission or a promise, which no request can break.
    """
    return pairs_breaking(rule).map(lambda pair: pair[0])


def pairs_breaking(rule: Rule) -> st.SearchStrategy[tuple[dict[str, Any], dict[str, Any]]]:
    """Requests that break `rule` alone, each with its valid twin, which differs in that one edit."""
    if isinstance(rule.check, Permission | Promise):
        raise ValueError(
            f"rule={rule.id!r} forbids nothing, so no request breaks it; expected a constraint or combination"
        )
    return _pairs(rule)


@st.composite
def _pairs(draw: st.DrawFn, rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
    case = draw(st.sampled_from(violations(rule)))
    twin = case.twin or {}
    if rule.id.startswith("TaskType."):
        return dict(case.request), dict(twin)
    task_type = case.request["TaskType"] if isinstance(rule.check, Together) else task_type_of(rule.path)
    company = draw(_company(task_type, rule))
    return merged(company, case.request), merged(company, twin)


def _company(task_type: str, rule: Rule) -> st.SearchStrategy[dict[str, Any]]:
    """Valid top-level members, plain or at their limits, that no rule ties to the one under test."""
    top = top_of(rule.path)
    names = [
        name
        for name, node in request_tree().children
        if not node.required and name not in ("Targets", "MaxConcurrency", "MaxErrors", "TaskInvocationParameters", top)
    ]
    names = [
        name for name in names if name not in ("TaskParameters", "LoggingInfo", "ClientToken", "AlarmConfiguration")
    ]
    if task_type in ("RUN_COMMAND", "AUTOMATION") and top != "AlarmConfiguration":
        return _members([*names, "AlarmConfiguration"])
    return _members(names)


@st.composite
def _members(draw: st.DrawFn, names: list[str]) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=6))
    return {name: home(name)[name] if name == "AlarmConfiguration" else draw(values(name)) for name in sorted(chosen)}
