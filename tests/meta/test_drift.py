"""The contract that was reviewed is the contract that the installed botocore states."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from conformance.contract.catalogue import contract_digest, digest, locked_digests, moved_rules, rules
from conformance.contract.shapes import constraint_rules, request_tree, service_model, tree_of

REQUEST = "RegisterTaskWithMaintenanceWindowRequest"


def _moved(names: tuple[str, ...]) -> str:
    return f"the contract moved: {', '.join(names)}; review the rules, then renew contract.lock.json"


def test_the_contract_is_the_one_that_was_reviewed() -> None:
    moved = moved_rules()
    assert () == moved, _moved(moved)


def test_the_lock_names_every_rule_and_no_other() -> None:
    assert set(rules()) == set(locked_digests())


def test_what_moved_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from conformance.contract import catalogue

    changed = {**locked_digests(), "Name.max-length": "0" * 16, "Gone.max-length": "1" * 16}
    del changed["Name.pattern"]
    monkeypatch.setattr(catalogue, "locked_digests", lambda: changed)
    assert ("Gone.max-length", "Name.max-length", "Name.pattern") == moved_rules()
    message = _moved(moved_rules())
    assert message.startswith("the contract moved: ")
    assert "Name.max-length" in message


def _digests(model: Mapping[str, Any]) -> dict[str, str]:
    return {rule.id: digest(rule) for rule in constraint_rules(tree_of(model))}


def _set(shape: str, **values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda model: model["shapes"][shape].update(values)


def _new_member(model: dict[str, Any]) -> None:
    model["shapes"]["Urgency"] = {"type": "string", "enum": ["HIGH", "LOW"], "max": 4}
    model["shapes"][REQUEST]["members"]["Urgency"] = {"shape": "Urgency"}


def _no_longer_required(model: dict[str, Any]) -> None:
    model["shapes"][REQUEST]["required"].remove("TaskArn")


@pytest.mark.parametrize(
    ("edit", "moved"),
    [
        (_set("MaintenanceWindowName", max=200), {"Name.max-length"}),
        (_set("MaintenanceWindowName", pattern="^[a-z]+$"), {"Name.pattern"}),
        (
            _set("MaintenanceWindowTaskType", enum=["RUN_COMMAND", "AUTOMATION", "LAMBDA", "STEP_FUNCTIONS", "GLUE"]),
            {"TaskType.enum"},
        ),
        (_set("MaintenanceWindowTaskPriority", max=5), {"Priority.max-value"}),
        (
            _new_member,
            {"Urgency.enum", "Urgency.max-length", "Urgency.type", "Urgency.accepted", "Urgency.optional"},
        ),
        (_no_longer_required, {"TaskArn.required", "TaskArn.optional"}),
    ],
    ids=["a longer name", "another pattern", "a new task type", "a new maximum", "a new member", "less required"],
)
def test_a_model_that_says_something_else_has_other_digests(
    edit: Callable[[dict[str, Any]], None], moved: set[str]
) -> None:
    model = json.loads(json.dumps({name: service_model()[name] for name in ("operations", "shapes")}))
    before = _digests(model)
    edit(model)
    after = _digests(model)
    assert moved == {id for id in before.keys() | after.keys() if before.get(id) != after.get(id)}


def test_other_words_in_the_model_move_nothing() -> None:
    model = copy.deepcopy(dict(service_model()))
    model["shapes"]["MaintenanceWindowName"]["documentation"] = "<p>Another sentence.</p>"
    assert _digests(service_model()) == _digests(model)


def test_the_digest_of_the_contract_is_the_same_in_every_process() -> None:
    assert contract_digest() == contract_digest()
    assert 16 == len(contract_digest())
    assert request_tree() == tree_of(service_model())
