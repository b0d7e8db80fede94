"""From judged cases to findings: one for each rule and kind, with the smallest request that shows it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from conformance.contract.catalogue import rules
from conformance.contract.sentences import words_on
from conformance.events import CaseFinished, ChargeFacts, Finding, TargetFacts
from conformance.repro import reproductions

_SAYS = {
    "too-lenient": "accepts what it must refuse",
    "too-strict": "refuses what it must accept",
    "wrong-error": "refuses with the wrong error code",
    "crash": "fails with a server error",
    "wrong-effect": "does something else than it was asked to",
    "side-effect": "leaves a trace where it must leave none",
    "wire": "answers in the wrong form",
}


def findings(cases: Iterable[CaseFinished], target: TargetFacts) -> tuple[Finding, ...]:
    """Give the findings of a run in catalogue order, each with how many cases showed it."""
    shown: dict[tuple[str, str], list[tuple[CaseFinished, ChargeFacts]]] = {}
    for case in cases:
        if not case.canary:
            for charge in case.charges:
                shown.setdefault((charge.rule, charge.kind), []).append((case, charge))
    order = {id: position for position, id in enumerate(rules())}
    keys = sorted(shown, key=lambda key: (order.get(key[0], len(order)), key[1]))
    return tuple(_finding(*key, shown[key], target) for key in keys)


def _finding(rule_id: str, kind: str, shows: list[tuple[CaseFinished, ChargeFacts]], target: TargetFacts) -> Finding:
    case, charge = min(shows, key=lambda each: (len(each[0].steps), _size(each[0])))
    rule = rules()[rule_id]
    return Finding(
        id=hashlib.sha256(f"{rule_id} {kind}".encode()).hexdigest()[:12],
        rule=rule_id,
        area=rule.area,
        level="MUST" if any(each.level == "MUST" for _, each in shows) else charge.level,
        kind=kind,
        title=f"{_who(target)} {_SAYS[kind]}: {rule.statement}",
        expected=charge.expected,
        observed=charge.observed,
        outcome=case.outcome,
        request=case.request,
        twin=case.twin,
        path=case.path or rule.path,
        steps=case.steps,
        count=len(shows),
        source=rule.source,
        sentence=words_on(rule),
        repro=reproductions(
            case.request,
            kind=target.kind,
            endpoint=target.endpoint,
            name=target.name,
            reads=_reads(rule_id, case),
            steps=case.steps,
        ),
        answer=case.answer,
    )


def _reads(rule_id: str, case: CaseFinished) -> str:
    """Tell by which read a finding is seen that only shows after an acceptance: describe, get or none."""
    if rule_id.startswith("read-back."):
        return rule_id.split(".")[1]
    if rule_id.startswith(("default.", "order.", "listing.", "acceptance.reads-work")):
        return "get" if case.label == "get" else "describe"
    return ""


def _who(target: TargetFacts) -> str:
    """Name who diverges: where it is AWS itself, either side may be wrong."""
    return "the documents and AWS disagree: AWS" if target.kind == "aws" else target.name


def _size(case: CaseFinished) -> tuple[int, str]:
    text = json.dumps(case.request, sort_keys=True, default=str)
    return len(text), text
