"""What is asked without pytest is what pytest asks: the same calls of each operation."""

from __future__ import annotations

from conformance.commands.plan import forecast
from conformance.runner.budget import Budget
from conformance.runner.desk import Desk
from conformance.runner.plan import PROFILES
from conformance.suite.agenda import everything
from conformance.targets.reference import ReferenceTarget
from strategies.recipes import HomeRecipes


def test_everything_asks_what_a_run_asks_but_for_its_canaries() -> None:
    desk = Desk(ReferenceTarget, run_id="meta", budget=Budget(), recipes=HomeRecipes())
    events = list(everything(desk, PROFILES["quick"]))
    desk.close()
    planned = dict(forecast(profile="quick").calls)
    asked = dict(desk.calls)
    assert {"conforms", "open"} == {event.verdict for event in events}
    assert asked.keys() == planned.keys()
    canaries = {name: planned[name] - asked[name] for name in planned}
    assert all(0 <= count <= 10 for count in canaries.values()), canaries
    assert canaries["DeregisterTaskFromMaintenanceWindow"] == 0
