"""What a service model states, as comparable facts, and which rules rest on the facts that changed. Pure.

A snapshot is taken of a model; ``contract.lock.json`` is the snapshot that was reviewed, with digests where the model
has AWS's sentences.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any, final

from conformance.contract.catalogue import digest, rules_of
from conformance.contract.rule import (
    DOES_NOT_EXIST,
    LIMIT,
    MISMATCH,
    Base64,
    JsonType,
    MaxLength,
    MaxValue,
    MinLength,
    MinValue,
    NotNull,
    OneOf,
    Pattern,
    Permission,
    Promise,
    Required,
    Rule,
    Together,
)
from conformance.contract.sentences import Sentence, claim_of, claims, sentences
from conformance.contract.shapes import OPERATION, Node, tree_of

LOCK = "contract.lock.json"

_RESTS_ON_TOKEN = ("token.replay-same-id", "token.replay-no-second-task", "token.mismatch-refused")
_RESTS_ON_ERROR = {
    MISMATCH: ("token.mismatch-refused", f"errors.{MISMATCH}.status"),
    DOES_NOT_EXIST: ("window.unknown", "window.deleted", f"errors.{DOES_NOT_EXIST}.status"),
    LIMIT: ("quota.tasks-per-window", f"errors.{LIMIT}.status"),
    "InternalServerError": ("errors.no-server-error",),
}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one version states: facts by rule id, other facts by name, and sentences by place and digest.

    In the lock the sentences are empty: it holds digests alone.
    """

    botocore: str
    rules: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, Any]
    sentences: Mapping[str, Mapping[str, str]]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is stated otherwise: the rules that rest on it, what it is, and its old and new value or words.

    `aside` names the open questions and exclusions that rest on a sentence.
    """

    rules: tuple[str, ...]
    what: str
    old: str
    new: str
    aside: tuple[str, ...] = ()


def snapshot(model: Mapping[str, Any], botocore: str) -> Snapshot:
    """Take the snapshot of a service model; KeyError when it does not have the operation."""
    root = tree_of(model)
    paths = {node.path for node in root.walk()}
    words: dict[str, dict[str, str]] = {}
    for each in sentences(model):
        words.setdefault(each.place, {})[each.digest] = each.text
    return Snapshot(
        botocore=botocore,
        rules={rule.id: _facts(rule, paths) for rule in rules_of(root)},
        facts=dict(_other_facts(model, root)),
        sentences=words,
    )


def _facts(rule: Rule, paths: set[str]) -> dict[str, Any]:
    return {
        "digest": digest(rule),
        "level": str(rule.level),
        "value": _value(rule) if rule.path in paths else f"there is no {rule.path}",
        "shape": rule.shape,
        "codes": sorted(rule.codes),
    }


def _value(rule: Rule) -> Any:
    match rule.check:
        case MinLength(limit) | MaxLength(limit) | MinValue(limit) | MaxValue(limit):
            return limit
        case Pattern(regex):
            return regex
        case OneOf(values):
            return list(values)
        case JsonType(kind):
            return kind
        case Required() | NotNull() | Base64() | Together() | Permission() | Promise():
            return True


def _other_facts(model: Mapping[str, Any], root: Node) -> Iterator[tuple[str, Any]]:
    """Yield what no rule of the request holds: the result's members, the declared errors, who makes the token."""
    operation, shapes = model["operations"][OPERATION], model["shapes"]
    for name, reference in shapes[operation["output"]["shape"]].get("members", {}).items():
        shape = shapes[reference["shape"]]
        for trait in ("type", "min", "max", "pattern", "enum"):
            if trait in shape:
                yield f"result.{name}.{trait}", shape[trait]
    for reference in operation.get("errors", ()):
        yield f"errors.{reference['shape']}", "server" if shapes[reference["shape"]].get("fault") else "client"
    for name, reference in shapes[root.shape]["members"].items():
        if reference.get("idempotencyToken"):
            yield f"idempotency-token.{name}", True


