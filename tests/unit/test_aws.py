"""The sandbox account: numbers put into place and back, a brake, and answers that say nothing of the service."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.events import TargetFacts
from conformance.observation import Accepted, Observation, Rejected, Unreachable
from conformance.runner.windows import Care, care_of
from conformance.targets.answers import Answer
from conformance.targets.aws import AwsTarget, Brake, Placeholders
from conformance.targets.base import TargetError
from conformance.targets.boto import BotoTarget
from conformance.targets.recorded import Header, Plan, RecordedTarget, RecordingTarget
from conformance.targets.sandbox import INSTANCE, ROLE, TOPIC, Sandbox, masked, sandbox_of

REGISTER = "RegisterTaskWithMaintenanceWindow"
SANDBOX = Sandbox(account="012345678987")
FACTS = TargetFacts(name="aws", kind="aws")


def answered(document: Any, status: int = 200) -> Answer:
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    return Answer(status=status, headers=headers, body=json.dumps(document).encode())


def target(clock: Any = lambda: 0.0) -> AwsTarget:
    boto = BotoTarget(FACTS, endpoint="http://127.0.0.1:9")
    return AwsTarget(boto, SANDBOX, brake=Brake(sleep=lambda seconds: None), clock=clock)


@pytest.mark.parametrize(
    ("sent", "wire"),
    [
        (ROLE, "arn:aws:iam::012345678987:role/mw-conformance"),
        ({"A": [ROLE, {"B": TOPIC}]}, None),
        ("12345678901234567890", "12345678901234567890"),
        ("x123456789012x", "x012345678987x"),
        (5, 5),
        (True, True),
        (None, None),
    ],
)
def test_account_numbers_go_out_and_come_back(sent: Any, wire: Any) -> None:
    places = Placeholders(SANDBOX)
    out = places.out({"Value": sent})
    assert isinstance(out, dict)
    if wire is not None:
        assert wire == out["Value"]
    assert {"Value": sent} == json.loads(places.back(answered(out)).body)
    assert len(json.dumps({"Value": sent})) == len(json.dumps(out))


def test_configured_placeholders_go_out_and_come_back_whole() -> None:
    places = Placeholders(Sandbox(account="012345678987", role="arn:x", topic="arn:y", instance="i-1"))
    sent = {"Role": ROLE, "Topic": TOPIC, "Values": [INSTANCE], "Text": f"not {ROLE}"}
    out = places.out(sent)
    assert {"Role": "arn:x", "Topic": "arn:y", "Values": ["i-1"]} == {
        key: value
        for key, value in dict(out).items()
        if key != "Text"  # type: ignore[call-overload]
    }
    assert sent == json.loads(places.back(answered(out)).body)


def test_exact_bytes_get_the_account_s_number_too() -> None:
    assert b'{"a": "012345678987", 12345678901234' == Placeholders(SANDBOX).out(b'{"a": "123456789012", 12345678901234')


def test_the_brake_slows_down_when_throttled_and_lets_go() -> None:
    slept: list[float] = []
    brake = Brake(sleep=slept.append)
    for throttled in (False, True, True, True):
        brake.wait()
        brake.note(throttled=throttled)
    assert [0.5, 1.0] == slept
    assert 2.0 == brake.pause
    for _ in range(40):
        brake.note(throttled=False)
    assert 0.0 == brake.pause
    for _ in range(20):
        brake.note(throttled=True)
    assert 30.0 == brake.pause


# --- what says nothing of the service


def refusal(code: str, message: str = "") -> Rejected:
    return Rejected(status=400, code=code, message=message)


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException"])
def test_credentials_that_are_not_taken_end_the_run(code: str) -> None:
    with pytest.raises(TargetError, match=f"ssm:{REGISTER}: {code}"):
        target().seen(REGISTER, {}, refusal(code))


def test_an_operation_that_is_denied_from_the_first_call_ends_the_run() -> None:
    with pytest.raises(TargetError, match="has the policy that allows it"):
        target().seen(REGISTER, {}, refusal("AccessDeniedException", "not authorized to perform"))


def test_a_single_denial_leaves_one_request_unjudged() -> None:
    asked = target()
    role = asked.seen(REGISTER, {}, refusal("AccessDeniedException", "not authorized to perform: iam:PassRole"))
    assert isinstance(role, Unreachable)
    assert (True, True) == ("iam:PassRole is denied" in role.reason, bool(role.hint))
    asked.seen(REGISTER, {}, refusal("ValidationException"))
    assert isinstance(asked.seen(REGISTER, {}, refusal("AccessDeniedException")), Unreachable)


def test_a_new_window_is_waited_for_until_a_registration_in_it_was_taken() -> None:
    now = [100.0]
    asked, gone, window = target(lambda: now[0]), refusal("DoesNotExistException"), {"WindowId": "mw-1"}
    assert gone == asked.seen(REGISTER, window, gone)
    asked.seen("CreateMaintenanceWindow", {}, Accepted(status=200, body=window))
    waited = asked.seen(REGISTER, window, gone)
    assert isinstance(waited, Unreachable)
    assert "" == waited.hint  # so that it is asked again
    no_task = {**window, "WindowTaskId": "x"}
    assert gone == asked.seen("DeregisterTaskFromMaintenanceWindow", no_task, gone)
    asked.seen(REGISTER, window, Accepted(status=200, body={"WindowTaskId": "x"}))
    assert gone == asked.seen(REGISTER, window, gone)


@pytest.mark.parametrize("late", [True, False])
def test_a_window_is_not_waited_for_when_it_was_deleted_or_is_old(late: bool) -> None:
    now = [100.0]
    asked, gone, window = target(lambda: now[0]), refusal("DoesNotExistException"), {"WindowId": "mw-1"}
    asked.seen("CreateMaintenanceWindow", {}, Accepted(status=200, body=window))
    if late:
        now[0] += 30
    else:
        asked.seen("DeleteMaintenanceWindow", window, Accepted(status=200, body=window))
    assert gone == asked.seen(REGISTER, window, gone)


# --- words


def test_an_account_number_is_shown_by_its_end() -> None:
    assert "********8987" == masked("012345678987")


def test_windows_need_care_at_aws_alone() -> None:
    assert Care() == care_of("http", run_id="a", now=0)
    found = care_of("aws", run_id="a", now=0)
    assert (True, {"mw-conformance-run": "a", "mw-conformance-expires": "1970-01-02T00:00:00+00:00"}) == (
        found.disabled,
        found.tags,
    )


def test_the_sandbox_is_read_from_the_nearer_file(tmp_path: Any) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.mw-conformance.aws]\nrole = "a"\n')
    assert "a" == sandbox_of("012345678987", folder=tmp_path).role
    (tmp_path / "mw-conformance.toml").write_text('[aws]\nrole = "b"\n')
    assert "b" == sandbox_of("012345678987", folder=tmp_path).role


# --- records


class Fake:
    """Answers what it is given, in turn."""

    facts = FACTS

    def __init__(self, *answers: Observation | Answer | TargetError) -> None:
        self._answers = list(answers)

    def exchange(self, operation: str, body: Any, *, valid: bool) -> Any:
        return self._answers.pop(0)

    def seen(self, operation: str, body: Any, observation: Observation) -> Observation:
        match observation:
            case Rejected(code="ExpiredTokenException"):
                raise TargetError("expired")
            case Rejected(code="DoesNotExistException"):
                return Unreachable(reason="too new")
            case _:
                return observation

    def ask(self, operation: str, body: Any, *, valid: bool) -> Observation:
        raise AssertionError("exchange comes first")

    def close(self) -> None:
        """Nothing to close."""


def recorded(folder: Any, *answers: Any) -> tuple[RecordingTarget, str]:
    plan = Plan(profile="quick", seed=0, rules=(), quota=20)
    header = Header(run="a", taken=0, plan=plan, suite="1", target=FACTS)
    return RecordingTarget(Fake(*answers), folder / "kept", header), f"recorded:{folder / 'kept'}"


def test_a_record_replays_what_the_target_made_of_an_answer(tmp_path: Any) -> None:
    answers = (
        answered({"WindowTaskId": "1"}),
        answered({"WindowTaskId": "2"}),
        answered({"__type": "DoesNotExistException"}, 400),
        Unreachable(reason="reset", hint="Is it running?"),
        answered({"__type": "ValidationException", "message": "\udc80"}, 400),
    )
    recording, word = recorded(tmp_path, *answers)
    bodies = [{"a": 1}, {"a": 1}, {"a": 2}, b"\xff{", {"a": "\ud800"}]
    live = [recording.ask(REGISTER, body, valid=True) for body in bodies]
    recording.close()
    replay = RecordedTarget(word)
    assert live == [replay.ask(REGISTER, body, valid=True) for body in bodies]
    assert Unreachable(reason="too new") == live[2]
    missing = replay.ask(REGISTER, {"a": 1}, valid=True)
    assert isinstance(missing, Unreachable)
    assert f"no further answer to this {REGISTER} request" in missing.reason


def test_where_the_recorded_run_gave_up_the_replay_does(tmp_path: Any) -> None:
    recording, word = recorded(tmp_path, answered({"__type": "ExpiredTokenException"}, 400))
    with pytest.raises(TargetError, match="expired"):
        recording.ask(REGISTER, {}, valid=True)
    recording.close()
    with pytest.raises(TargetError, match="expired"):
        RecordedTarget(word).ask(REGISTER, {}, valid=True)


def test_callers_keys_and_accounts_that_were_not_sent_are_not_kept(tmp_path: Any) -> None:
    caller = "User: arn:aws:sts::345678901234:assumed-role/admin/me@example.com is not authorized"
    kept = {"message": caller, "Key": "AKIAIOSFODNN7EXAMPLE", "Other": "arn:aws:iam::345678901234:role/theirs"}
    recording, _ = recorded(tmp_path, answered({**kept, "Own": ROLE}, 400))
    recording.ask(REGISTER, {"ServiceRoleArn": ROLE}, valid=True)
    recording.close()
    text = (tmp_path / "kept" / "exchanges.jsonl").read_text("utf-8")
    assert [] == [word for word in ("345678901234", "me@example.com", "AKIA") if word in text]
    assert 2 == text.count(ROLE)
