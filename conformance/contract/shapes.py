"""The request's members as a tree, read from the service model that the installed botocore ships.

Nothing is retyped: a new constraint in a newer botocore is a new rule here, and `contract.lock.json` notices.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, final

from conformance.contract.rule import (
    REFUSED,
    Area,
    Base64,
    Constraint,
    Evidence,
    JsonType,
    Level,
    MaxLength,
    MaxValue,
    MinLength,
    MinValue,
    NotNull,
    OneOf,
    Pattern,
    Permission,
    Required,
    Rule,
)

OPERATION = "RegisterTaskWithMaintenanceWindow"
SERVICE = "ssm"

# The model lets a target go without them, other documents do not: an open question (M-05, M-07), no permission.
NOT_PLAINLY_OPTIONAL = frozenset({"Targets[].Key", "Targets[].Values"})

Kind = Literal["structure", "list", "map", "string", "integer", "boolean", "blob"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One member, element, key or value of the request, with all that the model says of it."""

    path: str
    kind: Kind
    shape: str
    parent_shape: str = ""
    member: str = ""
    required: bool = False
    element: bool = False
    constraints: tuple[Constraint, ...] = ()
    children: tuple[tuple[str, Node], ...] = ()

    def child(self, name: str) -> Node:
        """Give the child called `name` (a member's name, ``[]``, ``{}`` or ``{key}``); KeyError when there is none."""
        for each, child in self.children:
            if each == name:
                return child
        raise KeyError(name)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in the model's order."""
        yield self
        for _, child in self.children:
            yield from child.walk()


@cache
def service_model() -> Mapping[str, Any]:
    """Load the SSM service model (a mapping with ``operations`` and ``shapes``) that the installed botocore ships.

    The file is read without botocore's own loader, whose imports take longer than all else that `list` does; nor does
    a model that a user keeps in ``~/.aws/models`` count. FileNotFoundError when botocore has none.
    """
    import botocore

    versions = Path(botocore.__file__).with_name("data") / SERVICE
    found = max(versions.glob("*/service-2.json*"), key=lambda each: each.parent.name, default=None)
    if found is None:
        raise FileNotFoundError(f"botocore {botocore.__version__} holds no model of {SERVICE} in {versions}")
    content = found.read_bytes()
    loaded: Mapping[str, Any] = json.loads(gzip.decompress(content) if found.suffix == ".gz" else content)
    return loaded


def botocore_version() -> str:
    """Give the version of the installed botocore, whose model the contract is read from."""
    from botocore import __version__

    return str(__version__)


@cache
def request_tree() -> Node:
    """Give the root of the operation's request, from the installed model."""
    return tree_of(service_model())


def tree_of(model: Mapping[str, Any], operation: str = OPERATION) -> Node:
    """Build the tree of an operation's request from a service model."""
    return _build(model["shapes"], model["operations"][operation]["input"]["shape"], path="")


def _build(
    shapes: Mapping[str, Any],
    name: str,
    *,
    path: str,
    parent: str = "",
    member: str = "",
    required: bool = False,
    element: bool = False,
) -> Node:
    shape = shapes[name]
    kind: Kind = {"long": "integer"}.get(shape["type"], shape["type"])
    return Node(
        path=path,
        kind=kind,
        shape=name,
        parent_shape=parent,
        member=member,
        required=required,
        element=element,
        constraints=tuple(_constraints(shape, kind, required=required)),
        children=tuple(_children(shapes, shape, name, kind, path)),
    )


def _children(
    shapes: Mapping[str, Any], shape: Mapping[str, Any], name: str, kind: Kind, path: str
) -> Iterator[tuple[str, Node]]:
    match kind:
        case "structure":
            needed = shape.get("required", ())
            for member, reference in shape.get("members", {}).items():
                below = f"{path}.{member}" if path else member
                yield (
                    member,
                    _build(
                        shapes, reference["shape"], path=below, parent=name, member=member, required=member in needed
                    ),
                )
        case "list":
            yield "[]", _build(shapes, shape["member"]["shape"], path=f"{path}[]", parent=name, element=True)
        case "map":
            yield "{key}", _build(shapes, shape["key"]["shape"], path=f"{path}{{key}}", parent=name, element=True)
            yield "{}", _build(shapes, shape["value"]["shape"], path=f"{path}{{}}", parent=name, element=True)
        case _:
            return


def _constraints(shape: Mapping[str, Any], kind: Kind, *, required: bool) -> Iterator[Constraint]:
    if required:
        yield Required()
    numeric = kind == "integer"
    # A minimum of 0 on a length can not be broken, so it is no rule.
    if "min" in shape and (numeric or shape["min"] > 0):
        yield MinValue(shape["min"]) if numeric else MinLength(shape["min"])
    if "max" in shape:
        yield MaxValue(shape["max"]) if numeric else MaxLength(shape["max"])
    if "pattern" in shape:
        yield Pattern(shape["pattern"])
    if "enum" in shape:
        yield OneOf(tuple(shape["enum"]))
    if kind == "blob":
        yield Base64()


