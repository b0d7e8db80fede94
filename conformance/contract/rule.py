"""The vocabulary of the contract: a rule, its level, its area, its evidence and the kinds of constraint.

Everything here is a frozen value. Nothing here knows a target, a request that was sent, or a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, final

Request = Mapping[str, Any]
"""The request document as awsJson1.1 carries it: JSON members, blobs as base64 text."""

VALIDATION = "ValidationException"
SERIALIZATION = "SerializationException"
DOES_NOT_EXIST = "DoesNotExistException"
MISMATCH = "IdempotentParameterMismatch"
LIMIT = "ResourceLimitExceededException"
IN_USE = "TargetInUseException"
NOT_AVAILABLE = "FeatureNotAvailableException"
ACCESS_DENIED = "AccessDeniedException"

# The code of a refusal is only observed, never declared for this operation, so a constraint may be
# refused with either of the two (semantics.md, section 0 and section 13).
REFUSED = frozenset({VALIDATION, SERIALIZATION})


class Level(StrEnum):
    """How binding a rule is."""

    MUST = "MUST"  # the model or the documents say so
    SHOULD = "SHOULD"  # implied, or observed at AWS


class Area(StrEnum):
    """The chapter of the contract under which a rule is reported."""

    INPUT = "input"
    COMBINATION = "combination"
    EFFECT = "effect"
    STATE = "state"
    ERRORS = "errors"
    WIRE = "wire"


class Evidence(StrEnum):
    """Where a rule comes from."""

    MODEL = "model"  # the service model that the installed botocore ships
    DOCUMENTS = "documents"  # AWS's reference, user guide or quota page
    PROTOCOL = "protocol"  # the awsJson1.1 specification
    OBSERVED = "observed"  # seen at AWS, written down nowhere
    IMPLIED = "implied"  # follows from the documents, said by none


@final
@dataclass(frozen=True, slots=True)
class Required:
    """The member must be there whenever its parent is."""


@final
@dataclass(frozen=True, slots=True)
class MinLength:
    """At least `limit` code points, items, entries or decoded bytes."""

    limit: int


@final
@dataclass(frozen=True, slots=True)
class MaxLength:
    """At most `limit` code points, items, entries or decoded bytes."""

    limit: int


@final
@dataclass(frozen=True, slots=True)
class MinValue:
    """A number of at least `limit`."""

    limit: int


@final
@dataclass(frozen=True, slots=True)
class MaxValue:
    """A number of at most `limit`."""

    limit: int


@final
@dataclass(frozen=True, slots=True)
class Pattern:
    """The whole string matches the Java pattern `regex`."""

    regex: str


@final
@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the enum's values, in exactly this case."""

    values: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class JsonType:
    """The JSON kind that the member's shape asks for."""

    kind: str


@final
@dataclass(frozen=True, slots=True)
class NotNull:
    """An element of a dense list or map is not null."""


@final
@dataclass(frozen=True, slots=True)
class Base64:
    """A blob travels as base64 text."""


@final
@dataclass(frozen=True, slots=True)
class Together:
    """A condition on several members; `broken` tells whether a well-typed request violates it."""

    broken: Callable[[Request], bool]


@final
@dataclass(frozen=True, slots=True)
class Permission:
    """Something that the documents allow, so that refusing it is the divergence."""


@final
@dataclass(frozen=True, slots=True)
class Promise:
    """Something that shows only in an effect or in a sequence of calls."""


Constraint = Required | MinLength | MaxLength | MinValue | MaxValue | Pattern | OneOf | JsonType | NotNull | Base64
"""A condition on one member, checkable on that member's value alone."""

Check = Constraint | Together | Permission | Promise


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One checkable sentence of the contract, under the id that every report uses for it."""

    id: str
    area: Area
    level: Level
    evidence: Evidence
    source: str
    statement: str
    check: Check
    codes: frozenset[str] = REFUSED
    path: str = ""
    shape: str = ""
    member: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A documented sentence, or a constraint, that no client can test, and why."""

    id: str
    sentence: str
    reason: str
    source: str
