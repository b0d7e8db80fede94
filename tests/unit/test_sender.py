"""The sender on a bad road: what is repeated, what is in doubt afterwards, and when a target is given up."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from conformance.events import TargetFacts
from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable
from conformance.runner.budget import Budget, BudgetSpent
from conformance.runner.sender import REGISTER, Sender
from conformance.targets.base import Body, TargetError

OK = Accepted(status=200, body={"WindowTaskId": "1"})
REFUSED = Rejected(status=400, code="DoesNotExistException")
THROTTLED = Unreachable(reason="throttled", undone=True)
BROKEN = Unreachable(reason="the connection broke")
DOWN = Unreachable(reason="no connection", hint="Is it running?", undone=True)
FAILED = Crashed(status=500, detail="oh")
GATEWAY = Crashed(status=502, detail="bad gateway")
OURS = Crashed(status=None, detail="KeyError")
CREATE, DELETE = "CreateMaintenanceWindow", "DeleteMaintenanceWindow"
DEREGISTER = "DeregisterTaskFromMaintenanceWindow"
WINDOW = "mw-0123456789abcdef0"


class Scripted:
    """Gives these answers, the last one for ever."""

    facts = TargetFacts(name="scripted", kind="http")

    def __init__(self, answers: Iterable[Observation]) -> None:
        self.answers = list(answers)

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        """Nothing to let go of."""


def sender(*answers: Observation, budget: Budget | None = None) -> tuple[Sender, list[float]]:
    slept: list[float] = []
    made = Sender(Scripted(answers), run_id="1", budget=budget, sleep=slept.append, clock=lambda: 0.0)
    return made, slept


@pytest.mark.parametrize(
    ("answers", "answer", "requests", "in_doubt"),
    [
        ((OK,), OK, 1, False),
        ((REFUSED,), REFUSED, 1, False),
        ((THROTTLED, THROTTLED, OK), OK, 3, False),
        ((DOWN, OK), OK, 2, False),
        ((BROKEN, OK), OK, 2, True),
        ((THROTTLED, BROKEN, THROTTLED, OK), OK, 4, True),
        ((FAILED, OK), OK, 2, True),
        ((FAILED, FAILED, OK), FAILED, 2, False),
        ((BROKEN, FAILED, FAILED, OK), FAILED, 3, True),
        ((GATEWAY, GATEWAY, OK), OK, 3, True),
        ((OURS, OK), OURS, 1, False),
    ],
)
def test_a_registration_is_repeated_until_it_is_answered(
    answers: tuple[Observation, ...], answer: Observation, requests: int, in_doubt: bool
) -> None:
    made, slept = sender(*answers)
    assert answer == made.ask(REGISTER, {"WindowId": WINDOW})
    assert (requests, requests - 1) == (made.requests, len(slept))
    assert slept == sorted(slept)
    assert ({WINDOW} if in_doubt else set()) == made.doubtful
    assert 0 == made.lost


def test_what_a_gateway_says_is_never_the_target_s() -> None:
    made, _ = sender(GATEWAY)
    assert isinstance(made.ask(REGISTER, {"WindowId": WINDOW}), Unreachable)
    assert ({WINDOW}, 1) == (made.doubtful, made.lost)


@pytest.mark.parametrize(
    ("operation", "answers", "expected"),
    [
        (DELETE, (BROKEN, REFUSED), Accepted(status=200, body={"WindowId": WINDOW})),
        (DELETE, (THROTTLED, REFUSED), REFUSED),
        (DELETE, (REFUSED,), REFUSED),
        (DEREGISTER, (THROTTLED, REFUSED), REFUSED),
        (DEREGISTER, (BROKEN, OK), OK),
    ],
)
def test_what_an_unanswered_try_may_have_ended_is_not_refused_for_itself(
    operation: str, answers: tuple[Observation, ...], expected: Observation
) -> None:
    made, _ = sender(*answers)
    assert expected == made.ask(operation, {"WindowId": WINDOW})


def test_a_deregistration_whose_answer_was_lost_is_unknown() -> None:
    made, _ = sender(BROKEN, REFUSED)
    answer = made.ask(DEREGISTER, {"WindowId": WINDOW})
    assert isinstance(answer, Unreachable)
    assert "was lost, and the next one refused it" in answer.reason
    assert 1 == made.lost


def test_a_window_that_may_have_been_made_twice_is_remembered_by_name() -> None:
    made, _ = sender(BROKEN, OK)
    made.ask(CREATE, {"Name": "mw-conformance-00000001-1"})
    assert {"mw-conformance-00000001-1"} == made.doubled


def test_a_target_that_is_down_is_given_up_with_a_sentence() -> None:
    made, slept = sender(DOWN)
    with pytest.raises(TargetError, match=r"stopped answering after 8 requests \(no connection\); .* --resume"):
        made.ask(REGISTER, {})
    assert 7 == len(slept)


def test_a_target_that_stays_silent_is_given_up_at_the_third_request() -> None:
    made, _ = sender(THROTTLED)
    for _ in range(2):
        assert isinstance(made.ask(REGISTER, {}), Unreachable)
    with pytest.raises(TargetError):
        made.ask(REGISTER, {})


def test_whoever_is_in_a_hurry_cleans_up_with_one_try_each_and_asks_nothing_more() -> None:
    made, slept = sender(BROKEN)
    made.hurried = True
    made.ask(DELETE, {"WindowId": WINDOW}, cleaning=True)
    with pytest.raises(KeyboardInterrupt):
        made.ask(REGISTER, {})
    assert (1, []) == (made.requests, slept)


@pytest.mark.parametrize("window", [[WINDOW], {"a": 1}, 7, None])
def test_what_a_target_takes_for_a_window_may_be_anything(window: object) -> None:
    made, _ = sender(OK)
    assert OK == made.ask(REGISTER, {"WindowId": window})
    assert {"windows": 0, "tasks": 0} == made.resources.peak


def test_repeated_requests_are_in_the_budget() -> None:
    made, _ = sender(THROTTLED, budget=Budget(max_requests=3))
    with pytest.raises(BudgetSpent):
        made.ask(REGISTER, {})
    assert 3 == made.requests
