"""Go on with a run that broke off: test items that its log holds whole, and read back, are not asked again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from conformance.events import (
    BadLog,
    CaseFinished,
    Event,
    ItemFinished,
    RunFinished,
    RunStarted,
    WindowsRead,
    from_json,
)


class CanNotResume(ValueError):
    """There is no run that can be gone on with; the message says why, and what to do."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the run did before it broke off: whole test items, and the lines of the log that hold them."""

    items: frozenset[str] = frozenset()
    events: tuple[Event, ...] = ()


def before(path: Path, started: RunStarted) -> Before:
    """Read the log of the run that is gone on with; CanNotResume when there is none, or it was another run.

    Canaries are flown again in each session, and what was inconclusive is asked again.
    """
    groups = list(_groups(list(_events(path, started))))
    settled = {item for group, end in groups if isinstance(end, WindowsRead) and _sure(group) for item in end.items}
    whole = {
        end.item
        for group, end in groups
        if isinstance(end, ItemFinished) and end.item in settled and _sure(group) and not _canary(group)
    }
    events: list[Event] = []
    for group, end in groups:
        match end:
            case ItemFinished(item=item) if item in whole:
                events += [*group, end]
            case WindowsRead() if _sure(group):
                events += [*group, replace(end, items=tuple(item for item in end.items if item in whole))]
    return Before(items=frozenset(whole), events=tuple(events))


def _events(path: Path, started: RunStarted) -> Iterator[Event]:
    """Yield what stands in the log after its header."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        why = f"log={str(path)!r} can not be read: {error.strerror}"
        raise CanNotResume(f"there is nothing to resume: {why}") from error
    try:
        head = from_json(lines[0]) if lines else None
    except BadLog:
        head = None
    if not isinstance(head, RunStarted):
        raise CanNotResume(f"there is nothing to resume: log={str(path)!r} has no header; leave --resume out")
    _compare(path, head, started)
    for line in lines[1:]:
        try:
            event = from_json(line)
        except BadLog:
            return  # the run was killed while it wrote this line
        if isinstance(event, RunFinished) and not event.interrupted and not event.reasons:
            raise CanNotResume(f"there is nothing to resume: the run in {str(path.parent)!r} is finished")
        yield event


def _compare(path: Path, old: RunStarted, new: RunStarted) -> None:
    """Hold what a run was asked to do against what it is now; only the reason for the first difference is told."""
    pairs = {
        "target": (old.target.endpoint or old.target.name, new.target.endpoint or new.target.name),
        "the target's version": (old.target.version, new.target.version),
        "--profile": (old.profile, new.profile),
        "--seed": (old.seed, new.seed),
        "--shard": (_part(old), _part(new)),
        "--rules": (
            ", ".join(rule.id for rule in old.rules if rule.planned),
            ", ".join(rule.id for rule in new.rules if rule.planned),
        ),
        "the suite": (old.suite, new.suite),
        "the contract": (old.contract_digest, new.contract_digest),
        "botocore": (old.botocore, new.botocore),
    }
    for name, (was, now) in pairs.items():
        if was != now:
            told = "" if name in ("--rules", "the contract") else f" ({was!r} then, {now!r} now)"
            raise CanNotResume(
                f"the run in {str(path.parent)!r} can not be resumed: {name} is not the same{told}; "
                "give the same words, or leave --resume out"
            )


def _part(started: RunStarted) -> str:
    return "the whole" if started.shard is None else str(started.shard)


def _groups(events: list[Event]) -> Iterator[tuple[list[CaseFinished], ItemFinished | WindowsRead]]:
    """Yield what stands between the lines that end something; the rest was not ended."""
    group: list[CaseFinished] = []
    for event in events:
        match event:
            case CaseFinished():
                group.append(event)
            case ItemFinished() | WindowsRead():
                yield group, event
                group = []
            case _:
                group = []


def _sure(group: list[CaseFinished]) -> bool:
    return all(event.verdict != "inconclusive" for event in group)


def _canary(group: list[CaseFinished]) -> bool:
    return any(event.canary for event in group)
