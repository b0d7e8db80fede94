"""The corpus of the wire: its data hang together, its faults are told, and no reading that conforms is accused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.catalogue import rule, rules
from conformance.contract.corpus import OFTEN_TAKEN, as_shown, corpus, packs, placed
from conformance.contract.entry import TOKEN, Entry
from conformance.contract.open import open_questions
from conformance.contract.rule import SERIALIZATION, VALIDATION, Level
from conformance.contract.wire import UNKNOWN_OPERATION
from conformance.events import CaseFinished
from conformance.observation import Observation, Rejected
from conformance.runner.examiner import Examiner
from conformance.runner.scenarios import SCENARIOS, play
from conformance.runner.sender import Sender
from conformance.runner.windows import Windows
from conformance.targets.answers import read_answer
from conformance.targets.base import Body, RawCall, Target
from conformance.targets.faults.fault import with_methods
from conformance.targets.mutants import is_right, mutants
from conformance.targets.readings import readings
from conformance.targets.reference import ReferenceTarget, Refused
from strategies.bodies import unknown_member_cases
from strategies.plan import cases_of
from strategies.recipes import HomeRecipes
from tests.meta.conftest import Examine

ENTRIES = [entry for group in corpus() for entry in group.entries]
PLAYED = ("malformed-bodies", "misdirected-calls", "unusual-requests", "open-wire")
FAULTS = [id for id, mutant in mutants().items() if mutant.operator == "wire"]
Self = ReferenceTarget


def sent_to(target: Target, *names: str, brief: bool = False) -> list[CaseFinished]:
    sender = Sender(target, run_id="wire", sleep=lambda _: None)
    examiner = Examiner(sender, Windows(sender, run_id="wire"), HomeRecipes())
    try:
        return [event for name in names or PLAYED for event in (*play(name, examiner, brief=brief), *examiner.asides())]
    finally:
        examiner.windows.close()


def charged(events: list[CaseFinished]) -> set[tuple[str, str]]:
    return {(charge.rule, charge.kind) for event in events for charge in event.charges}


# --- the data


def test_a_pack_is_one_json_document_and_stands_for_groups_that_are_there() -> None:
    dressed, *strange = packs()
    document = json.loads(dressed.entry.body)
    assert dressed.entry.echo == {"Description": document["Description"]}
    assert {"WindowId", "TaskArn", "TaskType", "ClientToken", "Description"} == set(document)
    assert all(isinstance(json.loads(each.entry.body, parse_int=str), dict) for each in strange)
    assert {group.name for group in corpus()} >= {name for pack in packs() for name in pack.groups}
    assert {entry.id for entry in ENTRIES} >= OFTEN_TAKEN


@pytest.mark.parametrize(
    ("id", "scenario"),
    [
        ("wire:no escaped slash", "unusual-requests"),
        ("wire:no whitespace may follow", "unusual-requests"),
        ("wire:a surrogate pair becomes two marks", "unusual-requests"),
        ("wire:a long number fells it", "open-wire"),
        ("wire:a member that stands twice fells it", "open-wire"),
    ],
)
def test_what_a_pack_shows_is_told_of_the_request_that_shows_it_alone(id: str, scenario: str) -> None:
    mutant = mutants()[id]
    events = sent_to(mutant.make(), scenario, brief=True)
    told = {event.label for event in events if event.charges}
    assert told
    assert not any(label.startswith("packed.") for label in told)
    assert all(is_right(mutant, rule) for rule, _ in charged(events))


def test_every_entry_has_an_id_of_its_own_and_a_rule_that_is_in_the_catalogue() -> None:
    assert len(ENTRIES) == len({entry.id for entry in ENTRIES})
    assert {id for entry in ENTRIES for id in (entry.rule, entry.charged)} <= set(rules())


def test_an_entry_asks_an_open_question_exactly_where_either_answer_conforms() -> None:
    questions = {question.id for question in open_questions()}
    for entry in ENTRIES:
        assert (entry.expect == "open") == (entry.question in questions), entry.id


def test_every_group_is_played_by_one_scenario_that_names_its_rules() -> None:
    named = {id for name in PLAYED for id in SCENARIOS[name].rules}
    assert {id for entry in ENTRIES for id in (entry.rule, entry.charged)} <= named
    played = [event.label for event in sent_to(ReferenceTarget()) if "." in event.label]
    assert sorted(played) == sorted(entry.id for entry in ENTRIES)


def _parses(entry: Entry) -> bool:
    def refuse(name: str) -> None:
        raise ValueError(name)

    try:
        json.loads(entry.body.decode("utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError):
        return False
    return True


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_what_is_called_no_json_is_none_and_what_must_be_accepted_is_some(entry: Entry) -> None:
    group = entry.id.partition(".")[0]
    if group in ("malformed-json", "trailing-bytes", "number-form", "not-utf8"):
        assert not _parses(entry)
    if entry.expect == "accept" or group in ("not-an-object", "member-case", "unknown-operation", "duplicates"):
        assert _parses(entry)


def test_a_body_that_must_be_accepted_says_what_it_is_one_edit_away_from() -> None:
    for entry in ENTRIES:
        if entry.expect == "accept":
            document = json.loads(entry.body)
            assert "AUTOMATION" == document["TaskType"], entry.id
            assert entry.echo == {name: document[name] for name in entry.echo}, entry.id


def test_ids_of_window_and_call_are_put_in_whatever_the_encoding() -> None:
    window, token = "mw-0123456789abcdef0", "x" * len(TOKEN)
    for entry in ENTRIES:
        body = placed(entry.body, window=window, token=token)
        assert len(entry.body) == len(body), entry.id
        assert TOKEN.encode() not in body, entry.id
        assert TOKEN.encode("utf-16-be") not in body, entry.id


def test_what_a_log_shows_of_an_entry_is_short_and_gives_the_same_bytes() -> None:
    import base64
    import gzip

    for entry in ENTRIES:
        shown = as_shown(entry)
        assert len(json.dumps(shown)) < 5_000, entry.id
        packed = shown.get("bodyGzipBase64")
        body = shown["body"].encode() if packed is None else gzip.decompress(base64.b64decode(packed))
        assert entry.body == body, entry.id


# --- the faults


# The form of a success is judged on every acceptance, and so by other parts of the suite.
# What one member holds is asked by cases of that member.
def _asked_by_cases(id: str) -> bool:
    return mutants()[id].expects[0].startswith(("wire.success-", "TaskInvocationParameters."))


@pytest.mark.parametrize("id", [id for id in FAULTS if not _asked_by_cases(id)])
def test_a_planted_fault_of_the_wire_is_told_under_its_rule(id: str) -> None:
    found = {rule for rule, _ in charged(sent_to(mutants()[id].make()))}
    assert any(is_right(mutants()[id], each) for each in found), f"{id}: told {sorted(found)}"


@pytest.mark.parametrize("id", [id for id in FAULTS if _asked_by_cases(id)])
def test_a_fault_that_any_request_shows_is_told_under_its_rule(examine: Examine, id: str) -> None:
    expected = mutants()[id].expects[0]
    cases = cases_of(rule("Priority.accepted" if expected.startswith("wire.") else expected))
    assert {expected} == {rule for rule, _ in charged(examine(mutants()[id].make(), cases))}


def test_every_rule_of_the_corpus_has_a_planted_fault() -> None:
    expected = {id for fault in FAULTS for id in mutants()[fault].expects}
    told = {id for fault in FAULTS for id, _ in charged(sent_to(mutants()[fault].make()))}
    of_the_corpus = {entry.charged for entry in ENTRIES} - {"WindowId.required"}
    assert of_the_corpus <= expected & told


def test_an_unreadable_body_that_is_taken_is_binding_and_its_code_is_not() -> None:
    taken = sent_to(mutants()["wire:bytes after the document are ignored"].make())
    assert {Level.MUST} == {charge.level for event in taken for charge in event.charges}
    misnamed = sent_to(mutants()["wire:what can not be read is not found"].make())
    levels = {charge.rule: charge.level for event in misnamed for charge in event.charges}
    assert "SHOULD" == levels["wire.trailing-bytes"]


# --- what conforms


def _reading(**methods: Callable[..., Any]) -> Target:
    return with_methods(**methods)()


def _no_object_is_invalid(self: Self, body: Body) -> dict[str, Any]:
    try:
        return ReferenceTarget.read(self, body)
    except Refused as refusal:
        if refusal.__cause__ is None:
            raise Refused(VALIDATION, str(refusal)) from refusal
        raise


def _empty_body_is_an_empty_document(self: Self, body: Body) -> dict[str, Any]:
    return ReferenceTarget.read(self, b"{}" if isinstance(body, bytes) and not body.strip() else body)


def _either_encoding(self: Self, body: bytes) -> str:
    encoding = json.detect_encoding(body)
    return body.decode(encoding)


def _no_duplicates(self: Self, text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a member stands twice")
        return dict(pairs)

    ReferenceTarget.parsed(self, text)
    return json.loads(text, object_pairs_hook=once)


def _whole_numbers(self: Self, text: str) -> Any:
    def refuse(number: str) -> None:
        raise ValueError(f"{number} is no whole number")

    ReferenceTarget.parsed(self, text)
    return json.loads(text, parse_float=refuse)


def _only_its_content_type(self: Self, call: RawCall, ordinary: str) -> str:
    if any(name.lower() == "content-type" for name in call.headers):
        raise Refused(UNKNOWN_OPERATION, "another content type")
    return ReferenceTarget.operation_of(self, call, ordinary)


def _known_members_only(self: Self, document: dict[str, Any]) -> dict[str, Any]:
    if document.keys() - {"WindowId", "TaskArn", "TaskType", "ClientToken", "Description", "Priority"}:
        raise Refused(SERIALIZATION, "an unknown member")
    return ReferenceTarget.register(self, document)


def _any_method(self: Self, call: RawCall, ordinary: str) -> str:
    return ReferenceTarget.operation_of(self, replace(call, method="POST", path="/"), ordinary)


def _no_strange_characters(self: Self, document: dict[str, Any]) -> dict[str, Any]:
    text = str(document.get("Description", ""))
    if any(ord(letter) < 32 or 0xD7FF < ord(letter) < 0xE000 for letter in text):
        raise Refused(VALIDATION, "a strange character")
    return ReferenceTarget.register(self, document)


def _answering(change: Callable[[Rejected], Observation]) -> Callable[..., Observation]:
    def ask(self: Self, operation: str, body: Body, *, valid: bool) -> Observation:
        answer = ReferenceTarget.ask(self, operation, body, valid=valid)
        return change(answer) if isinstance(answer, Rejected) else answer

    return ask


def _in_header(answer: Rejected) -> Observation:
    return read_answer(answer.status, {"X-Amzn-ErrorType": f"{answer.code}:http://x/"}, b"")


def _in_code(answer: Rejected) -> Observation:
    return read_answer(answer.status, {}, json.dumps({"code": f"com.amazon.coral#{answer.code}"}).encode())


def _as_http_does(status: int) -> Callable[..., Observation]:
    def ask(self: Self, operation: str, body: Body, *, valid: bool) -> Observation:
        if isinstance(body, RawCall) and (body.method != "POST" or body.path != "/"):
            return read_answer(status, {"Content-Type": "text/html"}, b"<title>no such thing</title>")
        return ReferenceTarget.ask(self, operation, body, valid=valid)

    return ask


CONFORMING: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "what is no object is invalid": {"read": _no_object_is_invalid},
    "an empty body is an empty document": {"read": _empty_body_is_an_empty_document},
    "UTF-16 and byte order marks are read": {"text_of": _either_encoding},
    "a member that stands twice is refused": {"parsed": _no_duplicates},
    "fractions and exponents are refused": {"parsed": _whole_numbers},
    "other content types are refused": {"operation_of": _only_its_content_type},
    "unknown members are refused": {"register": _known_members_only},
    "other methods and paths are taken": {"operation_of": _any_method},
    "strange characters are refused": {"register": _no_strange_characters},
    "the code stands in a header": {"ask": _answering(_in_header)},
    "the code stands in code": {"ask": _answering(_in_code)},
    "other methods are not allowed": {"ask": _as_http_does(405)},
    "other methods are not implemented": {"ask": _as_http_does(501)},
    "other paths are not found": {"ask": _as_http_does(404)},
}


@pytest.mark.parametrize("reading", CONFORMING)
def test_a_reading_that_conforms_is_not_accused(reading: str) -> None:
    assert set() == charged(sent_to(_reading(**CONFORMING[reading])))


def test_a_member_that_nobody_knows_accuses_no_one_in_any_structure(examine: Examine) -> None:
    assert {"open"} == {event.verdict for event in examine(ReferenceTarget(), unknown_member_cases())}


def test_an_unknown_operation_may_be_told_with_404() -> None:
    def operation_of(self: Self, call: RawCall, ordinary: str) -> str:
        try:
            return ReferenceTarget.operation_of(self, call, ordinary)
        except Refused as refusal:
            raise Refused(refusal.code, str(refusal), 404) from refusal

    assert set() == charged(sent_to(_reading(operation_of=operation_of), "misdirected-calls"))


def test_the_reference_answers_every_open_entry_and_is_accused_of_nothing() -> None:
    events = sent_to(ReferenceTarget())
    assert set() == charged(events)
    assert {entry.id for entry in ENTRIES if entry.expect == "open"} == {
        event.label for event in events if event.verdict == "open"
    }


def test_every_rule_of_the_corpus_is_exercised_by_a_verdict_of_its_own() -> None:
    judged = [event for event in sent_to(ReferenceTarget()) if event.verdict == "conforms"]
    exercised = {id for event in judged for id in (event.rule, *event.also)}
    assert {id for entry in ENTRIES for id in (entry.rule, entry.charged)} <= exercised


def test_every_refused_entry_names_the_request_that_was_taken_beside_it() -> None:
    refused = [event for event in sent_to(ReferenceTarget()) if event.expect == "reject"]
    assert refused
    assert all(event.twin_accepted and event.twin["TaskType"] == "AUTOMATION" for event in refused)


def test_the_wire_rules_of_the_corpus_that_bind_say_so() -> None:
    assert {"wire.unknown-operation", "wire.malformed-json", "wire.not-an-object", "wire.member-case"} == {
        entry.rule for entry in ENTRIES if rule(entry.rule).level is Level.SHOULD
    }


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (501, {("wire.unknown-operation", "wrong-error")}),
        (404, {("wire.unknown-operation", "wire")}),
        (500, {("wire.unknown-operation", "crash")}),
    ],
)
def test_a_page_for_an_unknown_operation_weighs_as_much_as_its_status(status: int, told: set[tuple[str, str]]) -> None:
    """501 is HTTP's own word for an operation that is not there, and no service that fell over."""

    def ask(self: Self, operation: str, body: Body, *, valid: bool) -> Observation:
        answer = ReferenceTarget.ask(self, operation, body, valid=valid)
        unknown = isinstance(answer, Rejected) and answer.code == UNKNOWN_OPERATION
        return read_answer(status, {"Content-Type": "text/html"}, b"<title>none</title>") if unknown else answer

    assert told == charged(sent_to(_reading(ask=ask), "misdirected-calls"))


@pytest.mark.parametrize("id", readings())
def test_no_open_reading_is_accused_on_the_wire(id: str) -> None:
    events = sent_to(readings()[id].make())
    assert [] == [(event.case, charge) for event in events for charge in event.charges]
    assert [] == [event.case for event in events if event.verdict == "inconclusive"]
