"""Calls at once: one token makes one task, no registration is lost, the quota holds. Any order will do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Barrier, Thread

from conformance.events import CaseFinished
from conformance.observation import Accepted, Observation
from conformance.runner.scenarios.stage import Stage

_THREADS = 6


def _at_once(call: Callable[[], Observation], count: int = _THREADS) -> list[Observation]:
    """Make the same call from several threads at the same moment."""
    ready = Barrier(count, timeout=30)
    answers: SimpleQueue[Observation | Exception] = SimpleQueue()

    def one() -> None:
        try:
            ready.wait()
            answers.put(call())
        except Exception as error:  # noqa: BLE001 - it is raised again below, in the thread that waits
            answers.put(error)

    # No pool: the process would wait for its threads at its end, and whoever presses Ctrl-C waits for no slow target.
    for _ in range(count):
        Thread(target=one, daemon=True).start()
    given = [answers.get() for _ in range(count)]
    for answer in given:
        if isinstance(answer, Exception):
            raise answer
    return [answer for answer in given if not isinstance(answer, Exception)]


def _ids(answers: list[Observation]) -> list[str]:
    return [str(answer.body.get("WindowTaskId")) for answer in answers if isinstance(answer, Accepted)]


def one_token(stage: Stage) -> Iterator[CaseFinished]:
    """The same call with the same token, several times at once."""
    window, token = stage.window(), stage.token()
    count = 3 if stage.brief else _THREADS
    document = stage.registration(window, stage.base, token=token)
    answers = _at_once(lambda: stage.ask_registration(document), count)
    stage.write_registrations(document, answers)
    ids = _ids(answers)
    listed = stage.listed(window)
    if len(set(ids)) > 1:
        seen = f"{len(set(ids))} different ids"
        yield stage.charge("token.replay-same-id", "wrong-effect", f"one id for {count} calls at once", seen)
    elif listed is not None and len(listed) > 1:
        yield stage.charge("token.replay-no-second-task", "side-effect", "one task", f"{len(listed)} tasks")
    else:
        yield stage.kept("token.replay-same-id", "token.replay-no-second-task")


def last_places(stage: Stage) -> Iterator[CaseFinished]:
    """Six registrations at once where two places are left; and again, without tokens."""
    for bare in (False, True):
        yield from _last_places(stage, bare=bare)


def _last_places(stage: Stage, *, bare: bool) -> Iterator[CaseFinished]:
    window = stage.window()
    for _ in range(stage.quota - 2):
        stage.must_register("quota.tasks-per-window-accepted", window, stage.base)
    request = stage.base
    answers = _at_once(lambda: stage.ask_registration(stage.registration(window, request, bare=bare)))
    stage.write_registrations({"WindowId": window, **request}, answers)
    ids = _ids(answers)
    listed = stage.listed(window)
    if len(ids) > 2:
        yield stage.charge("quota.tasks-per-window", "too-lenient", "two of six accepted", f"{len(ids)} accepted")
    if listed is not None and not set(ids) <= set(listed):
        yield stage.charge("listing.once", "wrong-effect", "every accepted task listed", "one of them lost")
    if len(set(ids)) < len(ids):
        yield stage.charge("WindowTaskId.unique", "wrong-effect", "an id for each task", "one id twice")
    if len(ids) <= 2:
        yield stage.kept("quota.tasks-per-window", "listing.once", "WindowTaskId.unique")
