"""The catalogue: every constraint of the model is a rule, every rule has a name, a level and a source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.loaders import Loader

from conformance.contract.catalogue import broken_rules, rule, rules
from conformance.contract.checking import without_nulls
from conformance.contract.combinations import ignored_members
from conformance.contract.exclusions import EXCLUSIONS
from conformance.contract.open import open_questions
from conformance.contract.rule import (
    DOES_NOT_EXIST,
    LIMIT,
    MISMATCH,
    REFUSED,
    SERIALIZATION,
    Area,
    Level,
    MaxLength,
    MinLength,
    Permission,
    Promise,
    Together,
)
from conformance.contract.shapes import service_model

WINDOW = "mw-0123456789abcdef0"
AUTOMATION = {"WindowId": WINDOW, "TaskArn": "AWS-RestartEC2Instance", "TaskType": "AUTOMATION"}
COMMAND = {
    "WindowId": WINDOW,
    "TaskArn": "AWS-RunShellScript",
    "TaskType": "RUN_COMMAND",
    "Targets": [{"Key": "InstanceIds", "Values": ["i-0123456789abcdef0"]}],
    "MaxConcurrency": "1",
    "MaxErrors": "1",
}


def test_an_id_names_one_rule_and_is_told_from_questions_and_exclusions() -> None:
    ids = [*rules(), *(each.id for each in open_questions()), *(each.id for each in EXCLUSIONS)]
    assert len(ids) == len(set(ids))
    assert [(id, id) for id in rules()] == [(id, each.id) for id, each in rules().items()]


def test_a_rule_of_no_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        rule("Name.no-such-thing")


def test_the_model_is_the_one_that_botocore_itself_loads() -> None:
    assert Loader().load_service_model("ssm", "service-2") == service_model()


def _constraints_of_the_model() -> Iterator[str]:
    """Walk the model anew, with a walk that shares nothing with the catalogue's own."""
    model = Loader().load_service_model("ssm", "service-2")
    shapes = model["shapes"]

    def walk(name: str, path: str) -> Iterator[str]:
        shape = shapes[name]
        number = shape["type"] in ("integer", "long")
        if shape.get("min", 0) > 0 or (number and "min" in shape):
            yield f"{path}.{'min-value' if number else 'min-length'}"
        if "max" in shape:
            yield f"{path}.{'max-value' if number else 'max-length'}"
        yield from (f"{path}.{key}" for key in ("pattern", "enum") if key in shape)
        if shape["type"] == "structure":
            for member, reference in shape["members"].items():
                below = f"{path}.{member}".lstrip(".")
                if member in shape.get("required", ()):
                    yield f"{below}.required"
                yield from walk(reference["shape"], below)
        elif shape["type"] == "list":
            yield from walk(shape["member"]["shape"], f"{path}[]")
        elif shape["type"] == "map":
            yield from walk(shape["key"]["shape"], f"{path}{{key}}")
            yield from walk(shape["value"]["shape"], f"{path}{{}}")

    yield from walk(model["operations"]["RegisterTaskWithMaintenanceWindow"]["input"]["shape"], "")


def test_every_constraint_of_the_model_is_a_rule_or_an_exclusion() -> None:
    stated = set(_constraints_of_the_model())
    known = set(rules()) | {each.id for each in EXCLUSIONS}
    assert len(stated) > 60
    assert set() == stated - known


def test_every_constraint_rule_stands_in_the_model() -> None:
    endings = ("required", "min-length", "max-length", "min-value", "max-value", "pattern", "enum")
    claimed = {id for id in rules() if id.rpartition(".")[2] in endings and not isinstance(rule(id).check, Together)}
    assert set() == claimed - set(_constraints_of_the_model())


def test_every_rule_has_a_statement_a_source_and_codes() -> None:
    for each in rules().values():
        assert each.statement, each.id
        assert each.source, each.id
        assert each.codes, each.id
        assert not each.statement.endswith("."), each.id


