"""ClientToken: the same call again, another call with the same token, no token at all."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.combinations import ignored_members
from conformance.contract.rule import MISMATCH
from conformance.events import CaseFinished
from conformance.observation import Accepted, Rejected
from conformance.oracle import MustAccept, expectation
from conformance.runner.scenarios.stage import Stage


def replay(stage: Stage) -> Iterator[CaseFinished]:
    """The same call with the same token: at once, after another registration, and with every member."""
    for request in (stage.rich(0),) if stage.brief else (stage.base, stage.rich(0)):
        window, short = stage.window(), stage.token()
        token, line = short.ljust(63, "x"), '{token}.ljust(63, "x")'
        other_token = stage.token_like(short, f"{token}A", f'{line} + "A"')
        token = stage.token_like(short, f"{token}a", f'{line} + "a"')
        answer = stage.register(window, request, token=token)
        if isinstance(answer, Accepted):
            first = str(answer.body.get("WindowTaskId"))
        else:  # a token of full length is another rule's matter
            token, other_token = short, stage.token()
            first = stage.must_register("token.replay-same-id", window, request, token=token)
        if not stage.brief:  # then a replay after another registration shows both
            yield from _again(stage, window, request, token, first)
        other = stage.must_register("token.other-token-new-task", window, request, token=other_token)
        if other == first:
            yield stage.charge("token.other-token-new-task", "wrong-effect", "a new task", "the id of the first task")
            return
        if not stage.brief:
            stage.ask_alone({**request, "WindowId": window, "TaskType": "NO_SUCH_TYPE"})
        yield from _again(stage, window, request, token, first)
    yield stage.kept("token.other-token-new-task")
    if not stage.brief:
        yield from _alike(stage)


def _alike(stage: Stage) -> Iterator[CaseFinished]:
    """Tokens that differ in little are other tokens: each makes a task of its own."""
    window, token = stage.window(), stage.token()
    long = token.ljust(63, "x")
    alike = (
        (f"{long}a", '{token}.ljust(63, "x") + "a"'),
        (f"{long}b", '{token}.ljust(63, "x") + "b"'),
        (f"{long}a".swapcase(), '({token}.ljust(63, "x") + "a").swapcase()'),
        (f"{token} ", '{token} + " "'),
        (token, "{token}"),
        (token.replace("-", ""), '{token}.replace("-", "")'),
        (f"{token}é", '{token} + "é"'),
        (f"{token}è", '{token} + "è"'),
    )
    ids: list[str] = []
    for each, line in alike:
        answer = stage.register(window, stage.base, token=stage.token_like(token, each, line))
        if not isinstance(answer, Accepted):
            return  # told where a token is as long as can be
        ids.append(str(answer.body.get("WindowTaskId")))
    if len(set(ids)) < len(ids):
        seen = f"{len(set(ids))} for {len(ids)} tokens"
        yield stage.charge("token.other-token-new-task", "wrong-effect", "a task for each token", seen)


def _again(stage: Stage, window: str, request: Mapping[str, Any], token: str, first: str) -> Iterator[CaseFinished]:
    before = stage.listed(window)
    second = stage.must_register("token.replay-same-id", window, request, token=token)
    listed = stage.listed(window)
    if second != first:
        yield stage.charge("token.replay-same-id", "wrong-effect", "the WindowTaskId of the first call", "another one")
    else:
        yield stage.kept("token.replay-same-id")
    if before is not None and listed is not None and second == first:
        if new := set(listed) - set(before):
            yield stage.charge("token.replay-no-second-task", "side-effect", "no new task", f"{len(new)} new")
        else:
            yield stage.kept("token.replay-no-second-task")


def mismatch(stage: Stage) -> Iterator[CaseFinished]:
    """The same token with one member changed, for each member in turn."""
    for index in range(1 if stage.brief else 5):
        yield from _mismatches(stage, stage.rich(index))
    if stage.brief:
        return
    request = stage.base
    window, token = stage.window(), stage.token()
    stage.must_register("token.mismatch-refused", window, request, token=token)
    more = (("Name", "mw-conformance-b"), ("Description", "another one"), ("TaskType", "LAMBDA"))
    for name, value in more:
        if name not in request or name == "TaskType":
            yield from _refused(stage, window, {**request, name: value}, token)


def _mismatches(stage: Stage, request: Mapping[str, Any]) -> Iterator[CaseFinished]:
    token, window = stage.token(), stage.window()
    first = stage.register(window, request, token=token)
    if not isinstance(first, Accepted):
        return  # everything together is refused: told under its own rule
    before = stage.listed(window)
    id = str(first.body.get("WindowTaskId"))
    told = stage.told(window, [id])
    for changed in _one_a_member(request) if stage.brief else changes(request):
        events = list(_refused(stage, window, changed, token))
        yield from events
        if any(event.charges for event in events):
            return  # one is enough, and more would fill the window
    after = stage.listed(window)
    if before is not None and after is not None and after != before:
        yield stage.charge("token.mismatch-refused", "side-effect", "the window as it was", "other tasks than before")
    elif stage.told(window, [id]) != told:
        yield stage.charge("token.mismatch-refused", "side-effect", "the task as it was", "the task is told otherwise")


def _one_a_member(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give, for each top-level member, the first request that differs in it."""
    seen: set[str] = set()
    for changed in changes(request):
        differing = {name for name in request if changed.get(name) != request[name]}
        if not differing <= seen:
            seen |= differing
            yield changed


