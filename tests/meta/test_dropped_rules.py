"""The reference without a rule is caught, under that rule's id: no rule of the suite is blind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from conformance.contract.case import WINDOW, Case
from conformance.contract.catalogue import rule, rules
from conformance.contract.checking import without_nulls
from conformance.contract.rule import VALIDATION, Permission, Promise
from conformance.events import CaseFinished
from conformance.targets.base import Target
from conformance.targets.reference import ReferenceTarget, Refused
from strategies.plan import cases_of

Examine = Callable[[Target, Iterable[Case]], list[CaseFinished]]
REFUSING = [each.id for each in rules().values() if not isinstance(each.check, Permission | Promise)]
PERMISSIONS = [each.id for each in rules().values() if isinstance(each.check, Permission)]


# A service that does not look at the id's form looks for the window all the same, and one that takes a list for a
# string trips over it further in: the rule is caught, under another kind.
_KINDS = {"WindowId": {"wrong-error", "too-lenient", "crash"}, "ClientToken": {"too-lenient", "crash"}}


def _charged(cases: Iterable[CaseFinished]) -> set[tuple[str, str]]:
    return {(charge.rule, charge.kind) for case in cases for charge in case.charges}


def _assert_caught(rule_id: str, found: Iterable[CaseFinished]) -> None:
    charged = _charged(found)
    assert {rule_id} == {id for id, _ in charged}
    assert {kind for _, kind in charged} <= _KINDS.get(rule(rule_id).path, {"too-lenient"})


@pytest.mark.parametrize("rule_id", REFUSING)
def test_a_target_that_forgets_a_rule_is_caught_under_its_id(rule_id: str, examine: Examine) -> None:
    _assert_caught(rule_id, examine(ReferenceTarget(dropped=frozenset({rule_id})), cases_of(rule(rule_id))))


@pytest.mark.parametrize("rule_id", REFUSING)
def test_two_values_beyond_the_limit_are_enough_to_catch_it(rule_id: str, examine: Examine) -> None:
    """The quick profile asks two values on each side of a limit."""
    _assert_caught(rule_id, examine(ReferenceTarget(dropped=frozenset({rule_id})), cases_of(rule(rule_id))))


class Forbidding(ReferenceTarget):
    """Refuses, whatever stands in the window's place, exactly the requests that it was given."""

    def __init__(self, forbidden: Iterable[Any]) -> None:
        super().__init__()
        self._forbidden = [_key(request) for request in forbidden]

    def check_document(self, document: dict[str, Any]) -> None:
        """Refuse what is forbidden, then what the contract forbids."""
        if _key(document) in self._forbidden:
            raise Refused(VALIDATION, "forbidden")
        super().check_document(document)


def _key(document: Any) -> str:
    clean = {**without_nulls(document), "WindowId": WINDOW}
    clean.pop("ClientToken", None)
    return repr(sorted(clean.items()))


def _refusals_of(rule_id: str, examine: Examine) -> list[CaseFinished]:
    cases = cases_of(rule(rule_id))
    return examine(Forbidding(case.request for case in cases), cases)


@pytest.mark.parametrize("rule_id", PERMISSIONS)
def test_a_target_that_refuses_what_a_permission_allows_is_caught(rule_id: str, examine: Examine) -> None:
    """Whose fault it is takes another request to tell: the rule that is blamed is the permission or one of its part."""
    found = _charged(_refusals_of(rule_id, examine))
    assert found
    assert {"too-strict"} == {kind for _, kind in found}
