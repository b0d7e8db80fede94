"""What the strategies can make, and what they never make."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from conformance.contract.case import WINDOW
from conformance.contract.catalogue import broken_rules, rule, rules
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.measures import length
from conformance.contract.open import questions_asked
from conformance.contract.rule import MaxLength, Permission, Promise
from conformance.oracle import MustAccept, MustReject, expectation
from strategies.documents import at, put, steps
from strategies.homes import home
from strategies.levels import levels, member_paths
from strategies.plan import cases_of
from strategies.recipes import HomeRecipes
from strategies.requests import pairs_breaking, requests, requests_breaking, values
from strategies.valid import richest

REFUSING = [each.id for each in rules().values() if not isinstance(each.check, Permission | Promise)]
BOUNDED = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@settings(BOUNDED, max_examples=300)
@given(request=requests())
def test_a_valid_request_must_be_accepted_and_asks_nothing(request: dict[str, Any]) -> None:
    assert frozenset() == broken_rules(request)
    assert () == questions_asked(request)
    assert MustAccept() == expectation(request)
    assert request == json.loads(json.dumps(request))


@pytest.mark.parametrize("task_type", BLOCK_OF_TYPE)
def test_every_task_type_can_be_made_and_asked_for(task_type: str) -> None:
    assert task_type == _smallest(requests(), lambda request: bool(request["TaskType"] == task_type))["TaskType"]

    @BOUNDED
    @given(request=requests(task_type=task_type))
    def asked_for(request: dict[str, Any]) -> None:
        assert task_type == request["TaskType"]

    asked_for()


def _smallest(strategy: st.SearchStrategy[Any], condition: Any) -> Any:
    """Find the smallest example, or fail in a sentence."""
    try:
        return find(
            strategy, condition, settings=settings(BOUNDED, max_examples=2000, phases=[Phase.generate, Phase.shrink])
        )
    except NoSuchExample:
        pytest.fail("the strategy never makes it")


def test_valid_requests_shrink_to_the_smallest_one() -> None:
    smallest = {"WindowId": WINDOW, "TaskArn": "AWS-RestartEC2Instance", "TaskType": "AUTOMATION"}
    assert smallest == _smallest(requests(), lambda _: True)


@pytest.mark.parametrize(
    "wanted", ["Description", "Priority", "AlarmConfiguration", "Targets", "TaskInvocationParameters"]
)
def test_an_optional_member_can_be_made_and_be_left_out(wanted: str) -> None:
    assert wanted in _smallest(requests(), lambda request: wanted in request)
    assert wanted not in _smallest(requests(), lambda request: wanted not in request)


@pytest.mark.parametrize("task_type", BLOCK_OF_TYPE)
def test_every_member_of_a_task_type_can_be_made_at_every_level(task_type: str) -> None:
    """Values are drawn from the levels, so each level stands in a valid request of this type."""
    for path in member_paths(task_type):
        assert levels(path), path
        strategy = values(path)
        for level in levels(path)[:3]:
            assert level == _smallest(strategy, lambda value, level=level: value == level), path


@pytest.mark.parametrize("path", sorted({path for each in BLOCK_OF_TYPE for path in member_paths(each)}))
def test_every_level_of_a_member_is_valid_in_its_home(path: str) -> None:
    for level in levels(path):
        assert MustAccept() == expectation(put(home(path), path, level)), level


# Not varied: their boundaries are listed cases. Not at their limit: a value there would ask an open question, break a
# pattern, or be no base64.
_NEVER_AT_THE_LIMIT = ("WindowId", "ClientToken", "AlarmConfiguration.Alarms", "Targets", "MaxConcurrency", "MaxErrors")


def _reaches_its_limit(path: str) -> bool:
    return path not in _NEVER_AT_THE_LIMIT and not path.endswith(("Payload", "ClientContext", "Key"))


@pytest.mark.parametrize(
    "rule_id",
    [id for id, each in rules().items() if isinstance(each.check, MaxLength) and _reaches_its_limit(each.path)],
)
def test_the_longest_valid_value_is_among_the_levels(rule_id: str) -> None:
    found = rule(rule_id)
    assert isinstance(found.check, MaxLength)
    assert found.check.limit == max(length(value) for value in levels(found.path))


@pytest.mark.parametrize("rule_id", REFUSING)
def test_a_request_that_breaks_a_rule_breaks_that_rule_alone(rule_id: str) -> None:
    @settings(BOUNDED, max_examples=10)
    @given(pair=pairs_breaking(rule(rule_id)))
    def breaks(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
        request, twin = pair
        assert {rule_id} == broken_rules(request)
        assert frozenset() == broken_rules(twin)
        expected = expectation(request)
        assert isinstance(expected, MustReject)
        assert (rule_id,) == expected.rules
        tops = {
            name for name in request.keys() | twin.keys() if json.dumps(request.get(name)) != json.dumps(twin.get(name))
        }
        assert tops, "the twin is the request itself"
        if rule(rule_id).path in ("WindowId", "TaskArn", "Name", "Description"):
            assert {steps(rule(rule_id).path)[0]} == tops

    breaks()


def test_what_breaks_a_rule_comes_in_poor_and_in_rich_company() -> None:
    strategy = requests_breaking(rule("Name.max-length"))
    assert 4 == len(_smallest(strategy, lambda _: True))
    assert len(_smallest(strategy, lambda request: len(request) > 7)) > 7


@pytest.mark.parametrize("kind", [Permission, Promise])
def test_what_forbids_nothing_can_not_be_broken(kind: type[Any]) -> None:
    found = next(each for each in rules().values() if isinstance(each.check, kind))
    with pytest.raises(ValueError, match="forbids nothing"):
        pairs_breaking(found)


def test_the_same_seed_draws_the_same_requests() -> None:
    assert _drawn() == _drawn()


def _drawn() -> list[Any]:
    found: list[Any] = []

    @BOUNDED
    @given(batch=st.lists(requests(), min_size=5, max_size=5))
    def draw(batch: list[Any]) -> None:
        found.append(batch)

    draw()
    return found


def test_the_cases_of_every_rule_are_the_same_each_time() -> None:
    for each in rules().values():
        assert cases_of(each) == cases_of(each)


@pytest.mark.parametrize("task_type", BLOCK_OF_TYPE)
def test_the_richest_request_is_valid_and_has_every_member_that_may_stand_there(task_type: str) -> None:
    request = richest(task_type)
    assert MustAccept() == expectation(request)
    missing = {"AlarmConfiguration"} if task_type in ("LAMBDA", "STEP_FUNCTIONS") else set()
    assert missing == {node for node in _members() if node not in request}


def _members() -> list[str]:
    from conformance.contract.shapes import request_tree

    return [name for name, _ in request_tree().children]


@pytest.mark.parametrize("task_type", BLOCK_OF_TYPE)
def test_what_a_recipe_adds_leaves_the_request_valid(task_type: str) -> None:
    recipes = HomeRecipes()
    base = recipes.minimal(task_type)
    added = dict(recipes.additions(base))
    assert added
    for member, request in added.items():
        assert at(request, member) is not None
        assert MustAccept() == expectation(request), member
