"""Faults in promises over a sequence of calls: tokens, ids, listings, quotas, deregistration, windows, races."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from typing import Any

from conformance.contract.rule import DOES_NOT_EXIST, LIMIT, MISMATCH
from conformance.targets.faults.fault import Mutant, with_methods
from conformance.targets.reference import ReferenceTarget, Refused, StoredWindow

Self = ReferenceTarget
Document = dict[str, Any]


def broken_promises() -> Iterator[Mutant]:
    """Each promise is broken, in each way that users have met."""
    yield from _tokens()
    yield from _blind_comparisons()
    yield from _ids()
    yield from _listings()
    yield from _quotas()
    yield from _windows()
    yield from _deregistrations()
    yield from _refusals()
    yield from _statuses()
    yield from _races()


def _plant(id: str, expects: tuple[str, ...], equivalent: str = "", **methods: Callable[..., Any]) -> Mutant:
    return Mutant(
        id=f"state:{id}", operator="state", expects=expects, make=with_methods(**methods), equivalent=equivalent
    )


def _tokens() -> Iterator[Mutant]:
    def ignored(self: Self, window: StoredWindow, request: Document) -> None:
        return None

    def second_task(self: Self, window: StoredWindow, request: Document) -> str | None:
        found = ReferenceTarget.replayed(self, window, request)
        if found is not None:
            self.store(window, {name: value for name, value in request.items() if name != "ClientToken"})
        return found

    def last_only(self: Self, window: StoredWindow, request: Document) -> str | None:
        last = next(reversed(window.tokens), None)
        return ReferenceTarget.replayed(self, window, request) if request.get("ClientToken") == last else None

    def first_wins(self: Self, original: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
        return False

    def new_task_on_mismatch(self: Self, window: StoredWindow, request: Document) -> str | None:
        try:
            return ReferenceTarget.replayed(self, window, request)
        except Refused:
            return None

    def replay_refused(self: Self, window: StoredWindow, request: Document) -> str | None:
        if request.get("ClientToken") in window.tokens:
            raise Refused(MISMATCH, "the token was used")
        return None

    def same_document(self: Self, window: StoredWindow, request: Document) -> str | None:
        bare = {name: value for name, value in request.items() if name != "ClientToken"}
        for id, task in window.tasks.items():
            if {name: value for name, value in task.items() if name != "ClientToken"} == bare:
                return id
        return None

    def no_token_is_a_token(self: Self, window: StoredWindow, request: Document) -> str | None:
        if "ClientToken" in request:
            return ReferenceTarget.replayed(self, window, request)
        return next((id for id, task in window.tasks.items() if task == request), None)

    def wrong_code(self: Self, window: StoredWindow, request: Document) -> str | None:
        try:
            return ReferenceTarget.replayed(self, window, request)
        except Refused as refusal:
            raise Refused("ValidationException", str(refusal)) from refusal

    def mismatch_overwrites(self: Self, window: StoredWindow, request: Document) -> str | None:
        token = request.get("ClientToken")
        if token in window.tokens:
            window.tasks[window.tokens[token][1]] = request
            return window.tokens[token][1]
        return None

    yield _plant("token ignored", ("token.replay-same-id", "token.mismatch-refused"), replayed=ignored)
    yield _plant("replay makes a second task", ("token.replay-no-second-task",), replayed=second_task)
    yield _plant("only the last token is known", ("token.replay-same-id",), replayed=last_only)
    yield _plant("mismatch not told", ("token.mismatch-refused",), differs=first_wins)
    yield _plant("mismatch makes a task", ("token.mismatch-refused",), replayed=new_task_on_mismatch)
    yield _plant("mismatch overwrites", ("token.mismatch-refused",), replayed=mismatch_overwrites)
    yield _plant("replay refused", ("token.replay-same-id",), replayed=replay_refused)
    yield _plant(
        "equal documents are one task",
        ("token.other-token-new-task", "token.absent-two-tasks", "WindowTaskId.unique"),
        replayed=same_document,
    )
    yield _plant("no token is a token", ("token.absent-two-tasks",), replayed=no_token_is_a_token)
    yield _plant("mismatch with another code", ("token.mismatch-refused",), replayed=wrong_code)


_COMPARED = (
    "Targets", "TaskArn", "ServiceRoleArn", "TaskInvocationParameters", "Priority", "MaxConcurrency", "MaxErrors",
    "Name", "Description", "CutoffBehavior", "AlarmConfiguration", "LoggingInfo", "TaskParameters",
)  # fmt: skip


def _blind_comparisons() -> Iterator[Mutant]:
    for member in _COMPARED:

        def differs(self: Self, original: Mapping[str, Any], request: Mapping[str, Any], member: str = member) -> bool:
            return {**original, member: None} != {**request, member: None}

        yield _plant(f"mismatch of {member} not told", ("token.mismatch-refused",), differs=differs)


def _ids() -> Iterator[Mutant]:
    def constant(self: Self) -> str:
        return "00000000-0000-4000-8000-000000000001"

    def per_window(self: Self, window: StoredWindow, request: Document) -> str:
        id = f"{len(window.tokens) + len(window.tasks):08x}-0000-4000-8000-000000000000"
        window.tasks[id] = request
        if "ClientToken" in request:
            window.tokens[request["ClientToken"]] = (request, id)
        return id

    def shaped(form: str) -> Callable[[Self], str]:
        def new_id(self: Self) -> str:
            return form.format(ReferenceTarget.new_id(self))

        return new_id

    yield _plant("one id for all", ("WindowTaskId.unique", "listing.*", "token.*", "quota.*"), new_id=constant)
    yield _plant("ids repeat in other windows", ("WindowTaskId.unique", "listing.own-window"), store=per_window)
    for name, form in (("prefixed", "task-{}"), ("short", "{:.35}"), ("in braces", "{{{}}}"), ("undashed", "x{:.35}")):
        yield _plant(f"id {name}", ("WindowTaskId.shape",), new_id=shaped(form))


def _listings() -> Iterator[Mutant]:
    def twice(self: Self, document: Document) -> Document:
        answer = ReferenceTarget.describe_tasks(self, document)
        return {**answer, "Tasks": answer["Tasks"] + answer["Tasks"][:1]}

    def all_windows(self: Self, document: Document) -> Document:
        ReferenceTarget.describe_tasks(self, document)
        found = [ReferenceTarget.describe_tasks(self, {"WindowId": id})["Tasks"] for id in self.windows]
        return {"Tasks": [task for tasks in found for task in tasks]}

    def not_the_last(self: Self, document: Document) -> Document:
        answer = ReferenceTarget.describe_tasks(self, document)
        return {**answer, "Tasks": answer["Tasks"][:-1] if len(answer["Tasks"]) > 1 else answer["Tasks"]}

    def first_ten(self: Self, tasks: list[Document], document: Mapping[str, Any]) -> Document:
        return {"Tasks": tasks[:10]}

    def overlapping(self: Self, tasks: list[Document], document: Mapping[str, Any]) -> Document:
        start = max(int(document.get("NextToken") or 0) - 1, 0)
        end = start + int(document.get("MaxResults") or len(tasks) or 1)
        return {"Tasks": tasks[start:end], **({"NextToken": str(end)} if end < len(tasks) else {})}

    def gap(self: Self, tasks: list[Document], document: Mapping[str, Any]) -> Document:
        answer = ReferenceTarget.page(self, tasks, document)
        return {**answer, **({"NextToken": str(int(answer["NextToken"]) + 1)} if "NextToken" in answer else {})}

    def lost_page(self: Self, tasks: list[Document], document: Mapping[str, Any]) -> Document:
        return {"Tasks": ReferenceTarget.page(self, tasks, document)["Tasks"]}

    yield _plant("listed twice", ("listing.once", "listing.pages"), describe_tasks=twice)
    yield _plant("listed in every window", ("listing.own-window",), describe_tasks=all_windows)
    yield _plant("the last is not listed", ("listing.once", "listing.pages"), describe_tasks=not_the_last)
    yield _plant("ten are listed", ("listing.pages", "listing.once"), page=first_ten)
    yield _plant("pages overlap", ("listing.pages",), page=overlapping)
    yield _plant("pages leave a gap", ("listing.pages",), page=gap)
    yield _plant("no second page", ("listing.pages",), page=lost_page)


def _quotas() -> Iterator[Mutant]:
    def of(size: int) -> Callable[[Self, StoredWindow], None]:
        def check_room(self: Self, window: StoredWindow) -> None:
            if len(window.tasks) >= size:
                raise Refused(LIMIT, "full")

        return check_room

    def ever(self: Self, window: StoredWindow) -> None:
        if len(window.tokens) >= self.quota:
            raise Refused(LIMIT, "full")

    def together(self: Self, window: StoredWindow) -> None:
        if sum(len(each.tasks) for each in self.windows.values()) >= self.quota:
            raise Refused(LIMIT, "full")

    def coded(code: str, status: int = 400) -> Callable[[Self, StoredWindow], None]:
        def check_room(self: Self, window: StoredWindow) -> None:
            if len(window.tasks) >= self.quota:
                raise Refused(code, "full", status)

        return check_room

    accepted, refused = "quota.tasks-per-window-accepted", "quota.tasks-per-window"
    for size in (10, 19):
        yield _plant(f"quota of {size}", (accepted, "quota.*", "listing.pages", "token.*"), check_room=of(size))
    for size in (21, 25, 10_000):
        yield _plant(f"quota of {size}", (refused,), check_room=of(size))
    yield _plant("quota counts all that ever were", ("quota.freed-by-deregister",), check_room=ever)
    yield _plant("quota over all windows", (accepted,), check_room=together)
    yield _plant("quota refused as invalid", (refused,), check_room=coded("ValidationException"))
    yield _plant(
        "quota with status 429", ("errors.ResourceLimitExceededException.status", refused), check_room=coded(LIMIT, 402)
    )


def _windows() -> Iterator[Mutant]:
    def any_window(self: Self, request: Mapping[str, Any]) -> StoredWindow:
        return self.windows.setdefault(request["WindowId"], StoredWindow())

    def coded(code: str) -> Callable[[Self, Mapping[str, Any]], StoredWindow]:
        def window_of(self: Self, request: Mapping[str, Any]) -> StoredWindow:
            try:
                return ReferenceTarget.window_of(self, request)
            except Refused as refusal:
                raise Refused(code, str(refusal)) from refusal

        return window_of

    def kept(self: Self, document: Document) -> Document:
        ReferenceTarget.window_of(self, document)
        return {"WindowId": document["WindowId"]}

    def tasks_kept(self: Self, document: Document) -> Document:
        window = ReferenceTarget.window_of(self, document)
        window.details["deleted"] = True
        return {"WindowId": document["WindowId"]}

    def alive(self: Self, request: Mapping[str, Any]) -> StoredWindow:
        window = ReferenceTarget.window_of(self, request)
        if window.details.get("deleted") and "WindowTaskId" not in request:
            raise Refused(DOES_NOT_EXIST, "deleted")
        return window

    def disabled(self: Self, document: Document) -> Document:
        self.check_document(document)
        if ReferenceTarget.window_of(self, document).details.get("Enabled") is False:
            raise Refused("ValidationException", "disabled")
        return ReferenceTarget.register(self, document)

    yield _plant("unknown windows are made", ("window.unknown", "window.deleted", "window.*"), window_of=any_window)
    yield _plant(
        "unknown window is invalid",
        ("window.unknown", "window.deleted", "window.*", "deregister.*"),
        window_of=coded("ValidationException"),
    )
    yield _plant("deleted windows live on", ("window.deleted", "window.deletion-takes-tasks"), delete_window=kept)
    yield _plant(
        "tasks outlive their window", ("window.deletion-takes-tasks",), delete_window=tasks_kept, window_of=alive
    )
    yield _plant("disabled windows take no task", ("window.disabled-accepted",), register=disabled)
    yield _plant(
        "window targets in use are let go",
        ("window-target.in-use-refused",),
        is_in_use=lambda self, window, target: False,
    )


def _deregistrations() -> Iterator[Mutant]:
    def nothing(self: Self, document: Document) -> Document:
        self.task_of(document)
        return {"WindowId": document["WindowId"], "WindowTaskId": document["WindowTaskId"]}

    def everything(self: Self, document: Document) -> Document:
        answer = ReferenceTarget.deregister(self, document)
        self.windows[document["WindowId"]].tasks.clear()
        return answer

    def the_last(self: Self, document: Document) -> Document:
        self.task_of(document)
        self.windows[document["WindowId"]].tasks.popitem()
        return {"WindowId": document["WindowId"], "WindowTaskId": document["WindowTaskId"]}

    def from_anywhere(self: Self, document: Document) -> Document:
        for window in self.windows.values():
            window.tasks.pop(document["WindowTaskId"], None)
        return {"WindowId": document["WindowId"], "WindowTaskId": document["WindowTaskId"]}

    def silently(self: Self, document: Document) -> Document:
        self.window_of(document).tasks.pop(document["WindowTaskId"], None)
        return {"WindowId": document["WindowId"], "WindowTaskId": document["WindowTaskId"]}

    def empty(self: Self, document: Document) -> Document:
        ReferenceTarget.deregister(self, document)
        return {}

    yield _plant(
        "deregister does nothing",
        ("deregister.removes-the-task", "deregister.twice-refused", "quota.freed-by-deregister"),
        deregister=nothing,
    )
    yield _plant("deregister takes all", ("deregister.only-that-task",), deregister=everything)
    yield _plant(
        "deregister takes the last", ("deregister.removes-the-task", "deregister.only-that-task"), deregister=the_last
    )
    yield _plant(
        "deregister from anywhere", ("deregister.own-window-only", "deregister.twice-refused"), deregister=from_anywhere
    )
    yield _plant("deregister twice", ("deregister.twice-refused", "deregister.own-window-only"), deregister=silently)
    yield _plant("deregister answers nothing", ("deregister.result",), deregister=empty)


def _refusals() -> Iterator[Mutant]:
    def stored_first(self: Self, document: Document) -> Document:
        window = self.windows.get(str(document.get("WindowId")))
        try:
            return ReferenceTarget.register(self, document)
        except Refused:
            if window is not None:
                window.tasks[self.new_id()] = {}
            raise

    def stored_over_quota(self: Self, window: StoredWindow) -> None:
        if len(window.tasks) >= self.quota:
            self.store(window, {})
            raise Refused(LIMIT, "full")

    def poisoned(self: Self, document: Document) -> Document:
        for task in self.window_of(document).tasks.values():
            if task.get("Description", "").startswith(" "):
                raise Refused("ValidationException", "a stored value can not be read")
        return ReferenceTarget.describe_tasks(self, document)

    yield _plant("a refused task is stored", ("refusal.no-trace",), register=stored_first)
    yield _plant("a task over the quota is stored", ("refusal.no-trace",), check_room=stored_over_quota)
    yield _plant("a blank poisons the listing", ("acceptance.reads-work",), describe_tasks=poisoned)


def _races() -> Iterator[Mutant]:
    def unlocked(self: Self) -> None:
        ReferenceTarget.__init__(self)
        self._lock = nullcontext()  # type: ignore[assignment]

    def slow_store(self: Self, window: StoredWindow, request: Document) -> str:
        time.sleep(0.005)
        return ReferenceTarget.store(self, window, request)

    yield _plant(
        "race: look up, wait, store",
        ("token.replay-same-id", "token.replay-no-second-task", "quota.tasks-per-window"),
        __init__=unlocked,
        store=slow_store,
    )


def _statuses() -> Iterator[Mutant]:
    def answering(code: str, status: int) -> Callable[[Self, Document], Document]:
        def register(self: Self, document: Document) -> Document:
            try:
                return ReferenceTarget.register(self, document)
            except Refused as refusal:
                raise Refused(
                    refusal.code, str(refusal), status if refusal.code == code else refusal.status
                ) from refusal

        return register

    for code, status in ((DOES_NOT_EXIST, 410), (MISMATCH, 409), (LIMIT, 403)):
        yield _plant(f"{code} with status {status}", (f"errors.{code}.status",), register=answering(code, status))
