"""What a test of the suite asks with: cases go to the desk, events onto the test's report, and what is new fails it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import final

import pytest

from conformance.courier import BESIDE, CASE, WORDS
from conformance.events import CaseFinished, to_json
from conformance.runner.budget import BudgetSpent
from conformance.runner.desk import Desk
from conformance.runner.journal import CanNotWrite
from conformance.runner.record import Settings
from conformance.runner.windows import FixtureRefused
from conformance.targets.base import TargetError

FATAL = (TargetError, FixtureRefused, BudgetSpent, CanNotWrite)
"""What a run is given up for: no further case could be judged."""


@final
class Ask:
    """What a test of the suite calls: judge these cases, keep the events, fail where something new diverges."""

    def __init__(self, node: pytest.Item, desk: Desk, settings: Settings) -> None:
        self._node, self._settings = node, settings
        self.desk = desk
        self.seed = settings.seed
        self.planned = frozenset(settings.planned)
        self._known = {(each.rule, each.kind, each.outcome) for each in settings.ledger.entries}

    def __call__(self, events: Iterable[CaseFinished]) -> None:
        """Record every event of a stream; fail for new divergences and for what could not be judged.

        A test that had nothing to ask is skipped: it shows nothing.
        """
        new: list[str] = []
        doubts: list[str] = []
        asked = False
        try:
            for each in events:
                asked = True
                event = self._selected(each)
                if event is not None:
                    self._node.user_properties.append((CASE, to_json(event)))
                    self._weigh(event, new, doubts)
            for event in put_beside(self.desk, self._node, self.planned):
                self._weigh(event, new, doubts)
        except FATAL as error:
            self._give_up(str(error))
            pytest.fail(str(error), pytrace=False)
        except Exception as error:  # our own fault: a verdict is missing, so the run has none
            self._give_up(f"the suite broke at {self._node.name}: {type(error).__name__}: {error}", stop=False)
            raise
        if new:
            pytest.fail("\n\n".join(new[:5]), pytrace=False)
        if doubts:
            pytest.fail("inconclusive: " + "\n".join(doubts[:5]), pytrace=False)
        if not asked:
            pytest.skip("nothing to ask here in this profile, selection or target")

    def _give_up(self, reason: str, *, stop: bool = True) -> None:
        self._node.user_properties.append((WORDS, json.dumps({"fatal": reason})))
        if stop:
            self._node.session.shouldstop = reason

    def _selected(self, event: CaseFinished) -> CaseFinished | None:
        return event if event.canary else selected_part(event, self.planned)

    def _weigh(self, event: CaseFinished, new: list[str], doubts: list[str]) -> None:
        if event.canary:
            doubts += [event.reason] if event.verdict != "diverges" else []
            return
        new += self._new(event)
        if event.verdict == "inconclusive":
            doubts.append(f"{event.case}: {event.reason}")

    def _new(self, event: CaseFinished) -> Iterator[str]:
        for charge in event.charges:
            counts = charge.level == "MUST" or self._settings.strict
            if counts and (charge.rule, charge.kind, event.outcome) not in self._known:
                request = json.dumps(event.request, sort_keys=True)
                yield (
                    f"{charge.rule} ({charge.level}, {charge.kind})\n  expected: {charge.expected}\n"
                    f"  observed: {charge.observed}\n  request:  {request[:1000]}"
                )


def put_beside(desk: Desk, node: pytest.Item, planned: frozenset[str]) -> list[CaseFinished]:
    """Put what was found beside the cases on a test's report, and give it."""
    found = [part for event in desk.asides() if (part := selected_part(event, planned)) is not None]
    node.user_properties.extend((BESIDE, to_json(event)) for event in found)
    return found


def selected_part(event: CaseFinished, planned: frozenset[str]) -> CaseFinished | None:
    """Give an event without what it says of rules that were not asked for; None where nothing is left."""
    if event.rule in planned and planned.issuperset(event.also):
        return event
    charges = tuple(charge for charge in event.charges if event.rule in planned or charge.rule in planned)
    also = tuple(rule for rule in event.also if rule in planned)
    if event.rule not in planned and not (charges or also or (event.question and not event.charges)):
        return None
    return replace(event, charges=charges, also=also)
