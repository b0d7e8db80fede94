"""The corpus, sent: each entry judged, and its window looked at, which must be as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, final

from conformance.contract.case import WINDOW
from conformance.contract.catalogue import rule as rule_of
from conformance.contract.corpus import OFTEN_TAKEN, Group, as_shown, corpus, packs, placed
from conformance.contract.entry import Entry
from conformance.contract.rule import Level
from conformance.contract.wire import UNKNOWN_OPERATION
from conformance.events import CaseFinished
from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable
from conformance.oracle import observed_in_words
from conformance.runner.inspector import DESCRIBE, Reading, finished
from conformance.runner.scenarios.stage import Stage
from conformance.runner.shown import in_short
from conformance.targets.base import RawCall

Charge = tuple[str, str, str]
"""Rule, kind, and what was expected."""

_IN_WORDS = "accepted, with a new WindowTaskId"
_NO_TRACE, _READS_WORK = "refusal.no-trace", "acceptance.reads-work"


@final
@dataclass(slots=True)
class Room:
    """A window of the scenario and the ids of the tasks that must be in it; `echo` is what a read must tell of them."""

    window: str
    tasks: list[str]
    echo: dict[str, Entry] = field(default_factory=dict)


def sending(*names: str) -> Callable[[Stage], Iterator[CaseFinished]]:
    """Give a scenario that sends the groups of those names."""

    def play(stage: Stage) -> Iterator[CaseFinished]:
        groups = [group for group in corpus(stage.base) if group.name in names]
        if stage.brief:
            yield from _in_brief(stage, groups)
            return
        for group in groups:
            yield from _group(stage, group)

    return play


def _in_brief(stage: Stage, groups: list[Group]) -> Iterator[CaseFinished]:
    """Send few requests to one window, packs among them; what a pack holds is sent singly where it came out wrong."""
    by_name = {group.name: group for group in groups}
    tried = [pack for pack in packs(stage.base) if by_name.keys() >= set(pack.groups)]
    packed = {name for pack in tried for name in pack.groups}
    entries = (*_telling(group for group in groups if group.name not in packed), *(pack.entry for pack in tried))
    events = list(_group(stage, Group(name="in brief", entries=entries)))
    for pack in tried:
        wrong = [event for event in events if event.charges and event.label == pack.entry.id]
        if wrong:
            singly = [event for name in pack.groups for event in _group(stage, by_name[name])]
            told = any(event.charges for event in singly)
            events = [event for event in events if not (told and event in wrong)] + singly
        events.append(stage.kept(*dict.fromkeys(entry.rule for name in pack.groups for entry in by_name[name].entries)))
    yield from events


def _telling(groups: Iterable[Group]) -> Iterator[Entry]:
    """Yield the first entry for each rule, and those that lenient readers let through most often."""
    seen: set[tuple[str, str]] = set()
    for entry in (entry for group in groups for entry in group.entries):
        if (entry.rule, entry.expect) not in seen or entry.id in OFTEN_TAKEN:
            seen.add((entry.rule, entry.expect))
            yield entry


def rules_of(*names: str) -> tuple[str, ...]:
    """Name the rules that groups can charge."""
    entries = [entry for group in corpus() if group.name in names for entry in group.entries]
    return tuple(dict.fromkeys(id for entry in entries for id in (entry.rule, entry.charged)))


def _group(stage: Stage, group: Group) -> Iterator[CaseFinished]:
    room, unsettled = _room(stage), False
    answered: dict[str, None] = {}
    for entry in group.entries:
        if unsettled:
            room, unsettled = _room(stage), False
        answer = _send(stage, room, entry)
        if entry.expect == "accept" and not isinstance(answer, Accepted | Unreachable):
            room = _room(stage)  # the other window may be full, or spoilt
            answer = _send(stage, room, entry)
        yield from _judged(stage, entry, answer)
        if entry.expect == "open" and not isinstance(answer, Unreachable):
            answered[entry.rule] = None
        if isinstance(answer, Accepted) and entry.expect != "refuse":
            room.tasks.append(str(answer.body.get("WindowTaskId")))
            room.echo[room.tasks[-1]] = entry
        elif isinstance(answer, Accepted | Crashed):
            unsettled = True  # nobody can say what is stored now
            yield from _readable(stage, entry, answer, stage.inspector.listing(room.window))
    if answered:
        yield stage.kept(*answered)  # an open question exercises the rule that bounds it; a charge weighs more
    if not unsettled:
        yield from _looked_at(stage, room, group)


def _room(stage: Stage) -> Room:
    window = stage.window()
    return Room(window, [stage.must_register("token.other-token-new-task", window, stage.base)])


def _send(stage: Stage, room: Room, entry: Entry) -> Observation:
    body = placed(entry.body, window=room.window, token=stage.token())
    return stage.send(RawCall(body=body, method=entry.method, path=entry.path, headers=entry.headers))


# --- one answer


def _judged(stage: Stage, entry: Entry, answer: Observation) -> Iterator[CaseFinished]:
    if isinstance(answer, Unreachable):
        yield stage.doubt(entry.rule, answer)
        return
    if entry.expect == "accept" and not isinstance(answer, Accepted) and not _takes_plainly(stage, entry):
        yield _event(stage, entry, answer, rule=entry.rule, explained="a plain value is refused, too")
        return
    charge = _charge(entry, answer)
    if charge is not None:
        yield _charged(stage, entry, answer, charge)
    elif entry.expect == "open":
        yield _event(stage, entry, answer, rule="", question=entry.question, also=[entry.rule])
    else:
        kept = [entry.rule, *([entry.success] if entry.success else [])]
        yield _event(stage, entry, answer, rule=entry.rule, also=kept)
    if entry.expect == "refuse" and charge is None:
        yield from _status(stage, entry, answer)


def _takes_plainly(stage: Stage, entry: Entry) -> bool:
    """Tell whether the target takes an entry's members at all: if not, that is told under their own rules."""
    return not entry.echo or stage.takes({**stage.base, **dict.fromkeys(entry.echo, "conformance")})


