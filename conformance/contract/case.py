"""A case: one request, the rule that it asks about, and the accepted twin that it is one edit away from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

WINDOW = "mw-00000000000000000"
"""Stands for the id of a live window; the runner puts a real one in its place just before sending."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request to send. `twin` is valid and differs in one edit at `path`; `question` names an open one."""

    rule: str
    label: str
    request: Mapping[str, Any]
    twin: Mapping[str, Any] | None = None
    path: str = ""
    question: str = ""
    bare_token: bool = False
    """Send without any ClientToken, although a client library would fill one in."""
    also: tuple[str, ...] = ()
    """Further rules that are shown to be kept when the request is accepted."""

    @property
    def id(self) -> str:
        """The case's name, the same in every run."""
        return f"{self.rule or self.question}/{self.label}"
