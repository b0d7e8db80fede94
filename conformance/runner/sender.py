"""The one place from which requests leave: it counts, paces, retries what is safe, and gives each call its token."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, final

from conformance.observation import Crashed, Observation, Unreachable, not_implemented
from conformance.runner.budget import Budget
from conformance.targets.base import Body, Target

REGISTER = "RegisterTaskWithMaintenanceWindow"
_RETRIES = 5


@final
class Sender:
    """Sends to one target. `requests` counts every request that left, retries included."""

    def __init__(
        self,
        target: Target,
        *,
        run_id: str,
        budget: Budget | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._target = target
        self._run_id = run_id
        self._budget = budget or Budget()
        self._sleep = sleep
        self._tokens = 0
        self._lock = threading.Lock()
        self.requests = 0
        self.calls: Counter[str] = Counter()

    def ask(self, operation: str, body: Body, *, valid: bool = True) -> Observation:
        """Send one request; repeat it, with growing pauses, while it is not answered.

        A server error is asked once more: what fails twice on the same request is the service's own fault.
        """
        observation = self._send(operation, body, valid=valid)
        for attempt in range(_RETRIES):
            match observation:
                case Unreachable(hint="") | Crashed(status=500 | 502 | 504) if not not_implemented(observation):
                    if isinstance(observation, Crashed) and attempt > 0:
                        return observation
                    self._sleep(0.05 * 2**attempt)
                    observation = self._send(operation, body, valid=valid)
                case _:
                    return observation
        return observation

    def _send(self, operation: str, body: Body, *, valid: bool) -> Observation:
        with self._lock:
            self._budget.spend()
            self.requests += 1
            self.calls[operation] += 1
        return self._target.ask(operation, body, valid=valid)

    def with_token(self, request: Mapping[str, Any], *, bare: bool) -> dict[str, Any]:
        """Give the document as it goes out: with a token of this run's own, as client libraries make them.

        A token that the case brings is made this run's own without changing its length, since a token that was used
        before is another question. `bare` leaves a missing token missing.
        """
        token = request.get("ClientToken")
        if isinstance(token, str) and token:
            return {**request, "ClientToken": self._own(token)}
        if "ClientToken" in request or bare:
            return dict(request)
        with self._lock:
            self._tokens += 1
        return {**request, "ClientToken": f"mwc-{self._run_id}-{self._tokens}"}

    def _own(self, token: str) -> str:
        """Give a token of the same length and the same sort of characters that was never sent before."""
        self._tokens += 1
        if len(token) < 24:
            # One character has to tell runs and calls apart: there are 20,000 in this block, one UTF-16 unit each.
            first = chr(0x4E00 + (hash_of(f"{self._run_id}{self._tokens}") % 20000))
            return first + token[1:]
        mark = f"{self._run_id}-{self._tokens}-"[: len(token)]
        return mark + token[len(mark) :]


def hash_of(text: str) -> int:
    """Give a number for a text, the same in every process."""
    number = 7
    for character in text:
        number = (number * 31 + ord(character)) % 1_000_003
    return number
