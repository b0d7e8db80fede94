"""What the documents leave open: questions that a target may answer either way, and never diverge by answering.

`applies` tells whether a well-typed request without nulls asks the question; a question that needs a sequence of calls
has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, final

import regex

from conformance.contract.combinations import BLOCK_OF_TYPE
from conformance.contract.measures import decoded, length, readings_differ, utf16_length
from conformance.contract.rule import MaxLength, MinLength, Pattern, Request
from conformance.contract.shapes import Node, request_tree

INT32_MAX = 2**31 - 1
_MAPPING = (dict, Mapping)  # a plain dict is known as one at once; the abstract class is slow to ask


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """Something the sources contradict each other on, or say nothing about."""

    id: str
    question: str
    source: str
    applies: Callable[[Request], bool] | None = None


_INSTANCE = regex.compile(r"i-[0-9a-f]{17}")  # the one form that was seen to be taken
_HIGH_PRIORITY = 10  # no document speaks of a greater one
_ROLE = regex.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}")
_TOPIC = regex.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")
_BUCKET = regex.compile(r"[a-z0-9][a-z0-9-]*[a-z0-9]")
_LOG_GROUP = regex.compile(r"[A-Za-z0-9_/.#-]+")
_UNSUPPORTED_FOR_COMMANDS = ("{{TARGET_ID}}", "{{ TARGET_ID }}", "{{TARGET_TYPE}}", "{{ TARGET_TYPE }}")


def _targets(request: Request) -> Sequence[Mapping[str, Any]]:
    return [target for target in request.get("Targets", ()) if isinstance(target, Mapping)]


def _values(request: Request, key: str) -> Sequence[str]:
    return [value for target in _targets(request) if target.get("Key") == key for value in target.get("Values", ())]


def _block(request: Request, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = request.get("TaskInvocationParameters", {}).get(name, {})
    return found


def _command(request: Request) -> Mapping[str, Any]:
    return _block(request, "RunCommand")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _payload_is_no_json(request: Request) -> bool:
    payload = _block(request, "Lambda").get("Payload")
    if payload is None:
        return False
    content = decoded(payload)
    try:
        return content is not None and not _is_json(content.decode("utf-8"))
    except UnicodeDecodeError:
        return True


def _not_like(pattern: regex.Pattern[str], *values: str | None) -> bool:
    return any(value is not None and not pattern.fullmatch(value) for value in values)


def _bad_bucket(request: Request) -> bool:
    names = (request.get("LoggingInfo", {}).get("S3BucketName"), _command(request).get("OutputS3BucketName"))
    return _not_like(_BUCKET, *names)


def _strange_instances(request: Request) -> bool:
    values = _values(request, "InstanceIds")
    return _not_like(_INSTANCE, *values) or len(set(values)) < len(values)


def length_is_open(node: Node, text: str) -> bool:
    """Tell whether code points and UTF-16 units fall on two sides of one of the node's limits."""
    if text.isascii():
        return False
    points, units = length(text), utf16_length(text)
    return points != units and any(
        (isinstance(rule, MaxLength) and points <= rule.limit < units)
        or (isinstance(rule, MinLength) and points < rule.limit <= units)
        for rule in node.constraints
    )


def pattern_is_open(node: Node, text: str) -> bool:
    """Tell whether the readings of the node's pattern (the whole string, a part of it) differ on `text`."""
    return any(isinstance(rule, Pattern) and readings_differ(rule.regex, text) for rule in node.constraints)


_Test = Callable[[Any], bool]


def _nobody(value: Any) -> bool:
    return False


def _any_string(test: Callable[[Node, str], bool], node: Node, kinds: tuple[type, ...]) -> _Test:
    """Compile a test of well-typed values: does `test` hold for any string whose node has a constraint of `kinds`?"""
    below = partial(_any_string, test, kinds=kinds)
    match node.kind:
        case "string" if any(isinstance(each, kinds) for each in node.constraints):
            return lambda value: isinstance(value, str) and test(node, value)
        case "structure":
            members = {name: found for name, child in node.children if (found := below(child)) is not _nobody}
            return _any_member(members) if members else _nobody
        case "list" if (element := below(node.child("[]"))) is not _nobody:
            return lambda value: isinstance(value, list) and any(map(element, value))
        case "map":
            key, inner = below(node.child("{key}")), below(node.child("{}"))
            return lambda value: (
                isinstance(value, _MAPPING) and (any(map(key, value)) or any(map(inner, value.values())))
            )
        case _:
            return _nobody


def _any_member(tests: Mapping[str, _Test]) -> _Test:
    return lambda value: (
        isinstance(value, _MAPPING)
        and any(name in tests and item is not None and tests[name](item) for name, item in value.items())
    )


def _pseudo_on_command(request: Request) -> bool:
    text = json.dumps(dict(_command(request)))
    return any(word in text for word in _UNSUPPORTED_FOR_COMMANDS)


