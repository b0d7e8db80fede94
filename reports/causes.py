"""Groups findings by what one would mend: one cause may explain a hundred of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

from conformance.events import Finding
from conformance.tally import RuleTally
from reports.text import counted

CONSTRAINTS = ("required", "min-length", "max-length", "min-value", "max-value", "pattern", "enum")
TYPES = ("type", "not-null", "base64")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A group of findings that one change would mend; `id` is good for a link and a file's name."""

    id: str
    title: str
    begin: str
    findings: tuple[Finding, ...]

    @property
    def example(self) -> Finding:
        """The finding of the group that is told in the fewest words."""
        return min(self.findings, key=lambda each: (each.known, each.level != "MUST", len(each.rule), each.rule))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    id: str
    fits: Callable[[Finding], bool]
    title: str
    begin: str


def _ending(finding: Finding) -> str:
    return finding.rule.rpartition(".")[2]


_FAMILIES = (
    _Family(
        id="server-errors",
        fits=lambda each: each.kind == "crash",
        title="Some requests end in a server error",
        begin="Answer what can not be served with a refusal that names its code; nothing a client sends is a 5xx.",
    ),
    _Family(
        id="reads-fail",
        fits=lambda each: each.rule == "acceptance.reads-work",
        title="After some acceptances the window can no longer be read",
        begin="Check a value before it is stored: what is wrongly taken breaks each later listing.",
    ),
    _Family(
        id="valid-refused",
        fits=lambda each: each.kind == "too-strict",
        title="Valid requests are refused",
        begin="Users meet this first: something the documents allow does not work here.",
    ),
    _Family(
        id="constraints",
        fits=lambda each: each.kind == "too-lenient" and _ending(each) in CONSTRAINTS,
        title="{all} constraint of the service model is checked",
        begin="Hold each member against length, pattern, range, enum and required of the model before anything else.",
    ),
    _Family(
        id="types",
        fits=lambda each: each.kind == "too-lenient" and _ending(each) in TYPES,
        title="{all} JSON type is checked",
        begin="Read the document by its shapes: a list where a text belongs is refused, not stored.",
    ),
    _Family(
        id="combinations",
        fits=lambda each: each.area == "combination",
        title="Rules over several members are not kept",
        begin="Targets, MaxConcurrency, MaxErrors and the block of each task type depend on one another.",
    ),
    _Family(
        id="tokens",
        fits=lambda each: each.rule.startswith("token."),
        title="ClientToken does not make a call idempotent",
        begin="Remember a token with its request: the same call again gives the same task, another one is refused.",
    ),
    _Family(
        id="quotas",
        fits=lambda each: each.rule.startswith("quota.") or each.rule.endswith("-quota"),
        title="A quota is not kept",
        begin="Count what a window holds before it takes more.",
    ),
    _Family(
        id="read-back",
        fits=lambda each: each.rule.startswith(("read-back.", "default.", "order.")),
        title="What was registered is told otherwise when it is read back",
        begin="Store each member as it was sent, and tell it where the result shape has it.",
    ),
    _Family(
        id="bodies",
        fits=lambda each: each.rule.startswith("wire."),
        title="Bodies that are no request are answered as if they were one",
        begin="Read the body first; refuse what can not be read with SerializationException.",
    ),
    _Family(
        id="wrong-codes",
        fits=lambda each: each.kind == "wrong-error",
        title="Refusals name the wrong error code",
        begin="Check the document's own form before what it speaks of is looked up.",
    ),
)


def causes(findings: Sequence[Finding], lines: Sequence[RuleTally]) -> tuple[Cause, ...]:
    """Group findings, which come worst first; the order of the groups is: crash, then by how many they explain."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_family(finding), []).append(finding)
    named = {family.id: family for family in _FAMILIES}
    made = [
        Cause(
            id=id,
            title=_title(named[id], group, lines) if id in named else group[0].title,
            begin=named[id].begin if id in named else "",
            findings=tuple(group),
        )
        for id, group in groups.items()
    ]
    return tuple(sorted(made, key=lambda each: (_known(each), _rank(each), each.id)))


def _family(finding: Finding) -> str:
    return next((family.id for family in _FAMILIES if family.fits(finding)), finding.rule.replace(".", "-"))


def _known(cause: Cause) -> bool:
    return all(finding.known for finding in cause.findings)


def _rank(cause: Cause) -> tuple[int, int]:
    """Put what hurts valid users first, then what explains most."""
    first = {"valid-refused": 0, "reads-fail": 2, "server-errors": 2}
    must = sum(finding.level == "MUST" for finding in cause.findings)
    return first.get(cause.id, 1 if len(cause.findings) >= 10 and must else 3), -len(cause.findings)


def _title(family: _Family, group: Sequence[Finding], lines: Sequence[RuleTally]) -> str:
    """Say ``No constraint …`` where every exercised one diverges, else how many."""
    if "{all}" not in family.title:
        return family.title
    endings = CONSTRAINTS if family.id == "constraints" else TYPES
    asked = [
        line
        for line in lines
        if line.rule.area in ("input", "wire")
        and line.rule.id.rpartition(".")[2] in endings
        and line.verdict in ("conforms", "diverges")
    ]
    rest = family.title.removeprefix("{all} ")
    if all(line.verdict == "diverges" for line in asked):
        return f"No {rest}"
    noun = rest.replace("constraint", "{}", 1) if "constraint" in rest else rest.replace("JSON type", "{}", 1)
    word = "constraint" if "constraint" in rest else "JSON type"
    return f"{len(group)} of " + noun.format(counted(len(asked), word)).replace(" is ", " are not ")
