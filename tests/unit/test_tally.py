"""What a run adds up to: nothing that was not judged counts as kept."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.events import (
    CaseFinished,
    ChargeFacts,
    Finding,
    Log,
    RuleFacts,
    RunFinished,
    RunStarted,
    TargetFacts,
)
from conformance.tally import negatives, open_answers, score, tally_rules, unsupported


def facts(id: str, *, planned: bool = True) -> RuleFacts:
    return RuleFacts(id=id, area="input", level="MUST", evidence="model", source="s", statement="t", planned=planned)


def case(verdict: Any, *, rule: str = "a", expect: str = "reject", **more: Any) -> CaseFinished:
    given: dict[str, Any] = {"label": "l", "outcome": "rejected:ValidationException", "request": {}, **more}
    return CaseFinished(case=f"{rule}/l", rule=rule, verdict=verdict, expect=expect, **given)


def finding(rule: str = "a", *, known: bool = False) -> Finding:
    return Finding(
        id="0",
        rule=rule,
        area="input",
        level="MUST",
        kind="too-lenient",
        title="t",
        expected="e",
        observed="accepted",
        outcome="accepted",
        request={},
        known=known,
    )


def log(*cases: CaseFinished, findings: tuple[Finding, ...] = (), rules: tuple[RuleFacts, ...] = (facts("a"),)) -> Log:
    return Log(
        started=RunStarted(
            suite="0",
            botocore="0",
            contract_digest="0",
            rules=rules,
            target=TargetFacts(name="t", kind="http"),
            profile="quick",
            seed=0,
        ),
        cases=cases,
        findings=findings,
        finished=RunFinished(requests=0, seconds=0, valid=True, exit_status=0),
    )


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        (["conforms"], "conforms"),
        (["conforms", "conforms"], "conforms"),
        ([], "not-exercised"),
        (["explained"], "not-exercised"),
        (["open"], "not-exercised"),
        (["unsupported"], "unsupported"),
        (["conforms", "unsupported"], "conforms"),
        (["inconclusive"], "inconclusive"),
        (["conforms", "inconclusive"], "inconclusive"),
        (["explained", "conforms"], "conforms"),
    ],
)
def test_the_verdict_of_a_rule_is_the_worst_that_was_judged(verdicts: list[str], verdict: str) -> None:
    (line,) = tally_rules(log(*(case(each) for each in verdicts)))
    assert verdict == line.verdict


def test_a_finding_makes_a_rule_diverge_whatever_else_was_seen() -> None:
    (line,) = tally_rules(log(case("conforms"), case("inconclusive"), findings=(finding(),)))
    assert ("diverges", False) == (line.verdict, line.known)


def test_a_known_divergence_is_known_and_diverges_all_the_same() -> None:
    (line,) = tally_rules(log(case("diverges"), findings=(finding(known=True),)))
    assert ("diverges", True) == (line.verdict, line.known)
    (line,) = tally_rules(log(case("diverges"), findings=(finding(known=True), finding())))
    assert not line.known


def test_answers_are_counted_under_their_own_rule_only() -> None:
    accepted = case("conforms", expect="accept", outcome="accepted")
    (line,) = tally_rules(log(accepted, case("conforms"), case("conforms", rule="b")))
    assert (1, 1) == (line.accepts, line.rejects)


def test_a_case_that_exercised_another_rule_beside_counts_for_it() -> None:
    lines = tally_rules(log(case("conforms", also=("b",)), rules=(facts("a"), facts("b"))))
    assert ["conforms", "conforms"] == [line.verdict for line in lines]


def test_a_canary_counts_for_nothing() -> None:
    (line,) = tally_rules(log(case("diverges", canary=True)))
    assert ("not-exercised", 0) == (line.verdict, line.rejects)


def test_a_rule_that_was_not_asked_for_says_so() -> None:
    (line,) = tally_rules(log(rules=(facts("a", planned=False),)))
    assert "not asked in this profile" == line.reason


def test_the_score_counts_what_was_judged_and_known_divergences_too() -> None:
    rules = (facts("a"), facts("b"), facts("c"))
    lines = tally_rules(log(case("diverges"), case("conforms", rule="b"), findings=(finding(known=True),), rules=rules))
    found = score(lines)
    assert (3, 2, 1) == (found.rules, found.exercised, found.diverging)


def test_the_answers_to_open_questions_are_told_once_each_in_order() -> None:
    asked = [
        case("open", rule="", question="q", label=label, outcome=outcome)
        for label, outcome in (("b", "accepted"), ("a", "rejected:X"), ("b", "accepted"))
    ]
    assert {"q": ("b: accepted", "a: rejected:X")} == open_answers(log(*asked))


def test_what_is_not_implemented_is_told_by_operation() -> None:
    # An open question that could not be asked is no rule.
    cases = [case("unsupported", rule=rule, operation="Get") for rule in ("a", "b", "", "a")]
    assert {"Get": ("a", "b")} == unsupported(log(*cases))


def test_negatives_count_those_that_were_judged_and_whose_twin_was_accepted() -> None:
    cases = [
        case("conforms", twin={}, twin_accepted=True),
        case("diverges", twin={}, twin_accepted=False),
        case("explained", twin={}, twin_accepted=False),
        case("conforms", twin=None),
        case("conforms", twin={}, twin_accepted=True, canary=True),
        case("conforms", expect="accept", twin={}),
    ]
    assert (2, 1) == negatives(log(*cases))


def test_a_charge_on_another_rule_is_told_under_that_rule() -> None:
    charge = ChargeFacts(rule="b", kind="wire", level="MUST", expected="e", observed="o")
    lines = tally_rules(
        log(case("diverges", charges=(charge,)), findings=(finding("b"),), rules=(facts("a"), facts("b")))
    )
    assert "diverges" == lines[1].verdict
