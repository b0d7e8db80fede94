"""Ids that boto3 itself would refuse to send back are asked about all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.runner.examiner import Examiner
from conformance.runner.sender import Sender
from conformance.runner.windows import Windows
from conformance.targets.boto import endpoint_target
from conformance.targets.faults.fault import with_methods
from conformance.targets.mutants import mutants
from conformance.targets.reference import ReferenceTarget
from strategies.recipes import HomeRecipes
from strategies.valid import permission_cases
from tests.road.serving import served


def _short_window_ids() -> Any:
    def create_window(self: ReferenceTarget, document: dict[str, Any]) -> dict[str, Any]:
        made = ReferenceTarget.create_window(self, document)
        id = made["WindowId"]
        self.windows[id[:-1]] = self.windows.pop(id)
        return {**made, "WindowId": id[:-1]}

    return with_methods(create_window=create_window)()


@pytest.mark.parametrize(
    ("make", "charged"),
    [
        (mutants()["state:id short"].make, {"WindowTaskId.shape"}),
        (_short_window_ids, {"AUTOMATION.targetless-accepted"}),  # it refuses the id that it gave
    ],
    ids=["of tasks", "of windows"],
)
def test_what_has_an_id_that_no_client_sends_is_registered_read_and_removed(
    make: Callable[[], Any], charged: set[str]
) -> None:
    from conformance.contract.catalogue import rule

    with served(make()) as server:
        target = endpoint_target("it", server.address)
        sender = Sender(target, run_id="odd", sleep=lambda seconds: None)
        examiner = Examiner(sender, Windows(sender, run_id="odd"), HomeRecipes())
        try:
            examiner.learn()
            events = [examiner.examine(case) for case in permission_cases(rule("Name.accepted"))]
            examiner.retire()
        finally:
            examiner.windows.close()
            target.close()
        assert charged == {charge.rule for event in (*events, *examiner.asides()) for charge in event.charges}
        assert [] == server.windows
