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
    """The known divergences of one target, and the file they came from (empty: there is none).

    A target that has much in common with another `extends` that one's ledger: `base` is what stands there. In the file
    are the differences alone, `entries` holds what is known in all.
    """

    name: str = ""
    entries: tuple[Entry, ...] = ()
    extends: str = ""
    base: tuple[Entry, ...] = ()

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

        A run that is not `deep` asks each rule once: that one value is refused proves no divergence gone.
        A divergence may have several outcomes, each an entry (in this process, and behind a port): one is enough.
        """
        findings = list(findings)
        known = {(each.rule, each.kind, each.outcome) for each in self.entries}
        seen = {(each.rule, each.kind): each.outcome for each in findings}
        found = []
        for entry in self.entries:
            outcome = seen.get((entry.rule, entry.kind))
            if deep and entry.rule in asked and outcome is None:
                found.append(
                    f"{entry.rule} ({entry.kind}) is gone: the target conforms now; take it out of {self.name}"
                )
            elif outcome is not None and (entry.rule, entry.kind, outcome) not in known:
                found.append(
                    f"{entry.rule} ({entry.kind}) changed: {entry.outcome} is now {outcome}; review {self.name}"
                )
        return tuple(found)


def shipped(target: str, version: str = "") -> Ledger:
    """Give the ledger that ships for a target: the one for its version, the nearest above, or an empty one.

    For moto 5.0.28 that is the first there is of ``moto-5.0.28``, ``moto-5.0``, ``moto-5`` and ``moto``.
    """
    parts = version.split(".") if version else []
    names = [f"{target}-{'.'.join(parts[:length])}" for length in range(len(parts), 0, -1)]
    for name in (*names, target):
        file = resources.files("conformance").joinpath("ledgers", f"{name}.toml")
        if file.is_file():
            return parse(file.read_text("utf-8"), name=f"ledgers/{name}.toml")
    return Ledger()


def given(word: str | None, target: str, version: str = "") -> Ledger:
    """Give the ledger that applies: ``none``, a file, or (None) the one that ships; BadLedger when the file is none."""
    if word == "none":
        return Ledger()
    return shipped(target, version) if word is None else load(Path(word))


def extending(name: str, like: str) -> Ledger:
    """Give a ledger that says what another one says, and nothing else; BadLedger when that one does not ship."""
    base = shipped(like)
    if not base.name:
        raise BadLedger(f"ledger {name!r} extends {like!r}, and no ledger of that name ships")
    return Ledger(name=name, entries=base.entries, extends=like, base=base.entries)


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
    unknown = sorted(document.keys() - {"target", "extends", "without", "divergence"})
    if unknown:
        expected = "expected target, extends, without or [[divergence]]"
        raise BadLedger(f"ledger {name!r} has an unknown key {unknown[0]!r}; {expected}")
    entries = document.get("divergence", [])
    if not isinstance(entries, list):
        raise BadLedger(f"ledger {name!r}: divergence={entries!r} is no list; expected [[divergence]] tables")
    own = tuple(_entry(item, number, name) for number, item in enumerate(entries, 1))
    if "extends" not in document:
        return Ledger(name=name, entries=own)
    like = extending(name, str(document["extends"]))
    known = {f"{each.rule} {each.kind}" for each in like.base}
    without = document.get("without", [])
    if not isinstance(without, list) or not known.issuperset(map(str, without)):
        raise BadLedger(
            f'ledger {name!r}: without={without!r}; expected a list of "RULE KIND", all of them in {like.extends}'
        )
    gone = {*without, *(f"{each.rule} {each.kind}" for each in own)}
    kept = tuple(each for each in like.base if f"{each.rule} {each.kind}" not in gone)
    return replace(like, entries=(*kept, *own))


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
    """Give the TOML of a ledger that knows `findings`, keeping the reasons that were reviewed before.

    One that extends another holds what differs from it. A new entry takes over the reason of its like (the same
    constraint, kind and outcome), where all of them have one; review it all the same.
    """
    import json

    findings = list(findings)
    reasons = {(each.rule, each.kind): (each.why, each.seen) for each in old.entries}
    likely = _reasons_of_like(each for each in old.entries if each not in old.base) or _reasons_of_like(old.entries)
    base = {(each.rule, each.kind, each.outcome) for each in old.base}
    told = dict.fromkeys((each.rule, each.kind) for each in old.base)
    own = {(each.rule, each.kind) for each in old.entries if each not in old.base}
    lines = [f"# What {target} is known to do otherwise. Update with: mw-conformance ledger update {target}", ""]
    lines.append(f"target = {json.dumps(target)}")
    if old.extends:
        seen = {(each.rule, each.kind) for each in findings}
        gone = [f"  {json.dumps(f'{rule} {kind}')}," for rule, kind in told if (rule, kind) not in seen]
        lines += [f"extends = {json.dumps(old.extends)}", *(["without = [", *gone, "]"] if gone else [])]
    for each in findings:
        if (each.rule, each.kind, each.outcome) in base:
            continue
        why, since = reasons.get((each.rule, each.kind), ("", version))
        if (each.rule, each.kind) in told and (each.rule, each.kind) not in own:
            why, since = "", version  # what stands there is said of another outcome
        fields = {
            "rule": each.rule,
            "kind": each.kind,
            "outcome": each.outcome,
            "why": why or likely.get(_sort(each)) or "to be reviewed",
            "seen": since or version,
            "witness": _witness(each),
        }
        lines += ["", "[[divergence]]", *(f"{key} = {json.dumps(value)}" for key, value in fields.items())]
    return "\n".join(lines) + "\n"


def _sort(each: Entry | Finding) -> tuple[str, str, str]:
    """Name the sort of a divergence: constraint, kind and outcome. Kind and outcome alone have many reasons."""
    return each.rule.rpartition(".")[2], each.kind, each.outcome


def _reasons_of_like(entries: Iterable[Entry]) -> Mapping[tuple[str, str, str], str]:
    """Give the reason that all entries of a sort have in common; sorts of which they differ are left out."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for each in entries:
        found.setdefault(_sort(each), set()).add(each.why)
    return {sort: next(iter(whys)) for sort, whys in found.items() if len(whys) == 1}


def _witness(finding: Finding) -> str:
    import json

    if finding.steps:
        return "; ".join(finding.steps)[:600]
    text = json.dumps(finding.request, sort_keys=True)
    return text if len(text) <= 600 else text[:597] + "..."
