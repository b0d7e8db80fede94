"""Hard limits on a run: so many requests, so many a second, so much time, and never one request over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import final


class BudgetSpent(Exception):
    """The run's budget does not allow another request; the message says which limit was met."""


@final
class Budget:
    """Counts down. `rate` is in requests a second, `max_time` in seconds; None is no limit.

    `elapsed` seconds of the time had passed before. `kept` requests, and the time that they take, are held back for
    clean-up: one for each window that is open, and twice as many, and two, where the road was found to be `rough`.
    """

    def __init__(
        self,
        *,
        max_requests: int | None = None,
        rate: float | None = None,
        max_time: float | None = None,
        elapsed: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._left = max_requests
        self._max_requests = max_requests
        self._pause = 1 / rate if rate else 0.0
        self._clock, self._sleep = clock, sleep
        self._max_time = max_time
        self._begun = clock()
        self._end = None if max_time is None else self._begun + max_time - elapsed
        self._next = 0.0
        self._spent = 0
        self.kept = 0
        self.rough = False

    def spend(self, *, cleaning: bool = False) -> None:
        """Take one request from the budget, waiting for its turn; BudgetSpent when there is none left."""
        kept = self._held_back(cleaning=cleaning)
        if self._left is not None and self._left <= kept:
            raise BudgetSpent(f"--max-requests {self._max_requests} is spent; raise it, or narrow the run with --rules")
        wait = max(self._next - self._clock(), 0.0) if self._pause else 0.0
        self._check_time(wait, kept)
        if wait:
            self._sleep(wait)
        if self._pause:
            self._next = max(self._clock(), self._next) + self._pause
        if self._left is not None:
            self._left -= 1
        self._spent += 1

    def pause(self, seconds: float, sleep: Callable[[float], None], *, cleaning: bool = False) -> None:
        """Sleep before another try; BudgetSpent when the time is over before that."""
        self._check_time(seconds, self._held_back(cleaning=cleaning))
        sleep(seconds)

    def _held_back(self, *, cleaning: bool) -> int:
        if cleaning:
            return 0
        return 2 * self.kept + 2 if self.rough and self.kept else self.kept

    def _check_time(self, wait: float, kept: int) -> None:
        if self._end is None:
            return
        now = self._clock()
        a_request = max((now - self._begun) / self._spent if self._spent else 0.0, self._pause)
        if now + wait + kept * a_request >= self._end:
            raise BudgetSpent(f"--max-time {self._max_time:g} s is over; raise it, or narrow the run with --rules")
