"""Sequences of calls, each with the rules that it asks about; a scenario is a function from a stage to events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

from conformance.events import CaseFinished
from conformance.runner.examiner import Examiner
from conformance.runner.scenarios import races, tasks, tokens, windows, wire
from conformance.runner.scenarios.stage import Ends, Stage


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A sequence of calls and the rules that it can charge."""

    play: Callable[[Stage], Iterator[CaseFinished]]
    rules: tuple[str, ...]


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
    "pages": Scenario(play=tasks.pages, rules=("listing.pages",)),
    "quota": Scenario(
        play=tasks.quota,
        rules=(
            "quota.tasks-per-window",
            "quota.tasks-per-window-accepted",
            "quota.freed-by-deregister",
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
        play=races.last_places, rules=("quota.tasks-per-window", "listing.once", "WindowTaskId.unique")
    ),
    "malformed-bodies": Scenario(
        play=wire.malformed,
        rules=(
            "wire.malformed-json",
            "wire.not-an-object",
            "wire.empty-body",
            "wire.member-case",
            "wire.body-no-request",
        ),
    ),
    "refusals": Scenario(play=tasks.refusals, rules=("refusal.no-trace",)),
    "window-unknown": Scenario(play=windows.unknown, rules=("window.unknown", "errors.DoesNotExistException.status")),
    "window-deleted": Scenario(play=windows.deleted, rules=("window.deleted", "window.deletion-takes-tasks")),
    "window-disabled": Scenario(play=windows.disabled, rules=("window.disabled-accepted",)),
    "window-targets": Scenario(play=windows.window_targets, rules=("Targets.window-target-ids-quota",)),
}


def play(name: str, examiner: Examiner) -> Iterator[CaseFinished]:
    """Play one scenario to its end, and delete its windows."""
    stage = Stage(examiner, name)
    try:
        yield from SCENARIOS[name].play(stage)
    except Ends as end:
        yield end.event
    finally:
        stage.close()
