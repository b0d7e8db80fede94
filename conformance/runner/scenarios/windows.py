"""Windows that are not there, are gone, or are switched off."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from conformance.contract.catalogue import rule as rule_of
from conformance.contract.rule import DOES_NOT_EXIST
from conformance.events import CaseFinished
from conformance.observation import Accepted, Crashed, Rejected, Unreachable
from conformance.oracle import observed_in_words
from conformance.runner.scenarios.stage import Stage, supported

_REMOVE = "DeregisterTargetFromMaintenanceWindow"
_GONE = frozenset({DOES_NOT_EXIST})


def unknown(stage: Stage) -> Iterator[CaseFinished]:
    """Well-formed ids of no window, one of them close to a window's own."""
    live = stage.window()
    close = live[:-1] + ("0" if live[-1] != "0" else "1")
    for id in (close,) if stage.brief else ("mw-fedcba98765432100", close):
        answer = stage.register(id, stage.base)
        yield from stage.status(answer)
        yield stage.refused("window.unknown", answer, _GONE, "a registration with a window that is not there")


def deleted(stage: Stage) -> Iterator[CaseFinished]:
    """A deleted window takes no task, and its tasks are gone with it."""
    window = stage.window()
    task = stage.must_register("token.other-token-new-task", window, stage.base)
    gone = stage.delete(window)
    if not supported(gone):
        yield from stage.missing("DeleteMaintenanceWindow", gone, "window.deleted", "window.deletion-takes-tasks")
        return
    if not isinstance(gone, Accepted):
        yield stage.doubt("window.deleted", Unreachable(reason="the window could not be deleted"))
        return
    answer = stage.register(window, stage.base)
    yield from stage.status(answer)
    yield stage.refused("window.deleted", answer, _GONE, "a registration with a deleted window")
    shown = stage.get(window, task)
    if supported(shown):
        yield stage.refused("window.deletion-takes-tasks", shown, _GONE, "a read of a task whose window is gone")
    if task in (stage.listed(window) or ()):
        yield stage.charge("window.deletion-takes-tasks", "wrong-effect", "no task of a deleted window", "it is listed")
    elif not supported(shown):
        yield stage.kept("window.deletion-takes-tasks")


def disabled(stage: Stage) -> Iterator[CaseFinished]:
    """A window that is switched off takes tasks."""
    window = stage.window()
    off = stage.ask("UpdateMaintenanceWindow", {"WindowId": window, "Enabled": False})
    if not isinstance(off, Accepted):
        yield from stage.missing("UpdateMaintenanceWindow", off, "window.disabled-accepted")
        return
    task = stage.must_register("window.disabled-accepted", window, stage.base)
    yield stage.kept("window.disabled-accepted")
    listed = stage.listed(window)
    if listed is not None and task not in listed:
        yield stage.charge("listing.once", "wrong-effect", "the task listed once", "no task while the window is off")


def window_targets(stage: Stage) -> Iterator[CaseFinished]:
    """Ten registered window targets on one task, and eleven."""
    window, rule = stage.window(), "Targets.window-target-ids-quota"
    made = yield from _targets(stage, window, 11, rule)
    if not made:
        return
    taken = stage.register(window, _task_on(stage, made[:10]))
    if isinstance(taken, Rejected):
        yield stage.charge(
            rule, "too-strict", "a task with 10 window targets accepted", observed_in_words(taken), taken
        )
        return
    if isinstance(taken, Accepted) and isinstance(id := taken.body.get("WindowTaskId"), str):
        yield from stage.compared(window, id, _task_on(stage, made[:10]))
    observation = stage.register(window, _task_on(stage, made))
    yield stage.refused(rule, observation, rule_of(rule).codes, "a task with 11 window targets")
    if not stage.brief:
        observation = stage.register(window, _task_on(stage, made[:6], made[5:]))
        yield stage.refused(rule, observation, rule_of(rule).codes, "a task with 11 window targets in two entries")


def window_target_in_use(stage: Stage) -> Iterator[CaseFinished]:
    """A window target that a task names stays, where its deregistration is asked for safely."""
    window, rule = stage.window(), "window-target.in-use-refused"
    made = yield from _targets(stage, window, 2, rule)
    if not made:
        return  # told by the scenario before
    if not stage.brief:  # the task is not the window's first; the target is not the task's
        stage.register(window, stage.base)
    if not isinstance(stage.register(window, _task_on(stage, made)), Accepted):
        return
    removal = {"WindowId": window, "WindowTargetId": made[-1], "Safe": True}
    for what in ("a safe deregistration of a target that a task names", "the same once more"):
        answer = stage.ask(_REMOVE, removal, valid=False)
        if not supported(answer) or isinstance(answer, Crashed):  # some servers crash on what they do not implement
            yield from stage.missing(_REMOVE, answer, rule)
            return
        event = stage.refused(rule, answer, rule_of(rule).codes, what)
        yield event
        if event.charges:
            return


def _targets(stage: Stage, window: str, count: int, rule: str) -> Generator[CaseFinished, None, list[str]]:
    """Register window targets and give their ids; none where the target can not do that, which is told."""
    made: list[str] = []
    for index in range(1, count + 1):
        answer = stage.ask(
            "RegisterTargetWithMaintenanceWindow",
            {
                "WindowId": window,
                "ResourceType": "INSTANCE",
                "Targets": [{"Key": "InstanceIds", "Values": [f"i-{index:017x}"]}],
            },
        )
        if not isinstance(answer, Accepted) or not isinstance(answer.body.get("WindowTargetId"), str):
            yield from stage.missing("RegisterTargetWithMaintenanceWindow", answer, rule)
            return []
        made.append(answer.body["WindowTargetId"])
    return made


def _task_on(stage: Stage, *targets: list[str]) -> dict[str, Any]:
    named = [{"Key": "WindowTargetIds", "Values": each} for each in targets]
    return {**stage.base, "MaxConcurrency": "1", "MaxErrors": "1", "Targets": named}
