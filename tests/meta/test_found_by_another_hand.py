"""Faults that an independent implementation planted and an earlier suite missed, misnamed or broke on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from conformance.contract.catalogue import broken_rules, rule
from conformance.contract.combinations import window_target_ids
from conformance.contract.rule import Rule
from conformance.events import CaseFinished
from conformance.runner.examiner import Examiner
from conformance.runner.scenarios import play
from conformance.runner.sender import Sender
from conformance.runner.windows import Windows
from conformance.targets.base import Target
from conformance.targets.faults.fault import with_methods
from conformance.targets.mutants import mutants
from conformance.targets.reference import ReferenceTarget, Refused
from strategies.plan import cases_of
from strategies.questions import open_cases
from strategies.recipes import HomeRecipes
from strategies.valid import permission_cases

EVENTS = "TaskInvocationParameters.RunCommand.NotificationConfig.NotificationEvents"
TIMEOUT = "TaskInvocationParameters.RunCommand.TimeoutSeconds"


def examiner_of(target: Target) -> Examiner:
    sender = Sender(target, run_id="hand", sleep=lambda seconds: None)
    return Examiner(sender, Windows(sender, run_id="hand"), HomeRecipes())


def charged(events: list[CaseFinished]) -> set[tuple[str, str]]:
    return {(charge.rule, charge.kind) for event in events for charge in event.charges}


def asked(target: Target, found: Rule) -> set[tuple[str, str]]:
    examiner = examiner_of(target)
    return charged([examiner.examine(case) for case in cases_of(found)] + examiner.asides())


def test_a_crash_on_an_open_question_is_a_finding_and_not_the_end_of_the_report() -> None:
    def crash(self: ReferenceTarget, document: dict[str, Any]) -> None:
        if document.get("Targets") == []:
            raise RuntimeError("an empty list")

    examiner = examiner_of(with_methods(check_document=crash)())
    cases = [case for case in open_cases() if case.question == "targets.empty-list"]
    assert {("errors.no-server-error", "crash")} == charged([examiner.examine(case) for case in cases])


def test_a_check_of_the_first_element_alone_is_seen() -> None:
    id = f"{EVENTS}[].enum"

    def broken(self: ReferenceTarget, document: dict[str, Any]) -> frozenset[str]:
        found = broken_rules(document)
        if id in found:
            config = document["TaskInvocationParameters"]["RunCommand"]["NotificationConfig"]
            return found - {id} if config["NotificationEvents"][0] == "Failed" else found
        return found

    assert (id, "too-lenient") in asked(with_methods(broken=broken)(), rule(id))


def test_a_string_that_is_taken_for_a_number_is_seen_where_the_number_would_be_valid() -> None:
    def broken(self: ReferenceTarget, document: dict[str, Any]) -> frozenset[str]:
        found = broken_rules(document)
        if f"{TIMEOUT}.type" in found:
            value = document["TaskInvocationParameters"]["RunCommand"]["TimeoutSeconds"]
            return frozenset() if isinstance(value, str) and value.isdigit() and int(value) >= 30 else found
        return found

    assert (f"{TIMEOUT}.type", "too-lenient") in asked(with_methods(broken=broken)(), rule(f"{TIMEOUT}.type"))


def test_two_members_that_exclude_each_other_are_told_as_such() -> None:
    def check(self: ReferenceTarget, document: dict[str, Any]) -> None:
        ReferenceTarget.check_document(self, document)
        if "Priority" in document and "Targets" in document:
            raise Refused("ValidationException", "not together")

    examiner = examiner_of(with_methods(check_document=check)())
    together = rule("members.valid-together-accepted")
    events = [examiner.examine(case) for case in permission_cases(together)] + examiner.asides()
    assert charged(events) == {(together.id, "too-strict")}


def test_a_quota_of_nine_window_targets_is_told_under_its_own_rule() -> None:
    def check(self: ReferenceTarget, document: dict[str, Any]) -> None:
        ReferenceTarget.check_document(self, document)
        if len(window_target_ids(document)) > 9:
            raise Refused("ValidationException", "nine at most")

    found = charged(list(play("window-targets", examiner_of(with_methods(check_document=check)()))))
    assert found == {("Targets.window-target-ids-quota", "too-strict")}


def test_a_body_that_can_not_be_read_is_not_refused_with_a_success_status() -> None:
    def read(self: ReferenceTarget, body: Mapping[str, Any] | bytes) -> dict[str, Any]:
        try:
            return ReferenceTarget.read(self, body)
        except Refused as refusal:
            raise Refused(refusal.code, str(refusal), status=200) from refusal

    found = charged(list(play("malformed-bodies", examiner_of(with_methods(read=read)()))))
    assert found == {("errors.client-error-status", "wire")}


@pytest.mark.parametrize("fault", ["refuse:{}", "refuse-value:{}=Sha256"])
def test_a_type_of_hash_that_is_refused_is_told_from_a_hash_that_is_compared(fault: str) -> None:
    """The two stand together, so that one is left out, or given another value, to tell which is to blame."""
    path = "TaskInvocationParameters.RunCommand.DocumentHashType"
    examiner = examiner_of(mutants()[fault.format(path)].make())
    events = [examiner.examine(case) for case in permission_cases(rule(f"{path}.accepted"))] + examiner.asides()
    assert {(f"{path}.accepted", "too-strict")} == charged(events)
