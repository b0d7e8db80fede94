"""Remove what an aborted run left behind: the windows of its journal, else those with our names; never any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

from conformance.contract.rule import DOES_NOT_EXIST
from conformance.observation import Accepted, Observation, Rejected
from conformance.oracle import observed_in_words
from conformance.runner.journal import NAME, Left
from conformance.runner.sender import Sender

LIST = "DescribeMaintenanceWindows"
DELETE = "DeleteMaintenanceWindow"
_PAGES = 1000  # of at least ten windows each: far more than the 50 that an account may have


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep did: the names of windows removed, and in words what could not be removed, or not be seen."""

    removed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class CanNotList(Exception):
    """The target does not tell its windows; the message says what it answered."""


def sweep_journal(sender: Sender, left: Left) -> Swept:
    """Remove the windows of one run: by id where the id is known, and by name whatever else has a name of the run's."""
    removed: list[str] = []
    failed: list[str] = []
    for name, id in left.ids.items():
        answer = delete(sender, id)
        (removed if gone(answer) else failed).append(name if gone(answer) else _failure(name, answer))
    try:
        found = [(id, name) for id, name in windows(sender) if name in left.names and id not in left.ids.values()]
    except CanNotList as error:
        unsure = sorted(left.names - left.ids.keys())
        words = [f"whether {len(unsure)} windows that were never told by id are there: {error}"] if unsure else []
        return Swept(removed=tuple(removed), failed=(*failed, *words))
    rest = _delete_all(sender, found)
    return Swept(removed=(*removed, *rest.removed), failed=(*failed, *rest.failed))


def sweep_names(sender: Sender) -> Swept:
    """Remove every window that has a name of the form that ours have; CanNotList where there is no listing."""
    return _delete_all(sender, [(id, name) for id, name in windows(sender) if NAME.fullmatch(name)])


def remove_named(sender: Sender, names: Iterable[str]) -> Swept:
    """Remove the windows with these names; CanNotList where there is no listing."""
    wanted = frozenset(names)
    return _delete_all(sender, [(id, name) for id, name in windows(sender) if name in wanted])


def windows(sender: Sender) -> Iterator[tuple[str, str]]:
    """Yield (id, name) of every window that the target tells, page by page; CanNotList when it tells none."""
    token: Any = None
    for _ in range(_PAGES):
        answer = sender.ask(LIST, {"NextToken": token} if token else {}, cleaning=True)
        shown = answer.body.get("WindowIdentities") if isinstance(answer, Accepted) else None
        if not isinstance(answer, Accepted) or not isinstance(shown, list):
            raise CanNotList(f"{LIST} was {observed_in_words(answer)}")
        for each in shown:
            match each:
                case {"WindowId": str(id), "Name": str(name)}:
                    yield id, name
        token = answer.body.get("NextToken")
        if not token:
            return


def delete(sender: Sender, id: str) -> Observation:
    """Delete one window."""
    return sender.ask(DELETE, {"WindowId": id}, cleaning=True)


def gone(answer: Observation) -> bool:
    """Tell whether the answer to a deletion means that the window is not there any more."""
    return isinstance(answer, Accepted) or (isinstance(answer, Rejected) and answer.code == DOES_NOT_EXIST)


def _delete_all(sender: Sender, found: Iterable[tuple[str, str]]) -> Swept:
    answers: Mapping[str, tuple[str, Observation]] = {id: (name, delete(sender, id)) for id, name in list(found)}
    return Swept(
        removed=tuple(name for name, answer in answers.values() if gone(answer)),
        failed=tuple(_failure(name, answer) for name, answer in answers.values() if not gone(answer)),
    )


def _failure(name: str, answer: Observation) -> str:
    return f"{name}: {observed_in_words(answer)}"
