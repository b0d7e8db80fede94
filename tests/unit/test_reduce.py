"""The smallest part of a request that still shows something, found in few calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from conformance.oracle import must_be_accepted
from conformance.runner.blame import optional_leaves
from conformance.runner.reduce import smallest_part
from strategies.documents import at
from strategies.recipes import without_token
from strategies.valid import richest

Request = Mapping[str, Any]
RICHEST = without_token(richest("RUN_COMMAND"))
LEAVES = optional_leaves(RICHEST)
# What the documents leave open alone brings its companion along.
COMPANIONS = {
    "DocumentHash": {"DocumentHashType"},
    "DocumentHashType": {"DocumentHash"},
    "OutputS3KeyPrefix": {"OutputS3BucketName"},
    "NotificationArn": {"ServiceRoleArn"},
    "NotificationEvents": {"ServiceRoleArn"},
    "NotificationType": {"ServiceRoleArn"},
}


def _found(*paths: str, most: int | None = None) -> tuple[set[str], list[Request]]:
    """Look for the smallest part that holds all of `paths`; give its members, and what was asked on the way."""
    asked: list[Request] = []

    def shows(request: Request) -> bool:
        asked.append(request)
        return all(at(request, path) is not None for path in paths)

    return set(optional_leaves(smallest_part(RICHEST, fits=must_be_accepted, shows=shows, most=most))), asked


@pytest.mark.parametrize("path", LEAVES)
def test_one_member_is_found_in_few_calls_and_no_request_is_asked_twice(path: str) -> None:
    found, asked = _found(path)
    parent, _, member = path.rpartition(".")
    assert found == {
        path,
        *(f"{parent.partition('.NotificationConfig')[0]}.{each}" for each in COMPANIONS.get(member, ())),
    }
    assert len(asked) <= 20
    assert len(asked) == len({str(request) for request in asked})


def test_two_members_that_show_something_together_are_both_kept() -> None:
    command = "TaskInvocationParameters.RunCommand"
    found, asked = _found("Description", f"{command}.Comment")
    assert found == {"Description", f"{command}.Comment"}
    assert len(asked) <= 25


def test_nothing_is_asked_about_that_is_a_part_of_what_showed_nothing() -> None:
    _, asked = _found("Description", "TaskInvocationParameters.RunCommand.Comment")
    leaves = [set(optional_leaves(request)) for request in asked]
    both = {"Description", "TaskInvocationParameters.RunCommand.Comment"}
    for later, held in enumerate(leaves):
        assert not any(held <= before for before in leaves[:later] if not before >= both), asked[later]


def test_no_more_is_asked_than_may_be() -> None:
    found, asked = _found("Description", most=2)
    assert len(asked) == 2
    assert "Description" in found
    assert len(found) > 1
