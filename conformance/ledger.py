"""Known divergences of a target: a reviewed list, so that a run is red only for what is new, gone, or changed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, final

from conformance.contract.catalogue import rules
from conformance.events import Finding

_KEYS = {"rule", "kind", "outcome", "why", "seen", "witness"}
KINDS = ("too-lenient", "too-strict", "wrong-error", "crash", "wrong-effect", "side-effect", "wire")


class BadLedger(ValueError):
    """A ledger that can not be used; the message names the file, the entry and what was expected."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One known divergence: the rule, the kind, the wrong outcome, why it is so, the version seen, and a witness."""

    rule: str
    kind: str
    outcome: str
    why: str = ""
    seen: str = ""
    witness: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The known divergences of one target, and the file they came from (empty: there is none)."""

    name: str = ""
    entries: tuple[Entry, ...] = ()

    def mark(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Give the findings, those known as `known`: same rule, same kind, same wrong outcome."""
        known = {(each.rule, each.kind, each.outcome): each for each in self.entries}
        return tuple(self._marked(finding, known) for finding in findings)

    @staticmethod
    def _marked(finding: Finding, known: Mapping[tuple[str, str, str], Entry]) -> Finding:
        entry = known.get((finding.rule, finding.kind, finding.outcome))
        return finding if entry is None else replace(finding, known=True, why=entry.why)

    def stale(self, findings: Iterable[Finding], asked: frozenset[str], *, deep: bool = True) -> tuple[str, ...]:
        """Say which entries did not come true in a run that judged the rules `asked`.

        A run that is not `deep` sends few values: there a rule that still diverges otherwise proves nothing gone.
        """
        findings = list(findings)
        seen = {(each.rule, each.kind): each.outcome for each in findings}
        diverging = frozenset() if deep else frozenset(each.rule for each in findings)
        found = []
        for entry in self.entries:
            outcome = seen.get((entry.rule, entry.kind))
            if entry.rule in asked - diverging and outcome is None:
                found.append(
                    f"{entry.rule} ({entry.kind}) is gone: the target conforms now; take it out of {self.name}"
                )
            elif outcome is not None and outcome != entry.outcome:
                found.append(
                    f"{entry.rule} ({entry.kind}) changed: {entry.outcome} is now {outcome}; review {self.name}"
                )
        return tuple(found)


def shipped(target: str) -> Ledger:
    """Give the ledger that ships for a target's name; an empty one where none does."""
    file = resources.files("conformance").joinpath("ledgers", f"{target}.toml")
    if not file.is_file():
        return Ledger()
    return parse(file.read_text("utf-8"), name=f"ledgers/{target}.toml")


def given(word: str | None, target: str) -> Ledger:
    """Give the ledger that applies: ``none``, a file, or (None) the one that ships; BadLedger when the file is none."""
    if word == "none":
        return Ledger()
    return shipped(target) if word is None else load(Path(word))


def load(path: Path) -> Ledger:
    """Read a ledger from a file; BadLedger when it can not be read or says something unknown."""
    try:
        return parse(path.read_text("utf-8"), name=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise BadLedger(f"ledger {str(path)!r} can not be read: {error}. Give a file, or `none`.") from error


def parse(text: str, *, name: str) -> Ledger:
    """Read a ledger's TOML; BadLedger with the entry's number and what was expected."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLedger(f"ledger {name!r} is no TOML: {error}") from error
    unknown = sorted(document.keys() - {"target", "divergence"})
    if unknown:
        raise BadLedger(f"ledger {name!r} has an unknown key {unknown[0]!r}; expected target or [[divergence]]")
    entries = document.get("divergence", [])
    if not isinstance(entries, list):
        raise BadLedger(f"ledger {name!r}: divergence={entries!r} is no list; expected [[divergence]] tables")
    return Ledger(name=name, entries=tuple(_entry(item, number, name) for number, item in enumerate(entries, 1)))


def _entry(item: Any, number: int, name: str) -> Entry:
    where = f"ledger {name!r}, divergence {number}"
    if not isinstance(item, dict):
        raise BadLedger(f"{where} is no table; expected rule, kind and outcome")
    unknown, missing = sorted(item.keys() - _KEYS), sorted({"rule", "kind", "outcome"} - item.keys())
    if unknown:
        raise BadLedger(f"{where} has an unknown key {unknown[0]!r}; expected one of {', '.join(sorted(_KEYS))}")
    if missing:
        raise BadLedger(f"{where} has no {missing[0]!r}")
    if not all(isinstance(value, str) for value in item.values()):
        raise BadLedger(f"{where} has a value that is no string")
    if item["rule"] not in rules():
        raise BadLedger(f"{where}: rule={item['rule']!r} is unknown; `mw-conformance list` has all rules")
    if item["kind"] not in KINDS:
        raise BadLedger(f"{where}: kind={item['kind']!r} is unknown; expected one of {', '.join(KINDS)}")
    return Entry(**item)


def write(target: str, version: str, findings: Iterable[Finding], old: Ledger) -> str:
    """Give the TOML of a ledger that knows `findings`, keeping the reasons that were reviewed before."""
    import json

    reasons = {(each.rule, each.kind): (each.why, each.seen) for each in old.entries}
    lines = [f"# What {target} is known to do otherwise. Update with: mw-conformance ledger update {target}", ""]
    lines.append(f"target = {json.dumps(target)}")
    for each in findings:
        why, seen = reasons.get((each.rule, each.kind), ("", version))
        fields = {
            "rule": each.rule,
            "kind": each.kind,
            "outcome": each.outcome,
            "why": why or "to be reviewed",
            "seen": seen or version,
            "witness": _witness(each),
        }
        lines += ["", "[[divergence]]", *(f"{key} = {json.dumps(value)}" for key, value in fields.items())]
    return "\n".join(lines) + "\n"


def _witness(finding: Finding) -> str:
    import json

    if finding.steps:
        return "; ".join(finding.steps)[:600]
    text = json.dumps(finding.request, sort_keys=True)
    return text if len(text) <= 600 else text[:597] + "..."
