"""Hold what a read operation tells against what was registered. Pure; what the documents leave open is let through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any, final

from conformance.contract.behaviours import ECHOED_BY_DESCRIBE, ECHOED_BY_GET
from conformance.contract.checking import without_nulls
from conformance.contract.combinations import ignored_members
from conformance.contract.measures import decoded
from conformance.contract.rule import OneOf, Request
from conformance.contract.shapes import Node, request_tree


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One member that is not told as it was sent: the rule it breaks, and what was expected and seen."""

    rule: str
    path: str
    expected: str
    observed: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All differences of one task, the rules that were looked at, and answers to open questions."""

    differences: tuple[Difference, ...]
    looked_at: tuple[str, ...]
    answers: tuple[tuple[str, str], ...] = ()


def compare(
    operation: str, request: Request, shown: Mapping[str, Any], held: frozenset[str] = frozenset()
) -> Comparison:
    """Compare a registered `request` with what `operation` (``get`` or ``describe``) shows of it.

    `held` are the paths that this target is known to tell at all: a member that is missing is charged to its outermost
    part that is not among them, so that one lost structure is one difference.
    """
    request = without_nulls(request)  # an explicit null is absence, so what stands in its place is a default
    echoed = ECHOED_BY_GET if operation == "get" else ECHOED_BY_DESCRIBE
    tree = dict(request_tree().children)
    ignored = ignored_members(request)
    differences: list[Difference] = []
    looked_at: list[str] = []
    answers: list[tuple[str, str]] = []
    for sent, read in echoed.items():
        value, told = request.get(sent), shown.get(read)
        if sent in ignored:
            answers.append(("echo.ignored-members", f"{sent} {'told' if told else 'left out'} by {operation}"))
        elif value is not None:
            looked_at += [f"read-back.{operation}.{path}" for path in paths_of(tree[sent], value)]
            looked_at += ["order.Targets"] if sent == "Targets" else []
            differences += _differences(operation, tree[sent], value, told, held)
            for rule, difference in _default_parts(sent, value, told):
                looked_at.append(rule)
                differences += difference
        elif sent == "TaskInvocationParameters":
            if is_made_up(tree[sent], told):
                rule = f"read-back.{operation}.{sent}"
                differences.append(Difference(rule=rule, path=sent, expected=_MISSING, observed=_short(told)))
        else:
            found, answer = _default(operation, sent, told, request)
            looked_at += [f"default.{sent}"] if sent in _DEFAULTS else []
            differences += found
            answers += answer
    return Comparison(differences=tuple(differences), looked_at=tuple(looked_at), answers=tuple(answers))


def paths_of(node: Node, value: Any) -> Iterator[str]:
    """Yield the paths of all members that a value holds, the node's own first."""
    if node.member:
        yield node.path
    match node.kind:
        case "structure" if isinstance(value, Mapping):
            for name, child in node.children:
                if value.get(name) is not None:
                    yield from paths_of(child, value[name])
        case "list" if isinstance(value, list) and value:
            yield from paths_of(node.child("[]"), value[0])
        case "map" if isinstance(value, Mapping) and value:
            yield from paths_of(node.child("{}"), next(iter(value.values())))
        case _:
            return


def _differences(operation: str, node: Node, value: Any, told: Any, held: frozenset[str]) -> Iterator[Difference]:
    for path, expected, observed in _unequal(node, value, told):
        rule = (
            f"order.{path}" if observed == _REORDERED else f"read-back.{operation}.{_outermost(path, held, observed)}"
        )
        yield Difference(rule=rule, path=path, expected=expected, observed=observed)


_REORDERED = "the same, in another order"
_MISSING = "nothing"


def _outermost(path: str, held: frozenset[str], observed: str) -> str:
    """Give the part of `path` to charge: where it is missing, its outermost parent that this target never tells."""
    if observed != _MISSING:
        return path
    parts = path.split(".")
    for end in range(1, len(parts)):
        parent = ".".join(parts[:end])
        bare = parent.removesuffix("[]").removesuffix("{}")
        if bare not in held:
            return bare
    return path


def _unequal(node: Node, value: Any, told: Any) -> Iterator[tuple[str, str, str]]:
    """Yield (path, expected, observed) for each member that differs; a missing structure yields all its leaves."""
    if told is None and _empty(value) and not isinstance(value, str | bool | int):
        return  # an empty list, map or structure may come back as none
    match node.kind:
        case "structure" if isinstance(value, Mapping) and (told is None or isinstance(told, Mapping)):
            yield from _unequal_members(node, value, told or {})
        case "list" if isinstance(value, list) and isinstance(told, list):
            yield from _unequal_items(node, value, told)
        case "map" if isinstance(value, Mapping) and isinstance(told, Mapping):
            yield from _unequal_entries(node, value, told)
        case "blob":
            if not isinstance(told, str) or decoded(told) != decoded(value):
                yield _at(node), _short(value), _short(told)
        case _:
            if type(value) is not type(told) or value != told:
                yield _at(node), _short(value), _short(told)


