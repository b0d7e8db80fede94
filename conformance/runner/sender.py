"""The one place from which requests leave: it counts, paces, retries what is safe, and gives each call its token."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, final

from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable, not_implemented
from conformance.runner.budget import Budget
from conformance.runner.resources import Resources
from conformance.targets.base import Body, Target, TargetError

REGISTER = "RegisterTaskWithMaintenanceWindow"
_SHORT = 24  # characters: there is no room for a mark that can be read
_ENDS = {"DeleteMaintenanceWindow", "DeregisterTaskFromMaintenanceWindow"}
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
_PATIENCE = 60.0
"""Seconds after which a request that is not answered is not repeated any more."""
_SILENCES = 3
"""So many requests in a row that stay unanswered mean that the target is gone."""


@final
class Sender:
    """Sends to one target, and knows how good the road was.

    `requests` counts every request that left, retries included. `lost` counts those that stayed unanswered. `doubts`
    counts registrations of which an answer was lost: a target that ignores tokens may hold such a task twice, or hold
    one that we know nothing of. `doubtful` holds the windows where that may be so; `doubled` the names of windows that
    may have been made twice.
    """

    def __init__(
        self,
        target: Target,
        *,
        run_id: str,
        budget: Budget | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._target = target
        self._run_id = run_id
        self.budget = budget or Budget()
        self._sleep, self._clock = sleep, clock
        self._tokens = 0
        self._silent = 0
        self._lock = threading.Lock()
        self.hurried = False  # set by an interruption: nothing but clean-up is sent any more
        self.requests = 0
        self.lost = 0
        self.doubts = 0
        self.doubtful: set[str] = set()
        self.doubled: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.resources = Resources()

    @property
    def remote(self) -> bool:
        """Tell whether there is a road at all: what is asked in this process answers."""
        return self._target.facts.kind != "in-process"

    def ask(self, operation: str, body: Body, *, valid: bool = True, cleaning: bool = False) -> Observation:
        """Send one request; repeat it, with growing pauses, while it is not answered.

        A server error, or an answer that can not be read, is asked for once more: what fails twice on the same request
        is the service's own fault. `cleaning` may use what the budget keeps back. TargetError when the target is gone.
        """
        observation = self._answered(operation, body, valid=valid, cleaning=cleaning)
        with self._lock:
            if isinstance(observation, Unreachable):
                self.lost += 1
                self._silent += 1
            else:
                self._silent = 0
            gone = self._silent >= _SILENCES or (isinstance(observation, Unreachable) and bool(observation.hint))
        if gone and isinstance(observation, Unreachable):
            raise TargetError(
                f"the target stopped answering after {self.requests} requests ({observation.reason}); "
                "see that it is up, then go on with --resume"
            )
        return observation

    def _answered(self, operation: str, body: Body, *, valid: bool, cleaning: bool) -> Observation:
        observation = _on_the_road(self._send(operation, body, valid=valid, cleaning=cleaning))
        begun, failed, doubtful = self._clock(), False, False
        for pause in () if self.hurried else _PAUSES:
            match observation:
                case Unreachable(undone=undone) if self._clock() - begun < _PATIENCE:
                    doubtful = doubtful or not undone
                case Crashed() if not failed and _may_be_the_road(observation):
                    failed = True
                case _:
                    break
            self.budget.rough = True
            self.budget.pause(pause, self._sleep, cleaning=cleaning)
            observation = _on_the_road(self._send(operation, body, valid=valid, cleaning=cleaning))
        # What failed once may have been done; what fails each time does so by itself, and the road leaves no doubt.
        doubtful = doubtful or (failed and not isinstance(observation, Crashed))
        if doubtful or (isinstance(observation, Unreachable) and not observation.undone):
            self._doubt(operation, body)
        return _of_an_end(operation, body, observation) if doubtful else observation

    def _doubt(self, operation: str, body: Body) -> None:
        """Note what may have been done twice, or unseen."""
        words = body if isinstance(body, Mapping) else {}
        with self._lock:
            if operation == REGISTER:
                self.doubts += 1
                self.doubtful.add(str(words.get("WindowId")))
            elif operation == "CreateMaintenanceWindow":
                self.doubled.add(str(words.get("Name")))

    def _send(self, operation: str, body: Body, *, valid: bool, cleaning: bool) -> Observation:
        if self.hurried and not cleaning:
            raise KeyboardInterrupt  # it was raised before, and got lost on its way
        with self._lock:
            self.budget.spend(cleaning=cleaning)
            self.requests += 1
            self.calls[operation] += 1
        observation = self._target.ask(operation, body, valid=valid)
        with self._lock:
            self.resources.note(operation, body, observation)
        return observation

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
        if len(token) < _SHORT:
            return token_of_run(token, hash_of(f"{self._run_id}{self._tokens}") % 20000)
        mark = f"{self._run_id}-{self._tokens}-"[: len(token)]
        return mark + token[len(mark) :]


def token_of_run(token: str, number: int = 0) -> str:
    """Give a short token with a first character of its own; a longer one as it is, since a mark of ASCII goes there.

    One character has to tell runs and calls apart: there are 20,000 in this block, one UTF-16 unit each.
    """
    return chr(0x4E00 + number) + token[1:] if len(token) < _SHORT else token


def _may_be_the_road(observation: Crashed) -> bool:
    """Tell whether a broken answer may have been broken on its way; an exception in this process was not."""
    return observation.status is not None and not not_implemented(observation)


def _on_the_road(observation: Observation) -> Observation:
    """Read what a gateway says of the service behind it as no answer at all."""
    match observation:
        case Crashed(status=502 | 504 as status, detail=detail) if not not_implemented(observation):
            return Unreachable(reason=f"a gateway answered HTTP {status}: {detail}")
        case _:
            return observation


def _of_an_end(operation: str, body: Body, observation: Observation) -> Observation:
    """Read a refusal to end what an unanswered try may have ended: deleted is deleted, and the rest is unknown."""
    if operation not in _ENDS or not isinstance(observation, Rejected):
        return observation
    if operation == "DeleteMaintenanceWindow" and isinstance(body, Mapping):
        return Accepted(status=200, body={"WindowId": body.get("WindowId")})
    return Unreachable(reason=f"an answer to {operation} was lost, and the next one refused it")


def hash_of(text: str) -> int:
    """Give a number for a text, the same in every process."""
    number = 7
    for character in text:
        number = (number * 31 + ord(character)) % 1_000_003
    return number