def _charge(entry: Entry, answer: Observation) -> Charge | None:
    match entry.expect:
        case "refuse":
            return _refusal(entry, answer)
        case "accept":
            return None if isinstance(answer, Accepted) else (entry.rule, _kind(answer, entry), _IN_WORDS)
        case "open":
            broken = isinstance(answer, Crashed) and _is_server_error(answer, entry)
            return (entry.rule, "crash", "either answer conforms; never a server error") if broken else None


def _refusal(entry: Entry, answer: Observation) -> Charge | None:
    codes = rule_of(entry.rule).codes
    expected = f"refused with {' or '.join(sorted(codes, reverse=True))}"
    match answer:
        case Accepted():
            return entry.charged, "too-lenient", expected
        case Crashed(status=501) if "X-Amz-Target" in entry.headers:
            return entry.rule, "wrong-error", expected  # HTTP's own word for an operation that is not there
        case Crashed():
            return entry.charged, _kind(answer, entry), expected
        case Rejected(code="") if "X-Amz-Target" not in entry.headers:
            return "wire.error-code", "wire", "an error code in __type, code or the header"
        case Rejected(code=code) if code not in codes:
            return entry.rule, "wrong-error", expected
        case _:
            return None


def _kind(answer: Observation, entry: Entry) -> str:
    match answer:
        case Crashed():
            return "crash" if _is_server_error(answer, entry) else "wire"
        case _:
            return "too-strict"


def _is_server_error(answer: Crashed, entry: Entry) -> bool:
    """Tell whether a service failed; 501 says, in HTTP's own words, that there is no such method."""
    return answer.status is None or (answer.status >= 500 and not (entry.any_form and answer.status == 501))


