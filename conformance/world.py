"""What a conforming service holds after each call: windows, their tasks, and the tokens that made them.

Every step is pure: a `World` goes in, the next one comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, final

from conformance.contract.rule import Request


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as it was registered: its id, the request as sent, and the token that made it, if any."""

    id: str
    request: Mapping[str, Any]
    token: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One maintenance window and its live tasks, in the order of their registration."""

    id: str
    tasks: tuple[Task, ...] = ()
    deleted: bool = False
    used_tokens: Mapping[str, Task] = field(default_factory=dict)

    def task(self, id: str) -> Task | None:
        """Give the live task of that id, or None."""
        return next((task for task in self.tasks if task.id == id), None)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All windows that we ever made, by id."""

    windows: Mapping[str, Window] = field(default_factory=dict)

    def window(self, id: object) -> Window | None:
        """Give the window of that id, deleted or not, or None when we never made it."""
        return self.windows.get(id) if isinstance(id, str) else None

    def with_window(self, id: str) -> World:
        """A window was created."""
        return self._put(Window(id=id))

    def without_window(self, id: str) -> World:
        """A window was deleted, and its tasks with it; its tokens are forgotten, since nothing is registered there."""
        return self._put(Window(id=self.windows[id].id, deleted=True))

    def forgotten(self, id: str) -> World:
        """A deleted window will not be named again, so a long run need not carry it along."""
        return World(windows={name: window for name, window in self.windows.items() if name != id})

    def with_task(self, window_id: str, task: Task) -> World:
        """A task was registered. A replay, which gives an id that is there already, changes nothing."""
        window = self.windows[window_id]
        if window.task(task.id) is not None:
            return self
        tokens = dict(window.used_tokens) | ({task.token: task} if task.token is not None else {})
        return self._put(replace(window, tasks=(*window.tasks, task), used_tokens=tokens))

    def without_task(self, window_id: str, task_id: str) -> World:
        """A task was deregistered."""
        window = self.windows[window_id]
        return self._put(replace(window, tasks=tuple(task for task in window.tasks if task.id != task_id)))

    def _put(self, window: Window) -> World:
        return World(windows={**self.windows, window.id: window})


def same_call(first: Request, second: Request) -> bool:
    """Tell whether two requests are the same call for idempotency: equal documents."""
    return dict(first) == dict(second)
