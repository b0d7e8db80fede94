"""The request as a tree of members, each with how this target treats it: at a glance, what is checked. Pure.

Members are read from the rules' ids (`Targets[].Key.max-length`), which name a path and a constraint each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, final

from conformance.events import Finding
from conformance.tally import RuleTally
from reports.causes import CONSTRAINTS, TYPES

Treatment = Literal["checked", "partly", "anything", "refused", "unknown"]
TREATMENTS: Mapping[str, tuple[str, str]] = {
    "checked": ("✓", "checked"),
    "partly": ("◐", "partly checked"),
    "anything": ("✗", "accepts anything"),
    "refused": ("!", "refuses what is valid"),
    "unknown": ("·", "unknown"),
}
"""Treatment -> its sign and its words."""

_CHECKS = (*CONSTRAINTS, *TYPES)
_PERMISSIONS = ("accepted", "optional")
_PART = re.compile(r"[^.\[{]+|\[\]|\{key\}|\{\}")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One rule on a member: its constraint in short, and ``kept``, ``loose``, ``code``, ``strict`` or ``unknown``."""

    rule: str
    word: str
    state: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of the request, what stands below it, and how this target treats it."""

    name: str
    path: str
    treatment: Treatment
    stored: bool
    marks: tuple[Mark, ...]
    children: tuple[Member, ...]

    def walk(self) -> Iterator[Member]:
        """Yield this member and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def anatomy(lines: Sequence[RuleTally], findings: Sequence[Finding]) -> tuple[Member, ...]:
    """Give the top members of the request, in the order of the contract."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    paths: dict[str, list[RuleTally]] = {}
    for line in lines:
        path, _, word = line.rule.id.rpartition(".")
        if line.rule.area in ("input", "wire") and word in (*_CHECKS, *_PERMISSIONS) and path:
            for parent in _parents(path):
                paths.setdefault(parent, [])
            paths[path].append(line)
    unstored = {".".join(finding.rule.split(".")[2:]) for finding in findings if finding.rule.startswith("read-back.")}
    return _below("", paths, by_rule, unstored)


def _parents(path: str) -> Iterator[str]:
    parts, built = _PART.findall(path), ""
    for part in parts:
        built += part if part[0] in "[{" or not built else f".{part}"
        yield built


def _below(
    parent: str,
    paths: Mapping[str, Sequence[RuleTally]],
    by_rule: Mapping[str, Sequence[Finding]],
    unstored: set[str],
) -> tuple[Member, ...]:
    found = []
    for path, lines in paths.items():
        above = list(_parents(path))
        if (above[-2] if len(above) > 1 else "") == parent:
            marks = tuple(_mark(line, by_rule.get(line.rule.id, ())) for line in lines)
            found.append(
                Member(
                    name=path.removeprefix(parent).lstrip("."),
                    path=path,
                    treatment=_treatment(marks),
                    stored=path not in unstored,
                    marks=marks,
                    children=_below(path, paths, by_rule, unstored),
                )
            )
    return tuple(found)


def _mark(line: RuleTally, findings: Sequence[Finding]) -> Mark:
    word = line.rule.id.rpartition(".")[2]
    if line.verdict == "conforms":
        state = "kept"
    elif line.verdict != "diverges":
        state = "unknown"
    elif word in _PERMISSIONS:
        state = "strict"
    else:
        state = "code" if all(each.kind == "wrong-error" for each in findings) else "loose"
    return Mark(rule=line.rule.id, word=word, state=state)


def _treatment(marks: Sequence[Mark]) -> Treatment:
    if any(mark.state == "strict" for mark in marks):
        return "refused"
    checks = [mark.state for mark in marks if mark.word in _CHECKS and mark.state != "unknown"]
    if not checks:
        return "unknown"
    loose = checks.count("loose")
    return "checked" if not loose else "anything" if loose == len(checks) else "partly"
