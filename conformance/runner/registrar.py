"""Register requests in live windows, judge each answer, and remember what this target took and what it refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

from conformance.contract.case import WINDOW
from conformance.events import CaseFinished
from conformance.observation import Accepted, Crashed, Observation, Rejected
from conformance.oracle import Expectation, MustAccept, Reading, Verdict, expectation, judge, reading_of
from conformance.runner.inspector import finished
from conformance.runner.sender import REGISTER, Sender
from conformance.runner.shown import key_of
from conformance.runner.windows import Windows
from conformance.world import Task

Request = Mapping[str, Any]


@final
class Registrar:
    """The one way by which cases reach a target; it keeps the model of the target's windows in step.

    `retire` is called for a window that is full, before another takes its place.
    """

    def __init__(self, sender: Sender, windows: Windows, *, retire: Callable[[], None]) -> None:
        self._sender, self._windows, self._retire = sender, windows, retire
        self._accepted_in: dict[str, set[str]] = {}
        self._refused: dict[str, Observation] = {}
        self._refusals: dict[str, int] = {}
        self._homes: dict[str, str] = {}
        self._last: tuple[Request, Reading, Expectation] | None = None
        self.ever_accepted = False
        self.ids_repeat = False
        self.asides: list[CaseFinished] = []
        """What was found beside the cases."""

    def expected(self, request: Request) -> Expectation:
        """Give what is expected of a request in an empty window."""
        return self._read(request)[1]

    def _read(self, request: Request) -> tuple[Reading, Expectation]:
        """Read a request; the last one is remembered, since a case asks several times."""
        if self._last is None or self._last[0] is not request:
            reading = reading_of(request)
            self._last = request, reading, expectation(request, reading=reading)
        return self._last[1:]

    def send(
        self, request: Request, *, bare: bool = False, window: str | None = None
    ) -> tuple[str, Observation, Verdict]:
        """Register in a live window, the current one unless one is named; give it, the answer and the verdict on it."""
        if window is None and self._windows.full:
            self._retire()
        window = window or self._windows.current()
        placed = {**request, "WindowId": window} if request.get("WindowId") == WINDOW else request
        document = self._sender.with_token(placed, bare=bare)
        world = self._windows.world
        reading, expected = self._read(request)
        observation = self._sender.ask(REGISTER, document, valid=isinstance(expected, MustAccept))
        verdict = judge(document, world, observation, reading=reading)
        self._keep(document, observation)
        if isinstance(observation, Rejected):
            self._refusals[window] = self._refusals.get(window, 0) + 1
        return window, observation, verdict

    def _keep(self, document: Request, observation: Observation) -> None:
        """Let the model of the target's windows follow an acceptance."""
        if isinstance(observation, Accepted):
            self.ever_accepted = True
            id, window = observation.body.get("WindowTaskId"), document.get("WindowId")
            if not isinstance(id, str) and isinstance(window, str):
                self._sender.doubtful.add(window)  # it holds a task that has no name
            elif isinstance(id, str) and isinstance(window, str) and window in self._windows.world.windows:
                token = document.get("ClientToken")
                task = Task(id=id, request=document, token=token if isinstance(token, str) else None)
                if self._homes.setdefault(id, window) != window or self._given_again(id, document):
                    self.asides.append(_given_twice(id, document))
                    self.ids_repeat = True
                self._windows.world = self._windows.world.with_task(window, task)

    def _given_again(self, id: str, document: Request) -> bool:
        """Tell whether an id that a live task has was given to another registration, which is no replay."""
        window = self._windows.world.windows[str(document["WindowId"])]
        before = window.task(id)
        return before is not None and before.token != document.get("ClientToken")

    def note(self, request: Request, window: str, observation: Observation) -> None:
        """Remember what came of a request."""
        if isinstance(observation, Accepted):
            self._accepted_in.setdefault(key_of(request), set()).add(window)
            self._refused.pop(key_of(request), None)
        else:
            self._refused[key_of(request)] = observation

    def takes(self, request: Request) -> bool:
        """Tell whether the target takes a request, in the current window or else in an empty one; it is asked once."""
        if key_of(request) in self._accepted_in:
            return True
        if isinstance(self._refused.get(key_of(request)), Accepted | Rejected | Crashed):
            return False  # and what was not answered is asked again
        for _ in range(2):
            window, observation, _verdict = self.send(request)
            self.note(request, window, observation)
            if isinstance(observation, Accepted):
                return True
            if isinstance(observation, Rejected) and self._is_clean(window):
                return False  # what is refused in an empty window is refused for itself
            self._windows.discard()
        return False

    def _is_clean(self, window: str) -> bool:
        """Tell whether a window is empty, also where each refused call should have left something behind in it."""
        return not self._windows.world.windows[window].tasks and self.refusals(window) < self._windows.quota // 2

    def accepts_in(self, request: Request, window: str) -> bool:
        """Tell whether the target takes a request in this very window."""
        if window in self._accepted_in.get(key_of(request), ()):
            return True
        _, observation, _verdict = self.send(request, window=window)
        if isinstance(observation, Accepted):
            self.note(request, window, observation)
        return isinstance(observation, Accepted)

    def registrations(self, window: str) -> int:
        """Count the registrations in a live window, accepted or refused: all that reading it back will judge."""
        return len(self._windows.world.windows[window].tasks) + self.refusals(window)

    def refusals(self, window: str) -> int:
        """Count what was refused in a window."""
        return self._refusals.get(window, 0)

    def refusal_of(self, request: Request) -> Observation | None:
        """Give the last answer to a request that was not taken, None where there is none."""
        return self._refused.get(key_of(request))

    def elsewhere(self, window: str) -> Callable[[str], bool]:
        """Give a test of task ids: was this one given in another window?"""
        return lambda task: self._homes.get(task, window) != window


def _given_twice(id: str, document: Request) -> CaseFinished:
    request = {**{name: value for name, value in document.items() if name != "ClientToken"}, "WindowId": WINDOW}
    charge = ("WindowTaskId.unique", "wrong-effect", "an id that no other task has", "the id of another task")
    answer = Accepted(status=200, body={})
    return finished("WindowTaskId.unique", "registration", answer, request=request, charges=[charge])