def test_the_digest_of_a_rule_has_no_address_in_it() -> None:
    from conformance.contract.catalogue import digest

    for each in rules().values():
        assert 16 == len(digest(each))
        if not isinstance(each.check, Together):
            assert " at 0x" not in repr(each.check)


MUST = [
    "WindowId.required",
    "Name.max-length",
    "TaskType.enum",
    "TaskInvocationParameters.RunCommand.TimeoutSeconds.min-value",
    "RUN_COMMAND.Targets-required",
    "RUN_COMMAND.Targets-not-empty",
    "targetless.MaxErrors-refused",
    "targetless.MaxConcurrency-refused",
    "TaskInvocationParameters.Lambda.other-task-type-refused",
    "window.deleted",
    "token.replay-same-id",
    "token.mismatch-refused",
    "token.absent-two-tasks",
    "token.other-token-new-task",
    "quota.tasks-per-window",
    "quota.freed-by-deregister",
    "refusal.no-trace",
    "WindowTaskId.shape",
    "read-back.get.Name",
    "read-back.describe.Name",
    "deregister.removes-the-task",
    "wire.body-no-request",
    "wire.error-code",
]
SHOULD = [
    "Targets.window-target-ids-quota",
    "Name.type",
    "Targets[].not-null",
    "TaskInvocationParameters.Lambda.Payload.base64",
    "wire.malformed-json",
    "wire.unknown-operation",
    "wire.member-case",
    "errors.client-error-status",
]


@pytest.mark.parametrize(("id", "level"), [*((id, Level.MUST) for id in MUST), *((id, Level.SHOULD) for id in SHOULD)])
def test_the_levels_are_those_of_section_13(id: str, level: Level) -> None:
    assert level == rule(id).level


def test_a_constraint_of_the_model_is_must_and_what_the_wire_implies_is_should() -> None:
    for each in rules().values():
        if isinstance(each.check, Permission | Promise | Together):
            continue
        implied = each.id.endswith((".type", ".not-null", ".base64"))
        assert (Level.SHOULD if implied else Level.MUST) == each.level, each.id
        assert (Area.WIRE if implied else Area.INPUT) == each.area, each.id
        assert REFUSED == each.codes, each.id


@pytest.mark.parametrize(
    ("id", "codes"),
    [
        ("window.unknown", {DOES_NOT_EXIST}),
        ("token.mismatch-refused", {MISMATCH}),
        ("quota.tasks-per-window", {LIMIT}),
        ("wire.malformed-json", {SERIALIZATION}),
    ],
)
def test_a_refusal_with_a_code_of_its_own_names_it(id: str, codes: set[str]) -> None:
    assert codes == rule(id).codes


def test_no_length_rule_can_never_be_broken() -> None:
    for each in rules().values():
        if isinstance(each.check, MinLength):
            assert each.check.limit > 0, each.id
        if isinstance(each.check, MaxLength):
            assert each.check.limit > 0, each.id


COMMAND_BLOCK = "TaskInvocationParameters.RunCommand"


def _command(**members: Any) -> dict[str, Any]:
    return {**COMMAND, "TaskInvocationParameters": {"RunCommand": members}}


def _without(request: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name not in names}


