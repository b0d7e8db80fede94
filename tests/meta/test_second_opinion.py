"""The judge is held against two others: botocore's own validator, and a JSON Schema made straight from the model.

Both share nothing with the contract but the model. Every disagreement is one of the reasons below, or a bug.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, final

import pytest
import regex
from botocore.session import get_session
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.contract.case import Case
from conformance.contract.catalogue import broken_rules, rule, rules
from conformance.contract.checking import without_nulls
from conformance.contract.rule import Area, Permission, Promise
from conformance.oracle import Either, MustAccept, MustReject, expectation
from strategies.documents import put
from strategies.homes import home
from strategies.requests import pairs_breaking, requests
from tests.meta.asking import listed_cases
from tests.meta.from_the_model import OPERATION, Fault, Request, bytes_of, faults, like

COMMAND = "TaskInvocationParameters.RunCommand"
REFUSING = [each for each in rules().values() if not isinstance(each.check, Permission | Promise)]


# Why the two may differ: data, each tried on a fault that only one of them sees.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One way in which the contract reads a request otherwise than JSON Schema does, and where that comes from."""

    name: str
    why: str
    explains: Callable[[Fault], bool]
    instead: str = ""  # what the contract says in its place: another constraint on the same member
    open: str = ""  # or the question that it calls open


def _ends(*endings: str) -> Callable[[str], bool]:
    return lambda id: id.rpartition(".")[2] in endings


_LENGTHS = ("min-length", "max-length")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _by_units(fault: Fault) -> bool:
    """Tell whether the two counts of a text, points and UTF-16 units, fall on two sides of a limit."""
    if not isinstance(fault.value, str) or not _ends(*_LENGTHS)(fault.id):
        return False
    counts = (len(fault.value), _units(fault.value))
    return (
        len({count < fault.limit if fault.id.endswith("min-length") else count > fault.limit for count in counts}) == 2
    )


def _searched(fault: Fault) -> bool:
    """Tell whether the pattern is found in a part of the text, as ECMA reads a pattern."""
    return fault.id.endswith(".pattern") and regex.search(_at_the_very_end(fault.limit), fault.value) is not None


def _at_the_very_end(pattern: str) -> str:
    """ECMA's ``$`` is the very end; Python's holds before a last line end, too."""
    return regex.sub(r"(?<!\[)\$", r"\\Z", pattern)


REASONS = (
    Reason(
        name="a null member that is required is missing",
        why="the same, and then the member is not there (P-13)",
        explains=lambda f: f.value is None and f.id.endswith(".type") and f"{f.id[:-5]}.required" in rules(),
        instead="required",
    ),
    Reason(
        name="a null member is no member",
        why="Smithy's awsJson1.1 server tests: null members of structures are dropped (P-12)",
        explains=lambda f: f.value is None and f.id.endswith(".type") and not f.id.endswith(("[].type", "{}.type")),
    ),
    Reason(
        name="a null element has a rule of its own",
        why="lists and maps are dense; Coral may tell it otherwise than a wrong type (P-14)",
        explains=lambda f: f.value is None and f.id.endswith(("[].type", "{}.type")),
        instead="not-null",
    ),
    Reason(
        name="a fraction for an integer",
        why="Coral cuts it off, Smithy's tests refuse it (P-18)",
        explains=lambda f: f.id.endswith(".type") and isinstance(f.value, float),
        open="wire.loose-numbers",
    ),
    Reason(
        name="a boolean in quotes",
        why="Coral may read it (P-21, C-17)",
        explains=lambda f: f.id.endswith(".type") and isinstance(f.value, str) and f.value.lower() in ("true", "false"),
        open="wire.loose-numbers",
    ),
    Reason(
        name="a character outside the BMP",
        why="code points and UTF-16 units fall on two sides of the limit (M-53)",
        explains=_by_units,
        open="length.astral",
    ),
    Reason(
        name="a pattern that holds for a part",
        why="the sources do not say whether it must hold for the whole (M-54, C-01)",
        explains=_searched,
        open="pattern.anchors",
    ),
    Reason(
        name="white space beyond ASCII",
        why="Java's \\s is ASCII alone, so a name of no-break spaces is blank for some (semantics, section 9)",
        explains=lambda f: (
            f.id.endswith(".pattern")
            and regex.fullmatch(f.limit.replace(r"\s", r"[ \t\n\x0b\f\r]"), f.value) is not None
        ),
        open="pattern.anchors",
    ),
    Reason(
        name="a length and a pattern that counts",
        why="a text that is too short or too long is charged to its length, and to the pattern for its letters alone",
        explains=lambda f: f.id.endswith(".pattern"),
        instead="*-length",
    ),
)


