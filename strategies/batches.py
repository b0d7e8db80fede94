"""Random cases by the thousand: Hypothesis draws one seed a batch, and a table that is made once does the rest.

A strategy that draws each member costs a millisecond a request; a batch costs some microseconds a request. What is lost
is shrinking, which the suite does not use: `conformance.runner.blame` makes requests smaller, and asks the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as st

from conformance.contract.case import Case
from conformance.contract.rule import Permission, Promise, Rule, Together
from strategies.combinations import KINDS, Kind, needs, slots
from strategies.documents import steps
from strategies.homes import minimal, node_at, task_type_of
from strategies.levels import combined_levels, slot_of
from strategies.seeds import randoms
from strategies.values import BMP_PATHS, limit
from strategies.violations import violations

_TARGETING = ("Targets", "MaxConcurrency", "MaxErrors")
_NULLS = 0.15  # of the violations stand beside a member that is null
_COMPANY = ("Name", "Description", "Priority", "ServiceRoleArn", "CutoffBehavior", "AlarmConfiguration")


def valid_batches(size: int = 100) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lists of `size` valid requests that ask no open question, poor and rich ones of every task type."""
    return randoms().map(lambda random: _many_valid(random, size))


def breaking_batches(rules: Sequence[Rule], size: int = 100) -> st.SearchStrategy[list[Case]]:
    """Lists of `size` cases, each breaking one of `rules` in turn, and it alone, in random company beside a twin.

    ValueError where one of them forbids nothing.
    """
    for rule in rules:
        if isinstance(rule.check, Permission | Promise):
            raise ValueError(f"rule={rule.id!r} forbids nothing; expected a constraint or combination")
    return randoms().map(lambda random: _many_broken(random, tuple(rules), size))


# --- valid requests


@cache
def _table(
    kind: Kind,
) -> tuple[tuple[str, ...], Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[Any, ...]]]]:
    """Give the free members of a kind, and for each member: what must stand with it, its keys, its levels."""
    every = {
        slot: (tuple(sorted(needs(kind, slot))), tuple(steps(slot)), combined_levels(slot)) for slot in slots(kind)
    }
    targeted = kind.task_type == "RUN_COMMAND"
    return tuple(slot for slot in every if not (targeted and slot in _TARGETING)), every


def _many_valid(random: Random, size: int) -> list[dict[str, Any]]:
    return [_valid(random) for _ in range(size)]


def _valid(random: Random) -> dict[str, Any]:
    kind = random.choice(KINDS)
    free, every = _table(kind)
    chosen = dict.fromkeys(random.sample(free, random.randrange(len(free) + 1)))
    if kind.task_type == "RUN_COMMAND":
        chosen.update(dict.fromkeys(_TARGETING))
    for slot in list(chosen):
        chosen.update(dict.fromkeys(every[slot][0]))
    request = minimal(kind.task_type, targeted=False)
    for slot in chosen:
        _, keys, levels = every[slot]
        place = request
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = _text(random, slot) if slot in BMP_PATHS and random.random() < 0.3 else random.choice(levels)
    return request


# Text that every source takes alike: letters, digits, marks and signs of the BMP from many scripts.
_ALPHABET = "".join(
    chr(code)
    for first, last in ((0x20, 0x7E), (0xA1, 0x17F), (0x391, 0x3A9), (0x410, 0x44F), (0x5D0, 0x5EA), (0x4E00, 0x4EFF))
    for code in range(first, last + 1)
)


def _text(random: Random, slot: str) -> str:
    if slot.endswith("StepFunctions.Input"):
        return '{"reason": "' + "".join(random.choices("abcäöü漢 ", k=random.randrange(200))) + '"}'
    longest = limit(node_at(slot)) or 100
    return "".join(random.choices(_ALPHABET, k=random.randrange(1, longest + 1)))


# --- broken ones


@cache
def _violations(rule: Rule) -> tuple[tuple[Case, tuple[str, ...]], ...]:
    """Give the violations of a rule, each with the members that may keep it company."""
    found = []
    for case in violations(rule):
        task_type = case.request["TaskType"] if isinstance(rule.check, Together) else task_type_of(rule.path)
        taken = slot_of(rule.path).partition(".")[0]
        company = [name for name in _COMPANY if name != taken and name not in case.request]
        if task_type not in ("RUN_COMMAND", "AUTOMATION") or taken == "AlarmConfiguration":
            company = [name for name in company if name != "AlarmConfiguration"]
        # A wrong task type leaves open what may stand beside it.
        found.append((case, () if rule.id.startswith("TaskType.") else tuple(company)))
    return tuple(found)


@cache
def _company_levels(name: str) -> tuple[Any, ...]:
    if name == "AlarmConfiguration":
        return tuple({"Alarms": alarms} for alarms in combined_levels("AlarmConfiguration.Alarms"))
    return combined_levels(name)


def _with_other_limits(random: Random, case: Case, rule: Rule) -> Case:
    """Give a case on a task with targets with other MaxConcurrency and MaxErrors, where it is not about them."""
    about = isinstance(rule.check, Together) or rule.path.startswith(_TARGETING)
    twin = case.twin or {}
    if about or any(case.request.get(name) != twin.get(name) or name not in twin for name in _TARGETING):
        return case
    limits = {name: random.choice(combined_levels(name)) for name in _TARGETING[1:]}
    return replace(case, request={**case.request, **limits}, twin={**twin, **limits})


def _many_broken(random: Random, rules: Sequence[Rule], size: int) -> list[Case]:
    start = random.randrange(len(rules))
    return [_broken(random, rules[(start + index) % len(rules)]) for index in range(size)]


def _broken(random: Random, rule: Rule) -> Case:
    case, names = random.choice(_violations(rule))
    chosen = random.sample(names, random.randrange(len(names) + 1))
    company = {name: random.choice(_company_levels(name)) for name in chosen}
    # A check may be skipped where a member is null, which is absence: the twin goes without.
    left = [name for name in names if name not in company]
    nulls = {random.choice(left): None} if left and random.random() < _NULLS else {}
    case = _with_other_limits(random, case, rule)
    return Case(
        rule=case.rule,
        label=f"{case.label}, in random company",
        request={**nulls, **company, **case.request},
        twin={**company, **(case.twin or {})},
        path=case.path,
    )
