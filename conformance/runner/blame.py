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
from conformance.oracle import MustAccept, expectation

Request = Mapping[str, Any]
Accepts = Callable[[Request], bool]
_BASE = ("WindowId", "TaskArn", "TaskType")
_TARGETING = ("Targets", "MaxConcurrency", "MaxErrors")


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

    def beside(self, path: str, request: Request) -> Iterable[tuple[str, Request]]:
        """Give, for each other member of the structure that holds `path`, the request with a plain one of it."""

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
    smallest, met = _plain_targeting(reduce(request, accepts), accepts, recipes)
    if len(met) + bool(optional_leaves(smallest)) > 1:
        return Blame(rule=_together_rule(rule, smallest, met), request=smallest, path=path)
    # A member may also be missing: one that the target demands although it is optional.
    for added, fuller in recipes.additions(smallest) if _is_bare(smallest) else ():
        if accepts(fuller):
            missing = f"{smallest['TaskType']}.targetless-accepted" if added == "Targets" else f"{added}.optional"
            return Blame(rule=missing, request=smallest, path=added, repair=(added, fuller))
    if _is_bare(smallest):
        return Blame(rule=_base_rule(smallest, accepts, recipes), request=smallest, path="TaskType")
    leaves = optional_leaves(smallest)
    hashed = f"{_COMMAND}.DocumentHash"
    if set(leaves) == {hashed, f"{hashed}Type"} and not accepts(recipes.plain(hashed)):
        return _blame_hash(hashed, smallest, accepts, recipes)
    tops = {leaf.partition(".")[0].partition("[")[0].partition("{")[0] for leaf in leaves}
    if path and any(_within(leaf, path) or _within(path, leaf) for leaf in leaves) and len(tops) == 1:
        return _blame_member(rule, path, smallest, leaves, accepts, recipes)
    if len(leaves) == 1:
        return _blame_member(accepted_rule(leaves[0]), leaves[0], smallest, leaves, accepts, recipes)
    demanded = next(
        (added for leaf in leaves for added, fuller in recipes.beside(leaf, smallest) if accepts(fuller)), ""
    )
    if demanded:
        return Blame(rule=f"{demanded}.optional", request=smallest, path=demanded)
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


def _plain_targeting(request: Request, accepts: Accepts, recipes: Recipes) -> tuple[Request, set[str]]:
    """Give the request with plain values for Targets and its limits, and those of the three that can not be plain.

    These three stand together or not at all, so they can not be left out one by one.
    """
    plain = recipes.minimal(str(request["TaskType"]), targeted=True)
    to_blame: set[str] = set()
    for member in _TARGETING if "Targets" in request else ():
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
    if leaf != path and _within(path, leaf):
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
    if leaf in _OPTIONAL_PART and accepts(recipes.plain(f"{leaf}.{_OPTIONAL_PART[leaf]}")):
        return Blame(rule=f"{leaf}.{_OPTIONAL_PART[leaf]}.optional", request=smallest, path=leaf)
    inner = leaf
    while "." in inner:
        for member, fuller in recipes.beside(inner, smallest):
            if accepts(fuller):
                return Blame(rule=f"{member}.optional", request=smallest, path=member)
        inner = inner.rpartition(".")[0]
    other = recipes.sibling(leaf, smallest)
    if other is not None and not accepts(other):
        parent = leaf.rpartition(".")[0]
        return Blame(rule=accepted_rule(parent), request=smallest, path=parent)
    return Blame(rule=accepted_rule(leaf), request=smallest, path=leaf)


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}[", f"{outer}{{"))


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
        if name in _BASE or name in (*_TARGETING, "ClientToken"):
            continue
        found.extend(_leaves(name, value))
    return tuple(found)


def _leaves(path: str, value: Any) -> list[str]:
    # A map's keys are the user's; only structures have members, and those are what blame is laid on.
    if path in _OPTIONAL_PART and isinstance(value, Mapping):
        optional = _OPTIONAL_PART[path]
        return [f"{path}.{optional}"] if optional in value else [path]
    if path in _STRUCTURES and isinstance(value, Mapping) and value:
        return [leaf for name, item in value.items() for leaf in _leaves(f"{path}.{name}", item)]
    return [path]


_COMMAND = "TaskInvocationParameters.RunCommand"
# Structures whose other members are required.
_OPTIONAL_PART = {"LoggingInfo": "S3KeyPrefix", "AlarmConfiguration": "IgnorePollAlarmFailure"}
# Members of RunCommand that the documents leave open one without the other, so that they go together.
_PAIRS = (
    ("DocumentHash", "DocumentHashType"),
    ("OutputS3BucketName", "OutputS3KeyPrefix"),
    ("NotificationConfig", "ServiceRoleArn"),
)
_STRUCTURES = frozenset(
    {
        "TaskInvocationParameters",
        *(f"TaskInvocationParameters.{block}" for block in BLOCK_OF_TYPE.values()),
        f"{_COMMAND}.CloudWatchOutputConfig",
        f"{_COMMAND}.NotificationConfig",
    }
)


def reduce(request: Request, accepts: Accepts) -> Request:
    """Give the smallest valid part of a refused valid request that is refused still, dropping big parts first."""
    smallest, shrunk = request, True
    while shrunk:
        shrunk = False
        for smaller in smaller_requests(smallest):
            if isinstance(expectation(smaller), MustAccept) and not accepts(smaller):
                smallest, shrunk = smaller, True
                break
    return smallest


def smaller_requests(request: Request) -> Iterable[Request]:
    """Give the request with parts left out: half of its members, then each, then parts of what a member holds."""
    names = [name for name in request if name not in _BASE]
    singles = [name for name in names if name not in _TARGETING]
    if len(singles) > 3:
        half = len(singles) // 2
        yield _without(request, singles[:half])
        yield _without(request, singles[half:])
    for name in singles:
        yield _without(request, [name])
    if "Targets" in request:
        yield _without(request, list(_TARGETING))
    for name in singles:
        yield from ({**request, name: smaller} for smaller in _smaller(name, request[name]))


def _without(request: Request, names: list[str]) -> Request:
    return {name: value for name, value in request.items() if name not in names}


def _smaller(path: str, value: Any) -> Iterable[Any]:
    if path in _STRUCTURES and isinstance(value, Mapping):
        for names in (*((name,) for name in value), *_PAIRS):
            rest = {key: item for key, item in value.items() if key not in names}
            if rest and len(rest) < len(value):
                yield rest
        for name, item in value.items():
            yield from ({**value, name: smaller} for smaller in _smaller(f"{path}.{name}", item))
    elif path in _OPTIONAL_PART and isinstance(value, Mapping) and _OPTIONAL_PART[path] in value:
        yield {key: item for key, item in value.items() if key != _OPTIONAL_PART[path]}
    else:
        yield from _fewer(value)


def _fewer(value: Any) -> Iterable[Any]:
    """Give a list or map with half of what it holds, then with the other half; one that holds one thing, with less."""
    match value:
        case [_, _, *_]:
            half = len(value) // 2
            yield from (value[:half], value[half:])
        case [only]:
            yield from ([smaller] for smaller in _fewer(only))
        case {} if len(value) > 1:
            items = list(value.items())
            half = len(items) // 2
            yield from (dict(items[:half]), dict(items[half:]))
        case {} if len(value) == 1:
            ((key, only),) = value.items()
            yield from ({key: smaller} for smaller in _fewer(only))
        case _:
            return
