"""Covering arrays hold every pair that can stand together, counted here without the code that built them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import combinations as pairs_of
from typing import Any

import pytest

from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.oracle import MustAccept, expectation
from strategies.combinations import KINDS, Kind, combination_cases, combinations, slots
from strategies.documents import at, put
from strategies.homes import home
from strategies.levels import combined_levels, levels, member_paths, slot_of

_ABSENT = "absent"


def _levels_of(kind: Kind, request: Mapping[str, Any]) -> dict[str, str]:
    return {slot: _ABSENT if at(request, slot) is None else json.dumps(at(request, slot)) for slot in slots(kind)}


def _met(kinds: Iterable[Kind]) -> set[frozenset[tuple[str, str]]]:
    found = set()
    for kind in kinds:
        for request in combinations(kind):
            found |= {frozenset(pair) for pair in pairs_of(_levels_of(kind, request).items(), 2)}
    return found


def _may_meet(kind: Kind, left: tuple[str, Any], right: tuple[str, Any]) -> bool:
    """Tell whether two values can stand in one valid request: put both into the union of their homes and judge it."""
    targeted = {"Targets", "MaxConcurrency", "MaxErrors"} & {left[0], right[0]} or kind.task_type == "RUN_COMMAND"
    request: Any = home("", kind.task_type)
    for slot in (left[0], right[0], *(["Targets"] if targeted else [])):
        if slot not in ("Targets", "MaxConcurrency", "MaxErrors"):
            request = _union(home(slot, kind.task_type), request)
    if targeted:
        plain = {"Targets": combined_levels("Targets")[0], "MaxConcurrency": "1", "MaxErrors": "1"}
        request = {**request, **plain}
    for slot, value in (left, right):
        request = put(request, slot, value)
    return isinstance(expectation(request), MustAccept)


def _union(left: Any, right: Any) -> Any:
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return {**left, **{key: _union(left[key], item) if key in left else item for key, item in right.items()}}
    return right


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_two_levels_of_every_two_members_meet(kind: Kind) -> None:
    met = _met(KINDS if not kind.counting else [kind])
    # What counts on one kind alone is judged there, so its pairs must meet there.
    own = {"TaskParameters", "LoggingInfo.S3BucketName", "LoggingInfo.S3Region", "LoggingInfo.S3KeyPrefix"}
    missing = []
    for left, right in pairs_of(slots(kind), 2):
        if kind.counting and not {left, right} & own:
            continue
        for one in combined_levels(left):
            for other in combined_levels(right):
                pair = frozenset({(left, json.dumps(one)), (right, json.dumps(other))})
                if pair not in met and _may_meet(kind, (left, one), (right, other)):
                    missing.append(pair)
    assert missing == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_level_is_present_and_absent_beside_every_other_member(kind: Kind) -> None:
    met = _met([kind])
    for left, right in pairs_of(slots(kind), 2):
        seen = {
            tuple(sorted(value == _ABSENT for _, value in pair))
            for pair in met
            if {s for s, _ in pair} == {left, right}
        }
        assert (False, False) in seen, (left, right)


def test_every_combination_must_be_accepted() -> None:
    cases = list(combination_cases())
    assert [case.id for case in cases if not isinstance(expectation(case.request), MustAccept)] == []
    assert len({case.id for case in cases}) == len(cases)


def test_combined_levels_lose_no_level_of_a_part() -> None:
    for task_type in BLOCK_OF_TYPE:
        for path in member_paths(task_type):
            text = json.dumps(combined_levels(slot_of(path)))
            for level in levels(path):
                assert json.dumps(level).strip("[]{}") in text, (path, level)
