"""Sequences of calls, each with the rules that it asks about; a scenario is a function from a stage to events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

from conformance.events import CaseFinished
from conformance.runner.examiner import Examiner
from conformance.runner.scenarios import precedence, races, tasks, tokens, windows, wire
from conformance.runner.scenarios.stage import Ends, Stage


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A sequence of calls and the rules that it can charge."""

    play: Callable[[Stage], Iterator[CaseFinished]]
    rules: tuple[str, ...]
    deep: bool = False
    """Left out of the quick profile: all that it asks is asked elsewhere, too, in fewer calls."""


_NO_REQUESTS = (
    "malformed-json", "trailing-bytes", "number-form", "not-utf8", "not-an-object", "empty-body", "member-case",
    "deep-nesting",
)  # fmt: skip
_UNUSUAL = ("whitespace", "escapes")
_OPEN = ("content-type", "method", "path", "numbers", "characters", "encoding", "duplicates", "unknown-members")

SCENARIOS: Mapping[str, Scenario] = {
    "token-replay": Scenario(
        play=tokens.replay,
        rules=("token.replay-same-id", "token.replay-no-second-task", "token.other-token-new-task"),
    ),
    "token-mismatch": Scenario(
        play=tokens.mismatch, rules=("token.mismatch-refused", "errors.IdempotentParameterMismatch.status")
    ),
    "token-absent": Scenario(play=tokens.absent, rules=("token.absent-two-tasks",)),
    "identity": Scenario(
        play=tasks.identity,
        rules=(
            "WindowTaskId.shape",
            "WindowTaskId.unique",
            "listing.once",
            "listing.own-window",
            "listing.only-one-more",
        ),
    ),
    "pages": Scenario(play=tasks.pages, rules=("listing.pages",), deep=True),
    "quota": Scenario(
        play=tasks.quota,
        rules=(
            "quota.tasks-per-window",
            "quota.tasks-per-window-accepted",
            "quota.freed-by-deregister",
            "listing.pages",
            "errors.ResourceLimitExceededException.status",
        ),
    ),
    "deregister": Scenario(
        play=tasks.deregister,
        rules=(
            "deregister.removes-the-task",
            "deregister.only-that-task",
            "deregister.own-window-only",
            "deregister.twice-refused",
            "deregister.result",
        ),
    ),
    "race-one-token": Scenario(play=races.one_token, rules=("token.replay-same-id", "token.replay-no-second-task")),
    "race-last-places": Scenario(
        play=races.last_places, rules=("quota.tasks-per-window", "listing.once", "WindowTaskId.unique"), deep=True
    ),
    "malformed-bodies": Scenario(
        play=wire.sending(*_NO_REQUESTS), rules=(*wire.rules_of(*_NO_REQUESTS), "wire.error-code")
    ),
    "misdirected-calls": Scenario(play=wire.sending("unknown-operation"), rules=wire.rules_of("unknown-operation")),
    "unusual-requests": Scenario(play=wire.sending(*_UNUSUAL), rules=wire.rules_of(*_UNUSUAL)),
    "open-wire": Scenario(play=wire.sending(*_OPEN), rules=wire.rules_of(*_OPEN)),
    "refusals": Scenario(play=tasks.refusals, rules=("refusal.no-trace",), deep=True),
    "window-unknown": Scenario(play=windows.unknown, rules=("window.unknown", "errors.DoesNotExistException.status")),
    "window-deleted": Scenario(play=windows.deleted, rules=("window.deleted", "window.deletion-takes-tasks")),
    "window-disabled": Scenario(play=windows.disabled, rules=("window.disabled-accepted",)),
    "precedence": Scenario(play=precedence.pairs, rules=precedence.PAIRED, deep=True),
    "window-targets": Scenario(play=windows.window_targets, rules=("Targets.window-target-ids-quota",)),
    "window-target-in-use": Scenario(play=windows.window_target_in_use, rules=("window-target.in-use-refused",)),
}


def play(name: str, examiner: Examiner, *, brief: bool = False) -> Iterator[CaseFinished]:
    """Play one scenario to its end, and delete its windows; a brief one shows each rule once."""
    stage = Stage(examiner, name, brief=brief)
    try:
        yield from SCENARIOS[name].play(stage)
    except Ends as end:
        yield end.event
    finally:
        stage.close()
