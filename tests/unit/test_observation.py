"""What a target's answer is, and the many ways in which one says that it does not know an operation."""

from __future__ import annotations

import pytest

from conformance.observation import (
    Accepted,
    Crashed,
    Observation,
    Rejected,
    Unreachable,
    bare_code,
    not_implemented,
    outcome,
)

NOT_IMPLEMENTED: dict[str, Observation] = {
    "501": Rejected(status=501, code=""),
    "501 with a code": Rejected(status=501, code="InternalFailure", message="ssm is not implemented"),
    "501 that is no JSON": Crashed(status=501, detail="<html>"),
    "NotImplemented": Rejected(status=400, code="NotImplemented"),
    "InvalidAction": Rejected(status=400, code="InvalidAction"),
    "UnsupportedOperation": Rejected(status=400, code="UnsupportedOperation"),
    "UnknownOperationException": Rejected(status=400, code="UnknownOperationException"),
    "UnknownOperationException 404": Rejected(status=404, code="UnknownOperationException"),
    "404 and nothing else": Rejected(status=404, code=""),
    "405 and nothing else": Rejected(status=405, code=""),
    "InternalFailure that says so": Rejected(
        status=400, code="InternalFailure", message="API action 'Register' for service 'ssm' not yet implemented"
    ),
    "an exception out of the call": Crashed(status=None, code="NotImplementedError", detail="NotImplementedError: "),
    "500 with HTML": Crashed(
        status=500, detail="NotImplementedError: The register_x action has not been implemented", code=""
    ),
}
IMPLEMENTED: dict[str, Observation] = {
    "accepted": Accepted(status=200, body={}),
    "validation": Rejected(status=400, code="ValidationException", message="MaxErrors is not supported"),
    "missing window": Rejected(status=404, code="DoesNotExistException"),
    "any other 400": Rejected(status=400, code=""),
    "InternalFailure of another kind": Rejected(status=400, code="InternalFailure", message="KeyError: 'x'"),
    "a crash": Crashed(status=500, detail="TypeError: unhashable type: 'list'"),
    "an internal failure": Crashed(status=500, code="InternalFailure", detail="InternalFailure: KeyError"),
    "gone": Unreachable(reason="connection refused"),
}


@pytest.mark.parametrize("name", NOT_IMPLEMENTED)
def test_what_is_not_implemented_is_recognised(name: str) -> None:
    assert not_implemented(NOT_IMPLEMENTED[name])


@pytest.mark.parametrize("name", IMPLEMENTED)
def test_an_ordinary_answer_is_not_taken_for_a_missing_operation(name: str) -> None:
    assert not not_implemented(IMPLEMENTED[name])


@pytest.mark.parametrize(
    "text",
    [
        "ValidationException",
        "com.amazon.coral.validate#ValidationException",
        "ValidationException:http://internal.amazon.com/coral/com.amazon.coral.validate/",
        "com.amazonaws.ssm#ValidationException:http://internal.amazon.com/",
        " ValidationException ",
    ],
)
def test_a_code_is_told_without_namespace_and_address(text: str) -> None:
    assert "ValidationException" == bare_code(text)


@pytest.mark.parametrize(
    ("observation", "word"),
    [
        (Accepted(status=200, body={}), "accepted"),
        (Rejected(status=400, code="ValidationException"), "rejected:ValidationException"),
        (Rejected(status=404, code=""), "rejected:404"),
        (Crashed(status=500, detail=""), "crashed:500"),
        (Crashed(status=None, detail="", code="KeyError"), "crashed:KeyError"),
        (Crashed(status=None, detail=""), "crashed:no answer"),
        (Unreachable(reason="gone"), "unreachable"),
    ],
)
def test_an_outcome_is_one_word_and_never_prose(observation: Observation, word: str) -> None:
    assert word == outcome(observation)
