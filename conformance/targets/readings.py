"""Open readings, as data: the reference target with another answer to something that the documents leave open.

Each of them conforms. A divergence at level MUST against any of them is a false alarm, and a bug of ours.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, final

from conformance.contract.checking import without_nulls
from conformance.contract.combinations import BLOCK_OF_TYPE, ignored_members
from conformance.contract.open import OpenQuestion, open_questions
from conformance.contract.rule import DOES_NOT_EXIST, MISMATCH, SERIALIZATION, VALIDATION
from conformance.observation import Accepted, Observation
from conformance.targets.base import Body
from conformance.targets.faults.fault import with_methods
from conformance.targets.reference import ReferenceTarget, Refused, StoredWindow

Self = ReferenceTarget
Document = dict[str, Any]

_SERVICE_ROLE = "arn:aws:iam::123456789012:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One conforming choice: its id says which, `source` the rows of the material that leave it open."""

    id: str
    source: str
    make: Callable[[], ReferenceTarget]


@cache
def readings() -> Mapping[str, Reading]:
    """Give every reading by its id, in an order that never changes."""
    found = [*_refusing(), *_reading(), *_tokens(), *_orders(), *_codes(), *_echoes(), *_answers(), *_together()]
    return {each.id: each for each in found}


def _of(id: str, source: str, **methods: Callable[..., Any]) -> Reading:
    return Reading(id=id, source=source, make=with_methods(**methods))


# --- questions that one request asks: the reference takes it, these do not


def _refusing() -> Iterator[Reading]:
    for question in open_questions():
        if question.applies is not None and question.id not in ("targets.window-target-known", "wire.unknown-members"):
            code = SERIALIZATION if question.id.startswith("wire.") else VALIDATION
            yield _of(f"{question.id}: refused", question.source, check_document=_checking(question, code))
    yield _of("targets.window-target-known: looked up", "S-04, X-37", window_of=_looking_up)
    unknown = next(each for each in open_questions() if each.id == "wire.unknown-members")
    yield _of("wire.unknown-members: refused", "P-15", check_document=_checking(unknown, SERIALIZATION))


def _checking(question: OpenQuestion, code: str) -> Callable[..., None]:
    def check_document(self: Self, document: Document) -> None:
        ReferenceTarget.check_document(self, document)
        clean = dict(without_nulls(document))
        if question.applies is not None and question.applies(clean):
            raise Refused(code, question.id)

    return check_document


def _looking_up(self: Self, request: Document) -> StoredWindow:
    window = ReferenceTarget.window_of(self, request)
    for target in request.get("Targets", ()):
        if target.get("Key") == "WindowTargetIds" and not set(target.get("Values", ())) <= window.targets.keys():
            raise Refused(DOES_NOT_EXIST, "a window target that is not registered here")
    return window


def _reading() -> Iterator[Reading]:
    def checked_anyway(self: Self, document: Document) -> frozenset[str]:
        return ReferenceTarget.broken(self, document)

    def unchecked(self: Self, document: Document) -> frozenset[str]:
        ignored = ignored_members(document)
        found = ReferenceTarget.broken(self, document)
        return frozenset(id for id in found if id.partition(".")[0].partition("{")[0] not in ignored)

    def without_ignored(self: Self, request: Document) -> Document:
        return {name: value for name, value in request.items() if name not in ignored_members(request)}

    yield _of("ignored members are checked", "X-20", broken=checked_anyway)
    yield _of("ignored members are not checked", "X-20", broken=unchecked)
    yield _of("ignored members are dropped", "X-20", stored=without_ignored)


# --- tokens


def _tokens() -> Iterator[Reading]:
    def anywhere(self: Self, window: StoredWindow, request: Document) -> str | None:
        for other in self.windows.values():
            if request.get("ClientToken") in other.tokens:
                return ReferenceTarget.replayed(self, other, request)
        return None

    def alive_only(self: Self, window: StoredWindow, request: Document) -> str | None:
        known = window.tokens.get(request.get("ClientToken", ""))
        if known is not None and known[1] not in window.tasks:
            return None
        return ReferenceTarget.replayed(self, window, request)

    def spent(self: Self, window: StoredWindow, request: Document) -> str | None:
        known = window.tokens.get(request.get("ClientToken", ""))
        if known is not None and known[1] not in window.tasks:
            raise Refused(MISMATCH, "the task of this token is gone")
        return ReferenceTarget.replayed(self, window, request)

    yield _of("a token reaches over windows", "S-12, section 11", replayed=anywhere)
    yield _of("a token dies with its task", "S-12", replayed=alive_only)
    yield _of("a token whose task is gone is refused", "S-12", replayed=spent)


# --- which check comes first