def _refused(stage: Stage, window: str, changed: Mapping[str, Any], token: str) -> Iterator[CaseFinished]:
    observation = stage.register(window, changed, token=token)
    if isinstance(observation, Rejected) and observation.code != MISMATCH and not stage.takes(changed):
        return  # refused for itself, whatever the token: told under its own rule
    yield from stage.status(observation)
    yield stage.refused("token.mismatch-refused", observation, frozenset({MISMATCH}), "another request with the token")


def changes(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give valid requests that differ from `request` in one member each, beyond doubt: in no default or order."""
    for name, value in request.items():
        if name in ("WindowId", "TaskType", "ClientToken") or name in ignored_members(request):
            continue
        others = [*([value.swapcase()] if name in ("Name", "Description") else []), *_changed(name, value)]
        for changed in others:
            candidate = {**request, name: changed}
            if isinstance(expectation(candidate), MustAccept):
                yield candidate
        without = {key: item for key, item in request.items() if key != name}
        if name not in ("CutoffBehavior", "Priority") and isinstance(expectation(without), MustAccept):
            yield without


_OTHER_TEXT = {
    "Sha256": "Sha1",
    "CONTINUE_TASK": "CANCEL_TASK",
    "CANCEL_TASK": "CONTINUE_TASK",
    "Command": "Invocation",
    "Failed": "Success",
    "$DEFAULT": "7",
    "InstanceIds": "",
}


def _changed(name: str, value: Any) -> Iterator[Any]:
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
        case str():
            yield from _other_texts(name, value)
        case list():
            for index, item in enumerate(value):
                yield from ([*value[:index], other, *value[index + 1 :]] for other in _changed(name, item))
        case Mapping():
            for key, item in value.items():
                yield from ({**value, key: other} for other in _changed(key, item))
        case _:
            return


def _other_texts(name: str, value: str) -> Iterator[str]:
    if value in _OTHER_TEXT:
        yield _OTHER_TEXT[value]
    elif name in ("Payload", "ClientContext"):
        yield base64.b64encode(b'{"reason": "another"}').decode()
    elif name == "Input":
        yield '{"reason": "another"}'
    elif value.isdigit():
        yield str(int(value) + 1)
    elif value.startswith("i-"):
        yield "i-0fedcba9876543210"
    else:
        yield value[:-1] + ("a" if value[-1:] != "a" else "b")


def absent(stage: Stage) -> Iterator[CaseFinished]:
    """Two identical calls without a token make two tasks."""
    window = stage.window()
    first = stage.must_register("token.absent-two-tasks", window, stage.base, bare=True)
    second = stage.must_register("token.absent-two-tasks", window, stage.base, bare=True)
    listed = stage.listed(window)
    if first == second or (listed is not None and len(listed) < 2):
        yield stage.charge("token.absent-two-tasks", "wrong-effect", "two tasks", "one task")
    else:
        yield stage.kept("token.absent-two-tasks")
