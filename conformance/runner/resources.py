"""What a run holds at the target while it goes: how many windows and tasks live at once, at most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

from conformance.observation import Accepted, Observation


@final
class Resources:
    """Follows the accepted calls of one process; `peak` has the most ``windows`` and ``tasks`` at one moment."""

    def __init__(self) -> None:
        self._tasks: dict[str, int] = {}
        self.peak = {"windows": 0, "tasks": 0}

    def note(self, operation: str, body: Any, observation: Observation) -> None:
        """Take in one call and its answer; what was not accepted changes nothing."""
        if not isinstance(observation, Accepted):
            return
        # A target that takes anything may have taken a list: see the rule WindowId.type.
        window = str(body.get("WindowId")) if isinstance(body, Mapping) else ""
        match operation:
            case "CreateMaintenanceWindow":
                self._tasks[str(observation.body.get("WindowId"))] = 0
            case "DeleteMaintenanceWindow":
                self._tasks.pop(window, None)
            case "RegisterTaskWithMaintenanceWindow" if window in self._tasks:
                self._tasks[window] += 1
            case "DeregisterTaskFromMaintenanceWindow" if window in self._tasks:
                self._tasks[window] -= 1
        self.peak["windows"] = max(self.peak["windows"], len(self._tasks))
        self.peak["tasks"] = max(self.peak["tasks"], sum(self._tasks.values()))
