"""Every sentence that the model has on the operation, and the rule, question, exclusion or gap that claims it.

A claim points at a place (shape and member) and at a digest of the sentence, never at AWS's own words: those are read
from the installed model. What AWS rewords has another digest, so it is unclaimed until somebody has read it.
"""

from __future__ import annotations

import hashlib
import html
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any, final

from conformance.contract.rule import Rule
from conformance.contract.shapes import OPERATION, documentation, request_tree, service_model, top_of

LEANED_ON = (
    ("MaintenanceWindowTask", "TaskArn"),
    ("MaintenanceWindowTask", "Type"),
    ("MaintenanceWindowTask", "Targets"),
    ("GetMaintenanceWindowTaskResult", "MaxConcurrency"),
    ("GetMaintenanceWindowTaskResult", "MaxErrors"),
    ("DeregisterTaskFromMaintenanceWindowResult", "WindowId"),
    ("DeregisterTaskFromMaintenanceWindowResult", "WindowTaskId"),
    ("CreateMaintenanceWindowRequest", "AllowUnassociatedTargets"),
)
"""Places outside the operation whose sentences rules or open questions rest on."""

_BLOCK = re.compile(r"</?(?:p|li|ul|ol|note|dl|dt|dd|div|br|important)\b[^>]*>")
_TAG = re.compile(r"<[^>]+>")
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z(])")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of AWS's documentation. `member` is empty for the shape's own; the operation stands as a shape."""

    shape: str
    member: str
    text: str

    @property
    def place(self) -> str:
        """Where the sentence stands: ``Shape`` or ``Shape.Member``."""
        return f"{self.shape}.{self.member}" if self.member else self.shape

    @property
    def digest(self) -> str:
        """Give 8 hex digits that change when the words do."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:8]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What became of one sentence, in our own words, and where it is dealt with."""

    place: str
    digest: str
    says: str
    rules: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    gap: str = ""

    @property
    def status(self) -> str:
        """Say how far it is tested: ``rule``, ``partly`` (the rest is excluded), ``open``, ``excluded`` or ``gap``."""
        if self.gap:
            return "gap"
        if self.excluded:
            return "partly" if self.rules or self.open else "excluded"
        return "rule" if self.rules else "open"

    def rule_ids(self, known: Iterable[str], *patterns: str) -> tuple[str, ...]:
        """Give those of the `known` ids that the claim names, or that `patterns` do; ``*`` is wild."""
        return tuple(id for id in known if any(_names(pattern, id) for pattern in patterns or self.rules))


def _names(pattern: str, id: str) -> bool:
    return fnmatchcase(id, pattern.replace("[", "[[]")) if "*" in pattern else id == pattern


def split(markup: str) -> tuple[str, ...]:
    """Split documentation (HTML) into plain sentences with folded white space; paragraphs and list items end one."""
    blocks = (_TAG.sub("", block) for block in _BLOCK.split(markup))
    lines = (" ".join(html.unescape(block).split()) for block in blocks)
    return tuple(part for line in lines if line for part in _END.split(line))


def sentences(model: Mapping[str, Any] | None = None) -> tuple[Sentence, ...]:
    """Give every sentence on the operation, its request, result and errors, and the few that rules lean on, once."""
    return tuple(dict.fromkeys(_sentences(service_model() if model is None else model)))


def _sentences(model: Mapping[str, Any]) -> Iterator[Sentence]:
    operation = model["operations"][OPERATION]
    yield from _at(OPERATION, "", operation)
    for name in reachable_shapes(model):
        shape = model["shapes"][name]
        yield from _at(name, "", shape)
        for member, reference in shape.get("members", {}).items():
            yield from _at(name, member, reference)
        for part in ("member", "key", "value"):
            yield from _at(name, part, shape.get(part, {}))
    for name, member in LEANED_ON:
        yield from _at(name, member, model["shapes"].get(name, {}).get("members", {}).get(member, {}))


def _at(shape: str, member: str, holder: Mapping[str, Any]) -> Iterator[Sentence]:
    for text in split(holder.get("documentation", "")):
        yield Sentence(shape=shape, member=member, text=text)


def reachable_shapes(model: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the shapes that the operation's request, result and errors are made of, each once."""
    operation, shapes = model["operations"][OPERATION], model["shapes"]
    found: dict[str, None] = {}

    def walk(name: str) -> None:
        if name in found:
            return
        found[name] = None
        shape = shapes[name]
        parts = (shape[part] for part in ("member", "key", "value") if part in shape)
        for reference in (*shape.get("members", {}).values(), *parts):
            walk(reference["shape"])

    roots = (operation.get("input"), operation.get("output"), *operation.get("errors", ()))
    for root in roots:
        if root:
            walk(root["shape"])
    return tuple(found)


@cache
def claims() -> Mapping[tuple[str, str], Claim]:
    """Give every claim of ``sentences.toml`` by place and digest; it may hold claims of several botocore versions."""
    text = resources.files("conformance.contract").joinpath("sentences.toml").read_text("utf-8")
    return {
        (place, digest): _claim(place, digest, words)
        for place, table in tomllib.loads(text).items()
        for digest, words in table.items()
    }


def _claim(place: str, digest: str, words: Mapping[str, Any]) -> Claim:
    lists = {name: tuple(words.get(name, ())) for name in ("rules", "open", "excluded")}
    return Claim(place=place, digest=digest, says=words["says"], gap=words.get("gap", ""), **lists)


def claim_of(sentence: Sentence) -> Claim | None:
    """Give the claim on a sentence; None for one that nobody has claimed."""
    return claims().get((sentence.place, sentence.digest))


def sentences_on(rule_id: str) -> tuple[Sentence, ...]:
    """Give the sentences of the installed model that a rule is claimed by, each wording once."""
    found = (each for each, claim in _claimed() if claim.rule_ids([rule_id]))
    return tuple({each.text: each for each in found}.values())


@cache
def _claimed() -> tuple[tuple[Sentence, Claim], ...]:
    """Give the sentences of the installed model that rules claim, each with its claim."""
    found = ((each, claim_of(each)) for each in sentences())
    return tuple((each, claim) for each, claim in found if claim is not None and claim.rules)


def words_on(rule: Rule) -> str:
    """Give AWS's own words (HTML) on a rule, from the installed model; empty where it has none.

    They are the sentences that the rule is claimed by, else all that is said of the member that it speaks of.
    """
    claimed = " ".join(each.text for each in sentences_on(rule.id))
    if claimed:
        return html.escape(claimed, quote=False)
    top = top_of(rule.path)
    member = rule.path.rpartition(".")[2].partition("[")[0].partition("{")[0]
    parents = (node.parent_shape for node in request_tree().walk() if rule.path and node.path == rule.path)
    return (
        documentation(rule.shape, rule.member)
        or documentation(next(parents, ""), member)
        or documentation(f"{OPERATION}Request", top)
    )
