"""What a profile asks: which rules, how many random requests, in which order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, final

from conformance.contract.catalogue import rules
from conformance.contract.rule import Permission, Promise, Rule

ProfileName = Literal["quick", "standard", "nightly"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How deep a run goes. `values` is how many values on each side of a limit, `generated` how many random requests,
    `packed` how many rich valid requests of each task type (None: all), `company` how
    many values of each rule are sent in the richest company.
    """

    name: ProfileName
    values: int
    generated: int
    packed: int | None
    company: int
    histories: int
    steps: int


PROFILES: dict[str, Profile] = {
    "quick": Profile(name="quick", values=2, generated=0, packed=3, company=0, histories=1, steps=12),
    "standard": Profile(name="standard", values=1000, generated=400, packed=None, company=1, histories=10, steps=25),
    "nightly": Profile(name="nightly", values=1000, generated=4000, packed=None, company=3, histories=100, steps=50),
}

NOT_YET_EXERCISED = "not yet exercised by any module of the suite"


class UnknownRule(ValueError):
    """A --rules pattern that names no rule; the message says how to list them."""


def selected(globs: Sequence[str]) -> tuple[Rule, ...]:
    """Give the rules that any of `globs` names, all where there is none; `*` and `?` are wild, brackets are not.

    UnknownRule when one of them names nothing.
    """
    if not globs:
        return tuple(rules().values())
    for glob in globs:
        if not any(_matches(glob, id) for id in rules()):
            raise UnknownRule(f"rules={glob!r} names no rule; `mw-conformance list` has all of them")
    return tuple(rule for rule in rules().values() if any(_matches(glob, rule.id) for glob in globs))


def _matches(glob: str, id: str) -> bool:
    pattern = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(pattern, id) is not None


def is_promise(rule: Rule) -> bool:
    """Tell whether a rule needs a sequence of calls."""
    return isinstance(rule.check, Promise)


def is_permission(rule: Rule) -> bool:
    """Tell whether a rule is something that must be let through."""
    return isinstance(rule.check, Permission)


def constraint_ids(found: Iterable[Rule]) -> tuple[str, ...]:
    """Give the ids of the rules that single requests can ask about."""
    return tuple(rule.id for rule in found if not is_promise(rule))