def disagreements(request: Request) -> Iterator[tuple[str, str]]:
    """Yield (reason, id) for each thing that one of the two sees and the other does not; no reason is a bug."""
    ours = {id for id in broken_rules(request) if rule(id).area is not Area.COMBINATION}
    theirs = faults(request)
    expected = expectation(request)
    # A request that is refused for something else is not asked which questions it asks beside.
    questions = None if isinstance(expected, MustReject) else expected.questions if isinstance(expected, Either) else ()
    explained: set[str] = set()
    for each in theirs:
        if each.id in ours and (each.value is not None or each.id.endswith(".required")):
            continue
        reason = next((known for known in REASONS if _holds(known, each, ours, questions)), None)
        if reason and reason.instead:
            explained |= _instead(reason, each.id, ours)
        yield (reason.name if reason else "", f"the schema alone: {each.id}")
    for id in sorted(ours - {each.id for each in theirs} - explained):
        yield "", f"the contract alone: {id}"


def _instead(reason: Reason, id: str, ours: set[str]) -> set[str]:
    member = id.rpartition(".")[0]
    wanted = _LENGTHS if reason.instead == "*-length" else (reason.instead,)
    return {f"{member}.{ending}" for ending in wanted} & ours


def _holds(reason: Reason, fault: Fault, ours: set[str], questions: tuple[str, ...] | None) -> bool:
    if not reason.explains(fault):
        return False
    if reason.instead:
        return bool(_instead(reason, fault.id, ours))
    return not reason.open or questions is None or bool({reason.open, "ignored-members.validated"} & set(questions))


@cache
def _listed() -> tuple[Case, ...]:
    bucket = put(home(f"{COMMAND}.OutputS3BucketName"), f"{COMMAND}.OutputS3BucketName", "😀😀")
    astral = Case(rule="", question="length.astral", label="two characters, four units", request=bucket)
    return (*listed_cases(), astral)


def test_the_schema_says_what_the_contract_says_of_every_listed_case() -> None:
    unexplained = {case.id: [id for reason, id in disagreements(case.request) if not reason] for case in _listed()}
    assert {} == {id: found for id, found in unexplained.items() if found}
    assert len(_listed()) > 1500


def test_every_reason_to_differ_is_needed() -> None:
    used = {reason for case in _listed() for reason, _ in disagreements(case.request)}
    assert {each.name for each in REASONS} == used
    assert all(each.why for each in REASONS)


_BASES = st.sampled_from(
    [
        {},
        {"WindowId": "mw-0123456789abcdef0", "TaskArn": "AWS-RestartEC2Instance"},
        {"WindowId": "mw-0123456789abcdef0", "TaskArn": "AWS-RestartEC2Instance", "TaskType": "AUTOMATION"},
    ]
)
FROM_THE_MODEL = st.builds(lambda request, base: {**request, **base}, like(f"{OPERATION}Request"), _BASES)
SETTINGS = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@SETTINGS
@given(request=FROM_THE_MODEL)
def test_the_schema_says_what_the_contract_says_of_requests_made_from_the_model_alone(request: Request) -> None:
    assert [] == [id for reason, id in disagreements(request) if not reason]


@SETTINGS
@given(request=requests())
def test_the_schema_takes_every_valid_request(request: Request) -> None:
    assert [] == faults(request)
    assert isinstance(expectation(request), MustAccept)


@pytest.mark.parametrize("broken", [each.id for each in REFUSING])
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_schema_sees_the_one_fault_of_a_request_and_takes_its_twin(broken: str, data: st.DataObject) -> None:
    request, twin = data.draw(pairs_breaking(rule(broken)))
    assert [] == faults(twin)
    assert [] == [id for reason, id in disagreements(request) if not reason]
    combination = rule(broken).area is Area.COMBINATION
    assert combination == (not faults(without_nulls(request))), (
        "a schema knows no rule over several members, and every other"
    )


