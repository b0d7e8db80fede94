"""How much does the suite find? The reference with one planted fault at a time, asked as a run asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from statistics import median
from typing import final

from conformance.contract.catalogue import rules
from conformance.runner.budget import Budget
from conformance.runner.desk import Desk
from conformance.runner.plan import PROFILES
from conformance.suite.agenda import everything
from conformance.targets.faults.fault import Mutant
from conformance.targets.mutants import is_right, mutants
from strategies.recipes import HomeRecipes


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a run told of one planted fault.

    `told` are the (rule, kind) that diverged, `right` those of them under a right rule; `until` counts the requests up
    to the first finding (None: there was none), `inconclusive` what could not be judged.
    """

    id: str
    operator: str
    expects: tuple[str, ...]
    told: tuple[tuple[str, str], ...]
    right: tuple[tuple[str, str], ...]
    until: int | None
    requests: int
    inconclusive: int
    equivalent: str = ""

    @property
    def found(self) -> bool:
        """Tell whether the fault was told under a right rule."""
        return bool(self.right)

    @property
    def area(self) -> str:
        """The area of the first rule that should tell it."""
        for id, rule in rules().items():
            if any(id == each for each in self.expects):
                return str(rule.area)
        return "several"


def play(job: tuple[str, str]) -> Played:
    """Ask one planted fault, given its id and the profile, all that the profile asks."""
    id, profile = job
    mutant = mutants()[id]
    desk = Desk(mutant.make, run_id="power", budget=Budget(sleep=_at_once), recipes=HomeRecipes(), sleep=_at_once)
    told: dict[tuple[str, str], None] = {}
    until, doubts = None, 0
    try:
        for event in everything(desk, PROFILES[profile]):
            told.update(dict.fromkeys((charge.rule, charge.kind) for charge in event.charges))
            if told and until is None:
                until = desk.calls.total()
            doubts += event.verdict == "inconclusive"
    finally:
        desk.close()
    return _played(mutant, tuple(told), until, desk.calls.total(), doubts)


def _at_once(seconds: float) -> None:
    """Wait for nothing: what is asked lives in this process."""


def _played(mutant: Mutant, told: tuple[tuple[str, str], ...], until: int | None, requests: int, doubts: int) -> Played:
    return Played(
        id=mutant.id,
        operator=mutant.operator,
        expects=mutant.expects,
        told=told,
        right=tuple(each for each in told if is_right(mutant, each[0])),
        until=until,
        requests=requests,
        inconclusive=doubts,
        equivalent=mutant.equivalent,
    )


def chosen(globs: Sequence[str], *, every: int = 1) -> tuple[str, ...]:
    """Give the ids of planted faults that a rule of `globs` should tell (all without one), each `every`-th of them."""
    from conformance.runner.plan import selected

    wanted = {rule.id for rule in selected(globs)}
    found = [id for id, mutant in mutants().items() if not globs or any(is_right(mutant, rule) for rule in wanted)]
    return tuple(found[::every])


def measured(ids: Iterable[str], profile: str, *, workers: int) -> Iterator[Played]:
    """Play planted faults in several processes, in the order of their ids."""
    jobs = [(id, profile) for id in ids]
    if workers == 1:
        yield from map(play, jobs)
        return
    with Pool(workers) as pool:
        yield from pool.imap(play, jobs)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What all of it adds up to. Faults that no client can see (`equivalent`) count neither way."""

    played: tuple[Played, ...]

    @property
    def visible(self) -> tuple[Played, ...]:
        """All faults that a client can see."""
        return tuple(each for each in self.played if not each.equivalent)

    @property
    def found(self) -> int:
        """How many of the visible ones were told under a right rule."""
        return sum(each.found for each in self.visible)

    @property
    def survivors(self) -> tuple[Played, ...]:
        """The visible ones that were not."""
        return tuple(each for each in self.visible if not each.found)

    @property
    def until(self) -> float:
        """The median number of requests until the first finding."""
        return median([each.until for each in self.visible if each.until is not None] or [0])

    @property
    def findings(self) -> float:
        """The mean number of findings that one fault causes; one is right."""
        counts = [len(each.told) for each in self.visible if each.told]
        return sum(counts) / len(counts) if counts else 0.0

    def by(self, what: str) -> dict[str, tuple[int, int]]:
        """Give (found, total) of the visible ones by ``area`` or ``operator``."""
        counts: dict[str, tuple[int, int]] = {}
        for each in self.visible:
            found, total = counts.get(getattr(each, what), (0, 0))
            counts[getattr(each, what)] = (found + each.found, total + 1)
        return dict(sorted(counts.items()))

    def by_rule(self) -> dict[str, tuple[int, int]]:
        """Give (found, total) of the visible ones by the first rule that should tell them."""
        counts: dict[str, tuple[int, int]] = {}
        for each in self.visible:
            found, total = counts.get(each.expects[0], (0, 0))
            counts[each.expects[0]] = (found + each.found, total + 1)
        return dict(sorted(counts.items()))
