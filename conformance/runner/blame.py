"""Which member is to blame when a valid request is refused: take away, add, compare, until one is left.

No shrinking engine: a member is dropped, the judge confirms that the rest must still be accepted, the target is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, final

from conformance.contract.catalogue import rules
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.rule import Area
from conformance.contract.shapes import top_of
from conformance.oracle import must_be_accepted
from conformance.runner.reduce import BASE, COMMAND, OPTIONAL_PART, STRUCTURES, TARGETING, smallest_part, within

Request = Mapping[str, Any]
Accepts = Callable[[Request], bool]
_FEW = 2  # members: one by one they cost no more than all at once


class Recipes(Protocol):
    """What the strategies lend: ways to build requests, so that the runner need not know how."""

    def minimal(self, task_type: str, *, targeted: bool | None = None) -> dict[str, Any]:
        """Give the smallest valid request of a task type."""

    def richest(self) -> Iterable[Request]:
        """Give, for each task type, a valid request with every member that may stand on it."""

    def additions(self, request: Request) -> Iterable[tuple[str, Request]]:
        """Give, for a valid request, each member that may be added, as (path, the request with it)."""

    def plain(self, path: str) -> Request:
        """Give the smallest valid request with a plain value at `path`."""

    def alone(self, path: str, request: Request) -> Request:
        """Give the smallest valid request with the value that `request` has at `path`."""

    def beside(self, path: str, request: Request) -> tuple[str, ...]:
        """Give the paths of the other members of the structure that holds `path` that are not in the request."""

    def with_members(self, request: Request, paths: Iterable[str]) -> Request:
        """Give a valid request with plain values of more members, and with what these need beside them."""

    def another(self, path: str) -> Request | None:
        """Give the request of `plain` with another valid value, or None where the member has none."""

    def limit_of(self, path: str, request: Request) -> str | None:
        """Name the rule at whose limit the value at `path` of `request`, or below it, stands; else None."""

    def violation(self, rule: str) -> tuple[Request, Request] | None:
        """Give the smallest request that breaks a rule and no other, and its twin; None where nothing breaks it."""

    def sibling(self, path: str, request: Request) -> Request | None:
        """Give a request with another member of the same structure in place of the one at `path`, or None."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """The smallest request that is refused, and the rule whose permission that denies; `repair` is a member to add."""

    rule: str
    request: Request
    path: str
    repair: tuple[str, Request] | None = None


def blame(request: Request, rule: str, path: str, accepts: Accepts, recipes: Recipes) -> Blame:
    """Find what in a refused valid `request` the target does not take; `rule` and `path` are what was asked about."""
    smallest, met = _plain_targeting(_smallest(request, accepts), accepts, recipes)
    if len(met) + bool(optional_leaves(smallest)) > 1:
        return Blame(rule=_together_rule(rule, smallest, met), request=smallest, path=path)
    if _is_bare(smallest) and "ClientToken" in smallest:  # else it would have been left out
        rule = recipes.limit_of("ClientToken", smallest) or accepted_rule("ClientToken")
        return Blame(rule=rule, request=smallest, path="ClientToken")
    # A member may also be missing: one that the target demands although it is optional.
    for added, fuller in recipes.additions(smallest) if _is_bare(smallest) else ():
        if accepts(fuller):
            missing = f"{smallest['TaskType']}.targetless-accepted" if added == "Targets" else f"{added}.optional"
            return Blame(rule=missing, request=smallest, path=added, repair=(added, fuller))
    if _is_bare(smallest):
        return Blame(rule=_base_rule(smallest, accepts, recipes), request=smallest, path="TaskType")
    leaves = optional_leaves(smallest)
    hashed = f"{COMMAND}.DocumentHash"
    if set(leaves) == {hashed, f"{hashed}Type"} and not accepts(recipes.plain(hashed)):
        return _blame_hash(hashed, smallest, accepts, recipes)
    tops = {top_of(leaf) for leaf in leaves}
    if path and any(within(leaf, path) or within(path, leaf) for leaf in leaves) and len(tops) == 1:
        return _blame_member(rule, path, smallest, leaves, accepts, recipes)
    if len(leaves) == 1:
        return _blame_member(accepted_rule(leaves[0]), leaves[0], smallest, leaves, accepts, recipes)
    if value := _odd_value(smallest, leaves, accepts, recipes):
        return Blame(rule=recipes.limit_of(value, smallest) or accepted_rule(value), request=smallest, path=value)
    searches = (_demanded(smallest, recipes.beside(leaf, smallest), accepts, recipes) for leaf in leaves)
    if demanded := next(filter(None, searches), ""):
        return Blame(rule=f"{demanded}.optional", request=smallest, path=demanded)
    refused = [leaf for leaf in leaves if not accepts(recipes.plain(leaf))]
    if len(refused) == 1:  # what stands beside it is only what has to
        return Blame(rule=accepted_rule(refused[0]), request=smallest, path=refused[0])
    return Blame(rule=_together_rule(rule, smallest, tops), request=smallest, path=path)


def _blame_hash(hashed: str, smallest: Request, accepts: Accepts, recipes: Recipes) -> Blame:
    """Tell a hash that is compared from a type that is refused: the two stand together in every request to judge.

    Whether a hash goes without its type is open, so that it may be refused; where it is taken, the type is to blame.
    """
    kind, command = f"{hashed}Type", smallest["TaskInvocationParameters"]["RunCommand"]
    alone = {name: value for name, value in command.items() if name != "DocumentHashType"}
    another = recipes.another(kind)
    if accepts({**smallest, "TaskInvocationParameters": {"RunCommand": alone}}) or (another and accepts(another)):
        return Blame(rule=accepted_rule(kind), request=smallest, path=kind)
    return Blame(rule=f"{hashed}.not-compared", request=smallest, path=hashed)


def _smallest(request: Request, accepts: Accepts) -> Request:
    """Give the smallest valid part of a refused valid request that is refused still."""
    return smallest_part(request, fits=must_be_accepted, shows=lambda smaller: not accepts(smaller))


def _plain_targeting(request: Request, accepts: Accepts, recipes: Recipes) -> tuple[Request, set[str]]:
    """Give the request with plain values for Targets and its limits, and those of the three that can not be plain.

    These three stand together or not at all, so they can not be left out one by one.
    """
    plain = recipes.minimal(str(request["TaskType"]), targeted=True)
    to_blame: set[str] = set()
    for member in TARGETING if "Targets" in request else ():
        if request[member] != plain[member]:
            plainer = {**request, member: plain[member]}
            if accepts(plainer):
                to_blame.add(member)
            else:
                request = plainer
    return request, to_blame


def _together_rule(rule: str, request: Request, tops: set[str]) -> str:
    """Name the permission that two members or more are denied together: the one asked about, if it is such a one."""
    for member in ("TaskParameters", "LoggingInfo"):
        if tops == {member, "TaskInvocationParameters"}:
            return f"{request['TaskType']}.{member}-accepted"
    return rule if _is_combination(rule) else "members.valid-together-accepted"


def accepted_rule(path: str) -> str:
    """Name the permission of the member at `path`, or of the one that holds an element, key or value."""
    while path.endswith(("[]", "{}", "{key}")):
        path = path.removesuffix("[]").removesuffix("{}").removesuffix("{key}")
    return f"{path}.accepted"


def _is_combination(rule: str) -> bool:
    return rule in rules() and rules()[rule].area is Area.COMBINATION


def _blame_member(  # noqa: PLR0917 - the same six as its caller's, in the same order
    rule: str, path: str, smallest: Request, leaves: tuple[str, ...], accepts: Accepts, recipes: Recipes
) -> Blame:
    """Tell a member from the structure that holds it: does another member of that structure pass?"""
    if rule == f"{path}.optional" and accepts(recipes.plain(path)):
        return Blame(rule=rule, request=smallest, path=path)
    if len(leaves) != 1 and accepts(recipes.plain(path)):
        return Blame(rule=_together_rule(rule, smallest, set()), request=smallest, path=path)
    leaf = leaves[0] if len(leaves) == 1 else path
    if leaf != path and within(path, leaf):
        return Blame(rule=accepted_rule(leaf), request=smallest, path=leaf)
    if (rule.endswith(".accepted") or _is_combination(rule)) and accepts(recipes.plain(leaf)):
        top = leaf.partition(".")[0]
        if smallest[top] == recipes.plain(leaf)[top]:  # taken elsewhere: what stands beside it is to blame as well
            return Blame(rule=_together_rule(rule, smallest, set()), request=smallest, path=path)
        own = rule if _is_combination(rule) and not rule.startswith("members.") else accepted_rule(leaf)
        return Blame(rule=recipes.limit_of(leaf, smallest) or own, request=smallest, path=leaf)
    if not accepts(recipes.plain(leaf)):
        another = recipes.another(leaf)
        if another is not None and accepts(another):
            return Blame(rule=recipes.limit_of(leaf, smallest) or rule, request=smallest, path=leaf)
    if leaf in OPTIONAL_PART and accepts(recipes.plain(f"{leaf}.{OPTIONAL_PART[leaf]}")):
        return Blame(rule=f"{leaf}.{OPTIONAL_PART[leaf]}.optional", request=smallest, path=leaf)
    inner = leaf
    while "." in inner:
        if member := _demanded(smallest, recipes.beside(inner, smallest), accepts, recipes):
            return Blame(rule=f"{member}.optional", request=smallest, path=member)
        inner = inner.rpartition(".")[0]
    other = recipes.sibling(leaf, smallest)
    if other is not None and not accepts(other):
        parent = leaf.rpartition(".")[0]
        return Blame(rule=accepted_rule(parent), request=smallest, path=parent)
    return Blame(rule=accepted_rule(leaf), request=smallest, path=leaf)


def _odd_value(request: Request, leaves: tuple[str, ...], accepts: Accepts, recipes: Recipes) -> str:
    """Name the one of several members whose value is to blame: in its home it is refused, and a plain one is not."""
    plainer = ((leaf, recipes.with_members(request, [leaf])) for leaf in leaves)
    odd = [leaf for leaf, request_ in plainer if request_ != request and accepts(request_)]
    return odd[0] if len(odd) == 1 and not accepts(recipes.alone(odd[0], request)) else ""


def _demanded(
    request: Request, others: tuple[str, ...], accepts: Accepts, recipes: Recipes, *, sure: bool = False
) -> str:
    """Name the member among `others` without which the target refuses a request; empty where it is none of them.

    They are added all at once, then in halves. One more member that is refused for itself may hide what is demanded, so
    a refusal of all of them is not `sure` to mean that it is none.
    """
    if len(others) <= _FEW:
        return next((member for member in others if accepts(recipes.with_members(request, [member]))), "")
    if not accepts(recipes.with_members(request, others)) and sure:
        return ""
    half = len(others) // 2
    parts = (others[:half], others[half:])
    return next(filter(None, (_demanded(request, part, accepts, recipes, sure=True) for part in parts)), "")


def _base_rule(request: Request, accepts: Accepts, recipes: Recipes) -> str:
    task_type = str(request["TaskType"])
    targeted = "Targets" in request
    if accepts({**request, "TaskArn": recipes.minimal(task_type)["TaskArn"]}):
        return recipes.limit_of("TaskArn", request) or f"{task_type}.TaskArn-not-validated"
    if targeted:
        told = _targeting_rule(request, task_type, accepts, recipes)
        if told:
            return told
    if targeted and task_type != "RUN_COMMAND":
        return f"{task_type}.targeted-accepted"
    for other in BLOCK_OF_TYPE:
        if other != task_type and accepts(recipes.minimal(other)):
            return "TaskType.enum"
    return f"{task_type}.targeted-accepted" if targeted else f"{task_type}.targetless-accepted"


def _targeting_rule(request: Request, task_type: str, accepts: Accepts, recipes: Recipes) -> str:
    """Name the rule of a value in Targets, MaxConcurrency or MaxErrors that is not taken; empty when none is."""
    plain = recipes.minimal(task_type, targeted=True)
    for member in ("MaxConcurrency", "MaxErrors"):
        if accepts({**request, member: "10" if request[member] != "10" else "1"}):
            return recipes.limit_of(member, request) or f"{member}.accepted"
    if accepts({**request, "Targets": plain["Targets"]}):
        return recipes.limit_of("Targets", request) or "Targets.accepted"
    return ""


def _is_bare(request: Request) -> bool:
    return not optional_leaves(request)


def optional_leaves(request: Request) -> tuple[str, ...]:
    """Give the paths of all optional members of a request that hold a leaf, targets with their limits left aside."""
    found: list[str] = []
    for name, value in request.items():
        if name in BASE or name in (*TARGETING, "ClientToken"):
            continue
        found.extend(_leaves(name, value))
    return tuple(found)


def _leaves(path: str, value: Any) -> list[str]:
    # A map's keys are the user's; only structures have members, and those are what blame is laid on.
    if path in OPTIONAL_PART and isinstance(value, Mapping):
        optional = OPTIONAL_PART[path]
        return [f"{path}.{optional}"] if optional in value else [path]
    if path in STRUCTURES and isinstance(value, Mapping) and value:
        return [leaf for name, item in value.items() for leaf in _leaves(f"{path}.{name}", item)]
    return [path]
