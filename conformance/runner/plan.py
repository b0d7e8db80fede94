"""What a profile asks: which rules, how many random requests, in which order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, final

from conformance.contract.catalogue import rules
from conformance.contract.rule import Promise, Rule

ProfileName = Literal["quick", "standard", "nightly"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How deep a run goes.

    A `brief` one asks each rule once, in as few requests as can be. `generated` is how many random requests, `company`
    how many values of each rule are sent in the richest company, `histories` how many of up to `steps` calls. `beside`
    sends each broken rule beside each other member, one at a time.
    """

    name: ProfileName
    generated: int
    company: int
    histories: int
    steps: int
    brief: bool = False
    beside: bool = False


PROFILES: dict[str, Profile] = {
    "quick": Profile(name="quick", brief=True, generated=0, company=0, histories=1, steps=7),
    "standard": Profile(name="standard", generated=400, company=1, histories=10, steps=25),
    "nightly": Profile(name="nightly", generated=4000, company=3, histories=100, steps=50, beside=True),
}


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


def constraint_ids(found: Iterable[Rule]) -> tuple[str, ...]:
    """Give the ids of the rules that single requests can ask about."""
    return tuple(rule.id for rule in found if not is_promise(rule))