BROKEN: list[tuple[dict[str, Any], set[str]]] = [
    (AUTOMATION, set()),
    (COMMAND, set()),
    ({}, {"WindowId.required", "TaskArn.required", "TaskType.required"}),
    ({**AUTOMATION, "WindowId": None}, {"WindowId.required"}),
    ({**AUTOMATION, "Name": None}, set()),
    ({**AUTOMATION, "Name": "ab"}, {"Name.min-length"}),
    ({**AUTOMATION, "Name": "a b"}, {"Name.pattern"}),
    ({**AUTOMATION, "Name": " "}, {"Name.min-length", "Name.pattern"}),
    ({**AUTOMATION, "Name": "a" * 128}, set()),
    ({**AUTOMATION, "Name": "a" * 129}, {"Name.max-length"}),
    ({**AUTOMATION, "Name": 5}, {"Name.type"}),
    ({**AUTOMATION, "Priority": -1}, {"Priority.min-value"}),
    ({**AUTOMATION, "Priority": True}, {"Priority.type"}),
    ({**AUTOMATION, "Priority": 10.5}, set()),
    ({**AUTOMATION, "TaskType": "Automation"}, {"TaskType.enum"}),
    ({**AUTOMATION, "WindowId": WINDOW.upper()}, {"WindowId.pattern"}),
    ({**AUTOMATION, "WindowId": WINDOW + "0"}, {"WindowId.max-length"}),
    ({**AUTOMATION, "MaxErrors": "0"}, {"targetless.MaxErrors-refused"}),
    ({**AUTOMATION, "Targets": []}, set()),
    ({**AUTOMATION, "Targets": [None]}, {"Targets[].not-null"}),
    ({**AUTOMATION, "AlarmConfiguration": {}}, {"AlarmConfiguration.Alarms.required"}),
    ({**AUTOMATION, "AlarmConfiguration": {"Alarms": []}}, {"AlarmConfiguration.Alarms.min-length"}),
    ({**AUTOMATION, "AlarmConfiguration": {"Alarms": [{}]}}, {"AlarmConfiguration.Alarms[].Name.required"}),
    ({**AUTOMATION, "Description": "😀" * 65}, set()),
    ({**AUTOMATION, "Description": "😀" * 129}, {"Description.max-length"}),
    (_without(COMMAND, "Targets", "MaxConcurrency", "MaxErrors"), {"RUN_COMMAND.Targets-required"}),
    ({**COMMAND, "Targets": []}, {"RUN_COMMAND.Targets-not-empty"}),
    (_without(COMMAND, "MaxErrors"), {"targeted.MaxErrors-required"}),
    (_without(COMMAND, "MaxConcurrency"), {"targeted.MaxConcurrency-required"}),
    (_command(Comment="a" * 101), {f"{COMMAND_BLOCK}.Comment.max-length"}),
    (_command(Comment=""), set()),
    (_command(DocumentVersion="01"), {f"{COMMAND_BLOCK}.DocumentVersion.pattern"}),
    (_command(TimeoutSeconds=29), {f"{COMMAND_BLOCK}.TimeoutSeconds.min-value"}),
    (_command(Parameters={"commands": [None]}), {f"{COMMAND_BLOCK}.Parameters{{}}[].not-null"}),
    (
        {**AUTOMATION, "TaskInvocationParameters": {"Lambda": {"Qualifier": "1"}}},
        {"TaskInvocationParameters.Lambda.other-task-type-refused"},
    ),
    ({**AUTOMATION, "TaskInvocationParameters": {"Lambda": {}}}, set()),
    (
        {**AUTOMATION, "TaskType": "LAMBDA", "TaskInvocationParameters": {"Lambda": {"Payload": "e30"}}},
        {"TaskInvocationParameters.Lambda.Payload.base64"},
    ),
    # A wrong type is told before rules over several members.
    ({**AUTOMATION, "MaxErrors": 1}, {"MaxErrors.type"}),
]


@pytest.mark.parametrize(("request_", "broken"), BROKEN, ids=lambda value: json.dumps(value, default=sorted)[:60])
def test_the_broken_rules_of_a_request(request_: dict[str, Any], broken: set[str]) -> None:
    assert broken == broken_rules(request_)


def test_null_members_are_dropped_and_null_elements_are_kept() -> None:
    request = {"Name": None, "Targets": [None, {"Key": None}], "TaskParameters": {"a": None, "b": {"Values": [None]}}}
    expected = {"Targets": [None, {}], "TaskParameters": {"a": None, "b": {"Values": [None]}}}
    assert expected == without_nulls(request)


@pytest.mark.parametrize("odd", [{"Targets": 5}, {"Targets": {"a": 1}}, {"TaskInvocationParameters": []}, {"Odd": 1}])
def test_a_document_of_any_shape_can_be_asked(odd: dict[str, Any]) -> None:
    assert isinstance(broken_rules({**AUTOMATION, **odd}), frozenset)
    assert isinstance(ignored_members({**AUTOMATION, **odd}), frozenset)
