"""A sandbox account: asked with its own numbers on the wire, slower when throttled, and never blamed for credentials.

The suite's placeholders (account number, role, topic, instance) are put into place on the way out and back on the way
in, so that no account number reaches an event, a report or a record.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, final

from conformance.events import TargetFacts
from conformance.observation import Accepted, Observation, Rejected, Unreachable
from conformance.targets.answers import THROTTLED, Answer
from conformance.targets.base import Body, RawCall, TargetError
from conformance.targets.boto import BotoTarget
from conformance.targets.sandbox import (
    ACCOUNT,
    DENIED,
    EXPIRED,
    INSTANCE,
    REFUSED,
    ROLE,
    TOPIC,
    Sandbox,
    complaint,
    must_be_the_sandbox,
    session_of,
)

FACTS = TargetFacts(name="aws", kind="aws")
_SETTLES = 30.0  # seconds in which a new window may still be unknown to a part of the service (S-16)


@final
class Placeholders:
    """Exchanges the suite's placeholders for the sandbox's own, and back."""

    def __init__(self, sandbox: Sandbox) -> None:
        own = {ROLE: sandbox.role, TOPIC: sandbox.topic, INSTANCE: sandbox.instance}
        self._exact = {placeholder: real for placeholder, real in own.items() if real}
        self._account = sandbox.account
        # Not within a longer number: a version of 20 digits is no account.
        self._out = re.compile(rf"(?<![0-9]){ACCOUNT}(?![0-9])")
        self._back = re.compile(rf"(?<![0-9]){sandbox.account}(?![0-9])")

    def out(self, body: Body) -> Body:
        """Give a body as it goes to AWS."""
        if isinstance(body, RawCall):
            return replace(body, body=self._bytes(body.body))
        if isinstance(body, bytes):
            return self._bytes(body)
        placed: dict[str, Any] = self._placed(body)
        return placed

    def _bytes(self, body: bytes) -> bytes:
        return re.sub(self._out.pattern.encode(), self._account.encode(), body)

    def _placed(self, value: Any) -> Any:
        match value:
            case str():
                return self._exact.get(value) or self._out.sub(self._account, value)
            case Mapping():
                return {key: self._placed(item) for key, item in value.items()}
            case list():
                return [self._placed(item) for item in value]
            case _:
                return value

    def back(self, answer: Answer) -> Answer:
        """Give an answer as the suite may see it."""
        text = answer.body.decode("utf-8", "surrogateescape")
        for placeholder, real in self._exact.items():
            text = text.replace(json.dumps(real), json.dumps(placeholder))
        text = self._back.sub(ACCOUNT, text)
        return Answer(status=answer.status, headers=answer.headers, body=text.encode("utf-8", "surrogateescape"))


@final
class Brake:
    """Adaptive pace on top of the run's rate: each throttled answer doubles the pause, ten good ones halve it."""

    def __init__(self, *, sleep: Callable[[float], None] = time.sleep, longest: float = 30.0) -> None:
        self._sleep, self._longest = sleep, longest
        self._lock = threading.Lock()
        self._good = 0
        self.pause = 0.0

    def wait(self) -> None:
        """Wait as long as the answers so far ask for; seconds."""
        if self.pause:
            self._sleep(self.pause)

    def note(self, *, throttled: bool) -> None:
        """Learn from an answer."""
        with self._lock:
            if throttled:
                self._good, self.pause = 0, min(max(self.pause * 2, 0.5), self._longest)
            else:
                self._good += 1
                if self._good % 10 == 0:
                    self.pause = self.pause / 2 if self.pause > 0.5 else 0.0


@final
class AwsTarget:
    """The sandbox account behind boto3. It raises TargetError where the credentials, not the service, are at fault."""

    def __init__(
        self, boto: BotoTarget, sandbox: Sandbox, *, brake: Brake, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._boto, self._brake, self._clock = boto, brake, clock
        self._places = Placeholders(sandbox)
        self._allowed: set[str] = set()
        self._young: dict[str, float] = {}

    @property
    def facts(self) -> TargetFacts:
        """Say that this is AWS."""
        return FACTS

    def close(self) -> None:
        """Close the connections."""
        self._boto.close()

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Send one request; see `Target.ask`. TargetError when the credentials do not carry it."""
        found = self.exchange(operation, body, valid=valid)
        return self.seen(operation, body, found.read() if isinstance(found, Answer) else found)

    def exchange(self, operation: str, body: Body, *, valid: bool) -> Answer | Observation:
        """Send one request and give the answer with placeholders in it, or what happened instead of one."""
        self._brake.wait()
        found = self._boto.exchange(operation, self._places.out(body), valid=valid)
        if not isinstance(found, Answer):
            return found
        found = self._places.back(found)
        self._brake.note(throttled=found.status in (429, 503) or found.code in THROTTLED)
        return found

    def seen(self, operation: str, body: Body, observation: Observation) -> Observation:
        """Take out of an answer what says nothing of the service: credentials, and windows too new to be known."""
        window = body.get("WindowId") if isinstance(body, Mapping) else None
        of_task = isinstance(body, Mapping) and "WindowTaskId" in body
        match observation:
            case Rejected(code=code) if code in EXPIRED | REFUSED:
                raise TargetError(complaint(f"ssm:{operation}", code))
            case Rejected(code=code) if code in DENIED:
                return self._denied(operation, code, observation.message)
            case Rejected(code="DoesNotExistException") if self._is_young(window) and not of_task:
                # Without a hint, so that it is asked again.
                return Unreachable(reason="the new window is not known everywhere yet (S-16)")
        if not isinstance(observation, Unreachable):
            self._allowed.add(operation)
        self._age(operation, window, observation)
        return observation

    def _denied(self, operation: str, code: str, message: str) -> Observation:
        """A denial of everything ends the run; one of a single request leaves only that request unjudged."""
        if operation not in self._allowed and "PassRole" not in message:
            raise TargetError(complaint(f"ssm:{operation}", code))
        name = "iam:PassRole" if "PassRole" in message else f"ssm:{operation}"
        return Unreachable(reason=complaint(name, code), hint="Not judged: AWS did not get to look at the request.")

    def _is_young(self, window: Any) -> bool:
        return isinstance(window, str) and self._clock() - self._young.get(window, -_SETTLES) < _SETTLES

    def _age(self, operation: str, window: Any, observation: Observation) -> None:
        """A window is young from its creation until a registration in it was answered, or it was deleted."""
        if isinstance(observation, Accepted) and operation == "CreateMaintenanceWindow":
            made = observation.body.get("WindowId")
            if isinstance(made, str):
                self._young[made] = self._clock()
        elif isinstance(observation, Accepted) and operation.startswith(("Register", "Delete")):
            self._young.pop(str(window), None)


def aws_target(sandbox: Sandbox) -> AwsTarget:
    """Give the target, once STS has said that it is the sandbox; TargetError when it is not, or can not be told."""
    session = session_of(sandbox)
    must_be_the_sandbox(sandbox, session)
    return AwsTarget(BotoTarget(FACTS, endpoint=None, session=session), sandbox, brake=Brake())
