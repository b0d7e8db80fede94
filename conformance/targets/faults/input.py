"""Faults in what is taken and refused: rules forgotten, limits moved, members refused or demanded, codes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.catalogue import broken_rules, rules
from conformance.contract.checking import breaks, has_kind, without_nulls
from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.rule import (
    MaxLength,
    MaxValue,
    MinLength,
    MinValue,
    OneOf,
    Pattern,
    Permission,
    Promise,
    Required,
    Rule,
    Together,
)
from conformance.contract.shapes import NOT_PLAINLY_OPTIONAL, Node, request_tree
from conformance.targets.faults.fault import Mutant, has, split, values_at, with_methods
from conformance.targets.reference import ReferenceTarget, Refused

_OPEN_LIMIT = "the value that would show it asks an open question"


def _node(path: str) -> Node:
    node = request_tree()
    for step in split(path):
        node = node.child(step)
    return node


def dropped_rules() -> Iterator[Mutant]:
    """One rule is not checked at all."""
    for rule in rules().values():
        if not isinstance(rule.check, Permission | Promise):
            yield Mutant(
                id=f"drop:{rule.id}", operator="drop", expects=(rule.id,), make=_dropping(frozenset({rule.id}))
            )
    for member in ("MaxConcurrency", "MaxErrors"):
        yield Mutant(
            id=f"accept-all-percent:{member}",
            operator="drop",
            expects=(f"{member}.pattern",),
            make=_excusing(
                f"{member}.pattern", lambda text: text.endswith("%") and text[:-1].isascii() and text[:-1].isdigit()
            ),
        )
    for rule in rules().values():
        if isinstance(rule.check, Pattern):
            yield Mutant(
                id=f"newline-passes:{rule.id}",
                operator="drop",
                expects=(rule.id,),
                make=_excusing(rule.id, _valid_but_for_newline(rule.path)),
                equivalent="the newline is one character too many, or an open question"
                if rule.shape in ("AlarmName", "MaintenanceWindowId")
                else "",
            )
        if isinstance(rule.check, OneOf):
            yield Mutant(
                id=f"any-case:{rule.id}",
                operator="drop",
                expects=(rule.id,),
                make=_excusing(rule.id, _in_any_case(rule.check.values)),
            )


def _in_any_case(values: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda text: isinstance(text, str) and text.upper() in {value.upper() for value in values}


def _valid_but_for_newline(path: str) -> Callable[[Any], bool]:
    node = _node(path)
    return lambda text: (
        isinstance(text, str)
        and text.endswith("\n")
        and not any(breaks(node, each, text[:-1]) for each in node.constraints)
    )


def _dropping(dropped: frozenset[str]) -> Callable[[], ReferenceTarget]:
    return lambda: ReferenceTarget(dropped=dropped)


def _excusing(id: str, excused: Callable[[Any], bool]) -> Callable[[], ReferenceTarget]:
    """A rule is not held against values that `excused` lets through."""
    path = rules()[id].path

    def broken(self: ReferenceTarget, document: dict[str, Any]) -> frozenset[str]:
        found = broken_rules(document)
        return found - {id} if id in found and any(map(excused, values_at(path, document))) else found

    return with_methods(broken=broken)


def moved_limits() -> Iterator[Mutant]:
    """A limit is off by one, each way."""
    for rule in rules().values():
        match rule.check:
            case MinLength(limit) | MinValue(limit):
                yield _moved(rule, type(rule.check)(limit - 1), "looser")
                yield _moved(rule, type(rule.check)(limit + 1), "tighter")
            case MaxLength(limit) | MaxValue(limit):
                yield _moved(rule, type(rule.check)(limit + 1), "looser")
                yield _moved(rule, type(rule.check)(limit - 1), "tighter")
            case _:
                continue


_UNSEEN_LIMITS = {
    "Targets.max-length tighter",
    "Targets[].Key.min-length tighter",
    "Targets[].Key.max-length tighter",
    "TaskInvocationParameters.Lambda.ClientContext.min-length tighter",
}


def _moved(rule: Rule, moved: MinLength | MaxLength | MinValue | MaxValue, way: str) -> Mutant:
    node = _node(rule.path)

    def broken(self: ReferenceTarget, document: dict[str, Any]) -> frozenset[str]:
        found = broken_rules(document) - {rule.id}
        typed = [value for value in values_at(rule.path, without_nulls(document)) if has_kind(node, value)]
        return found | ({rule.id} if any(breaks(node, moved, value) for value in typed) else frozenset())

    name = f"{rule.id} {way}"
    top = rule.path.partition(".")[0].partition("[")[0]
    return Mutant(
        id=f"off-by-one:{name}",
        operator="off-by-one",
        # Where both limits are one, or a plain value stands at the limit, no value of the member passes any more.
        expects=(rule.id, f"{rule.path}.*", f"{top}.accepted", "*-accepted", "TaskType.enum"),
        make=with_methods(broken=broken),
        equivalent=_OPEN_LIMIT if name in _UNSEEN_LIMITS else "",
    )


def _refusing(predicate: Callable[[Mapping[str, Any]], bool]) -> Callable[[], ReferenceTarget]:
    """Requests that `predicate` holds for are refused, though they are valid."""

    def check_document(self: ReferenceTarget, document: dict[str, Any]) -> None:
        ReferenceTarget.check_document(self, document)
        if predicate(without_nulls(document)):
            raise Refused("ValidationException", "a fault refuses this")

    return with_methods(check_document=check_document)


def _optional_members() -> Iterator[Node]:
    for node in request_tree().walk():
        if node.member and not node.required and node.path not in NOT_PLAINLY_OPTIONAL:
            yield node


def refused_members() -> Iterator[Mutant]:
    """A member is refused, whatever its value; or one value of an enum is."""
    for node in _optional_members():
        if node.path != "ClientToken":
            yield Mutant(
                id=f"refuse:{node.path}",
                operator="refuse",
                expects=(
                    f"{node.path}.accepted",
                    f"{node.path}.*",
                    "*-accepted",
                    "*.any-part-accepted",
                    *_only_child(node),
                ),
                make=_refusing(lambda document, path=node.path: has(path, document)),  # type: ignore[misc]
            )
    for node in request_tree().walk():
        for constraint in node.constraints:
            if isinstance(constraint, OneOf):
                for value in constraint.values:
                    yield Mutant(
                        id=f"refuse-value:{node.path}={value}",
                        operator="refuse",
                        expects=(f"{node.path}.*", f"{node.path.removesuffix('[]')}.*", "*-accepted"),
                        make=_refusing(
                            lambda document, path=node.path, bad=value: bad in values_at(path, document)  # type: ignore[misc]
                        ),
                    )


def _only_child(node: Node) -> tuple[str, ...]:
    """A structure that is refused shows as well in each member that needs it; what a map holds, in the map."""
    if "{" in node.path:
        return (f"{node.path.partition('{')[0]}.accepted",)
    return (f"{node.path}.*.accepted",) if node.kind == "structure" else ()


def demanded_members() -> Iterator[Mutant]:
    """An optional member is demanded whenever its parent is there."""
    for node in _optional_members():
        if node.path in ("Targets", "MaxConcurrency", "MaxErrors", "TaskInvocationParameters"):
            continue
        parent = node.path.rpartition(".")[0]
        if parent == "TaskInvocationParameters":
            continue
        yield Mutant(
            id=f"demand:{node.path}",
            operator="demand",
            # A hash and its type stand together or are an open question: either may be told.
            expects=(f"{node.path}.optional", f"{node.path.removesuffix('Type')}.optional"),
            make=_refusing(_demands(node.path, parent)),
        )


def _demands(path: str, parent: str) -> Callable[[Mapping[str, Any]], bool]:
    member = path.rpartition(".")[2]
    if not parent:
        return lambda document: member not in document
    return lambda document: any(
        isinstance(each, Mapping) and member not in each for each in values_at(parent, document)
    )


def refused_combinations() -> Iterator[Mutant]:
    """Something that the documents expressly allow is refused."""
    allowed: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], bool]]] = {}
    for task_type, block in BLOCK_OF_TYPE.items():
        allowed[f"CutoffBehavior on {task_type}"] = (
            (f"{task_type}.CutoffBehavior-accepted", "CutoffBehavior.*"),
            lambda d, t=task_type: d["TaskType"] == t and "CutoffBehavior" in d,  # type: ignore[misc]
        )
        for member in ("TaskParameters", "LoggingInfo"):
            allowed[f"{member} beside {block}"] = (
                (f"{task_type}.{member}-accepted",),
                lambda d, t=task_type, m=member: (  # type: ignore[misc]
                    d["TaskType"] == t and m in d and any(d.get("TaskInvocationParameters", {}).values())
                ),
            )
        if task_type != "RUN_COMMAND":
            allowed[f"no Targets on {task_type}"] = (
                (f"{task_type}.targetless-accepted", "TaskType.enum"),
                lambda d, t=task_type: d["TaskType"] == t and "Targets" not in d,  # type: ignore[misc]
            )
            allowed[f"Targets on {task_type}"] = (
                (f"{task_type}.targeted-accepted",),
                lambda d, t=task_type: d["TaskType"] == t and "Targets" in d,  # type: ignore[misc]
            )
    allowed["a TaskArn that is no ARN"] = (
        ("*.TaskArn-not-validated", "TaskArn.*", "*.targetless-accepted", "TaskType.enum", "*.targeted-accepted"),
        lambda d: d["TaskType"] in ("STEP_FUNCTIONS", "LAMBDA") and not d["TaskArn"].startswith("arn:"),
    )
    allowed["a document that does not exist"] = (
        ("*.TaskArn-not-validated",),
        lambda d: d["TaskArn"].startswith("NoSuch"),
    )
    allowed["pseudo parameters"] = (("pseudo-parameters.accepted",), lambda d: "{{RESOURCE_ID}}" in repr(d))
    allowed["an alarm beside Targets"] = (
        ("AlarmConfiguration.*", "members.*"),
        lambda d: "AlarmConfiguration" in d and "Targets" in d,
    )
    allowed["Name beside Description"] = (("members.*",), lambda d: "Name" in d and "Description" in d)
    allowed["Priority beside CutoffBehavior"] = (("members.*",), lambda d: "Priority" in d and "CutoffBehavior" in d)
    allowed["a managed instance id"] = (
        ("*.targeted-accepted", "Targets*"),
        lambda d: any(value.startswith("mi-") for value in values_at("Targets[].Values[]", d)),
    )
    allowed["an empty document parameter"] = (
        ("*.not-validated", "TaskInvocationParameters.RunCommand.Parameters*"),
        lambda d: "" in values_at("TaskInvocationParameters.RunCommand.Parameters{}[]", d),
    )
    allowed["a hash that is not hex"] = (
        ("TaskInvocationParameters.RunCommand.DocumentHash*",),
        lambda d: any(
            isinstance(value, str) and set(value.lower()) - set("0123456789abcdef")
            for value in values_at("TaskInvocationParameters.RunCommand.DocumentHash", d)
        ),
    )
    for name, (expects, predicate) in allowed.items():
        open_ = "which forms of id are taken is open (X-36)" if name == "a managed instance id" else ""
        yield Mutant(
            id=f"refuse:{name}", operator="refuse", expects=expects, make=_refusing(predicate), equivalent=open_
        )


_MASKS = {
    "Description": ("Name.pattern", "Priority.min-value", "CutoffBehavior.enum", "ServiceRoleArn.type"),
    "Name": ("Description.max-length", "AlarmConfiguration.Alarms.max-length", "targetless.MaxErrors-refused"),
    "Priority": ("Name.max-length", "TaskArn.min-length", "RUN_COMMAND.Targets-required"),
    "CutoffBehavior": ("Description.min-length", "targeted.MaxErrors-required", "WindowId.pattern"),
    "ServiceRoleArn": (
        "Name.min-length",
        "MaxConcurrency.pattern",
        "TaskInvocationParameters.Lambda.other-task-type-refused",
    ),
    "AlarmConfiguration": ("TaskArn.max-length", "Priority.min-value", "CutoffBehavior.enum"),
}


def masked_checks() -> Iterator[Mutant]:
    """A check is skipped while another member is present."""
    for mask, ids in _MASKS.items():
        for id in ids:

            def broken(
                self: ReferenceTarget, document: dict[str, Any], mask: str = mask, id: str = id
            ) -> frozenset[str]:
                found = broken_rules(document)
                return found - {id} if document.get(mask) is not None else found

            yield Mutant(id=f"mask:{id} by {mask}", operator="mask", expects=(id,), make=with_methods(broken=broken))


def wrong_codes() -> Iterator[Mutant]:
    """A refusal carries the wrong code, or the wrong status."""
    for rule in rules().values():
        if isinstance(rule.check, Required | Together | Pattern | OneOf | MinValue | MaxValue):
            for code in ("InvalidParameterValue", "DoesNotExistException"):
                yield Mutant(
                    id=f"code:{rule.id}={code}", operator="code", expects=(rule.id,), make=_coding(rule.id, code)
                )
    for status in (200, 403, 404, 422, 500):
        yield Mutant(
            id=f"status:validation={status}",
            operator="code",
            expects=("errors.client-error-status", "*") if status in (200, 500) else ("errors.client-error-status",),
            make=_status(status),
        )


def _coding(id: str, code: str) -> Callable[[], ReferenceTarget]:
    def code_for(self: ReferenceTarget, broken: list[str]) -> str:
        return code if broken == [id] else ReferenceTarget.code_for(self, broken)

    return with_methods(code_for=code_for)


def _status(status: int) -> Callable[[], ReferenceTarget]:
    def check_document(self: ReferenceTarget, document: dict[str, Any]) -> None:
        try:
            ReferenceTarget.check_document(self, document)
        except Refused as refusal:
            raise Refused(refusal.code, str(refusal), status=status) from refusal

    return with_methods(check_document=check_document)
