"""Faults that another hand planted and an earlier suite did not see: near tokens, halves of lists, nulls, odd keys."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.rule import LIMIT
from conformance.targets.base import RawCall
from conformance.targets.faults.fault import Mutant, values_at, with_methods
from conformance.targets.reference import ReferenceTarget, Refused, StoredWindow

Self = ReferenceTarget
Document = dict[str, Any]
_COMMAND = "TaskInvocationParameters.RunCommand"
_NULL = "wire.null-optional-absent"


def found_by_another_hand() -> Iterator[Mutant]:
    """Yield them by family: what is taken, tokens, the life of a task, what is told, the wire."""
    yield from _taken()
    yield from _tokens()
    yield from _lives()
    yield from _told()
    yield from _nulls()
    yield _plant("a longer operation is taken", ("wire.unknown-operation",), target_of=_by_its_beginning)
    yield _plant("names are trimmed", ("wire.member-case",), read=_trimmed)


def _plant(id: str, expects: tuple[str, ...], **methods: Callable[..., Any]) -> Mutant:
    return Mutant(id=f"found:{id}", operator="found", expects=expects, make=with_methods(**methods))


def _letting(rule: str, lets: Callable[[Document], bool]) -> Callable[[Self, Document], frozenset[str]]:
    """Give a `broken` that does not see `rule` broken where `lets` holds."""

    def broken(self: Self, document: Document) -> frozenset[str]:
        found = ReferenceTarget.broken(self, document)
        return found - {rule} if rule in found and lets(document) else found

    return broken


# --- what is taken


def _taken() -> Iterator[Mutant]:
    for path, limit in (("Description", 128), ("TaskArn", 1600), (f"{_COMMAND}.Comment", 100)):
        rule = f"{path}.max-length"

        def stripped(document: Document, path: str = path, limit: int = limit) -> bool:
            return all(isinstance(each, str) and len(each.strip()) <= limit for each in values_at(path, document))

        yield _plant(f"blanks do not count in {path}", (rule,), broken=_letting(rule, stripped))
    rule = "TaskInvocationParameters.StepFunctions.Input.max-length"

    def beyond_the_next(document: Document) -> bool:
        return all(len(each) != 4097 for each in values_at("TaskInvocationParameters.StepFunctions.Input", document))

    yield _plant("only 4,097 characters are too many", (rule,), broken=_letting(rule, beyond_the_next))
    rule = f"{_COMMAND}.NotificationConfig.NotificationEvents[].enum"
    yield _plant("only the last event is checked", (rule,), broken=_letting(rule, _last_is("Failed")))
    yield _plant("only the first event is checked", (rule,), broken=_letting(rule, _first_is("Failed")))
    rule = f"{_COMMAND}.TimeoutSeconds.max-value"

    def wrapped(document: Document) -> bool:
        values = values_at(f"{_COMMAND}.TimeoutSeconds", document)
        return all(30 <= value % 2**31 <= 2_592_000 for value in values if isinstance(value, int))

    yield _plant("numbers wrap around", (rule,), broken=_letting(rule, wrapped))
    yield _plant(
        "Targets of another type are left out",
        ("Targets.type",),
        check_document=_without_odd_targets,
    )


def _events(document: Document) -> list[Any]:
    return list(values_at(f"{_COMMAND}.NotificationConfig.NotificationEvents[]", document))


def _last_is(event: str) -> Callable[[Document], bool]:
    return lambda document: _events(document)[-1:] == [event]


def _first_is(event: str) -> Callable[[Document], bool]:
    return lambda document: _events(document)[:1] == [event]


def _without_odd_targets(self: Self, document: Document) -> None:
    if not isinstance(document.get("Targets", []), list):
        del document["Targets"]
    ReferenceTarget.check_document(self, document)


# --- tokens


def _tokens() -> Iterator[Mutant]:
    alike: dict[str, Callable[[str], str]] = {
        "cut to 36": lambda token: token[:36],
        "cut to 63": lambda token: token[:63],
        "in any case": str.lower,
        "without blanks at the end": str.rstrip,
        "without dashes": lambda token: token.replace("-", ""),
    }
    for name, fold in alike.items():
        yield _plant(
            f"tokens are compared {name}",
            ("token.other-token-new-task", "WindowTaskId.unique", "token.*"),
            replayed=_folded(fold),
        )

    def any_case(self: Self, original: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
        return str(original).lower() != str(request).lower()

    def leaves_a_task(self: Self, window: StoredWindow, request: Document) -> str | None:
        try:
            return ReferenceTarget.replayed(self, window, request)
        except Refused:
            self.store(window, {name: value for name, value in request.items() if name != "ClientToken"})
            raise

    def forgetful(self: Self, document: Document) -> None:
        try:
            ReferenceTarget.check_document(self, document)
        except Refused:
            for window in self.windows.values():
                window.tokens.clear()
            raise

    yield _plant("another case is the same call", ("token.mismatch-refused",), differs=any_case)
    yield _plant("a mismatch leaves a task", ("token.mismatch-refused",), replayed=leaves_a_task)
    yield _plant("a refusal makes it forget tokens", ("token.replay-same-id",), check_document=forgetful)


def _folded(fold: Callable[[str], str]) -> Callable[[Self, StoredWindow, Document], str | None]:
    def replayed(self: Self, window: StoredWindow, request: Document) -> str | None:
        token = request.get("ClientToken")
        known = next((each for each in window.tokens if token is not None and fold(each) == fold(token)), None)
        if known is None:
            return None
        original, _ = window.tokens[known]
        same = {**request, "ClientToken": known}
        return ReferenceTarget.replayed(self, window, same) if original == same else None

    return replayed


# --- the life of a task


def _lives() -> Iterator[Mutant]:
    def not_commands(self: Self, document: Document) -> Document:
        window = self.windows.get(str(document.get("WindowId")))
        self.quota = 1000 if document.get("TaskType") == "RUN_COMMAND" and window is not None else 20
        return ReferenceTarget.register(self, document)

    def with_token_only(self: Self, document: Document) -> Document:
        self.quota = 20 if "ClientToken" in document else 1000
        return ReferenceTarget.register(self, document)

    def replays_count(self: Self, window: StoredWindow, request: Document) -> str | None:
        found = ReferenceTarget.replayed(self, window, request)
        if found is not None:
            window.details["calls"] = window.details.get("calls", 0) + 1
        return found

    def room(self: Self, window: StoredWindow) -> None:
        if len(window.tasks) + window.details.get("calls", 0) >= self.quota:
            raise Refused(LIMIT, "no place")

    def by_name(self: Self, document: Document) -> Document:
        gone = self.task_of(document).get("Name")
        answer = ReferenceTarget.deregister(self, document)
        tasks = self.windows[document["WindowId"]].tasks
        for id in [id for id, task in tasks.items() if gone is not None and task.get("Name") == gone]:
            del tasks[id]
        return answer

    def counted(self: Self, window: StoredWindow, request: Document) -> str:
        made = f"{len(window.tasks):08x}-0000-4000-8000-{int(request['WindowId'][3:], 16):012x}"
        window.tasks[made] = self.stored(request)
        window.tokens[request.get("ClientToken", made)] = (request, made)
        return made

    yield _plant("no quota for commands", ("quota.tasks-per-window",), register=not_commands)
    yield _plant("no quota without a token", ("quota.tasks-per-window",), register=with_token_only)
    yield _plant("replays take a place", ("quota.tasks-per-window-accepted",), replayed=replays_count, check_room=room)
    yield _plant("a name is enough to go", ("deregister.only-that-task",), deregister=by_name)
    yield _plant("an id is the count of tasks", ("WindowTaskId.unique",), store=counted)


# --- what is told


def _told() -> Iterator[Mutant]:
    def telling(change: Callable[[Document], None]) -> Callable[..., Document]:
        def shown(self: Self, operation: str, task: Document, echoed: Mapping[str, str]) -> Document:
            told = copy.deepcopy(ReferenceTarget.shown(self, operation, task, echoed))
            change(told)
            return told

        return shown

    def reversed_values(told: Document) -> None:
        for values in values_at(f"{_COMMAND}.Parameters{{}}", told):
            values.reverse()

    def cut_keys(told: Document) -> None:
        entries = told.get("TaskParameters", {})
        for key in list(entries):
            entries[key.partition(".")[0]] = entries.pop(key)

    def lower_values(told: Document) -> None:
        for each in told.get("TaskParameters", {}).values():
            each["Values"] = [value.lower() for value in each.get("Values", [])]

    def no_tabs(told: Document) -> None:
        if "Description" in told:
            told["Description"] = told["Description"].replace("\t", "    ")

    def without_token(self: Self, window: StoredWindow, request: Document) -> str:
        kept = request if "ClientToken" in request else {k: v for k, v in request.items() if k != "Description"}
        return ReferenceTarget.store(self, window, kept)

    def no_id(self: Self, document: Document) -> Document:
        return {
            name: value for name, value in ReferenceTarget.get_task(self, document).items() if name != "WindowTaskId"
        }

    parameters = f"read-back.get.{_COMMAND}.Parameters"
    yield _plant("commands come back in reverse", (parameters,), shown=telling(reversed_values))
    yield _plant("keys end at a dot", ("read-back.*.TaskParameters",), shown=telling(cut_keys))
    yield _plant("values come back in lower case", ("read-back.*.TaskParameters*",), shown=telling(lower_values))
    yield _plant("tabs become blanks", ("read-back.*.Description",), shown=telling(no_tabs))
    yield _plant("no Description without a token", ("read-back.*.Description",), store=without_token)
    yield _plant("Get does not tell the id", ("read-back.get.WindowTaskId",), get_task=no_id)


# --- nulls, and the wire


def _nulls() -> Iterator[Mutant]:
    def counts(path: str) -> Callable[[Self, Document], None]:
        def check_document(self: Self, document: Document) -> None:
            block, _, member = path.rpartition(".")
            for held in [document] if not block else values_at(block, document):
                if isinstance(held, dict) and member in held and held[member] is None:
                    raise Refused("ValidationException", f"{path} is null")
            ReferenceTarget.check_document(self, document)

        return check_document

    for path in (f"{_COMMAND}.Comment", f"{_COMMAND}.Parameters", "TaskInvocationParameters.Lambda", "CutoffBehavior"):
        yield _plant(f"null is no absence of {path}", (_NULL,), check_document=counts(path))

    def targets_given(self: Self, document: Document) -> frozenset[str]:
        found = ReferenceTarget.broken(self, document)
        given = document.get("TaskType") == "RUN_COMMAND" and document.get("Targets", ()) is None
        return found - {"RUN_COMMAND.Targets-required"} if given else found

    yield _plant("null is a target", ("RUN_COMMAND.Targets-required",), broken=targets_given)


def _by_its_beginning(self: Self, call: RawCall, ordinary: str) -> str | None:
    target = ReferenceTarget.target_of(self, call, ordinary) or ""
    return next((f"AmazonSSM.{name}" for name in self._steps() if target.startswith(f"AmazonSSM.{name}")), target)


def _trimmed(self: Self, body: Any) -> Document:
    return {name.strip(): value for name, value in ReferenceTarget.read(self, body).items()}
