"""A violation breaks its rule and no other, and its twin, one edit away, is valid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from conformance.contract.case import Case
from conformance.contract.catalogue import broken_rules, rule, rules
from conformance.contract.checking import without_nulls
from conformance.contract.measures import decoded
from conformance.contract.rule import (
    JsonType,
    MinLength,
    MinValue,
    NotNull,
    Permission,
    Promise,
    Required,
    Rule,
    Together,
)
from conformance.contract.shapes import OPERATION
from conformance.oracle import Either, MustAccept, MustReject, expectation
from strategies.documents import steps
from strategies.homes import node_at
from strategies.plan import cases_of
from strategies.violations import violations

REFUSING = [each.id for each in rules().values() if not isinstance(each.check, Permission | Promise)]
TWIN_IS_OPEN = "Targets.window-target-ids-quota"  # whether its window target ids exist is looked at or not


@cache
def _cases(rule_id: str) -> tuple[Case, ...]:
    return violations(rule(rule_id))


@pytest.mark.parametrize("rule_id", REFUSING)
def test_a_violation_breaks_its_rule_and_no_other(rule_id: str) -> None:
    cases = _cases(rule_id)
    assert cases, f"no request is known that breaks {rule_id}"
    for case in cases:
        assert {rule_id} == broken_rules(case.request), case.label
        expected = expectation(case.request)
        assert isinstance(expected, MustReject), case.label
        assert (rule_id,) == expected.rules, case.label


@pytest.mark.parametrize("rule_id", REFUSING)
def test_the_twin_of_a_violation_is_valid(rule_id: str) -> None:
    for case in _cases(rule_id):
        assert case.twin is not None, case.label
        assert frozenset() == broken_rules(case.twin), case.label
        kind = Either if rule_id == TWIN_IS_OPEN else MustAccept
        assert isinstance(expectation(case.twin), kind), case.label


@pytest.mark.parametrize("rule_id", REFUSING)
def test_a_violation_is_one_edit_away_from_its_twin(rule_id: str) -> None:
    """Everything but the top-level members that the rule speaks of is equal."""
    found = rule(rule_id)
    tops = {steps(found.path)[0]}
    if isinstance(found.check, Together):
        tops |= {"Targets", "MaxConcurrency", "MaxErrors"}
    for case in _cases(rule_id):
        twin = case.twin or {}
        edited = {name for name in case.request.keys() | twin.keys() if _text(case.request, name) != _text(twin, name)}
        assert edited, case.label
        assert edited <= tops, case.label


def _text(document: Mapping[str, Any], name: str) -> str:
    """Give a member as JSON, in which 1 and true are two things."""
    return json.dumps(document[name]) if name in document else ""


@pytest.mark.parametrize("rule_id", [id for id, each in rules().items() if not isinstance(each.check, Promise)])
def test_the_cases_of_a_rule_have_names_of_their_own_and_travel_as_json(rule_id: str) -> None:
    cases = cases_of(rule(rule_id))
    assert cases
    assert len(cases) == len({case.id for case in cases})
    for case in cases:
        assert case.request == json.loads(json.dumps(case.request))


@pytest.mark.parametrize("rule_id", [id for id, each in rules().items() if isinstance(each.check, Permission)])
def test_a_case_of_a_permission_must_be_accepted(rule_id: str) -> None:
    for case in cases_of(rule(rule_id)):
        assert isinstance(expectation(case.request), MustAccept), case.label


@cache
def _complaints_of_botocore(text: str) -> tuple[str, ...]:
    shape = get_session().get_service_model("ssm").operation_model(OPERATION).input_shape
    report = ParamValidator().validate(_as_python(json.loads(text)), shape)
    return tuple(report.generate_report().splitlines())


def _as_python(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give a request as a Python user writes it: blobs as bytes, where it is base64 at all."""
    document: dict[str, Any] = json.loads(json.dumps(request))
    blocks = document.get("TaskInvocationParameters")
    function = blocks.get("Lambda") if isinstance(blocks, dict) else None
    if isinstance(function, dict) and isinstance(function.get("Payload"), str):
        function["Payload"] = decoded(function["Payload"]) or b""
    return document


def _has_an_opinion(found: Rule) -> bool:
    """botocore looks at types, required members and minima, never at maxima, enums, patterns and the size of a map."""
    if isinstance(found.check, MinLength) and node_at(found.path).kind == "map":
        return False
    return isinstance(found.check, Required | MinLength | MinValue | JsonType | NotNull)


def _is_taken_by_python_for_a_number(case: Case) -> bool:
    """True is an int in Python, so botocore takes it for one."""
    return case.label == "a boolean" and node_at(case.path).kind == "integer"


@pytest.mark.parametrize("rule_id", [id for id in REFUSING if _has_an_opinion(rule(id))])
def test_botocore_refuses_what_breaks_a_rule_that_it_checks(rule_id: str) -> None:
    for case in _cases(rule_id):
        seen = bool(_complaints_of_botocore(json.dumps(case.request)))
        assert seen or _is_taken_by_python_for_a_number(case), case.label


@pytest.mark.parametrize("rule_id", REFUSING)
def test_botocore_takes_the_twin_of_every_violation(rule_id: str) -> None:
    for case in _cases(rule_id):
        assert () == _complaints_of_botocore(json.dumps(case.twin)), case.label


@pytest.mark.parametrize(
    "rule_id", [id for id in REFUSING if not _has_an_opinion(rule(id)) and not id.endswith(".base64")]
)
def test_botocore_sees_nothing_in_what_breaks_a_rule_that_it_does_not_check(rule_id: str) -> None:
    """So a violation is wrong for its own reason, and for no type, missing member or minimum beside it."""
    for case in _cases(rule_id):
        # A null is absence here, and no value at all to botocore.
        assert () == _complaints_of_botocore(json.dumps(without_nulls(case.request))), case.label
