"""What a run leaves behind: one JSON object a line, a header first, a footer last; every report is drawn from it.

A log without a footer is not a result: `read_log` says so with `MissingFooter`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, final

from conformance.scrub import clean

CaseVerdict = Literal["conforms", "diverges", "open", "inconclusive", "unsupported", "explained"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """What a report has to know of a rule; `planned` tells whether this run's profile asks about it."""

    id: str
    area: str
    level: str
    evidence: str
    source: str
    statement: str
    planned: bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFacts:
    """What was asked: its name, kind (``in-process``, ``http``, ``managed``, ``aws``), version and endpoint."""

    name: str
    kind: str
    version: str = ""
    endpoint: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Which part of a run a log holds: number `index`, from 1, `of` so many.

    `strict` and `ledger` (entries as tables) are what all parts together are judged by, once they are merged.
    """

    index: int
    of: int
    strict: bool = False
    ledger: tuple[Mapping[str, str], ...] = ()

    @property
    def word(self) -> str:
        """The word by which it is asked for."""
        return f"{self.index}/{self.of}"

    def __str__(self) -> str:
        return f"shard {self.index} of {self.of}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The header: who asked whom, about which contract, with which seed; `shard` is None where the run is whole."""

    suite: str
    botocore: str
    contract_digest: str
    rules: tuple[RuleFacts, ...]
    target: TargetFacts
    profile: str
    seed: int
    open_questions: Mapping[str, str] = field(default_factory=dict)
    exclusions: tuple[Mapping[str, str], ...] = ()
    started: str = ""
    shard: Shard | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFacts:
    """One divergence that a case shows."""

    rule: str
    kind: str
    level: str
    expected: str
    observed: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFinished:
    """One judged case. WindowIds are placeholders: ``mw-00000000000000000`` is any live window.

    `twin_accepted` is None where the case needs no twin; `answer` holds the target's last answer in short.
    """

    case: str
    rule: str
    label: str
    verdict: CaseVerdict
    expect: str
    outcome: str
    request: Any
    path: str = ""
    question: str = ""
    twin: Any = None
    twin_accepted: bool | None = None
    charges: tuple[ChargeFacts, ...] = ()
    steps: tuple[str, ...] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    operation: str = ""
    sent: int = 0
    canary: bool = False
    also: tuple[str, ...] = ()
    """Rules that this case exercised and found kept, beside its own."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One divergence of a run: one rule, one kind, the smallest request that shows it, and how often it was seen."""

    id: str
    rule: str
    area: str
    level: str
    kind: str
    title: str
    expected: str
    observed: str
    outcome: str
    request: Any
    twin: Any = None
    path: str = ""
    steps: tuple[str, ...] = ()
    count: int = 1
    known: bool = False
    why: str = ""
    source: str = ""
    sentence: str = ""
    repro: Mapping[str, str] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFinished:
    """The cases since the last line of this kind, or of `WindowsRead`, are one whole test item; for `--resume`.

    `item` is empty where the item is not whole; `calls` counts its requests by operation.
    """

    item: str
    calls: Mapping[str, int] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsRead:
    """The cases since the last line of this kind, or of `ItemFinished`, were found by reading windows back.

    `items` are the test items whose tasks have all been read back by now; for `--resume`.
    """

    items: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The footer: what was sent, whether the run is valid, and what the ledger said that did not come true."""

    requests: int
    seconds: float
    valid: bool
    exit_status: int
    calls: Mapping[str, int] = field(default_factory=dict)
    """Requests by operation; they add up to `requests`."""
    peak: Mapping[str, int] = field(default_factory=dict)
    """The most ``windows`` and ``tasks`` that lived at the target at once (with several processes: at most)."""
    interrupted: bool = False
    reasons: tuple[str, ...] = ()
    canaries_planted: int = 0
    canaries_caught: int = 0
    stale: tuple[str, ...] = ()
    ledger: str = ""


Event = RunStarted | CaseFinished | ItemFinished | WindowsRead | Finding | RunFinished
_E = TypeVar("_E", bound=Event)
_EVENTS: Mapping[str, type[Any]] = {
    each.__name__: each for each in (RunStarted, CaseFinished, ItemFinished, WindowsRead, Finding, RunFinished)
}


class BadLog(ValueError):
    """A log that can not be read; the message says which line and why."""


class MissingFooter(BadLog):
    """A log that breaks off: its run did not finish, so it is no result."""


def to_json(event: Event) -> str:
    """Give one line of JSON, without its newline or a secret; keys are sorted, so equal events give equal bytes."""
    return _line(type(event), clean(_plain(event)))


def line_of(event: Event) -> str:
    """Give the line of an event that was looked through for secrets before (see `scrubbed`)."""
    return _line(type(event), _plain(event))


def _line(kind: type[Event], fields: Mapping[str, Any]) -> str:
    body = {"event": kind.__name__, **fields}
    return json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def scrubbed(event: _E) -> _E:
    """Give an event with nothing secret in it."""
    made: _E = _build(type(event), clean(_plain(event)))
    return made


def _plain(event: Any) -> dict[str, Any]:
    return {each.name: _value(getattr(event, each.name)) for each in dataclasses.fields(event)}


def _value(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain(value)
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    return value


def from_json(line: str) -> Event:
    """Read one line; BadLog when it is no event."""
    try:
        body = json.loads(line)
        kind = _EVENTS[body.pop("event")]
        event: Event = _build(kind, body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadLog(f"line={line[:80]!r} is no event of a run: {error}") from error
    return event


_NESTED: Mapping[str, type[Any]] = {"rules": RuleFacts, "charges": ChargeFacts}
_TUPLES = frozenset({"steps", "reasons", "stale", "also", "exclusions", "items", "ledger"})


def _build(kind: type[Any], body: Mapping[str, Any]) -> Any:
    values: dict[str, Any] = {}
    names = {each.name for each in dataclasses.fields(kind)}
    for key, value in body.items():
        if key not in names:
            continue  # a newer suite may say more
        if key in _NESTED:
            values[key] = tuple(_build(_NESTED[key], item) for item in value)
        elif key == "target" and isinstance(value, dict):
            values[key] = _build(TargetFacts, value)
        elif key == "shard" and isinstance(value, dict):
            values[key] = _build(Shard, value)
        elif key in _TUPLES and isinstance(value, list | tuple):
            values[key] = tuple(value)
        else:
            values[key] = value
    return kind(**values)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A whole run, read back: header, cases, findings, footer."""

    started: RunStarted
    cases: tuple[CaseFinished, ...]
    findings: tuple[Finding, ...]
    finished: RunFinished


def gather(events: Iterable[Event]) -> Log:
    """Put a run's events together, secrets taken out; BadLog without a header, MissingFooter without a footer."""
    started: RunStarted | None = None
    finished: RunFinished | None = None
    cases: list[CaseFinished] = []
    findings: list[Finding] = []
    for each in events:
        event = scrubbed(each)
        match event:
            case RunStarted():
                started = event
            case CaseFinished():
                cases.append(event)
            case Finding():
                findings.append(event)
            case RunFinished():
                finished = event
            case ItemFinished() | WindowsRead():
                pass  # for whoever goes on with a run that broke off
    if started is None:
        raise BadLog("the log has no RunStarted line; expected one at its head. Is it a run.jsonl?")
    if finished is None:
        raise MissingFooter("the log has no RunFinished line: its run broke off, so it is no result. Run it again.")
    return Log(started=started, cases=tuple(cases), findings=tuple(findings), finished=finished)


def read_log(path: Path) -> Log:
    """Read a ``run.jsonl``; OSError when it can not be opened, BadLog or MissingFooter when it is no finished run."""
    return gather(_lines(path))


def _lines(path: Path) -> Iterator[Event]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield from_json(line)