def _unequal_members(node: Node, value: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, child in node.children:
        if value.get(name) is not None:
            yield from _unequal(child, value[name], told.get(name))
        elif is_made_up(child, told.get(name)):
            yield _at(child), _MISSING, _short(told[name])


def is_made_up(node: Node, told: Any) -> bool:
    """Tell whether something is told of a member that was not sent which no default explains: another task's, say.

    A number, a boolean, a word of an enum, what says nothing, and the few texts that AWS fills in may be defaults.
    """
    match node.kind, told:
        case "structure", {**members}:
            return any(is_made_up(child, members.get(name)) for name, child in node.children)
        case "list", [*items]:
            return any(is_made_up(node.child("[]"), item) for item in items)
        case "map", {**entries}:
            return bool(entries)
        case "string", str(text):
            filled = text in _FILLED_TEXTS or text.endswith(_SERVICE_LINKED) or node.path in _FILLED
            return not filled and not any(isinstance(each, OneOf) for each in node.constraints)
        case "blob", str(text):
            return decoded(text) not in (b"", b"{}")
        case _:
            return False


_FILLED = (
    "TaskInvocationParameters.RunCommand.CloudWatchOutputConfig.CloudWatchLogGroupName",  # O-12: computed
    "TaskInvocationParameters.StepFunctions.Name",  # an execution has one, whoever names it
)
_FILLED_TEXTS = ("", "{}", "$DEFAULT", "$LATEST")
_SERVICE_LINKED = "/AWSServiceRoleForAmazonSSM"


def _unequal_items(node: Node, value: list[Any], told: list[Any]) -> Iterator[tuple[str, str, str]]:
    if value != told and Counter(map(_key, value)) == Counter(map(_key, told)) and node.path.startswith("Targets"):
        yield "Targets", _short(value), _REORDERED
    elif len(value) != len(told):
        yield _at(node), _short(value), _short(told)
    else:
        for item, seen in zip(value, told, strict=True):
            yield from _unequal(node.child("[]"), item, seen)


def _unequal_entries(node: Node, value: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if value.keys() != told.keys():
        yield _at(node), _short(value), _short(told)
        return
    for key, item in value.items():
        yield from _unequal(node.child("{}"), item, told[key])


def _at(node: Node) -> str:
    """Give the path of the member that holds a node: elements, keys and values have no rule of their own."""
    path = node.path
    while path.endswith(("[]", "{}", "{key}")):
        path = path.removesuffix("[]").removesuffix("{}").removesuffix("{key}")
    return path


def _key(value: Any) -> str:
    if isinstance(value, Mapping) and isinstance(value.get("Values"), list):
        return dumps({**value, "Values": sorted(map(str, value["Values"]))}, sort_keys=True)
    return dumps(value, sort_keys=True)


def _empty(value: Any) -> bool:
    """Tell whether a value says nothing: none, false, or a container of nothing."""
    if isinstance(value, Mapping):
        return all(_empty(item) for item in value.values())
    return value is None or value is False or value in ("", [])


def _short(value: Any) -> str:
    if value is None:
        return _MISSING
    text = dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 200 else f"{text[:160]}… ({len(text)} characters)"


_DEFAULTS: Mapping[str, tuple[Any, ...]] = {
    "Priority": (0,),
    "CutoffBehavior": ("CONTINUE_TASK",),
    "MaxConcurrency": ("1",),
    "MaxErrors": ("1",),
    "Name": (),
    "Description": (),
    "Targets": (),
    "TaskParameters": (),
    "LoggingInfo": (),
    "AlarmConfiguration": (),
    "ServiceRoleArn": (),
}
_CONTAINERS = ("Targets", "TaskParameters", "LoggingInfo", "AlarmConfiguration")
_QUESTIONS = {
    "CutoffBehavior": "echo.cutoff-default",
    "MaxConcurrency": "echo.placeholder-one",
    "MaxErrors": "echo.placeholder-one",
    "ServiceRoleArn": "echo.service-linked-role",
}


_DEFAULT_PARTS: Mapping[str, Mapping[str, Any]] = {"AlarmConfiguration": {"IgnorePollAlarmFailure": False}}
"""Structure -> its members with a documented default, which may be told where they were left out."""


def _default_parts(sent: str, value: Any, told: Any) -> Iterator[tuple[str, list[Difference]]]:
    """Judge what stands where a part of a structure was left out; yield its rule and what is wrong."""
    for name, default in _DEFAULT_PARTS.get(sent, {}).items():
        if value.get(name) is None and isinstance(told, Mapping):
            path, seen = f"{sent}.{name}", told.get(name)
            rule, expected = f"default.{path}", f"nothing or {dumps(default)}"
            wrong = seen is not None and seen is not default
            difference = Difference(rule=rule, path=path, expected=expected, observed=_short(seen))
            yield rule, [difference] if wrong else []


def _default(operation: str, sent: str, told: Any, request: Request) -> tuple[list[Difference], list[tuple[str, str]]]:
    """Judge what stands in the place of a member that was left out."""
    answers = (
        [(_QUESTIONS[sent], f"{sent} {'absent' if told is None else 'filled'} in {operation}")]
        if sent in _QUESTIONS
        else []
    )
    if told is None or sent not in _DEFAULTS:
        return [], answers
    fits = any(type(told) is type(value) and told == value for value in _DEFAULTS[sent])
    fits = fits or (sent in _CONTAINERS and _empty(told))
    fits = fits or (sent == "ServiceRoleArn" and isinstance(told, str) and told.endswith(_SERVICE_LINKED))
    # An empty list of Targets may count as none.
    if fits and (sent not in ("MaxConcurrency", "MaxErrors") or not request.get("Targets")):
        return [], answers
    expected = " or ".join(["nothing", *(dumps(value) for value in _DEFAULTS[sent])])
    return [Difference(rule=f"default.{sent}", path=sent, expected=expected, observed=_short(told))], answers
