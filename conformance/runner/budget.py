"""Hard limits on a run: so many requests, so many a second, so much time, and never one request over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import final


class BudgetSpent(Exception):
    """The run's budget does not allow another request; the message says which limit was met."""


@final
class Budget:
    """Counts down. `rate` is in requests a second, `max_time` in seconds; None is no limit."""

    def __init__(
        self,
        *,
        max_requests: int | None = None,
        rate: float | None = None,
        max_time: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._left = max_requests
        self._max_requests = max_requests
        self._pause = 1 / rate if rate else 0.0
        self._clock, self._sleep = clock, sleep
        self._max_time = max_time
        self._end = None if max_time is None else clock() + max_time
        self._next = 0.0

    def spend(self) -> None:
        """Take one request from the budget, waiting for its turn; BudgetSpent when there is none left."""
        if self._left is not None:
            if self._left <= 0:
                raise BudgetSpent(
                    f"--max-requests {self._max_requests} is spent; raise it, or narrow the run with --rules"
                )
            self._left -= 1
        now = self._clock()
        if self._end is not None and now >= self._end:
            raise BudgetSpent(f"--max-time {self._max_time:g} s is over; raise it, or narrow the run with --rules")
        if self._pause:
            wait = self._next - now
            if wait > 0:
                self._sleep(wait)
            self._next = max(now, self._next) + self._pause
