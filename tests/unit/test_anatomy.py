"""The pictures worked out from verdicts: members with how they are treated, findings by cause, pages of AWS."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.events import Finding, RuleFacts
from conformance.tally import RuleTally
from reports.anatomy import Member, anatomy
from reports.causes import causes
from reports.links import page_of


def line(id: str, verdict: Any = "conforms", area: str = "input") -> RuleTally:
    facts = RuleFacts(id=id, area=area, level="MUST", evidence="model", source="", statement=id, planned=True)
    return RuleTally(rule=facts, verdict=verdict, accepts=0, rejects=0, known=False)


def finding(rule: str, kind: str = "too-lenient", area: str = "input", *, known: bool = False) -> Finding:
    return Finding(
        id=f"{rule} {kind}",
        rule=rule,
        area=area,
        level="MUST",
        kind=kind,
        title=f"title of {rule}",
        expected="",
        observed="",
        outcome="",
        request={},
        known=known,
    )


def by_path(members: tuple[Member, ...]) -> dict[str, Member]:
    return {member.path: member for top in members for member in top.walk()}


def test_members_stand_below_their_parents_also_where_no_rule_names_the_parent() -> None:
    members = anatomy([line("Targets[].Key.max-length"), line("Map{key}.min-length"), line("Map{}.Values.type")], ())
    assert ["Targets", "Map"] == [member.path for member in members]
    assert {"Targets", "Targets[]", "Targets[].Key", "Map", "Map{key}", "Map{}", "Map{}.Values"} == by_path(
        members
    ).keys()
    assert ["Targets", "[]", "Key"] == [member.name for member in members[0].walk()]


@pytest.mark.parametrize(
    ("verdicts", "kinds", "treatment"),
    [
        (("conforms", "conforms"), (), "checked"),
        (("diverges", "conforms"), ("too-lenient",), "partly"),
        (("diverges", "diverges"), ("too-lenient", "too-lenient"), "anything"),
        (("diverges", "diverges"), ("wrong-error", "wrong-error"), "checked"),
        (("not-exercised", "unsupported"), (), "unknown"),
    ],
)
def test_a_member_is_treated_as_its_constraints_are(
    verdicts: tuple[str, str], kinds: tuple[str, ...], treatment: str
) -> None:
    ids = ("Name.max-length", "Name.type")
    lines = [line(id, verdict) for id, verdict in zip(ids, verdicts, strict=True)]
    findings = [finding(id, kind) for id, kind in zip(ids, kinds, strict=False)]
    assert treatment == anatomy(lines, findings)[0].treatment


def test_a_member_that_is_refused_when_valid_is_told_so_before_anything_else() -> None:
    lines = [line("Name.accepted", "diverges"), line("Name.max-length")]
    assert "refused" == anatomy(lines, [finding("Name.accepted", "too-strict")])[0].treatment


def test_a_member_that_is_told_otherwise_is_not_stored() -> None:
    members = anatomy([line("Name.max-length"), line("Targets[].Key.type")], [finding("read-back.get.Targets[].Key")])
    assert {"Targets[].Key"} == {path for path, member in by_path(members).items() if not member.stored}


def test_one_cause_explains_all_constraints_where_none_is_checked() -> None:
    lines = [line(f"M{n}.max-length", "diverges") for n in range(12)]
    findings = [finding(each.rule.id) for each in lines] + [finding("token.mismatch-refused", area="state")]
    made = causes(findings, lines)
    assert ["No constraint of the service model is checked", "ClientToken does not make a call idempotent"] == [
        each.title for each in made
    ]
    assert 12 == len(made[0].findings)


def test_a_cause_counts_where_some_constraints_are_checked() -> None:
    lines = [line("A.max-length", "diverges"), line("B.max-length"), line("C.max-length", "unsupported")]
    (made,) = causes([finding("A.max-length")], lines)
    assert "1 of 2 constraints of the service model are not checked" == made.title


def test_what_fits_no_family_is_a_cause_of_its_own() -> None:
    (made,) = causes([finding("listing.once", "wrong-effect", "effect")], [])
    assert ("listing-once", "title of listing.once") == (made.id, made.title)


def test_refused_valid_requests_come_first_and_known_causes_last() -> None:
    findings = [
        finding("read-back.get.Name", "wrong-effect", "effect"),
        finding("Name.accepted", "too-strict"),
        finding("quota.tasks-per-window", known=True),
    ]
    assert ["valid-refused", "read-back", "quotas"] == [each.id for each in causes(findings, [])]


@pytest.mark.parametrize(
    ("rule", "path", "ending"),
    [
        (
            "Name.max-length",
            "Name",
            "API_RegisterTaskWithMaintenanceWindow.html#systemsmanager-RegisterTaskWithMaintenanceWindow-request-Name",
        ),
        ("Targets[].Key.pattern", "Targets[].Key", "API_Target.html#systemsmanager-Type-Target-Key"),
        ("token.replay-same-id", "ClientToken", "request-ClientToken"),
        ("read-back.describe.Name", "Name", "API_DescribeMaintenanceWindowTasks.html"),
        ("window.deletion-takes-tasks", "", "API_DeleteMaintenanceWindow.html"),
        ("window.unknown", "", "API_RegisterTaskWithMaintenanceWindow.html"),
        ("quota.tasks-per-window", "", "gr/ssm.html"),
        ("wire.malformed-json", "", "aws-json-1_1-protocol.html"),
    ],
)
def test_a_rule_has_a_page_where_it_can_be_read(rule: str, path: str, ending: str) -> None:
    assert page_of(rule, path).endswith(ending)


def test_the_measured_power_is_told_from_one_place() -> None:
    from reports.strength import power

    assert {"measured", "planted", "visible", "found", "how"} == power().keys()
    assert power()["found"] <= power()["visible"] <= power()["planted"]