def suffix(constraint: Constraint) -> str:
    """Give the last part of a rule's id: the constraint's name."""
    match constraint:
        case Required():
            return "required"
        case MinLength():
            return "min-length"
        case MaxLength():
            return "max-length"
        case MinValue():
            return "min-value"
        case MaxValue():
            return "max-value"
        case Pattern():
            return "pattern"
        case OneOf():
            return "enum"
        case JsonType():
            return "type"
        case NotNull():
            return "not-null"
        case Base64():
            return "base64"


def constraint_rules(root: Node) -> Iterator[Rule]:
    """Yield the rules of every member below `root`: what must be refused, then what must be let through."""
    for node in root.walk():
        if not node.path:
            continue
        for constraint in node.constraints:
            yield _refusal(node, constraint)
        if not node.path.endswith("{key}"):
            yield _refusal(node, JsonType(node.kind))
        if node.element and not node.path.endswith("{key}"):
            yield _refusal(node, NotNull())
        if node.member:
            yield _permission(node, "accepted", f"a valid {node.member} is accepted")
            if not node.required and node.path not in NOT_PLAINLY_OPTIONAL:
                yield _permission(node, "optional", f"{node.member} may be left out")


def _refusal(node: Node, constraint: Constraint) -> Rule:
    on_the_wire = isinstance(constraint, JsonType | NotNull | Base64)
    return Rule(
        id=f"{node.path}.{suffix(constraint)}",
        area=Area.WIRE if on_the_wire else Area.INPUT,
        level=Level.SHOULD if on_the_wire else Level.MUST,
        evidence=Evidence.IMPLIED if on_the_wire else Evidence.MODEL,
        source=f"botocore:{node.shape}" if not isinstance(constraint, Required) else f"botocore:{node.parent_shape}",
        statement=_statement(node, constraint),
        check=constraint,
        codes=REFUSED,
        path=node.path,
        shape=node.shape,
        member=node.member,
    )


_COMMAND = "TaskInvocationParameters.RunCommand"
_LOOKED_UP = ("AlarmConfiguration", "ServiceRoleArn", f"{_COMMAND}.DocumentHash")
"""Members that speak of something that does not exist where the suite runs.

That they are taken all the same was seen at AWS, or is open (X-23, X-25, X-32): a target that looks it up can not be
told from one that refuses the member.
"""


def _permission(node: Node, ending: str, statement: str) -> Rule:
    looked_up = ending == "accepted" and node.path.startswith(_LOOKED_UP)
    return Rule(
        id=f"{node.path}.{ending}",
        area=Area.INPUT,
        level=Level.SHOULD if looked_up else Level.MUST,
        evidence=Evidence.MODEL,
        source=f"botocore:{node.parent_shape}",
        statement=statement,
        check=Permission(),
        path=node.path,
        shape=node.shape,
        member=node.member,
    )


_UNITS = {
    "string": ("character", "characters"),
    "list": ("item", "items"),
    "map": ("entry", "entries"),
    "blob": ("decoded byte", "decoded bytes"),
}


def _counted(node: Node, limit: int) -> str:
    one, many = _UNITS[node.kind]
    return f"{limit} {one if limit == 1 else many}"


def _statement(node: Node, constraint: Constraint) -> str:
    match constraint:
        case Required():
            return f"{node.path} is required"
        case MinLength(limit):
            return f"{node.path} has at least {_counted(node, limit)}"
        case MaxLength(limit):
            return f"{node.path} has at most {_counted(node, limit)}"
        case MinValue(limit):
            return f"{node.path} is at least {limit}"
        case MaxValue(limit):
            return f"{node.path} is at most {limit}"
        case Pattern(regex):
            return f"{node.path} matches {regex}"
        case OneOf(values):
            return f"{node.path} is one of {', '.join(values)}"
        case JsonType(kind):
            return f"{node.path} is a JSON {kind}" if kind != "blob" else f"{node.path} is a JSON string of base64"
        case NotNull():
            return f"{node.path} is not null"
        case Base64():
            return f"{node.path} is base64 text"


def top_of(path: str) -> str:
    """Give the top-level member of a path."""
    return path.partition(".")[0].partition("[")[0].partition("{")[0]


def documentation(shape: str, member: str = "") -> str:
    """Give AWS's own sentences (HTML) on a shape, or on a member of it, from the installed model; empty when none."""
    found = service_model()["shapes"].get(shape, {})
    if member:
        found = found.get("members", {}).get(member, {})
    return str(found.get("documentation", ""))
