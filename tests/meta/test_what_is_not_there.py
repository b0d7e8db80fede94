"""What does not exist where the suite runs may be looked up: that is open, or observed at the most, and never a MUST.

Nor is a refusal that the documents provide for, and whose cause no request can remove.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.contract.rule import ACCESS_DENIED, DOES_NOT_EXIST, NOT_AVAILABLE, VALIDATION, Level
from conformance.targets.faults.fault import with_methods
from conformance.targets.reference import ReferenceTarget, Refused
from tests.meta.asking import ask_everything

Holds = Callable[[dict[str, Any]], bool]


def refusing(code: str, holds: Holds) -> Callable[[], ReferenceTarget]:
    def check_document(self: ReferenceTarget, document: dict[str, Any]) -> None:
        ReferenceTarget.check_document(self, document)
        if holds(document):
            raise Refused(code, "not here")

    return with_methods(check_document=check_document)


def _hash(document: dict[str, Any]) -> bool:
    command = (document.get("TaskInvocationParameters") or {}).get("RunCommand") or {}
    return command.get("DocumentHash") is not None


def _silent(self: ReferenceTarget, document: dict[str, Any]) -> dict[str, Any]:
    self.window_of(document).tasks.pop(document["WindowTaskId"], None)
    return {"WindowId": document["WindowId"], "WindowTaskId": document["WindowTaskId"]}


READINGS: dict[str, Callable[[], ReferenceTarget]] = {
    "alarms are looked up (X-32)": refusing(VALIDATION, lambda d: d.get("AlarmConfiguration") is not None),
    "alarms do not exist (X-32)": refusing(DOES_NOT_EXIST, lambda d: d.get("AlarmConfiguration") is not None),
    "roles are looked up (X-23)": refusing(VALIDATION, lambda d: d.get("ServiceRoleArn") is not None),
    "hashes are compared (X-25)": refusing(VALIDATION, _hash),
    "priorities end at 100 (section 11)": refusing(VALIDATION, lambda d: (d.get("Priority") or 0) > 100),
    "a task that is gone may be deregistered again (O-14)": with_methods(deregister=_silent),
}


# The one that meets most company stands for all in the deeper profile.
DEEP = ("alarms are looked up (X-32)",)


@pytest.mark.parametrize(
    ("reading", "profile"), [*((each, "quick") for each in READINGS), *((each, "standard") for each in DEEP)]
)
def test_a_reading_is_not_accused_of_a_must(reading: str, profile: str) -> None:
    events = ask_everything(READINGS[reading](), profile=profile)
    assert [] == [(event.case, charge) for event in events for charge in event.charges if charge.level == Level.MUST]
    assert [] == [event.case for event in events if event.verdict == "inconclusive"]


@pytest.mark.parametrize(
    ("code", "holds"),
    [
        (NOT_AVAILABLE, lambda d: d.get("TaskType") in ("LAMBDA", "STEP_FUNCTIONS")),
        (ACCESS_DENIED, lambda d: d.get("ServiceRoleArn") is not None),
    ],
    ids=["no Lambda in this Region (S-17)", "the role may not be passed (S-18)"],
)
def test_what_lies_outside_the_request_is_unsupported_and_no_divergence(code: str, holds: Holds) -> None:
    events = ask_everything(refusing(code, holds)(), profile="quick")
    assert [] == [(event.case, charge) for event in events for charge in event.charges]
    assert any(event.verdict == "unsupported" and event.reason for event in events)
