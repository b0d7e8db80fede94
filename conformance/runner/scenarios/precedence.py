"""Two rules broken at once: refused with the code of either; which of the two is told is written down, never judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, final

from conformance.contract.catalogue import rule as rule_of
from conformance.contract.rule import DOES_NOT_EXIST, LIMIT, MISMATCH, SERIALIZATION
from conformance.events import CaseFinished
from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable
from conformance.oracle import observed_in_words
from conformance.runner.inspector import finished
from conformance.runner.scenarios.stage import Stage

Edit = Callable[[dict[str, Any]], dict[str, Any]]
_COMMAND = "RunCommand"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One way to break a rule: its name in the table, the rule, the member that a message would name, and the edit."""

    name: str
    rule: str
    member: str
    edit: Edit


def _with(**members: Any) -> Edit:
    return lambda request: {**request, **members}


def _without(member: str) -> Edit:
    return lambda request: {name: value for name, value in request.items() if name != member}


def _with_block(block: str, **members: Any) -> Edit:
    def edit(request: dict[str, Any]) -> dict[str, Any]:
        blocks = request.get("TaskInvocationParameters", {})
        return {**request, "TaskInvocationParameters": {**blocks, block: members}}

    return edit


_IN_THE_DOCUMENT = (
    Break(name="wrong type", rule="Priority.type", member="Priority", edit=_with(Priority="high")),
    Break(name="missing member", rule="TaskArn.required", member="TaskArn", edit=_without("TaskArn")),
    Break(name="length", rule="Description.max-length", member="Description", edit=_with(Description="a" * 129)),
    Break(name="pattern", rule="Name.pattern", member="Name", edit=_with(Name="not a name")),
    Break(name="enum", rule="CutoffBehavior.enum", member="CutoffBehavior", edit=_with(CutoffBehavior="STOP_TASK")),
    Break(
        name="range",
        rule="TaskInvocationParameters.RunCommand.TimeoutSeconds.min-value",
        member="TimeoutSeconds",
        edit=_with_block(_COMMAND, TimeoutSeconds=29),
    ),
    Break(
        name="foreign block",
        rule="TaskInvocationParameters.Lambda.other-task-type-refused",
        member="Lambda",
        edit=_with_block("Lambda", Qualifier="1"),
    ),
    Break(
        name="limits missing",
        rule="targeted.MaxConcurrency-required",
        member="MaxConcurrency",
        edit=_without("MaxConcurrency"),
    ),
)
_UNKNOWN = Break(name="unknown window", rule="window.unknown", member="", edit=_with(WindowId="mw-fedcba98765432100"))
_USED = Break(name="token used", rule="token.mismatch-refused", member="", edit=_with(Priority=3))
_FULL = Break(name="full window", rule="quota.tasks-per-window", member="", edit=_with())
_TELLS = {DOES_NOT_EXIST: _UNKNOWN.name, MISMATCH: _USED.name, LIMIT: _FULL.name, SERIALIZATION: "wrong type"}


def _both_limits(what: str, rule: str, edit: Callable[[str], Edit]) -> tuple[Break, Break]:
    """Give one break for each of the two limits: what a target may only see where one of them stands, or is missing."""
    first, second = (
        Break(name=f"{member} {what}", rule=rule.format(member), member=member, edit=edit(member))
        for member in ("MaxConcurrency", "MaxErrors")
    )
    return first, second


_LIMITS_GIVEN = _both_limits("without targets", "targetless.{}-refused", lambda member: _with(**{member: "1"}))
_LIMITS_LEFT_OUT = _both_limits("missing", "targeted.{}-required", _without)
_ALL = (*_IN_THE_DOCUMENT, *_LIMITS_GIVEN, *_LIMITS_LEFT_OUT, _UNKNOWN, _USED, _FULL)
PAIRED = tuple(dict.fromkeys(each.rule for each in _ALL))


def pairs(stage: Stage) -> Iterator[CaseFinished]:
    """Every two ways to break the document; then each in an unknown window, with a used token, in a full window."""
    base = stage.smallest("RUN_COMMAND")
    for left, right in combinations(_IN_THE_DOCUMENT, 2):
        window = stage.shared_window()
        yield from _asked(stage, left, right, {**right.edit(left.edit(base)), "WindowId": window})
    for (left, right), request in ((_LIMITS_GIVEN, stage.base), (_LIMITS_LEFT_OUT, base)):
        yield from _asked(stage, left, right, {**right.edit(left.edit(request)), "WindowId": stage.shared_window()})
    for broken in _IN_THE_DOCUMENT:
        yield from _asked(stage, broken, _UNKNOWN, _UNKNOWN.edit(broken.edit(base)))
    yield from _with_a_used_token(stage, base)
    yield from _in_a_full_window(stage, base)


def _with_a_used_token(stage: Stage, base: dict[str, Any]) -> Iterator[CaseFinished]:
    for broken in _IN_THE_DOCUMENT:
        window, token = stage.shared_window(), stage.token()
        stage.must_register("token.other-token-new-task", window, base, token=token)
        request = broken.edit(_USED.edit(base))
        yield from _asked(stage, broken, _USED, {**request, "WindowId": window, "ClientToken": token})


def _in_a_full_window(stage: Stage, base: dict[str, Any]) -> Iterator[CaseFinished]:
    window, token = stage.window(), stage.token()
    stage.must_register("quota.tasks-per-window-accepted", window, base, token=token)
    for _ in range(stage.quota - 1):
        stage.must_register("quota.tasks-per-window-accepted", window, base)
    for broken in _IN_THE_DOCUMENT:
        yield from _asked(stage, broken, _FULL, {**broken.edit(base), "WindowId": window})
    yield from _asked(stage, _USED, _FULL, {**_USED.edit(base), "WindowId": window, "ClientToken": token})


def _asked(stage: Stage, left: Break, right: Break, request: Mapping[str, Any]) -> Iterator[CaseFinished]:
    codes = rule_of(left.rule).codes | rule_of(right.rule).codes
    answer = stage.ask_alone(request)
    expected = f"refused with {' or '.join(sorted(codes))}: {left.name} and {right.name}"
    match answer:
        case Unreachable():
            yield stage.doubt(left.rule, answer)
        case Accepted():
            stage.spoilt(str(request["WindowId"]))
            for each in (left, right):
                yield stage.charge(each.rule, "too-lenient", expected, observed_in_words(answer), answer)
        case Crashed():
            stage.spoilt(str(request["WindowId"]))
            yield stage.charge(left.rule, "crash", expected, observed_in_words(answer), answer)
        case Rejected(code=code) if code and code not in codes:
            yield stage.charge(left.rule, "wrong-error", expected, observed_in_words(answer), answer)
        case Rejected():
            question = f"precedence.{left.name} and {right.name}"
            yield finished("", told(answer, left, right), answer, request={}, question=question)
    stage.forget()


def told(answer: Observation, left: Break, right: Break) -> str:
    """Say which of two broken rules a refusal tells: by its code, else by the member that its message names."""
    if not isinstance(answer, Rejected):
        return "neither"
    by_code = _TELLS.get(answer.code)
    if by_code in (left.name, right.name):
        return by_code
    in_document = [each for each in (left, right) if each.member]
    if len(in_document) == 1:
        return in_document[0].name
    message = answer.message.lower()
    named = [each.name for each in in_document if each.member.lower() in message]
    return " and ".join(named) or "not told"
