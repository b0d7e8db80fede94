"""Covering arrays: few, rich, valid requests in which every two levels of every two members stand together once.

Greedy, one row after the other: a row begins with two levels that have not met, and every other member takes the level
that meets most of those chosen before for the first time. Pairs are bits of integers, so 60 members need no second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, final

from conformance.contract.case import Case
from conformance.contract.combinations import BLOCK_OF_TYPE
from strategies.documents import at, merged, put
from strategies.homes import companions, home, minimal
from strategies.levels import combined_levels, member_paths, slot_of

_TARGETING = ("Targets", "MaxConcurrency", "MaxErrors")
_COUNTING = ("TaskParameters", "LoggingInfo")
_STARTS = 6  # beginnings that are tried for each row


@final
@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of task: its type, and whether its TaskParameters and LoggingInfo count, which other members end."""

    task_type: str
    counting: bool = False

    @property
    def name(self) -> str:
        """Say it in words that fit a label."""
        return f"{self.task_type} without invocation parameters" if self.counting else self.task_type


KINDS = (*(Kind(each) for each in BLOCK_OF_TYPE), Kind("RUN_COMMAND", counting=True))


@final
@dataclass(frozen=True, slots=True)
class Atom:
    """One level of one member; `value` is of no matter where the member is `absent`."""

    slot: str
    value: Any = None
    absent: bool = False


@cache
def combinations(kind: Kind) -> tuple[Mapping[str, Any], ...]:
    """Give the rows of a kind as requests: valid, and none of them asks an open question."""
    return tuple(request_of(kind, row) for row in _rows()[kind])


def combination_cases() -> Iterator[Case]:
    """Yield one case for each row of each kind."""
    for kind in KINDS:
        for number, request in enumerate(combinations(kind)):
            yield Case(
                rule="members.valid-together-accepted", label=f"{kind.name}, combination {number}", request=request
            )


def slots(kind: Kind) -> tuple[str, ...]:
    """Give the members that may stand on a task of this kind; those inside a list or map are one with it."""
    found = dict.fromkeys(slot_of(path) for path in member_paths(kind.task_type))
    if kind.counting:
        return tuple(slot for slot in found if not slot.startswith("TaskInvocationParameters"))
    return tuple(found)


def atoms(kind: Kind, slot: str) -> tuple[Atom, ...]:
    """Give the levels of a member on a task of this kind, absence the last where it is optional there."""
    present = tuple(Atom(slot, value) for value in combined_levels(slot))
    demanded = slot == "TaskArn" or (slot in _TARGETING and kind.task_type == "RUN_COMMAND")
    return present if demanded else (*present, Atom(slot, absent=True))


@cache
def needs(kind: Kind, slot: str) -> frozenset[str]:
    """Give the members that must stand where `slot` does: required siblings, companions, and what goes with targets."""
    if slot in _TARGETING:
        return frozenset(_TARGETING) - {slot}
    with_it = merged(home(slot, kind.task_type), companions(slot))
    without = minimal(kind.task_type)
    return frozenset(
        other
        for other in slots(kind)
        if other != slot and at(with_it, other) is not None and at(without, other) is None
    )


@final
@dataclass(slots=True)
class _Table:
    """Which pairs of atoms may meet and have not met yet; an atom is a bit, and pairs are symmetric."""

    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    met: dict[int, int] = field(default_factory=dict)

    def bit(self, name: str, index: int) -> int:
        return self.numbers.setdefault((name, index), len(self.numbers))


@cache
def _rows() -> Mapping[Kind, tuple[tuple[Atom, ...], ...]]:
    table = _Table()
    return {kind: tuple(_cover(kind, table)) for kind in KINDS}


def _cover(kind: Kind, table: _Table) -> Iterator[tuple[Atom, ...]]:
    """Yield rows until every pair that may stand on this kind has met, here or on a kind before."""
    choices = {slot: atoms(kind, slot) for slot in slots(kind)}
    # Members that count on one kind alone are others there: what is told back of them is judged on that one.
    names = {slot: f"{slot} counting" if kind.counting and slot.startswith(_COUNTING) else slot for slot in choices}
    bits = {slot: [table.bit(names[slot], index) for index in range(len(found))] for slot, found in choices.items()}
    bits[""] = [table.bit(kind.name, 0)]
    forbidden = _forbidden(kind, choices, bits)
    everything = sum(1 << bit for each in bits.values() for bit in each)
    own = {bit: sum(1 << other for other in each) for each in bits.values() for bit in each}
    left = {bit: everything & ~own[bit] & ~forbidden.get(bit, 0) & ~table.met.get(bit, 0) for bit in own}
    order = sorted(bits, key=lambda slot: -len(bits[slot]))
    atom_of = {bit: choices[slot][index] for slot in choices for index, bit in enumerate(bits[slot])}
    while any(left.values()):
        row = max((_row(start, order, bits, forbidden, left) for start in _starts(left)), key=lambda each: each[0])[1]
        chosen = sum(1 << bit for bit in row)
        for bit in row:
            left[bit] &= ~chosen
            table.met[bit] = table.met.get(bit, 0) | chosen
        yield tuple(atom_of[bit] for bit in row if bit in atom_of)


def _forbidden(kind: Kind, choices: Mapping[str, Sequence[Atom]], bits: Mapping[str, list[int]]) -> dict[int, int]:
    """Give, for each bit, those that may not stand beside it: a member's absence where another needs it."""
    found: dict[int, int] = {}
    for slot in choices:
        for other in needs(kind, slot):
            if not choices[other][-1].absent:
                continue
            absent = bits[other][-1]
            for bit, atom in zip(bits[slot], choices[slot], strict=True):
                if not atom.absent:
                    found[bit] = found.get(bit, 0) | 1 << absent
                    found[absent] = found.get(absent, 0) | 1 << bit
    return found


def _starts(left: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Yield a few pairs to begin a row with: those of the levels that have most left to meet."""
    most = sorted(left, key=lambda bit: -left[bit].bit_count())[:_STARTS]
    for bit in most:
        rest = left[bit]
        if rest:
            yield bit, max(_bits_of(rest), key=lambda other: left[other].bit_count())


def _row(
    start: tuple[int, int],
    order: Sequence[str],
    bits: Mapping[str, list[int]],
    forbidden: Mapping[int, int],
    left: Mapping[int, int],
) -> tuple[int, list[int]]:
    """Fill a row up from its first two levels; give how many pairs meet in it for the first time, and the row."""
    row = list(start)
    chosen = sum(1 << bit for bit in row)
    gain = 1
    for slot in order:
        if any(bit in row for bit in bits[slot]):
            continue
        free = [bit for bit in bits[slot] if not forbidden.get(bit, 0) & chosen]
        best = max(free, key=lambda bit: ((left[bit] & chosen).bit_count(), left[bit].bit_count()))
        gain += (left[best] & chosen).bit_count()
        row.append(best)
        chosen |= 1 << best
    return gain, row


def _bits_of(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def request_of(kind: Kind, row: Sequence[Atom]) -> Mapping[str, Any]:
    """Give the request of this kind that holds these levels."""
    present = [atom for atom in row if not atom.absent]
    targeted = any(atom.slot == "Targets" for atom in present)
    request = minimal(kind.task_type, targeted=targeted)
    for atom in present:
        if atom.slot not in _TARGETING:
            request = merged(home(atom.slot, kind.task_type), request)
    for atom in present:
        request = dict(put(request, atom.slot, atom.value))
    return request