# botocore's validator: types, required members and minima, nothing else.


def complaints(request: Request) -> str:
    """Give what botocore has against a request, with blobs as a Python user gives them."""
    document = copy.deepcopy(dict(request))
    try:
        blob = document["TaskInvocationParameters"]["Lambda"]["Payload"]
        document["TaskInvocationParameters"]["Lambda"]["Payload"] = bytes_of(blob) if isinstance(blob, str) else blob
    except (KeyError, TypeError, IndexError):
        pass
    return str(ParamValidator().validate(document, _input_shape()).generate_report())


@cache
def _input_shape() -> Any:
    return get_session().get_service_model("ssm").operation_model(OPERATION).input_shape


@cache
def _complaints(text: str) -> str:
    return complaints(json.loads(text))


# What botocore refuses and the contract lets through, by the words of its complaint: all of it never reaches a service.
TOO_STRICT = {
    "value: None": "a null member is no member on the wire (P-12); botocore refuses it on the client's side",
}


def lines_without_reason(request: Request) -> list[str]:
    """Give botocore's complaints about a request that the contract must take, but for those with a reason."""
    if not isinstance(expectation(request), MustAccept):
        return []
    lines = _complaints(json.dumps(request)).splitlines()
    return [line for line in lines if not any(words in line for words in TOO_STRICT)]


# What the contract refuses for one constraint, and botocore takes. Every other constraint is none of its business.
BOTOCORE_CHECKS = ("required", "min-length", "min-value", "type", "not-null")
TOO_LENIENT = {
    "a map's size": lambda fault: fault.id.endswith(".min-length") and isinstance(fault.value, dict),
    "true is a number in Python": lambda fault: fault.id.endswith(".type") and isinstance(fault.value, bool),
}


def test_botocore_refuses_nothing_that_the_contract_takes() -> None:
    found = {case.id: lines_without_reason(case.request) for case in _listed()}
    assert {} == {id: lines for id, lines in found.items() if lines}


def test_every_reason_that_botocore_is_stricter_is_needed() -> None:
    taken = (case.request for case in _listed() if isinstance(expectation(case.request), MustAccept))
    words = "\n".join(_complaints(json.dumps(request)) for request in taken)
    assert [] == [reason for reason in TOO_STRICT if reason not in words]


@SETTINGS
@given(request=FROM_THE_MODEL)
def test_botocore_refuses_no_request_made_from_the_model_that_the_contract_takes(request: Request) -> None:
    assert [] == lines_without_reason(request)


def unseen(request: Request) -> list[Fault]:
    """Give the faults that the contract sees, that botocore checks for, and that it says nothing about at all."""
    if _complaints(json.dumps(request)):
        return []
    return [each for each in faults(request) if each.id.endswith(BOTOCORE_CHECKS) and each.id in broken_rules(request)]


def without_reason(request: Request) -> list[str]:
    return [each.id for each in unseen(request) if not any(explains(each) for explains in TOO_LENIENT.values())]


def test_botocore_sees_every_missing_member_minimum_and_wrong_type_of_the_listed_cases() -> None:
    found = {case.id: without_reason(case.request) for case in _listed()}
    assert {} == {id: ids for id, ids in found.items() if ids}


def test_every_reason_that_botocore_is_laxer_is_needed() -> None:
    found = [each for case in _listed() for each in unseen(case.request)]
    assert [] == [name for name, explains in TOO_LENIENT.items() if not any(map(explains, found))]


@SETTINGS
@given(request=FROM_THE_MODEL)
def test_botocore_sees_every_missing_member_minimum_and_wrong_type(request: Request) -> None:
    assert [] == without_reason(request)


def test_a_request_that_both_others_refuse_is_refused_or_open() -> None:
    for case in _listed():
        if _complaints(json.dumps(case.request)) and [each for each in faults(case.request) if each.value is not None]:
            assert isinstance(expectation(case.request), MustReject | Either), case.id
