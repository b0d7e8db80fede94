"""The model of windows, tasks and tokens: each step gives the next world and leaves the last as it was."""

from __future__ import annotations

import pytest

from conformance.world import Task, World, same_call

WINDOW, OTHER = "mw-0123456789abcdef0", "mw-0fedcba9876543210"
REQUEST = {"WindowId": WINDOW, "TaskArn": "a", "TaskType": "AUTOMATION"}


def task(id: str, token: str | None = None) -> Task:
    return Task(id=id, request=REQUEST, token=token)


def test_a_world_begins_empty() -> None:
    assert World().window(WINDOW) is None


@pytest.mark.parametrize("odd", [None, 5, ["a"], {"a": 1}])
def test_a_window_of_no_string_is_none(odd: object) -> None:
    assert World().with_window(WINDOW).window(odd) is None


def test_a_step_changes_one_window_and_no_earlier_world() -> None:
    first = World().with_window(WINDOW).with_window(OTHER)
    second = first.with_task(WINDOW, task("1"))
    assert 0 == len(first.windows[WINDOW].tasks)
    assert ("1",) == tuple(each.id for each in second.windows[WINDOW].tasks)
    assert first.windows[OTHER] == second.windows[OTHER]


def test_tasks_keep_the_order_of_their_registration() -> None:
    world = World().with_window(WINDOW)
    for id in ("3", "1", "2"):
        world = world.with_task(WINDOW, task(id))
    assert ["3", "1", "2"] == [each.id for each in world.windows[WINDOW].tasks]
    world = world.without_task(WINDOW, "1")
    assert ["3", "2"] == [each.id for each in world.windows[WINDOW].tasks]
    assert world.windows[WINDOW].task("1") is None
    assert task("3") == world.windows[WINDOW].task("3")


def test_a_replay_changes_nothing() -> None:
    world = World().with_window(WINDOW).with_task(WINDOW, task("1", "token"))
    assert world is world.with_task(WINDOW, task("1", "token"))


def test_a_token_is_remembered_after_its_task_has_gone() -> None:
    world = World().with_window(WINDOW).with_task(WINDOW, task("1", "token")).without_task(WINDOW, "1")
    assert {"token": task("1", "token")} == dict(world.windows[WINDOW].used_tokens)


def test_a_task_without_a_token_leaves_none() -> None:
    assert {} == dict(World().with_window(WINDOW).with_task(WINDOW, task("1")).windows[WINDOW].used_tokens)


def test_a_deleted_window_is_known_as_deleted_and_holds_nothing() -> None:
    window = World().with_window(WINDOW).with_task(WINDOW, task("1")).without_window(WINDOW).window(WINDOW)
    assert window is not None
    assert window.deleted
    assert () == window.tasks


def test_a_window_that_was_never_made_can_not_be_changed() -> None:
    with pytest.raises(KeyError):
        World().without_window(WINDOW)


def test_equal_documents_are_the_same_call() -> None:
    assert same_call(REQUEST, dict(reversed(REQUEST.items())))
    assert not same_call(REQUEST, {**REQUEST, "Priority": 0})