def _any_unknown_member(node: Node) -> _Test:
    """Compile a test of well-typed values: does any structure in it hold a member that its node does not have?"""
    match node.kind:
        case "structure":
            members = {name: _any_unknown_member(child) for name, child in node.children}
            return lambda value: (
                isinstance(value, _MAPPING)
                and any(name not in members or members[name](item) for name, item in value.items())
            )
        case "list" if (element := _any_unknown_member(node.child("[]"))) is not _nobody:
            return lambda value: isinstance(value, list) and any(map(element, value))
        case "map" if (inner := _any_unknown_member(node.child("{}"))) is not _nobody:
            return lambda value: isinstance(value, _MAPPING) and any(map(inner, value.values()))
        case _:
            return _nobody


def _any_loose_number(node: Node) -> _Test:
    """Compile a test of well-typed values: is any number in it no 32-bit integer, or a boolean in quotes?"""
    match node.kind:
        case "integer":
            return lambda value: (
                isinstance(value, float)
                or (isinstance(value, int) and not isinstance(value, bool) and not -INT32_MAX - 1 <= value <= INT32_MAX)
            )
        case "boolean":
            return lambda value: isinstance(value, str) and value.lower() in ("true", "false")
        case "structure":
            members = {
                name: found for name, child in node.children if (found := _any_loose_number(child)) is not _nobody
            }
            return _any_member(members) if members else _nobody
        case _:
            return _nobody


@cache
def open_questions() -> tuple[OpenQuestion, ...]:
    """Give every open question: those that one request asks, then those that need a sequence of calls."""
    return (*_asked_by_one_request(), *_asked_by_a_sequence())


def _asked_by_one_request() -> Iterator[OpenQuestion]:
    def ask(id: str, question: str, source: str, applies: Callable[[Request], bool]) -> OpenQuestion:
        return OpenQuestion(id=id, question=question, source=source, applies=applies)

    yield ask(
        "targets.key-kind",
        "Is a target key other than InstanceIds and WindowTargetIds taken on a task?",
        "X-08, X-09, C-02, C-03",
        lambda r: any(t.get("Key") not in (None, "InstanceIds", "WindowTargetIds") for t in _targets(r)),
    )
    yield ask(
        "targets.without-key",
        "Is a target without a Key taken?",
        "M-05",
        lambda r: any("Key" not in t for t in _targets(r)),
    )
    yield ask(
        "targets.without-values",
        "Is a target without Values, or with none in them, taken?",
        "M-07",
        lambda r: any(not t.get("Values") for t in _targets(r)),
    )
    yield ask("targets.several", "Is more than one Target entry taken?", "X-11", lambda r: len(_targets(r)) > 1)
    yield ask(
        "targets.empty-list",
        "Does an empty Targets list count as no Targets?",
        "X-07",
        lambda r: r.get("Targets") == [],
    )
    yield ask(
        "targets.instance-id-form",
        "Is a value of InstanceIds taken that is no i- id of 17 digits, or stands twice?",
        "X-36, M-08",
        _strange_instances,
    )
    yield ask(
        "targets.window-target-known",
        "Is a window target id taken that is not registered with this window?",
        "S-04, X-37",
        lambda r: bool(_values(r, "WindowTargetIds")),
    )
    yield ask(
        "notification.without-role",
        "Is NotificationConfig taken without RunCommand.ServiceRoleArn?",
        "X-21, C-09",
        lambda r: "NotificationConfig" in _command(r) and "ServiceRoleArn" not in _command(r),
    )
    yield ask("lambda.payload-json", "Is a Payload taken that is no JSON?", "X-29", _payload_is_no_json)
    yield ask(
        "lambda.client-context-base64",
        "Is a ClientContext taken that is no base64 text of JSON?",
        "X-30",
        lambda r: _client_context_is_open(_block(r, "Lambda").get("ClientContext")),
    )
    yield ask(
        "step-functions.input-json",
        "Is an Input taken that is no JSON?",
        "X-31",
        lambda r: "Input" in _block(r, "StepFunctions") and not _is_json(_block(r, "StepFunctions")["Input"]),
    )
    yield ask(
        "arn.role-form",
        "Is a ServiceRoleArn taken that is no ARN of a role?",
        "X-24, C-13",
        lambda r: _not_like(_ROLE, r.get("ServiceRoleArn"), _command(r).get("ServiceRoleArn")),
    )
    yield ask(
        "arn.topic-form",
        "Is a NotificationArn taken that is no ARN of a topic?",
        "M-22, section 11",
        lambda r: _not_like(_TOPIC, _command(r).get("NotificationConfig", {}).get("NotificationArn")),
    )
    yield ask("s3.bucket-alphabet", "Is a bucket name taken that S3 would not allow?", "M-25, M-43", _bad_bucket)
    yield ask(
        "logs.group-alphabet",
        "Is a log group name taken that CloudWatch Logs would not allow?",
        "M-17",
        lambda r: _not_like(_LOG_GROUP, _command(r).get("CloudWatchOutputConfig", {}).get("CloudWatchLogGroupName")),
    )
    yield ask(
        "document-hash.alone",
        "Is a DocumentHash taken without its type, or a type without a hash?",
        "X-26",
        lambda r: ("DocumentHash" in _command(r)) != ("DocumentHashType" in _command(r)),
    )
    yield ask(
        "output.prefix-alone",
        "Is OutputS3KeyPrefix taken without OutputS3BucketName?",
        "X-35",
        lambda r: "OutputS3KeyPrefix" in _command(r) and "OutputS3BucketName" not in _command(r),
    )
    yield ask(
        "alarm.task-type",
        "Is an alarm taken on a LAMBDA or STEP_FUNCTIONS task?",
        "X-32",
        lambda r: "AlarmConfiguration" in r and r.get("TaskType") in ("LAMBDA", "STEP_FUNCTIONS"),
    )
    yield ask(
        "pseudo-parameters.run-command",
        "Are the pseudo parameters of targets taken on a RUN_COMMAND task?",
        "X-28",
        _pseudo_on_command,
    )
    yield ask(
        "priority.upper-bound",
        "Is a Priority of any height taken?",
        "M-40, P-19, section 11",
        lambda r: isinstance(r.get("Priority"), int) and r["Priority"] > _HIGH_PRIORITY,
    )
    yield ask(
        "invocation.empty-foreign-block",
        "Does an empty block of another task type count as empty?",
        "X-12",
        lambda r: any(
            name in BLOCK_OF_TYPE.values() and name != BLOCK_OF_TYPE.get(r.get("TaskType", "")) and not block
            for name, block in r.get("TaskInvocationParameters", {}).items()
        ),
    )
    yield ask(
        "length.astral",
        "Does a character outside the BMP count once or twice against a length?",
        "M-53",
        _any_string(length_is_open, request_tree(), (MinLength, MaxLength)),
    )
    yield ask(
        "pattern.anchors",
        "Does a pattern hold for the whole string or for a part of it?",
        "M-54, C-01, section 9",
        _any_string(pattern_is_open, request_tree(), (Pattern,)),
    )
    yield ask(
        "wire.unknown-members",
        "Is a member that the operation does not know ignored?",
        "P-15",
        _any_unknown_member(request_tree()),
    )
    yield ask(
        "wire.loose-numbers",
        "Are fractions, numbers beyond 32 bits and booleans in quotes taken?",
        "P-18, P-19, P-21, C-17",
        _any_loose_number(request_tree()),
    )


