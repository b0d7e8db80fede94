"""The life of a task: listed once in its own window, counted against the quota, deregistered alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.rule import DOES_NOT_EXIST, LIMIT, Level
from conformance.events import CaseFinished
from conformance.observation import Accepted, Observation, Rejected, Unreachable
from conformance.oracle import is_task_id, observed_in_words
from conformance.runner.scenarios.stage import Stage, supported

_GONE = frozenset({DOES_NOT_EXIST})


def identity(stage: Stage) -> Iterator[CaseFinished]:
    """The same request in two windows: ids of the right shape, all different, each listed once in its own window."""
    windows = stage.window(), stage.window()
    made = {
        window: [
            stage.must_register("token.other-token-new-task", window, stage.base)
            for _ in range(1 if stage.brief else 2)
        ]
        for window in windows
    }
    every = [task for tasks in made.values() for task in tasks]
    if len(set(every)) < len(every):
        yield stage.charge("WindowTaskId.unique", "wrong-effect", f"{len(every)} ids", f"{len(set(every))} different")
    if all(is_task_id(task) for task in every):
        yield stage.kept("WindowTaskId.shape", "WindowTaskId.unique")
    for window, tasks in made.items():
        listed = stage.listed(window)
        if listed is not None:
            yield from _held_against(stage, listed, tasks, [task for task in every if task not in tasks])


def _held_against(stage: Stage, listed: list[str], tasks: list[str], foreign: list[str]) -> Iterator[CaseFinished]:
    counts = Counter(listed)
    if any(counts[task] != 1 for task in tasks):
        yield stage.charge(
            "listing.once", "wrong-effect", "each task listed once", f"{[counts[task] for task in tasks]} times"
        )
    if any(counts[task] for task in foreign):
        yield stage.charge(
            "listing.own-window", "wrong-effect", "tasks of this window only", "a task of another window"
        )
    extra = [task for task in counts if task not in tasks and task not in foreign]
    if extra:
        yield stage.charge("listing.only-one-more", "side-effect", f"{len(tasks)} tasks", f"{len(counts)} tasks")
    yield stage.kept("listing.once", "listing.own-window", "listing.only-one-more")


def pages(stage: Stage) -> Iterator[CaseFinished]:
    """Twelve tasks, or as many as there is room for, in pages of ten: each shown exactly once."""
    window = stage.window()
    made = [stage.must_register("token.other-token-new-task", window, stage.base) for _ in range(min(12, stage.quota))]
    yield from _paged(stage, window, made)


def _paged(stage: Stage, window: str, made: list[str]) -> Iterator[CaseFinished]:
    listed = stage.listed(window, MaxResults=10)
    if listed is None:
        return
    if Counter(listed) == Counter(made):
        yield stage.kept("listing.pages")
    else:
        seen = f"{len(listed)} shown, {len(set(listed) & set(made))} of them different tasks of this window"
        yield stage.charge("listing.pages", "wrong-effect", f"each of {len(made)} tasks once", seen)


def quota(stage: Stage) -> Iterator[CaseFinished]:
    """The last task that has a place, the first that has none, another window, and a place that becomes free."""
    rule = "quota.tasks-per-window-accepted"
    full, made = stage.begun_window() if stage.brief else (stage.window(), [])
    other = stage.window()
    made += _one_asked_twice(stage, rule, full)
    early = made[:1]
    if not stage.brief and stage.quota > len(made) + 1 and stage.takes(stage.rich(0)):
        early = [stage.must_register(rule, full, stage.rich(0))]
        made += early
    before = stage.told(full, early)
    made += [stage.must_register(rule, full, stage.base) for _ in range(stage.quota - len(made))]
    if stage.brief:
        yield from _paged(stage, full, made)
    if stage.told(full, early) != before:
        yield stage.charge(rule, "side-effect", "an earlier task as it was", "it is told otherwise when all are there")
    # Without a token: that this makes no difference is asked alone where there is time.
    one_more = stage.register(full, stage.base, bare=stage.brief)
    yield from stage.status(one_more)
    yield stage.refused("quota.tasks-per-window", one_more, frozenset({LIMIT}), f"task {stage.quota + 1}")
    if isinstance(one_more, Rejected) and not stage.brief:
        seen = list(_still_full(stage, full))
        yield from seen
        if any(event.charges for event in seen):
            return  # what is full now, nobody can say
    stage.must_register(rule, other, stage.base)
    yield stage.kept(rule)
    listed = stage.listed(full)
    if isinstance(one_more, Rejected) and listed is not None and len(listed) > stage.quota:
        yield stage.charge("refusal.no-trace", "side-effect", f"{stage.quota} tasks", f"{len(listed)} tasks")
    if not isinstance(one_more, Rejected):
        return
    gone = stage.deregister(full, made[0])
    if isinstance(gone, Accepted):
        new = stage.must_register("quota.freed-by-deregister", full, stage.base)
        yield stage.kept("quota.freed-by-deregister")
        if new in made:
            yield stage.charge("WindowTaskId.unique", "wrong-effect", "an id that was never given", "one given before")


def _still_full(stage: Stage, window: str) -> Iterator[CaseFinished]:
    """A full window has no place for a task of any type, nor for one without a token."""
    asked = [(stage.smallest(task_type), task_type, False) for task_type in BLOCK_OF_TYPE]
    for request, what, bare in (*asked, (stage.base, "one without a token", True)):
        if stage.takes(request):
            answer = stage.register(window, request, bare=bare)
            yield stage.refused("quota.tasks-per-window", answer, frozenset({LIMIT}), f"task {stage.quota + 1}: {what}")


def _one_asked_twice(stage: Stage, rule: str, window: str) -> list[str]:
    """Register a task and ask for it again, which takes no place; give the ids of all tasks that this made."""
    token = stage.token()
    first = stage.must_register(rule, window, stage.base, token=token)
    again = stage.register(window, stage.base, token=token)
    second = again.body.get("WindowTaskId") if isinstance(again, Accepted) else first
    return [first] if second == first else [first, str(second)]


def deregister(stage: Stage) -> Iterator[CaseFinished]:
    """A task is deregistered: through another window (refused), through its own (gone), and once more (refused)."""
    window, other = stage.window(), stage.window()
    named = {**stage.base, "Name": "mw-conformance"}  # two of them: a task is known by its id alone
    request = named if stage.takes(named) else stage.base
    rich = stage.rich(0)
    first = rich if stage.takes(rich) else request
    neighbour, task = (stage.must_register("token.other-token-new-task", window, each) for each in (first, request))
    kept = [neighbour]
    if not stage.brief and stage.quota > len(kept) + 1:
        kept.append(stage.must_register("token.other-token-new-task", window, request))
    astray = stage.deregister(other, task)
    if not supported(astray):
        rules = ("deregister.removes-the-task", "deregister.only-that-task", "deregister.own-window-only")
        yield from stage.missing("DeregisterTaskFromMaintenanceWindow", astray, *rules)
        return
    refused = stage.refused("deregister.own-window-only", astray, _GONE, "a deregistration through another window")
    # That it is refused is only implied; that the task stays where it is binds.
    yield replace(refused, charges=tuple(replace(each, level=str(Level.SHOULD)) for each in refused.charges))
    listed = stage.listed(window)
    if listed is not None and task not in listed:
        yield stage.charge("deregister.own-window-only", "side-effect", "the task where it was", "the task gone")
        return
    before = stage.told(window, kept)
    yield from _gone(stage, window, task, before, stage.deregister(window, task))
    again = stage.deregister(window, task)
    yield stage.refused("deregister.twice-refused", again, _GONE, "a second deregistration")


def _gone(
    stage: Stage, window: str, task: str, neighbours: Mapping[str, tuple[Any, Any]], answer: Observation
) -> Iterator[CaseFinished]:
    if isinstance(answer, Unreachable):
        yield stage.doubt("deregister.removes-the-task", answer)
        return
    if not isinstance(answer, Accepted):
        yield stage.charge("deregister.removes-the-task", "too-strict", "accepted", observed_in_words(answer), answer)
        return
    if answer.body.get("WindowId") == window and answer.body.get("WindowTaskId") == task:
        yield stage.kept("deregister.result")
    else:
        seen = ", ".join(sorted(answer.body)) or "nothing"
        yield stage.charge("deregister.result", "wrong-effect", "WindowId and WindowTaskId of the task", seen)
    listed = stage.listed(window)
    shown = stage.get(window, task)
    if (listed is not None and task in listed) or isinstance(shown, Accepted):
        yield stage.charge("deregister.removes-the-task", "wrong-effect", "the task gone", "the task still told")
    else:
        yield stage.kept("deregister.removes-the-task")
    if supported(shown) and not isinstance(shown, Accepted):
        yield stage.refused("deregister.removes-the-task", shown, _GONE, "a read of the task that is gone")
    yield _neighbours_kept(stage, window, neighbours, listed)


def _neighbours_kept(
    stage: Stage, window: str, neighbours: Mapping[str, tuple[Any, Any]], listed: list[str] | None
) -> CaseFinished:
    rule = "deregister.only-that-task"
    now = stage.told(window, neighbours)
    for neighbour, before in neighbours.items():
        after = now[neighbour]
        if (listed is not None and neighbour not in listed) or (before[1] is not None and after[1] is None):
            return stage.charge(rule, "side-effect", "its neighbours kept", "a neighbour gone")
        if after != before:
            return stage.charge(rule, "side-effect", "its neighbours as they were", "a neighbour is told otherwise")
    return stage.kept(rule)


def refusals(stage: Stage) -> Iterator[CaseFinished]:
    """Refused registrations of several kinds leave a window with one task as it was."""
    window = stage.window()
    stage.must_register("token.other-token-new-task", window, stage.base)
    for broken in (
        {**stage.base, "Name": "a b"},
        {**stage.base, "MaxErrors": "1"},
        {**stage.base, "TaskType": "NO_SUCH_TYPE"},
        {**stage.base, "Priority": "high"},
        {**stage.base, "TaskInvocationParameters": {"Lambda": {"Qualifier": "1"}}},
        {name: value for name, value in stage.base.items() if name != "TaskArn"},
        {**stage.base, "WindowId": "mw-fedcba98765432100"},
    ):
        before = stage.listed(window)
        placed = broken if broken["WindowId"] != stage.base["WindowId"] else {**broken, "WindowId": window}
        answer = stage.ask("RegisterTaskWithMaintenanceWindow", placed, valid=False)
        if not isinstance(answer, Rejected):
            continue  # accepted: told under the rule that it breaks
        after = stage.listed(window)
        if before is not None and after is not None and sorted(before) != sorted(after):
            yield stage.charge("refusal.no-trace", "side-effect", f"{len(before)} tasks", f"{len(after)} tasks")
            return
        yield stage.kept("refusal.no-trace")