def _status(stage: Stage, entry: Entry, answer: Observation) -> Iterator[CaseFinished]:
    """Judge the HTTP status of a refusal; 404 is seen at AWS for an operation that is not there (P-07)."""
    match answer:
        case Rejected(status=status, code=code) if code and status != 400:
            if (code, status) != (UNKNOWN_OPERATION, 404):
                charge = ("errors.client-error-status", "wire", "HTTP 400")
                yield _charged(stage, entry, answer, charge, f"HTTP {status} with {code}")
        case _:
            return


# --- the window afterwards


def _looked_at(stage: Stage, room: Room, group: Group) -> Iterator[CaseFinished]:
    """Look at a window after a whole group; where it is not as it must be, send each entry again, alone."""
    reading = stage.inspector.listing(room.window)
    if reading.failure is not None or sorted(_ids(reading)) != sorted(room.tasks):
        if DESCRIBE not in stage.inspector.missing:
            for entry in group.entries:
                yield from _alone(stage, entry)
        return
    yield stage.kept(_NO_TRACE, _READS_WORK)
    for shown in reading.tasks:
        if (told := room.echo.get(str(shown.get("WindowTaskId")))) is not None:
            yield from _read_back(stage, told, shown)


def _read_back(stage: Stage, entry: Entry, shown: Mapping[str, Any]) -> Iterator[CaseFinished]:
    for name, value in entry.echo.items():
        if name in shown and shown[name] != value:
            charge = (entry.rule, "wrong-effect", f"{name} {value!r} on read-back")
            yield _charged(stage, entry, Accepted(status=200, body={}), charge, f"{name} {shown[name]!r}")


def _alone(stage: Stage, entry: Entry) -> Iterator[CaseFinished]:
    room = _room(stage)
    before = stage.inspector.listing(room.window)
    answer = _send(stage, room, entry)
    after = stage.inspector.listing(room.window)
    if before.failure is not None or isinstance(answer, Unreachable):
        return
    if after.failure is not None:
        yield from _readable(stage, entry, answer, after)
    elif isinstance(answer, Rejected) and sorted(_ids(before)) != sorted(_ids(after)):
        seen = f"{len(before.tasks)} tasks before the refusal, {len(after.tasks)} after it"
        yield _charged(stage, entry, answer, (_NO_TRACE, "side-effect", "the window as it was"), seen)


def _readable(stage: Stage, entry: Entry, answer: Observation, reading: Reading) -> Iterator[CaseFinished]:
    if reading.failure is None or DESCRIBE in stage.inspector.missing or isinstance(reading.failure, Unreachable):
        return
    charge = (_READS_WORK, "side-effect", "a listing of the window's tasks")
    yield _charged(stage, entry, reading.failure, charge)


def _ids(reading: Reading) -> list[str]:
    return [str(task.get("WindowTaskId")) for task in reading.tasks]


# --- events


def _charged(stage: Stage, entry: Entry, answer: Observation, charge: Charge, seen: str = "") -> CaseFinished:
    id, kind, expected = charge
    facts = [(id, kind, expected, seen or observed_in_words(answer))]
    event = _event(stage, entry, answer, rule=id, charges=facts)
    if kind != "wrong-error" or entry.rule == "wire.empty-body" or entry.rule.endswith(".required"):
        return event
    # That the body is refused is binding; with which code is only observed (semantics, rows P-07 and P-08).
    return replace(event, charges=tuple(replace(each, level=str(Level.SHOULD)) for each in event.charges))


def _event(stage: Stage, entry: Entry, answer: Observation, *, rule: str, **more: Any) -> CaseFinished:
    event = finished(rule, entry.id, answer, request=as_shown(entry), **more)
    expect = {"refuse": "reject", "accept": "accept", "open": "open"}[entry.expect]
    twin = {**stage.base, "WindowId": WINDOW}
    accepted = True if expect == "reject" else None
    return replace(event, expect=expect, twin=twin, twin_accepted=accepted, answer=in_short(answer))