def _client_context_is_open(text: str | None) -> bool:
    if text is None:
        return False
    content = decoded(text)
    if content is None:
        return True
    try:
        return not _is_json(content.decode("utf-8"))
    except UnicodeDecodeError:
        return True


def _asked_by_a_sequence() -> Iterator[OpenQuestion]:
    def ask(id: str, question: str, source: str) -> OpenQuestion:
        return OpenQuestion(id=id, question=question, source=source)

    yield ask("token.after-failure", "Is a token spent by a call that failed?", "S-12")
    yield ask("token.after-deregister", "What does a token give whose task was deregistered?", "S-12")
    yield ask("token.other-window", "Does a token reach beyond its window?", "S-12, section 11")
    yield ask(
        "window.unassociated-targets", "Are unregistered instances taken where the window forbids them?", "S-05, C-04"
    )
    yield ask(
        "ignored-members.validated",
        "Do the constraints of TaskParameters and LoggingInfo hold where these are ignored?",
        "X-20",
    )
    yield ask("echo.ignored-members", "Are TaskParameters and LoggingInfo told back where they are ignored?", "X-20")
    yield ask("echo.log-group-added", "Is a CloudWatchLogGroupName added on read-back?", "O-12")
    yield ask(
        "echo.service-linked-role", "Does an omitted ServiceRoleArn read back as the service-linked role?", "O-07"
    )
    yield ask(
        "echo.placeholder-one", 'Do MaxConcurrency and MaxErrors read back as "1" on a targetless task?', "O-08, C-06"
    )
    yield ask("echo.cutoff-default", "Does an omitted CutoffBehavior read back as CONTINUE_TASK?", "O-06")
    yield ask("errors.does-not-exist-status", "Does DoesNotExistException travel with status 400 or 404?", "C-10")
    yield ask("wire.empty-body-code", "Is an empty body refused as invalid or as unreadable?", "P-09, C-14")
    yield ask("wire.other-content-type", "Is a content type other than application/x-amz-json-1.1 taken?", "P-11")
    yield ask("wire.other-method", "Is a method other than POST answered as a request?", "P-01")
    yield ask("wire.other-path", "Is a path other than / answered as a request?", "P-01")
    yield ask("wire.other-encoding", "Is a byte order mark, UTF-16 or sloppy UTF-8 taken?", "section 11")
    yield ask("wire.duplicate-members", "Is a member taken that stands twice, and which value counts?", "section 11")
    yield ask(
        "wire.strange-characters", "Are NUL, control characters and lone surrogates taken in a string?", "section 11"
    )
    yield ask("priority.highest", "Is 0 or 1 the highest priority?", "O-05, C-07")


def questions_asked(request: Request) -> tuple[OpenQuestion, ...]:
    """Give the open questions that a well-typed request without nulls asks, in catalogue order."""
    return tuple(
        question for question in open_questions() if question.applies is not None and question.applies(request)
    )
