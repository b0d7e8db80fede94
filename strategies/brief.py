"""Each rule once, some a little more, in as few requests as can be: for a metered account, or a pull request.

A rich request that is accepted shows many permissions at once, so they are dealt out over few. A refusal shows one
rule, so each has a violation of its own, all beside the same few rich twins.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from conformance.contract.case import Case
from conformance.contract.catalogue import broken_rules, rules
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.rule import Base64, JsonType, MaxLength, MinLength, Pattern, Permission, Rule
from strategies.combinations import KINDS, Atom, Kind, atoms, needs, request_of, slots
from strategies.company import company_cases
from strategies.documents import at, first_at, put
from strategies.homes import TARGETED, minimal, node_at
from strategies.levels import slot_of
from strategies.valid import permission_cases
from strategies.values import stretched
from strategies.violations import violations

_HALF_CHECKED: Mapping[type, str] = {Pattern: r"\n'", MaxLength: "with the blanks around it", Base64: "'e3 0='"}
"""How the label ends of the violation that a half-made check of a kind lets through."""
_BY_TURNS: Mapping[str, str] = {
    "TaskInvocationParameters.Lambda.other-task-type-refused": "on AUTOMATION, beside Automation",
    "TaskInvocationParameters.Automation.other-task-type-refused": "on LAMBDA, beside Lambda",
    "targetless.MaxErrors-refused": "LAMBDA without Targets, with MaxErrors",
}
"""How the label ends for rules that are alike: what is broken in one way for some is so in another for the rest."""
_ONE_MORE: Mapping[str, str] = {"MaxConcurrency.pattern": "'101%'", "MaxErrors.pattern": "'101%'"}
"""How the label ends of one more violation of a rule, where what is often made by half is so in two ways."""
_TOGETHER = "members.valid-together-accepted"
_ODD = (
    *(f"{task_type}.TaskArn-not-validated" for task_type in BLOCK_OF_TYPE),
    "TaskInvocationParameters.RunCommand.Parameters.not-validated",
    "TaskInvocationParameters.RunCommand.DocumentHash.not-compared",
    "ServiceRoleArn.role-not-looked-up",
    "TaskParameters{}.Values.optional",
)
"""Rules whose examples are odd values of a member: such a value may as well stand in a rich request."""
_ALARM_BESIDE = "AlarmConfiguration.beside-other-members-accepted"
_RICH = 9  # members


def brief_violations(rule: Rule) -> tuple[Case, ...]:
    """Give a case that breaks `rule`, in rich company where it can stand in one; none for what can not be broken.

    Two rules have one more. It is the one that a check which is there but not whole lets through, too: a
    pattern is broken by a newline at the end, a length with blanks around it, base64 with a blank in it, an element
    between two valid ones, a type where the member may be left out.
    """
    if isinstance(rule.check, JsonType) and rule.path in TARGETED:
        return tuple(case for case in violations(rule) if case.label.endswith("on a task without targets"))[:1]
    ending = _BY_TURNS.get(rule.id) or _HALF_CHECKED.get(type(rule.check), "")
    cases = tuple(company_cases(rule, most=100 if ending else 1)) or violations(rule)
    telling = tuple(case for case in cases if case.label.endswith(ending))
    more = [case for case in cases if rule.id in _ONE_MORE and case.label.endswith(_ONE_MORE[rule.id])]
    return tuple(_between(case) for case in (*(telling or cases)[:1], *more[:1]))


def _between(case: Case) -> Case:
    """Give a case whose broken element stands between two valid ones, where that is as sure a violation."""
    container = case.path.rpartition("[]")[0]
    good, bad = first_at(case.twin, container), first_at(case.request, container)
    if not container or not isinstance(good, list) or not isinstance(bad, list):
        return case
    request = put(case.request, container, [*good[:1], *bad, *good[:1]])
    if broken_rules(request) != {case.rule}:
        return case
    return replace(case, request=request, label=f"{case.label}, between two valid ones")


@cache
def brief_valid_cases() -> tuple[Case, ...]:
    """Give valid requests that hold each level of each member once, and between them show every permission."""
    rows = [Case(rule=_TOGETHER, label=f"{kind.name}, row {n}", request=row) for kind, n, row in _rows()]
    # Two rows have tokens of their own, of either limit, and one goes without any.
    token = node_at("ClientToken")
    shortest, longest = (
        next(stretched(token, rule.limit) for rule in token.constraints if isinstance(rule, kind))
        for kind in (MinLength, MaxLength)
    )
    described = next(index for index, case in enumerate(rows) if index and "Description" in case.request)
    rows[described] = replace(rows[described], bare_token=True)
    for place, value in ((-2, shortest), (-1, longest)):
        rows[place] = replace(rows[place], request={**rows[place].request, "ClientToken": value})
    left = {rule.id: permission_cases(rule)[0] for rule in rules().values() if isinstance(rule.check, Permission)}
    left.pop(_TOGETHER, None)
    found = []
    for case in rows:
        shown = [id for id, example in left.items() if _shows(case, example)]
        for id in shown:
            del left[id]
        found.append(replace(case, also=tuple(shown)))
    # What a rich request can not show, absence above all, has one request for all that ask for the same.
    alike: dict[str, list[Case]] = {}
    for example in left.values():
        alike.setdefault(json.dumps([example.request, example.bare_token], sort_keys=True), []).append(example)
    found += [replace(first, also=tuple(each.rule for each in more)) for first, *more in alike.values()]
    return tuple(found)


def _shows(case: Case, example: Case) -> bool:
    """Tell whether a request that is accepted shows what an example would: it holds all of it, or goes without."""
    request = case.request
    if example.bare_token:
        return case.bare_token
    if example.path == "ClientToken":
        return "ClientToken" in request
    if example.rule in _ODD:
        return all(at(request, path) == at(example.request, path) for path in ("TaskType", slot_of(example.path)))
    if example.rule == _ALARM_BESIDE:
        return "AlarmConfiguration" in request and len(request) >= _RICH
    if example.rule.endswith(".targetless-accepted"):
        return request["TaskType"] == example.request["TaskType"] and "Targets" not in request
    if example.rule.endswith(".optional"):
        return _goes_without(request, example.path)
    # Which TaskArn stands there is of no matter but to the rules on it.
    part = {name: value for name, value in example.request.items() if name != "TaskArn" or example.path == "TaskArn"}
    return _holds(request, part)


def _goes_without(request: Mapping[str, Any], path: str) -> bool:
    """Tell whether the member at `path` is absent where the structure that may hold it stands and holds something."""
    parent, _, member = path.rpartition(".")
    if not parent or "[" in parent or "{" in parent:
        return False  # what may be left out of a request at all is shown by the smallest one
    structure = at(request, parent)
    return bool(structure) and member not in structure


def _holds(whole: Any, part: Any) -> bool:
    if isinstance(whole, Mapping) and isinstance(part, Mapping):
        return all(name in whole and _holds(whole[name], value) for name, value in part.items())
    return bool(whole == part)


def _rows() -> Iterator[tuple[Kind, int, Mapping[str, Any]]]:
    """Yield rows in which every level stands once; one that stood before makes room for its member's absence, by turns.

    A level that stood on a kind before is not repeated on another. The first row of a type is the richest request
    that there is, which a target was asked to take before (see `conformance.runner.examiner.Examiner.learn`).
    """
    begun: set[str] = set()
    for kind in KINDS:
        levels = {slot: (*_levels(kind, slot, begun), *_odd(kind, slot)) for slot in slots(kind)}
        begun |= set(levels) - ({"TaskParameters", *_logging()} if not kind.counting else set())
        for number in range(max(len(each) for each in levels.values())):
            repeated = [slot for slot, each in levels.items() if number >= len(each)]
            going = repeated[number % 2 :: 2]
            targeted = TARGETED if number % 2 and set(TARGETED) <= set(repeated) else ()
            absent = _may_go(kind, [*going, *targeted])
            present = {slot: each[number % len(each)] for slot, each in levels.items() if slot not in absent}
            yield kind, number, request_of(kind, list(present.values()))


def _levels(kind: Kind, slot: str, begun: Collection[str]) -> tuple[Atom, ...]:
    if slot not in begun:
        return tuple(atom for atom in atoms(kind, slot) if not atom.absent)
    own = minimal(kind.task_type).get(slot)
    return (atoms(kind, slot)[0] if own is None else Atom(slot, own),)


def _odd(kind: Kind, slot: str) -> tuple[Atom, ...]:
    """Give values that an over-eager target may look up, which stand in rows of their own type as well as anywhere."""
    examples = [case for id in _ODD for case in permission_cases(rules()[id]) if slot_of(case.path) == slot]
    mine = [each for each in examples if each.request["TaskType"] == kind.task_type]
    # TaskParameters count in one kind, all else in the others.
    return tuple(Atom(slot, at(each.request, slot)) for each in mine if kind.counting == (slot == "TaskParameters"))


def _may_go(kind: Kind, members: Sequence[str]) -> frozenset[str]:
    """Give those of some members that may be left out together: optional, and needed by none that stays."""
    gone = {slot for slot in members if atoms(kind, slot)[-1].absent}
    while needed := {slot for slot in gone if any(slot in needs(kind, other) for other in set(slots(kind)) - gone)}:
        gone -= needed
    return frozenset(gone)


def _logging() -> tuple[str, ...]:
    return ("LoggingInfo.S3BucketName", "LoggingInfo.S3Region", "LoggingInfo.S3KeyPrefix")
