"""The windows of a run: made when needed, replaced when full or spoilt, all deleted at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, final

from conformance.contract.behaviours import TASKS_PER_WINDOW
from conformance.observation import Accepted, Observation, Rejected, Unreachable, not_implemented, outcome
from conformance.runner.budget import BudgetSpent
from conformance.runner.journal import PREFIX, Journal
from conformance.runner.sender import Sender
from conformance.runner.sweep import CanNotList, delete, gone, remove_named
from conformance.targets.base import TargetError
from conformance.world import Window, World

RUN_TAG, EXPIRY_TAG = "mw-conformance-run", "mw-conformance-expires"
# A day that never comes within the life of a window, so that nothing registered here can run.
NEVER = "at(2099-12-31T23:59:59)"
_SPARE = 5  # places that are kept free in a window, so that its quota is never what refuses a request


class FixtureRefused(Exception):
    """The target does not give us a window to work in; the message says what it answered and what to do."""


class NotImplementedByTarget(Exception):
    """The target does not implement an operation without which nothing can be asked; `operation` names it."""

    def __init__(self, operation: str, observation: Observation) -> None:
        super().__init__(f"{operation} is not implemented by this target ({outcome(observation)})")
        self.operation = operation


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What a window gets beyond a schedule that never comes: tags, and being switched off, where it may cost money."""

    tags: Mapping[str, str] = field(default_factory=dict)
    disabled: bool = False


def care_of(kind: str, *, run_id: str, now: float) -> Care:
    """Give the care that windows need at a kind of target (`TargetFacts.kind`); `now` is in seconds since 1970."""
    if kind != "aws":
        return Care()
    expires = datetime.fromtimestamp(now, UTC) + timedelta(days=1)
    tags = {RUN_TAG: run_id, EXPIRY_TAG: expires.isoformat(timespec="seconds")}
    return Care(tags=tags, disabled=True)


@final
class Windows:
    """Keeps one current window and the model (`world`) of all windows ever made in this run."""

    def __init__(
        self,
        sender: Sender,
        *,
        run_id: str,
        quota: int = TASKS_PER_WINDOW,
        care: Care | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.sender = sender
        self._run_id = run_id
        self.quota = quota
        self._room = max(quota - _SPARE, 1)
        self._care = care or Care()
        self._journal = journal or Journal()
        self._current: str | None = None
        self._made = 0
        self._open: dict[str, str] = {}
        self.world = World()

    def create(self) -> str:
        """Make a window that never runs, give its id; FixtureRefused or NotImplementedByTarget when there is none."""
        self._made += 1
        name = f"{PREFIX}{self._run_id}-{self._made}"
        self._journal.plans(name)
        self.sender.budget.kept += 1  # what is made has to be deleted, too
        observation = self.sender.ask("CreateMaintenanceWindow", self._document(name))
        match observation:
            case Accepted(body=body) if isinstance(body.get("WindowId"), str):
                id: str = body["WindowId"]
            case _:
                self._not_made(name, observation)
        self._journal.made(name, id)
        if id in self._open:  # a target that lost everything may give an id again
            self._journal.removed(self._open[id])
            self.sender.budget.kept -= 1
        self._open[id] = name
        self.world = self.world.with_window(id)
        if self._care.disabled:
            self._switch_off(id)
        return id

    def _document(self, name: str) -> dict[str, Any]:
        tags = [{"Key": key, "Value": value} for key, value in self._care.tags.items()]
        return {
            "Name": name,
            "Schedule": NEVER,
            "Duration": 2,
            "Cutoff": 1,
            "AllowUnassociatedTargets": True,
            "ClientToken": f"mwc-{self._run_id}-w{self._made}",
            **({"Tags": tags} if tags else {}),
        }

    def _not_made(self, name: str, observation: Observation) -> NoReturn:
        """Say why there is no window; what was refused at once was surely not made."""
        if isinstance(observation, Rejected) and name not in self.sender.doubled:
            self._journal.removed(name)
            self.sender.budget.kept -= 1
        match observation:
            case Unreachable(reason=reason, hint=hint):
                raise FixtureRefused(f"the target can not be reached: {reason} {hint}".rstrip())
            case _ if not_implemented(observation):
                raise NotImplementedByTarget("CreateMaintenanceWindow", observation)
            case Rejected(message=message):
                raise FixtureRefused(f"CreateMaintenanceWindow was refused ({outcome(observation)}: {message})")
            case _:
                raise FixtureRefused(f"CreateMaintenanceWindow gave no WindowId ({outcome(observation)})")

    def _switch_off(self, id: str) -> None:
        """Disable a window, since it can not be made so; nothing is registered in one that stayed enabled."""
        observation = self.sender.ask("UpdateMaintenanceWindow", {"WindowId": id, "Enabled": False})
        if not isinstance(observation, Accepted):
            raise FixtureRefused(f"a new window could not be switched off ({outcome(observation)}), so it is not used")

    def current(self) -> str:
        """Give the id of a live window with room for more tasks."""
        if self._current is None or self.full:
            self.discard()
            self._current = self.create()
        return self._current

    @property
    def full(self) -> bool:
        """Tell whether the current window has no room for another task and its twin, or may hold one unknown to us."""
        if self._current is None:
            return False
        full = len(self.world.windows[self._current].tasks) >= self._room
        return full or self._current in self.sender.doubtful

    @property
    def used(self) -> Window | None:
        """The current window's model, or None where there is none."""
        return None if self._current is None else self.world.windows[self._current]

    def discard(self) -> None:
        """Give up the current window: it is full, or may be spoilt by something wrongly accepted."""
        if self._current is not None:
            id, self._current = self._current, None
            self.delete(id)
            self.world = self.world.forgotten(id)

    def delete(self, id: str) -> Observation:
        """Delete a window. What is not deleted, for whatever reason, is tried again at the end."""
        observation = delete(self.sender, id)
        if id in self._open and (gone(observation) or not_implemented(observation)):
            self.sender.budget.kept -= 1
            name = self._open.pop(id)
            if gone(observation) and name not in self.sender.doubled:
                self._journal.removed(name)
        self.world = self.world.without_window(id)
        return observation

    def let_go(self) -> None:
        """Have no current window: it has another owner now, or the target does not know it any more."""
        self._current = None

    def close(self) -> None:
        """Delete every window that is left, and any that was made twice unseen; what stays, stays in the journal."""
        self._current = None
        try:
            for id in list(self._open):
                self.delete(id)
            unseen = self.sender.doubled | {name for name, id in self._journal.left.items() if id is None}
            if unseen and not remove_named(self.sender, unseen).failed:
                for name in unseen - set(self._open.values()):
                    self._journal.removed(name)
        except (TargetError, BudgetSpent, CanNotList):
            pass  # what could not be deleted stands in the journal
        self._journal.close()
