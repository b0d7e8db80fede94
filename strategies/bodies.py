"""Every request at or beyond the edge of the wire: the corpus, and each member with what its shape can not read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from conformance.contract.case import Case
from conformance.contract.catalogue import broken_rules, rule, rules
from conformance.contract.corpus import corpus
from conformance.contract.entry import NO_SERVER_ERROR, TOKEN, Entry
from conformance.contract.rule import Area, Base64, JsonType, NotNull
from conformance.contract.shapes import Node, request_tree
from strategies.documents import put
from strategies.homes import home, minimal
from strategies.nulls import null_cases
from strategies.plan import cases_of

_ROWS = {JsonType: "P-16, P-17, P-20, P-21", NotNull: "P-14", Base64: "P-22, P-23"}


def malformed_requests() -> tuple[Entry, ...]:
    """Give the whole corpus, then as bodies every case of a rule on what a member's shape can read."""
    whole = [entry for group in corpus() for entry in group.entries]
    return (*whole, *_of_members(), *(_entry(case, "P-12") for case in null_cases()), *_of_unknown_members())


def unknown_member_cases() -> Iterator[Case]:
    """Yield a valid request for each structure, with a member in it that the operation does not know."""
    for node in request_tree().walk():
        if node.kind == "structure":
            path = f"{node.path}.NoSuchMember" if node.path else "NoSuchMember"
            yield Case(
                rule=NO_SERVER_ERROR,
                question="wire.unknown-members",
                label=f"in {node.path or 'the request'}",
                request=put(_home(node), path, "x"),
                path=path,
            )


def _home(node: Node) -> dict[str, object]:
    return home(node.path) if node.path else minimal("AUTOMATION")


def _of_members() -> Iterator[Entry]:
    for each in rules().values():
        if each.area is Area.WIRE and isinstance(each.check, JsonType | NotNull | Base64):
            for case in cases_of(each):
                if broken_rules(case.request):
                    yield _entry(case, _ROWS[type(each.check)])


def _of_unknown_members() -> Iterator[Entry]:
    return (_entry(case, "P-15") for case in unknown_member_cases())


def _entry(case: Case, source: str) -> Entry:
    refused = bool(broken_rules(case.request))
    entry = Entry(
        id=case.id,
        rule=case.rule,
        expect="refuse" if refused else "open" if case.question else "accept",
        source=source,
        words=f"{case.label}, {rule(case.rule).statement}",
        body=json.dumps({"ClientToken": TOKEN, **case.request}).encode(),
    )
    return replace(entry, question=case.question) if case.question else entry
