"""Reaching into a request by a path: every function gives a new document and leaves the old one as it was."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from strategies.documents import merged, put, steps, take

DOCUMENT: dict[str, Any] = {
    "Name": "a",
    "Targets": [{"Key": "k", "Values": ["1", "2"]}, {"Key": "other"}],
    "TaskParameters": {"p": {"Values": ["x"]}, "q": {}},
}


@pytest.fixture(autouse=True)
def _untouched() -> Any:
    before = copy.deepcopy(DOCUMENT)
    yield
    assert before == DOCUMENT


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("Name", ["Name"]),
        ("Targets[].Key", ["Targets", "[]", "Key"]),
        ("Targets[].Values[]", ["Targets", "[]", "Values", "[]"]),
        ("TaskParameters{key}", ["TaskParameters", "{key}"]),
        ("TaskParameters{}.Values[]", ["TaskParameters", "{}", "Values", "[]"]),
        ("A.S3KeyPrefix", ["A", "S3KeyPrefix"]),
        ("", []),
    ],
)
def test_a_path_is_split_into_steps(path: str, parts: list[str]) -> None:
    assert parts == steps(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Name", {**DOCUMENT, "Name": "new"}),
        ("New", {**DOCUMENT, "New": "new"}),
        ("New.Deep.Member", {**DOCUMENT, "New": {"Deep": {"Member": "new"}}}),
        ("Targets[].Key", {**DOCUMENT, "Targets": [{"Key": "new", "Values": ["1", "2"]}, {"Key": "other"}]}),
        ("Targets[].Values[]", {**DOCUMENT, "Targets": [{"Key": "k", "Values": ["new", "2"]}, {"Key": "other"}]}),
        ("Targets[]", {**DOCUMENT, "Targets": ["new", {"Key": "other"}]}),
        ("TaskParameters{key}", {**DOCUMENT, "TaskParameters": {"new": {"Values": ["x"]}, "q": {}}}),
        ("TaskParameters{}.Values", {**DOCUMENT, "TaskParameters": {"p": {"Values": "new"}, "q": {}}}),
    ],
)
def test_a_value_is_put_in_the_first_item_or_under_the_first_key(path: str, expected: dict[str, Any]) -> None:
    assert expected == put(DOCUMENT, path, "new")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Name", {each: DOCUMENT[each] for each in ("Targets", "TaskParameters")}),
        ("Targets[].Key", {**DOCUMENT, "Targets": [{"Values": ["1", "2"]}, {"Key": "other"}]}),
        ("TaskParameters{}.Values", {**DOCUMENT, "TaskParameters": {"p": {}, "q": {}}}),
    ],
)
def test_a_member_is_taken_away(path: str, expected: dict[str, Any]) -> None:
    assert expected == take(DOCUMENT, path)


def test_taking_what_is_not_there_is_a_key_error_that_says_what_is() -> None:
    with pytest.raises(KeyError, match=r"member='Nmae' is not in the document; expected one of \['Name'"):
        take(DOCUMENT, "Nmae")


def test_documents_are_merged_and_the_right_one_wins_at_the_leaves() -> None:
    left = {"a": {"b": 1, "c": [1]}, "d": 1}
    right = {"a": {"c": [2], "e": 3}, "f": 4}
    assert {"a": {"b": 1, "c": [2], "e": 3}, "d": 1, "f": 4} == merged(left, right)
    assert 5 == merged(left, 5)
