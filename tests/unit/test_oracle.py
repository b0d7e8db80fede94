"""The judge: what must happen to a request, and what to think of what did happen; never of an error's prose."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.case import WINDOW as LIVE
from conformance.contract.catalogue import rules
from conformance.contract.rule import DOES_NOT_EXIST, LIMIT, MISMATCH, SERIALIZATION, VALIDATION, Level, Promise
from conformance.contract.wire import CONTENT_TYPE
from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable
from conformance.oracle import (
    Conforms,
    Diverges,
    Either,
    Inconclusive,
    MustAccept,
    MustReject,
    expectation,
    in_words,
    is_task_id,
    judge,
    observed_in_words,
    reading_of,
)
from conformance.world import Task, World
from strategies.plan import cases_of

WINDOW, OTHER = "mw-0123456789abcdef0", "mw-0fedcba9876543210"
ID = "4f7ca192-7e9a-40fe-9192-5cb15e1b39f2"
VALID: dict[str, Any] = {"WindowId": WINDOW, "TaskArn": "AWS-RestartEC2Instance", "TaskType": "AUTOMATION"}
INVALID = {**VALID, "Name": "ab"}
OPEN = {**VALID, "ServiceRoleArn": "my-role"}
HERE = World().with_window(WINDOW)


def accepted(**more: Any) -> Accepted:
    return Accepted(**{"status": 200, "body": {"WindowTaskId": ID}, "content_type": CONTENT_TYPE, **more})


def rejected(code: str = VALIDATION, status: int = 400, message: str = "no") -> Rejected:
    return Rejected(status=status, code=code, message=message, content_type=CONTENT_TYPE)


def charges(request: dict[str, Any], observation: Observation, world: World | None = HERE) -> list[tuple[str, str]]:
    """Give (kind, rule) for each charge; none where the answer conforms."""
    verdict = judge(request, world, observation)
    return [(each.kind, each.rule) for each in verdict.charges] if isinstance(verdict, Diverges) else []


def test_a_valid_request_must_be_accepted() -> None:
    assert MustAccept() == expectation(VALID)
    assert Conforms() == judge(VALID, HERE, accepted())


def test_a_broken_rule_must_be_refused_with_one_of_its_codes() -> None:
    expected = MustReject(rules=("Name.min-length",), codes=frozenset({VALIDATION, SERIALIZATION}), level=Level.MUST)
    assert expected == expectation(INVALID)
    assert Conforms() == judge(INVALID, HERE, rejected(VALIDATION))
    assert Conforms() == judge(INVALID, HERE, rejected(SERIALIZATION))


@pytest.mark.parametrize("observation", [accepted(), rejected()], ids=["accepted", "refused"])
def test_an_open_question_takes_either_answer(observation: Observation) -> None:
    assert Either(questions=("arn.role-form",)) == expectation(OPEN)
    verdict = judge(OPEN, HERE, observation)
    assert isinstance(verdict, Conforms)
    assert verdict.answer


@pytest.mark.parametrize("request_", [VALID, INVALID, OPEN], ids=["valid", "invalid", "open"])
def test_a_server_error_is_nobody_s_right_answer(request_: dict[str, Any]) -> None:
    for crash in (Crashed(status=500, detail="boom"), Crashed(status=None, detail="TypeError: boom")):
        verdict = judge(request_, HERE, crash)
        assert isinstance(verdict, Diverges)
        assert ["crash"] == [each.kind for each in verdict.charges]
        assert [Level.MUST] == [each.level for each in verdict.charges]


def test_a_success_that_is_no_json_is_a_wire_fault() -> None:
    assert [("wire", "")] == charges(VALID, Crashed(status=200, detail="no JSON object: <html>"))


def test_what_must_be_refused_and_is_accepted_is_too_lenient() -> None:
    assert [("too-lenient", "Name.min-length")] == charges(INVALID, accepted())


def test_what_must_be_accepted_and_is_refused_is_too_strict() -> None:
    assert [("too-strict", "")] == charges(VALID, rejected())


def test_another_code_is_the_wrong_error() -> None:
    assert [("wrong-error", "Name.min-length")] == charges(INVALID, rejected("InvalidParameter"))
    assert [("wrong-error", "Name.min-length")] == charges(INVALID, rejected(DOES_NOT_EXIST))


def test_a_refusal_without_a_code_is_a_wire_fault_and_no_wrong_error() -> None:
    assert [("wire", "wire.error-code")] == charges(INVALID, rejected(""))


@pytest.mark.parametrize(
    "message", ["", "1 validation error detected", "ok", "internal error", "MaxErrors", "Ωμέγα", "x" * 10_000]
)
def test_the_prose_of_an_error_is_never_judged(message: str) -> None:
    assert Conforms() == judge(INVALID, HERE, rejected(message=message))
    assert [("too-strict", "")] == charges(VALID, rejected(message=message))


def test_several_broken_rules_may_be_refused_with_the_code_of_any() -> None:
    request = {**VALID, "Name": "ab", "WindowId": OTHER}
    expected = expectation(request, HERE)
    assert isinstance(expected, MustReject)
    assert ("Name.min-length", "window.unknown") == expected.rules
    assert {VALIDATION, SERIALIZATION, DOES_NOT_EXIST} == expected.codes
    for code in expected.codes:
        assert Conforms() == judge(request, HERE, rejected(code))
    assert [("too-lenient", "Name.min-length"), ("too-lenient", "window.unknown")] == charges(request, accepted())


def test_a_must_rule_comes_before_a_should_rule_and_lifts_the_level() -> None:
    targets = [{"Key": "WindowTargetIds", "Values": [f"{n:08x}-0000-4000-8000-000000000000" for n in range(11)]}]
    request = {**VALID, "Targets": targets, "MaxConcurrency": "1", "MaxErrors": "1", "Name": "ab"}
    expected = expectation(request)
    assert isinstance(expected, MustReject)
    assert ("Name.min-length", "Targets.window-target-ids-quota") == expected.rules
    assert Level.MUST is expected.level
    assert DOES_NOT_EXIST in expected.codes  # the ids may be looked up first


def test_an_unknown_and_a_deleted_window_must_be_refused_as_such() -> None:
    for rule, world in (("window.unknown", World()), ("window.deleted", HERE.without_window(WINDOW))):
        expected = expectation(VALID, world)
        assert MustReject(rules=(rule,), codes=frozenset({DOES_NOT_EXIST}), level=Level.MUST) == expected
        assert [("wrong-error", rule)] == charges(VALID, rejected(VALIDATION), world)
        assert [("too-lenient", rule)] == charges(VALID, accepted(), world)


def test_an_id_of_the_wrong_form_is_no_unknown_window() -> None:
    expected = expectation({**VALID, "WindowId": "mw-1"}, HERE)
    assert isinstance(expected, MustReject)
    assert ("WindowId.min-length",) == expected.rules


def test_the_query_protocol_s_404_is_open_for_the_missing_window_alone() -> None:
    assert [] == charges(VALID, rejected(DOES_NOT_EXIST, 404), World())
    assert [("wire", f"errors.{DOES_NOT_EXIST}.status")] == charges(VALID, rejected(DOES_NOT_EXIST, 403), World())
    assert [("wire", "errors.client-error-status")] == charges(INVALID, rejected(VALIDATION, 404))


def _with_tasks(count: int) -> World:
    world = HERE
    for number in range(count):
        world = world.with_task(WINDOW, Task(id=f"{number}", request=VALID))
    return world


def test_a_full_window_must_refuse_another_task() -> None:
    expected = expectation(VALID, _with_tasks(20))
    assert MustReject(rules=("quota.tasks-per-window",), codes=frozenset({LIMIT}), level=Level.MUST) == expected
    assert MustAccept() == expectation(VALID, _with_tasks(19))
    assert isinstance(expectation(VALID, _with_tasks(2), quota=2), MustReject)
    assert [("wire", f"errors.{LIMIT}.status")] == charges(VALID, rejected(LIMIT, 429), _with_tasks(20))


def test_a_replay_gives_the_first_id_again() -> None:
    request = {**VALID, "ClientToken": "token"}
    world = HERE.with_task(WINDOW, Task(id=ID, request=request, token="token"))
    assert MustAccept(replay_of=ID) == expectation(request, world)
    assert [] == charges(request, accepted(), world)
    second = accepted(body={"WindowTaskId": ID.replace("4f", "5f")})
    assert [("wrong-effect", "token.replay-same-id")] == charges(request, second, world)
    assert "of the first call" in in_words(expectation(request, world))


def test_a_replay_in_a_full_window_is_still_a_replay() -> None:
    request = {**VALID, "ClientToken": "token"}
    world = HERE.with_task(WINDOW, Task(id=ID, request=request, token="token"))
    assert MustAccept(replay_of=ID) == expectation(request, world, quota=1)


def test_a_token_with_another_request_must_be_refused() -> None:
    world = HERE.with_task(WINDOW, Task(id=ID, request={**VALID, "ClientToken": "token"}, token="token"))
    request = {**VALID, "ClientToken": "token", "Priority": 2}
    assert MustReject(rules=("token.mismatch-refused",), codes=frozenset({MISMATCH}), level=Level.MUST) == expectation(
        request, world
    )


def test_no_token_is_no_token_called_none() -> None:
    world = HERE.with_task(WINDOW, Task(id=ID, request={**VALID, "ClientToken": "None"}, token="None"))
    assert MustAccept() == expectation(VALID, world)


def test_members_that_are_ignored_may_be_checked_or_not() -> None:
    request = {**VALID, "LoggingInfo": {"S3BucketName": "ab", "S3Region": "us-east-1"}}
    assert Either(questions=("ignored-members.validated",)) == expectation(request)


def test_what_could_not_be_asked_is_inconclusive() -> None:
    for request in (VALID, INVALID, OPEN):
        assert Inconclusive("refused") == judge(request, HERE, Unreachable(reason="refused"))


@pytest.mark.parametrize(
    ("observation", "found"),
    [
        (accepted(status=201), [("wire", "wire.success-status")]),
        (accepted(content_type="text/html"), [("wire", "wire.success-content-type")]),
        (accepted(content_type="application/x-amz-json-1.1; charset=utf-8"), []),
        (accepted(content_type=""), []),
        (accepted(body={}), [("wire", "wire.success-body")]),
        (accepted(body={"WindowTaskId": ID, "More": 1}), []),
        (accepted(body={"WindowTaskId": "task-1"}), [("wrong-effect", "WindowTaskId.shape")]),
        (accepted(body={"WindowTaskId": f"{ID}\n"}), [("wrong-effect", "WindowTaskId.shape")]),
        (accepted(body={"WindowTaskId": 5}), [("wrong-effect", "WindowTaskId.shape")]),
    ],
)
def test_the_form_of_a_success_is_judged(observation: Observation, found: list[tuple[str, str]]) -> None:
    assert found == charges(VALID, observation)


def test_the_wrong_answer_in_a_bad_form_is_one_finding() -> None:
    assert [("too-lenient", "Name.min-length")] == charges(INVALID, accepted(status=201, content_type="text/html"))


@pytest.mark.parametrize(
    ("value", "holds"), [(ID, True), (ID.upper(), True), (ID[:-1], False), ("", False), (None, False), (5, False)]
)
def test_a_task_id_has_the_model_s_shape(value: object, holds: bool) -> None:
    assert holds == is_task_id(value)


@pytest.mark.parametrize(
    "observation",
    [
        accepted(),
        rejected(),
        rejected(""),
        Crashed(status=None, detail="boom"),
        Crashed(status=502, detail="boom"),
        Unreachable(reason="gone"),
    ],
)
def test_expectations_and_observations_are_told_in_words(observation: Observation) -> None:
    assert observed_in_words(observation)
    for request in (VALID, INVALID, OPEN):
        assert in_words(expectation(request))


@pytest.mark.parametrize(
    "unread", [True, [], "text", {"S3BucketName": 5}, {"S3BucketName": {"a": 1}, "S3Region": None}]
)
@pytest.mark.parametrize("window", [VALID["WindowId"], "nowhere"])
def test_a_member_that_is_ignored_and_can_not_be_read_asks_no_other_question(unread: object, window: str) -> None:
    """An AUTOMATION task ignores LoggingInfo; the judge once fell over one that was no structure."""
    expected = expectation({**VALID, "WindowId": window, "LoggingInfo": unread})
    if window == "nowhere":
        assert isinstance(expected, MustReject)
    else:
        assert Either(questions=("ignored-members.validated",)) == expected


@pytest.mark.parametrize("points", [10, 19, 20])
def test_a_window_id_of_other_letters_is_refused_however_long_it_is(points: int) -> None:
    expected = expectation({**VALID, "WindowId": "\N{GRINNING FACE}" * points})
    assert isinstance(expected, MustReject)
    assert "WindowId.pattern" in expected.rules


@pytest.mark.parametrize("id", [each.id for each in rules().values() if not isinstance(each.check, Promise)])
def test_a_reading_holds_in_another_window_and_with_another_token(id: str) -> None:
    """What a request says by itself is read once, whichever window is put in and whichever token is made."""
    for case in cases_of(rules()[id]):
        placed = {**case.request, "WindowId": WINDOW} if case.request.get("WindowId") == LIVE else case.request
        document = placed if "ClientToken" in placed else {**placed, "ClientToken": "mwc-another-one"}
        assert expectation(document, HERE) == expectation(document, HERE, reading=reading_of(case.request))
