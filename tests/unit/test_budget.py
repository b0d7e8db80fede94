"""Budgets: never one request over, never faster than the rate, never past the time."""

from __future__ import annotations

import pytest

from conformance.runner.budget import Budget, BudgetSpent


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_no_limit_is_no_limit() -> None:
    budget = Budget()
    for _ in range(1000):
        budget.spend()


def test_not_one_request_over() -> None:
    budget = Budget(max_requests=3)
    for _ in range(3):
        budget.spend()
    for _ in range(2):
        with pytest.raises(BudgetSpent, match="--max-requests 3 is spent"):
            budget.spend()


def test_a_budget_of_nothing_allows_nothing() -> None:
    with pytest.raises(BudgetSpent):
        Budget(max_requests=0).spend()


def test_the_rate_is_kept_and_the_first_request_waits_for_nothing() -> None:
    clock = Clock()
    budget = Budget(rate=4, clock=clock, sleep=clock.sleep)
    for _ in range(5):
        budget.spend()
    assert [0.25] * 4 == pytest.approx(clock.slept)


def test_time_that_was_lost_is_not_made_up_for() -> None:
    clock = Clock()
    budget = Budget(rate=1, clock=clock, sleep=clock.sleep)
    budget.spend()
    clock.now += 60
    budget.spend()
    budget.spend()
    assert [1.0] == pytest.approx(clock.slept)


def test_when_the_time_is_over_nothing_more_is_sent() -> None:
    clock = Clock()
    budget = Budget(max_time=2, clock=clock, sleep=clock.sleep)
    budget.spend()
    clock.now += 2
    with pytest.raises(BudgetSpent, match="--max-time 2 s is over"):
        budget.spend()
