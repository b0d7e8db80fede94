"""What a model states otherwise is named, rule by rule, with the old and the new: one trait of one shape at a time."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from conformance.contract.catalogue import contract_digest, rules
from conformance.contract.drift import Change, Snapshot, changes, lock_text, locked, snapshot, unclaimed
from conformance.contract.sentences import claim_of, reachable_shapes, sentences
from conformance.contract.shapes import (
    NOT_PLAINLY_OPTIONAL,
    OPERATION,
    Node,
    botocore_version,
    request_tree,
    service_model,
    tree_of,
)

REQUEST = f"{OPERATION}Request"
NOTHING_RESTS_ON = ("sensitive", "box", "exception")  # how a client prints, maps and raises
TOKEN_RULES = {"token.replay-same-id", "token.replay-no-second-task", "token.mismatch-refused"}
OF_ERRORS = {
    "IdempotentParameterMismatch": {"token.mismatch-refused", "errors.IdempotentParameterMismatch.status"},
    "DoesNotExistException": {"window.unknown", "window.deleted", "errors.DoesNotExistException.status"},
    "ResourceLimitExceededException": {"quota.tasks-per-window", "errors.ResourceLimitExceededException.status"},
    "FeatureNotAvailableException": set(),
    "InternalServerError": {"errors.no-server-error"},
}
Model = dict[str, Any]
Edit = Callable[[Model], object]


def test_the_contract_is_the_one_that_was_reviewed() -> None:
    moved = [f"{each.rules}: {each.what}: {each.old} -> {each.new}" for each in changes(locked(), _installed())]
    assert [] == moved, "the contract moved; review it, then run `mw-conformance drift --update-lock`"
    assert set(rules()) == set(locked().rules)


def test_the_lock_is_written_as_it_is_read_and_holds_no_words_of_aws() -> None:
    text = lock_text(_installed())
    assert json.loads(text)["rules"] == _installed().rules
    assert [] == [each.text for each in sentences() if len(each.text.split()) > 5 and each.text in text]
    assert text == lock_text(locked())


@cache
def _installed() -> Snapshot:
    return snapshot(service_model(), botocore_version())


@cache
def _model_text() -> str:
    names = (*reachable_shapes(service_model()), "MaintenanceWindowTask", "GetMaintenanceWindowTaskResult")
    names += ("DeregisterTaskFromMaintenanceWindowResult", "CreateMaintenanceWindowRequest")
    shapes = {name: service_model()["shapes"][name] for name in names}
    return json.dumps({"operations": {OPERATION: service_model()["operations"][OPERATION]}, "shapes": shapes})


def _after(edit: Edit) -> tuple[Change, ...]:
    model: Model = json.loads(_model_text())
    edit(model)
    return changes(_installed(), snapshot(model, "edited"))


def _named(found: tuple[Change, ...]) -> set[str]:
    return {id for change in found for id in change.rules}


def test_the_same_model_has_not_moved() -> None:
    assert () == _after(lambda model: None)


# One trait of one shape at a time. What must be named is told from the paths alone, not from the code under test.


def _paths(shape: str) -> list[Node]:
    return [node for node in request_tree().walk() if node.path and node.shape == shape]


def _in_the_result(shape: str) -> set[str]:
    return {"WindowTaskId.shape"} if shape == "MaintenanceWindowTaskId" else set()


def _scalar_edits() -> Iterator[tuple[str, Edit, set[str]]]:
    """Yield each min, max, pattern and enum of each reachable shape, moved, taken away, or given anew."""
    for name in reachable_shapes(service_model()):
        shape, paths = service_model()["shapes"][name], _paths(name)
        unit = "value" if shape["type"] in ("integer", "long") else "length"
        endings = {"min": f"min-{unit}", "max": f"max-{unit}", "pattern": "pattern", "enum": "enum"}
        fitting = {"string": ("min", "max", "pattern", "enum"), "blob": ("min", "max"), "integer": ("min", "max")}
        fits = fitting.get(shape["type"], ("min", "max") if shape["type"] in ("list", "map") else ())
        for trait in fits:
            expected = {f"{node.path}.{endings[trait]}" for node in paths} | _in_the_result(name)
            idle = trait == "min" and unit == "length" and not shape.get("min")  # a minimum of 0 is no rule
            moved = {"min": 7, "max": 77, "pattern": "[x-z]+", "enum": ["A", "B"]}[trait]
            yield f"{name}: {trait} = {moved}", _put(name, trait, moved), expected
            if trait in shape:
                yield f"{name}: no {trait}", _drop(name, trait), set() if idle else expected
        if shape["type"] == "string":
            yield f"{name}: a number", _put(name, "type", "integer"), _of_a_number(name) | _in_the_result(name)


def _of_a_number(name: str) -> set[str]:
    """A string that becomes a number: its lengths go, and its bounds come."""
    shape = service_model()["shapes"][name]
    endings = [
        "type",
        *(end for trait in ("min", "max") if trait in shape for end in (f"{trait}-length", f"{trait}-value")),
    ]
    if not shape.get("min"):
        endings = [end for end in endings if end != "min-length"]
    return {f"{node.path}.{end}" for node in _paths(name) for end in endings if (node.path, end) not in _KEY_TYPES}


_KEY_TYPES = {(node.path, "type") for node in request_tree().walk() if node.path.endswith("{key}")}
"""A key is always a string on the wire, so its type is no rule."""


def _put(shape: str, trait: str, value: Any) -> Edit:
    return lambda model: model["shapes"][shape].update({trait: value})


def _drop(shape: str, trait: str) -> Edit:
    return lambda model: model["shapes"][shape].pop(trait)


def _at_or_below(path: str) -> set[str]:
    return {
        id
        for id, rule in rules().items()
        if rule.path == path or rule.path.startswith(tuple(path + end for end in ".[{"))
    }


def _member_edits() -> Iterator[tuple[str, Edit, set[str]]]:
    """Yield each member taken away, made required or no longer required; and a new member of each structure."""
    for name in reachable_shapes(service_model()):
        shape = service_model()["shapes"][name]
        parents = [node for node in request_tree().walk() if node.shape == name and node.kind == "structure"]
        for member in shape.get("members", ()) if parents else ():
            paths = [f"{node.path}.{member}".lstrip(".") for node in parents]
            needed = member in shape.get("required", ())
            flipped = {f"{path}.{end}" for path in paths for end in ("required", "optional")}
            flipped -= {f"{path}.optional" for path in NOT_PLAINLY_OPTIONAL}
            yield f"{name}.{member}: {'not ' if needed else ''}required", _flip(name, member, needed), flipped
            below = set[str]().union(*(_at_or_below(path) for path in paths))
            # The token's rules have ids of their own and stay as they are, but what they speak of is gone.
            yield f"{name}.{member}: gone", _without(name, member), below
        if parents:
            new = {f"{node.path}.New{end}".lstrip(".") for node in parents for end in _OF_A_NEW_MEMBER}
            reads = {
                f"read-back.{name_}.{node.path}.New" for node in parents if node.path for name_ in _told(node.path)
            }
            yield f"{name}: a new member", _with_new(name), new | reads


_OF_A_NEW_MEMBER = (".max-length", ".type", ".accepted", ".optional")


def _told(path: str) -> tuple[str, ...]:
    return ("get",) if path.startswith("TaskInvocationParameters") else ("get", "describe")


def _flip(shape: str, member: str, needed: bool) -> Edit:
    def edit(model: Model) -> None:
        required = model["shapes"][shape].setdefault("required", [])
        if needed:
            required.remove(member)
        else:
            required.append(member)

    return edit


def _without(shape: str, member: str) -> Edit:
    def edit(model: Model) -> None:
        held = model["shapes"][shape]
        del held["members"][member]
        held["required"] = [each for each in held.get("required", ()) if each != member]

    return edit


def _with_new(shape: str) -> Edit:
    def edit(model: Model) -> None:
        model["shapes"]["Brand"] = {"type": "string", "max": 9}
        model["shapes"][shape]["members"]["New"] = {"shape": "Brand"}

    return edit


def _other_edits() -> Iterator[tuple[str, Edit, set[str]]]:
    operation = service_model()["operations"][OPERATION]
    for reference in operation["errors"]:
        name = reference["shape"]
        fault = bool(service_model()["shapes"][name].get("fault"))
        yield f"{name}: no longer declared", _undeclared(name), OF_ERRORS[name]
        yield f"{name}: whose fault", _put(name, "fault", not fault), OF_ERRORS[name]
    yield "no idempotency token", _no_token, TOKEN_RULES


def _undeclared(name: str) -> Edit:
    def edit(model: Model) -> None:
        operation = model["operations"][OPERATION]
        operation["errors"] = [each for each in operation["errors"] if each["shape"] != name]

    return edit


def _no_token(model: Model) -> None:
    del model["shapes"][REQUEST]["members"]["ClientToken"]["idempotencyToken"]


EDITS = [*_scalar_edits(), *_member_edits(), *_other_edits()]


@pytest.mark.parametrize(("edit", "expected"), [each[1:] for each in EDITS], ids=[each[0] for each in EDITS])
def test_a_trait_that_moves_names_the_rules_that_rest_on_it_and_no_other(edit: Edit, expected: set[str]) -> None:
    found = _after(edit)
    assert expected == _named(tuple(each for each in found if not each.what.startswith("sentence ")))
    assert all(change.old != change.new for change in found)


@pytest.mark.parametrize("trait", NOTHING_RESTS_ON)
def test_a_trait_that_only_clients_use_moves_nothing(trait: str) -> None:
    for name in reachable_shapes(service_model()):
        assert () == _after(_put(name, trait, True)), name


def test_a_new_error_and_a_new_member_of_the_result_are_told_though_no_rule_rests_on_them() -> None:
    def edit(model: Model) -> None:
        model["shapes"]["Busy"] = {"type": "structure", "members": {}, "exception": True}
        model["operations"][OPERATION]["errors"].append({"shape": "Busy"})
        model["shapes"][f"{OPERATION}Result"]["members"]["Queue"] = {"shape": "Boolean"}

    told = [("errors.Busy", "none", "client"), ("result.Queue.type", "none", "boolean")]
    assert told == sorted((each.what, each.old, each.new) for each in _after(edit) if each.rules == ())


def test_there_is_an_edit_for_every_rule_that_is_read_from_the_model() -> None:
    edited = set[str]().union(*(expected for _, _, expected in EDITS))
    unedited = [id for id, rule in rules().items() if rule.evidence == "model" and id not in edited and rule.path]
    assert [] == unedited
    assert len(EDITS) > 250


@pytest.mark.parametrize("place", list(_installed().sentences))
def test_a_sentence_that_is_reworded_names_the_rules_that_rest_on_it_and_no_other(place: str) -> None:
    texts = list(_installed().sentences[place].values())
    of_place = [each for each in sentences() if each.place == place]
    for old in of_place:
        new = f"Perhaps {old.text}"
        found = _after(lambda model, old=old, new=new: _say(model, place, [new if t == old.text else t for t in texts]))
        claim = claim_of(old)
        assert [(f"sentence {place}", old.text, new)] == [(each.what, each.old, each.new) for each in found]
        assert claim is not None
        assert set(claim.rule_ids(rules()) if claim.rules else ()) == _named(found)
        assert (*claim.open, *claim.excluded) == found[0].aside


def _say(model: Model, place: str, texts: list[str]) -> None:
    shape, _, member = place.partition(".")
    holder = model["operations"][OPERATION] if shape == OPERATION else model["shapes"][shape]
    holder = holder["members"][member] if member else holder
    holder["documentation"] = "".join(f"<p>{html.escape(each)}</p>" for each in texts)


def test_a_longer_name_is_told_with_the_old_and_the_new() -> None:
    found = _after(_put("MaintenanceWindowName", "max", 200))
    assert (Change(rules=("Name.max-length",), what="value", old="128", new="200"),) == found


def test_a_model_against_the_lock_is_told_in_our_words_where_the_lock_has_no_others() -> None:
    model: Model = json.loads(_model_text())
    _say(model, f"{REQUEST}.Name", ["A name."])
    new = snapshot(model, "edited")
    (change,) = changes(locked(), new)
    assert ("Name.accepted", "Name.optional") == change.rules
    assert change.old.startswith("(a task may have a name; ")
    assert "A name." == change.new
    assert ["A name."] == [each.text for each in unclaimed(new)]


def test_the_digest_of_the_contract_is_the_same_in_every_process() -> None:
    assert contract_digest() == contract_digest()
    assert 16 == len(contract_digest())
    assert request_tree() == tree_of(service_model())
