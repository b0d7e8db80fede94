"""One step of a history: what a user does, to which window and task, counted when it is played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

Kind = Literal["register", "replay", "mismatch", "deregister", "describe", "get", "delete-window"]
KINDS: tuple[Kind, ...] = (
    "register",
    "register",
    "register",
    "replay",
    "mismatch",
    "deregister",
    "describe",
    "get",
    "delete-window",
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A call to make; numbers are taken modulo what is there, and a step that finds nothing is passed over."""

    kind: Kind
    window: int
    task: int
    variant: int
