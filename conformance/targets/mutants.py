"""Planted faults, as data: the reference target with one thing wrong, and the rules that must find it.

The families stand in `conformance.targets.faults`; this module gathers them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache

from conformance.targets.faults import company, effects, envelopes, found, input, later, states, wire
from conformance.targets.faults.fault import Mutant


@cache
def mutants() -> Mapping[str, Mutant]:
    """Give every planted fault by its id, in an order that never changes."""
    planted: dict[str, Mutant] = {}
    for each in _all():
        if each.id in planted:
            raise ValueError(f"mutant id={each.id!r} stands twice")
        planted[each.id] = each
    return planted


def _all() -> Iterator[Mutant]:
    yield from input.dropped_rules()
    yield from input.moved_limits()
    yield from input.refused_members()
    yield from input.demanded_members()
    yield from input.refused_combinations()
    yield from input.masked_checks()
    yield from input.wrong_codes()
    yield from effects.lost_members()
    yield from effects.altered_members()
    yield from company.refused_together()
    yield from company.lost_beside()
    yield from states.broken_promises()
    yield from wire.misread_bodies()
    yield from envelopes.broken_envelopes()
    yield from found.found_by_another_hand()
    yield from later.found_later()


def is_right(mutant: Mutant, rule: str) -> bool:
    """Tell whether a finding under `rule` is the right one for a planted fault (``*`` and ``?`` are wild)."""
    return any(fnmatchcase(rule, glob.replace("[", "[[]")) for glob in mutant.expects)