def _orders() -> Iterator[Reading]:
    def window_first(self: Self, document: Document) -> None:
        if isinstance(document.get("WindowId"), str) and not {
            id for id in self.broken(document) if id.startswith("WindowId.") or id.endswith(".type")
        }:
            self.window_of({"WindowId": document["WindowId"]})
        ReferenceTarget.check_document(self, document)

    def room_first(self: Self, document: Document) -> None:
        window = self.windows.get(str(document.get("WindowId")))
        if window is not None and str(document.get("ClientToken")) not in window.tokens:
            self.check_room(window)
        ReferenceTarget.check_document(self, document)

    yield _of("the window is looked up before constraints", "P-27", check_document=window_first)
    yield _of("the quota is checked before constraints", "P-26", check_document=room_first)


# --- codes and statuses


def _codes() -> Iterator[Reading]:
    def all_serialization(self: Self, broken: list[str]) -> str:
        return SERIALIZATION

    def all_validation(self: Self, broken: list[str]) -> str:
        return VALIDATION

    def status_404(self: Self, request: Document) -> StoredWindow:
        try:
            return ReferenceTarget.window_of(self, request)
        except Refused as refusal:
            raise Refused(refusal.code, str(refusal), 404) from refusal

    yield _of("every refused document is SerializationException", "section 13", code_for=all_serialization)
    yield _of("every refused document is ValidationException", "section 13", code_for=all_validation)
    yield _of("DoesNotExistException travels with 404", "C-10", window_of=status_404)


# --- what is told back


def _echoes() -> Iterator[Reading]:
    def telling(**more: Callable[[Document], Any]) -> Callable[..., Document]:
        def shown(self: Self, operation: str, task: Document, echoed: Mapping[str, str]) -> Document:
            told = ReferenceTarget.shown(self, operation, task, echoed)
            for name, value in more.items():
                if name not in told and name in echoed.values() and value(task) is not None:
                    told[name] = value(task)
            return told

        return shown

    def placeholder(task: Document) -> str | None:
        return None if task.get("Targets") else "1"  # an empty list may count as none

    everything: dict[str, Callable[[Document], Any]] = {
        "Priority": lambda task: 0,
        "CutoffBehavior": lambda task: "CONTINUE_TASK",
        "MaxConcurrency": placeholder,
        "MaxErrors": placeholder,
        "ServiceRoleArn": lambda task: _SERVICE_ROLE,
        "TaskParameters": lambda task: {},
        "Targets": lambda task: [],
    }
    for name, value in everything.items():
        yield _of(f"an omitted {name} is told", "O-04 to O-10", shown=telling(**{name: value}))
    yield _of("every omitted member is told", "O-04 to O-10", shown=telling(**everything))
    yield _of("a log group's name is added", "O-12", stored=_with_log_group)
    yield _of("defaults are told inside a block", "O-12", shown=_with_block_defaults)
    yield _of("targets that are open are told in one form", "X-08, X-11, M-05", stored=_with_plain_targets)
    yield _of("a role or topic by its name is told as an ARN", "X-24, C-13, M-22", stored=_with_arns)
    yield _of("empty members are told as none", "O-09, O-10, O-12", stored=_without_empty)


_BLOCK_DEFAULTS: Mapping[str, Document] = {
    "RunCommand": {
        "Comment": "",
        "TimeoutSeconds": 3600,
        "DocumentVersion": "$DEFAULT",
        "Parameters": {},
        "NotificationConfig": {"NotificationEvents": [], "NotificationType": "Command"},
    },
    "Automation": {"DocumentVersion": "$DEFAULT", "Parameters": {}},
    "Lambda": {"Qualifier": "$LATEST", "Payload": "e30="},
    "StepFunctions": {"Name": "17d8ee28-d3ef-44ab-b5f6-2e6ab0e6c47b", "Input": "{}"},
}


def _with_block_defaults(self: Self, operation: str, task: Document, echoed: Mapping[str, str]) -> Document:
    told = ReferenceTarget.shown(self, operation, task, echoed)
    own = BLOCK_OF_TYPE.get(task["TaskType"])
    if operation != "get" or own is None:
        return told
    blocks = told.get("TaskInvocationParameters", {})
    return {**told, "TaskInvocationParameters": {**blocks, own: {**_BLOCK_DEFAULTS[own], **blocks.get(own, {})}}}


def _with_plain_targets(self: Self, request: Document) -> Document:
    """Fill in a missing key, write a key in its usual case, and put entries of one key together."""
    if not request.get("Targets"):
        return request
    usual = {"instanceids": "InstanceIds", "windowtargetids": "WindowTargetIds"}
    merged: dict[str, list[str]] = {}
    for each in request["Targets"]:
        key = each.get("Key", "InstanceIds")
        merged.setdefault(usual.get(key.lower(), key), []).extend(each.get("Values", ()))
    return {**request, "Targets": [{"Key": key, "Values": values} for key, values in merged.items()]}


