"""Requests that break many rules at once: a target that takes one has none of them, and is asked no more about them.

A refusal of such a request tells nothing, since any of its rules may be why. So they are for a target that was seen to
let a violation through, in a run that has few calls to spend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, final

from conformance.contract.case import Case
from conformance.contract.catalogue import broken_rules, rules
from conformance.contract.combinations import ignored_members
from strategies.documents import steps
from strategies.violations import violations

_APART = ("WindowId", "ClientToken")
"""What decides where a request goes, and whether it is a new one: nothing else is seen behind a fault of theirs."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One request, and the cases whose violations it holds: it breaks their rules and no others."""

    request: Mapping[str, Any]
    cases: tuple[Case, ...]


@cache
def bundles() -> tuple[Bundle, ...]:
    """Give bundles in which each rule that a request can break beside another stands once.

    Each violation joins the first bundle in which all violations stay what they are, as the contract reads them.
    """
    begun: list[Bundle] = []
    # What lies deep joins best first: a fault further up puts another value in the place of all that is below it.
    for case in sorted(_violations(), key=lambda case: -len(steps(case.path))):
        for index, bundle in enumerate(begun):
            if (joined := _joined(bundle, case)) is not None:
                begun[index] = joined
                break
        else:
            begun.append(Bundle(request=case.request, cases=(case,)))
    return tuple(bundle for bundle in begun if len(bundle.cases) > 1)


def bundle_of(rule: str) -> Bundle | None:
    """Give the bundle in which a rule is broken, None where it is in none."""
    return next((each for each in bundles() if any(case.rule == rule for case in each.cases)), None)


def _violations() -> Iterator[Case]:
    for rule in rules().values():
        case = next(iter(violations(rule)), None)
        alone = case is not None and case.twin is not None and not rule.path.startswith(_APART)
        if case is not None and alone and _breaks(case.request, {rule.id}):
            yield case


def _joined(bundle: Bundle, case: Case) -> Bundle | None:
    request = _transplanted(bundle.request, case.twin, case.request)
    cases = (*bundle.cases, case)
    return Bundle(request=request, cases=cases) if _breaks(request, {each.rule for each in cases}) else None


def _breaks(request: Mapping[str, Any], ids: set[str]) -> bool:
    """Tell whether a request breaks these rules and no others, all of them on members that count."""
    tops = {steps(rules()[id].path)[0] for id in ids if rules()[id].path}
    return broken_rules(request) == ids and not tops & ignored_members(request)


def _transplanted(document: Any, before: Any, after: Any) -> Any:
    """Make in `document` the edit that leads from `before` to `after`."""
    if all(isinstance(each, Mapping) for each in (document, before, after)):
        kept = {key: item for key, item in document.items() if key in after or key not in before}
        edited = {
            key: _transplanted(document[key], before[key], item) if key in document and key in before else item
            for key, item in after.items()
            if key not in before or before[key] != item or key not in document
        }
        return {**kept, **edited}
    if all(isinstance(each, list) for each in (document, before, after)) and len(document) == len(before) == len(after):
        return [_transplanted(*items) for items in zip(document, before, after, strict=True)]
    return document if before == after else after