def _rests_on(fact: str) -> tuple[str, ...]:
    kind, _, name = fact.partition(".")
    if kind == "errors":
        return _RESTS_ON_ERROR.get(name, ())
    if kind == "idempotency-token":
        return _RESTS_ON_TOKEN
    return ("WindowTaskId.shape",) if name.startswith("WindowTaskId.") else ()


def changes(old: Snapshot, new: Snapshot) -> tuple[Change, ...]:
    """Give what `new` states otherwise than `old`: rules first, then other facts, then sentences."""
    return (*_rule_changes(old, new), *_fact_changes(old, new), *_sentence_changes(old, new))


def _rule_changes(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    for id in dict.fromkeys([*old.rules, *new.rules]):
        before, after = old.rules.get(id), new.rules.get(id)
        if before is None or after is None:
            held = before or after or {}
            was, now = (_short(held["value"]), "no such rule") if after is None else ("no such rule", "")
            yield Change(rules=(id,), what="rule", old=was, new=now or _short(held["value"]))
        elif before["digest"] != after["digest"] or before["value"] != after["value"]:
            parts = [name for name in ("value", "level", "shape", "codes") if before[name] != after[name]]
            for name in parts or ["digest"]:
                yield Change(rules=(id,), what=name, old=_short(before[name]), new=_short(after[name]))


def _fact_changes(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    for name in dict.fromkeys([*old.facts, *new.facts]):
        before, after = (_short(each.facts[name]) if name in each.facts else "none" for each in (old, new))
        if before != after:
            yield Change(rules=_rests_on(name), what=name, old=before, new=after)


def _sentence_changes(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    """Compare place by place: all that went and all that came there, with the rules that any of it is claimed by."""
    known = tuple(dict.fromkeys([*old.rules, *new.rules]))
    for place in dict.fromkeys([*old.sentences, *new.sentences]):
        before, after = old.sentences.get(place, {}), new.sentences.get(place, {})
        gone = {digest: text for digest, text in before.items() if digest not in after}
        come = {digest: text for digest, text in after.items() if digest not in before}
        claimed = [claims()[place, digest] for digest in (*gone, *come) if (place, digest) in claims()]
        if gone or come:
            yield Change(
                rules=tuple(dict.fromkeys(id for claim in claimed if claim.rules for id in claim.rule_ids(known))),
                what=f"sentence {place}",
                old=" ".join(_words(place, *each) for each in gone.items()),
                new=" ".join(_words(place, *each) for each in come.items()),
                aside=tuple(dict.fromkeys(id for claim in claimed for id in (*claim.open, *claim.excluded))),
            )


def _words(place: str, digest: str, text: str) -> str:
    """Give a sentence of AWS's; where the lock holds its digest alone, our own words for it."""
    claim = claims().get((place, digest))
    return text or f"({claim.says if claim else 'a sentence'}; {digest})"


def unclaimed(found: Snapshot) -> tuple[Sentence, ...]:
    """Give the sentences of a snapshot of a model that nobody has claimed."""
    every = (
        Sentence(shape=place.partition(".")[0], member=place.partition(".")[2], text=text)
        for place, words in found.sentences.items()
        for text in words.values()
    )
    return tuple(each for each in every if claim_of(each) is None)


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def locked() -> Snapshot:
    """Read the snapshot that was reviewed, from ``contract.lock.json``."""
    held = json.loads(resources.files("conformance.contract").joinpath(LOCK).read_text("utf-8"))
    words = {place: dict.fromkeys(digests, "") for place, digests in held.pop("sentences").items()}
    return Snapshot(**held, sentences=words)


def lock_text(found: Snapshot) -> str:
    """Write a snapshot as the lock holds it: one line a rule, and digests for AWS's sentences."""
    held = {**asdict(found), "sentences": {place: list(words) for place, words in found.sentences.items()}}
    chapters = []
    for name, chapter in held.items():
        if isinstance(chapter, dict):
            lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in chapter.items()]
            chapters.append(f' "{name}": {{\n' + ",\n".join(lines) + "\n }")
        else:
            chapters.append(f' "{name}": {json.dumps(chapter)}')
    return "{\n" + ",\n".join(chapters) + "\n}\n"