def _with_arns(self: Self, request: Document) -> Document:
    """Tell a role that was given by name, or not at all in an empty text, by an ARN; a topic as well."""
    told = copy.deepcopy(request)
    role = told.get("ServiceRoleArn")
    if role is not None and not role.startswith("arn:"):
        told["ServiceRoleArn"] = f"arn:aws:iam::123456789012:role/{role}" if role else _SERVICE_ROLE
    topic = told.get("TaskInvocationParameters", {}).get("RunCommand", {}).get("NotificationConfig", {})
    if "NotificationArn" in topic and not topic["NotificationArn"].startswith("arn:"):
        topic["NotificationArn"] = f"arn:aws:sns:us-east-1:123456789012:{topic['NotificationArn']}"
    return told


def _with_log_group(self: Self, request: Document) -> Document:
    command = request.get("TaskInvocationParameters", {}).get("RunCommand", {})
    output = command.get("CloudWatchOutputConfig")
    if output is None or "CloudWatchLogGroupName" in output:
        return request
    named = {**output, "CloudWatchLogGroupName": f"/aws/ssm/{request['TaskArn']}"}
    blocks = {**request["TaskInvocationParameters"], "RunCommand": {**command, "CloudWatchOutputConfig": named}}
    return {**request, "TaskInvocationParameters": blocks}


def _without_empty(self: Self, request: Document) -> Document:
    found = {name: value for name, value in request.items() if value not in ({}, [])}
    blocks = found.get("TaskInvocationParameters")
    if isinstance(blocks, dict):
        kept = {name: block for name, block in blocks.items() if block}
        found = {**found, "TaskInvocationParameters": kept} if kept else _less(found, "TaskInvocationParameters")
    return found


def _less(document: Document, name: str) -> Document:
    return {key: value for key, value in document.items() if key != name}


# --- the form of answers


def _answers() -> Iterator[Reading]:
    def upper_case(self: Self) -> str:
        return ReferenceTarget.new_id(self).upper()

    def with_more(self: Self, document: Document) -> Document:
        return {**ReferenceTarget.register(self, document), "ResponseMetadata": {"RequestId": "none"}}

    def short_pages(self: Self, tasks: list[Document], document: Mapping[str, Any]) -> Document:
        most = min(int(document.get("MaxResults") or 3), 3)
        return ReferenceTarget.page(self, tasks, {**document, "MaxResults": most})

    def newest_first(self: Self, tasks: list[Document], document: Mapping[str, Any]) -> Document:
        return ReferenceTarget.page(self, tasks[::-1], document)

    def with_charset(self: Self, operation: str, body: Body, *, valid: bool) -> Observation:
        answer = ReferenceTarget.ask(self, operation, body, valid=valid)
        if isinstance(answer, Accepted):
            return Accepted(status=200, body=answer.body, content_type=f"{answer.content_type}; charset=utf-8")
        return answer

    def nothing_told(self: Self, document: Document) -> None:
        try:
            ReferenceTarget.check_document(self, document)
        except Refused as refusal:
            raise Refused(refusal.code, "", refusal.status) from refusal

    yield _of("any content type is taken", "P-11", takes_media=lambda self, call: True)
    yield _of("task ids are in upper case", "O-01", new_id=upper_case)
    yield _of("a success holds more than the id", "O-16", register=with_more)
    yield _of("a listing comes in pages of three", "O-02", page=short_pages)
    yield _of("a listing begins with the newest task", "O-02", page=newest_first)
    yield _of("a success names its character set", "P-02", ask=with_charset)
    yield _of("a refusal has no message", "P-04", check_document=nothing_told)


# --- all strict at once, and all lenient


def _together() -> Iterator[Reading]:
    checks = [
        _checking(each, VALIDATION)
        for each in open_questions()
        if each.applies is not None and each.id != "targets.window-target-known"
    ]

    def strict(self: Self, document: Document) -> None:
        for check in checks:
            check(self, document)

    def whole_numbers(self: Self, body: Body) -> Document:
        return dict(_truncated(ReferenceTarget.read(self, body)))

    yield _of("every open question is refused", "section 13", check_document=strict, window_of=_looking_up)
    yield _of("fractions are cut off and big numbers clamped", "P-18, P-19, C-17", read=whole_numbers)


def _truncated(value: Any) -> Any:
    match value:
        case bool():
            return value
        case float() | int():
            return max(min(int(value), 2**31 - 1), -(2**31))
        case dict():
            return {key: _truncated(item) for key, item in value.items()}
        case list():
            return [_truncated(item) for item in value]
        case _:
            return json.loads(json.dumps(value))
