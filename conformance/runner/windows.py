"""The windows of a run: made when needed, replaced when full or spoilt, all deleted at the end."""

from __future__ import annotations

from typing import final

from conformance.contract.behaviours import TASKS_PER_WINDOW
from conformance.observation import Accepted, Observation, Rejected, Unreachable, not_implemented, outcome
from conformance.runner.sender import Sender
from conformance.world import Window, World

PREFIX = "mw-conformance-"
# A day that never comes within the life of a window, so that nothing registered here can run.
NEVER = "at(2099-12-31T23:59:59)"


class FixtureRefused(Exception):
    """The target does not give us a window to work in; the message says what it answered and what to do."""


class NotImplementedByTarget(Exception):
    """The target does not implement an operation without which nothing can be asked; `operation` names it."""

    def __init__(self, operation: str, observation: Observation) -> None:
        super().__init__(f"{operation} is not implemented by this target ({outcome(observation)})")
        self.operation = operation


@final
class Windows:
    """Keeps one current window and the model (`world`) of all windows ever made in this run."""

    def __init__(self, sender: Sender, *, run_id: str, room: int = TASKS_PER_WINDOW - 5) -> None:
        self._sender = sender
        self._run_id = run_id
        self._room = room
        self._current: str | None = None
        self._made = 0
        self._open: list[str] = []
        self.world = World()

    def create(self) -> str:
        """Make a window that never runs, give its id; FixtureRefused or NotImplementedByTarget when there is none."""
        self._made += 1
        observation = self._sender.ask(
            "CreateMaintenanceWindow",
            {
                "Name": f"{PREFIX}{self._run_id}-{self._made}",
                "Schedule": NEVER,
                "Duration": 2,
                "Cutoff": 1,
                "AllowUnassociatedTargets": True,
                "ClientToken": f"mwc-{self._run_id}-w{self._made}",
            },
        )
        match observation:
            case Accepted(body=body) if isinstance(body.get("WindowId"), str):
                id: str = body["WindowId"]
            case Unreachable(reason=reason, hint=hint):
                raise FixtureRefused(f"the target can not be reached: {reason} {hint}".rstrip())
            case _ if not_implemented(observation):
                raise NotImplementedByTarget("CreateMaintenanceWindow", observation)
            case Rejected(message=message):
                raise FixtureRefused(f"CreateMaintenanceWindow was refused ({outcome(observation)}: {message})")
            case _:
                raise FixtureRefused(f"CreateMaintenanceWindow gave no WindowId ({outcome(observation)})")
        self._open.append(id)
        self.world = self.world.with_window(id)
        return id

    def current(self) -> str:
        """Give the id of a live window with room for more tasks."""
        if self._current is None or self.full:
            self.discard()
            self._current = self.create()
        return self._current

    @property
    def full(self) -> bool:
        """Tell whether the current window has no room for another task and its twin."""
        return self._current is not None and len(self.world.windows[self._current].tasks) >= self._room

    @property
    def used(self) -> Window | None:
        """The current window's model, or None where there is none."""
        return None if self._current is None else self.world.windows[self._current]

    def discard(self) -> None:
        """Give up the current window: it is full, or may be spoilt by something wrongly accepted."""
        if self._current is not None:
            id, self._current = self._current, None
            self.delete(id)

    def delete(self, id: str) -> Observation:
        """Delete a window."""
        observation = self._sender.ask("DeleteMaintenanceWindow", {"WindowId": id})
        if id in self._open:
            self._open.remove(id)
        self.world = self.world.without_window(id)
        return observation

    def close(self) -> None:
        """Delete every window that is left."""
        for id in list(self._open):
            self.delete(id)
        self._current = None
