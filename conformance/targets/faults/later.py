"""Faults that a second hand planted and an earlier suite did not see: what shows beside others, and later."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.combinations import window_target_ids
from conformance.contract.rule import MISMATCH
from conformance.targets.faults.fault import Mutant, with_methods
from conformance.targets.reference import ReferenceTarget, Refused, StoredWindow

Self = ReferenceTarget
Document = dict[str, Any]
_BLOCKS = "TaskInvocationParameters"
_COMMAND = f"{_BLOCKS}.RunCommand"
_ALONE = ("deregister.only-that-task",)


def found_later() -> Iterator[Mutant]:
    """Yield them by family: what is taken, tokens, what a deregistration leaves, window targets, what is told."""
    yield from _taken()
    yield from _tokens()
    yield from _deregistered()
    yield from _window_targets()
    yield from _kept_wrongly()
    yield from _told_wrongly()


def _plant(id: str, expects: tuple[str, ...], **methods: Callable[..., Any]) -> Mutant:
    return Mutant(id=f"later:{id}", operator="found", expects=expects, make=with_methods(**methods))


# --- what is taken


def _taken() -> Iterator[Mutant]:
    def both_limits(self: Self, document: Document) -> frozenset[str]:
        both = {"targetless.MaxConcurrency-refused", "targetless.MaxErrors-refused"}
        found = ReferenceTarget.broken(self, document)
        return found - both if both <= found else found

    yield _plant(
        "both limits without targets are taken",
        ("targetless.MaxConcurrency-refused", "targetless.MaxErrors-refused"),
        broken=both_limits,
    )

    def no_lengths(when: Callable[[Document], bool]) -> Callable[[Self, Document], frozenset[str]]:
        endings = ("-length", ".pattern", ".enum", "-value")

        def broken(self: Self, document: Document) -> frozenset[str]:
            found = ReferenceTarget.broken(self, document)
            return frozenset(id for id in found if not id.endswith(endings)) if when(document) else found

        return broken

    rules = ("*-length", "*.pattern", "*.enum", "*-value")
    yield _plant(
        "nothing is checked where MaxErrors is 100%",
        rules,
        broken=no_lengths(lambda document: document.get("MaxErrors") == "100%"),
    )
    yield _plant(
        "nothing is checked where a member is null",
        rules,
        broken=no_lengths(lambda document: None in document.values()),
    )

    def per_entry(self: Self, document: Document) -> frozenset[str]:
        rule = "Targets.window-target-ids-quota"
        found = ReferenceTarget.broken(self, document)
        entries = document.get("Targets", []) if rule in found else []
        few = all(len(entry.get("Values", ())) <= 10 for entry in entries)
        return found - {rule} if rule in found and few else found

    yield _plant("ten window targets an entry", ("Targets.window-target-ids-quota",), broken=per_entry)

    def long_token(self: Self, document: Document) -> None:
        ReferenceTarget.check_document(self, document)
        if len(document.get("ClientToken") or "") == 64:
            raise RuntimeError("the column is too short")

    def in_a_list(self: Self, document: Document) -> Document:
        return {"WindowTaskId": [ReferenceTarget.register(self, document)["WindowTaskId"]]}

    yield _plant("the id stands in a list", ("wire.success-body", "WindowTaskId.shape"), register=in_a_list)
    yield _plant("it falls over a token of 64", ("ClientToken.*",), check_document=long_token)


# --- tokens


def _tokens() -> Iterator[Mutant]:
    def any_type(self: Self, original: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
        return {**original, "TaskType": ""} != {**request, "TaskType": ""}

    def overwrites(self: Self, window: StoredWindow, request: Document) -> str | None:
        try:
            return ReferenceTarget.replayed(self, window, request)
        except Refused as refusal:
            if refusal.code == MISMATCH:
                window.tasks[window.tokens[request["ClientToken"]][1]] = request
            raise

    yield _plant("a token may be of another type", ("token.mismatch-refused",), differs=any_type)
    yield _plant("a refused repetition is stored", ("token.mismatch-refused",), replayed=overwrites)


# --- what a deregistration leaves


def _deregistered() -> Iterator[Mutant]:
    def answer_of(document: Document) -> Document:
        return {"WindowId": document["WindowId"], "WindowTaskId": document["WindowTaskId"]}

    def the_first(self: Self, document: Document) -> Document:
        self.task_of(document)
        tasks = self.window_of(document).tasks
        del tasks[next(iter(tasks))]
        return answer_of(document)

    def swaps(self: Self, document: Document) -> Document:
        ReferenceTarget.deregister(self, document)
        tasks = self.window_of(document).tasks
        if len(tasks) > 1:
            one, other = list(tasks)[:2]
            tasks[one], tasks[other] = tasks[other], tasks[one]
        return answer_of(document)

    def shifts(self: Self, document: Document) -> Document:
        gone = self.task_of(document)
        ReferenceTarget.deregister(self, document)
        tasks = self.window_of(document).tasks
        if tasks:
            tasks[list(tasks)[-1]] = {**gone, "Description": "of the one that is gone"}
        return answer_of(document)

    def loses(self: Self, document: Document) -> Document:
        ReferenceTarget.deregister(self, document)
        tasks = self.window_of(document).tasks
        for id, task in tasks.items():
            tasks[id] = {name: value for name, value in task.items() if name != "LoggingInfo"}
        return answer_of(document)

    yield _plant("the first task is deregistered", ("deregister.*",), deregister=the_first)
    yield _plant("a deregistration swaps two others", _ALONE, deregister=swaps)
    yield _plant("a deregistration overwrites the last", _ALONE, deregister=shifts)
    yield _plant("a deregistration takes LoggingInfo from others", _ALONE, deregister=loses)


# --- window targets


def _window_targets() -> Iterator[Mutant]:
    def resolved(self: Self, document: Document) -> Document:
        told = ReferenceTarget.get_task(self, document)
        known = self.window_of(document).targets
        ids = window_target_ids(self.task_of(document))
        return {**told, "Targets": [each for id in ids for each in known[id]["Targets"]]} if known and ids else told

    def in_the_first(self: Self, window: StoredWindow, target: str) -> bool:
        return any(target in window_target_ids(task) for task in list(window.tasks.values())[:1])

    def as_the_first(self: Self, window: StoredWindow, target: str) -> bool:
        return any(target in window_target_ids(task)[:1] for task in window.tasks.values())

    def all_the_same(self: Self, document: Document) -> Document:
        try:
            return ReferenceTarget.deregister_target(self, document)
        except Refused:
            self.window_of(document).targets.pop(document["WindowTargetId"])
            raise

    def knows_targets(self: Self, document: Document) -> Document:
        if document["WindowTargetId"] not in self.window_of(document).targets:
            raise Refused("DoesNotExistException", "no such target")
        return all_the_same(self, document)

    yield _plant("window targets are told resolved", ("read-back.get.Targets*",), get_task=resolved)
    in_use = ("window-target.in-use-refused",)
    yield _plant("only the first task is looked at for a target", in_use, is_in_use=in_the_first)
    yield _plant("only the first value is looked at for a target", in_use, is_in_use=as_the_first)
    yield _plant("a target in use is refused and removed", in_use, deregister_target=knows_targets)


# --- what is told


def _kept_wrongly() -> Iterator[Mutant]:
    def telling(change: Callable[[Self, Document], None]) -> Callable[[Self, Document], Document]:
        def stored(self: Self, request: Document) -> Document:
            kept: Document = {**request, **({_BLOCKS: copy.deepcopy(request[_BLOCKS])} if _BLOCKS in request else {})}
            change(self, kept)
            return kept

        return stored

    def whole_minutes(self: Self, kept: Document) -> None:
        command = kept.get(_BLOCKS, {}).get("RunCommand", {})
        if command.get("TimeoutSeconds", 0) > 60:
            command["TimeoutSeconds"] -= command["TimeoutSeconds"] % 60

    def role_twice(self: Self, kept: Document) -> None:
        if "ServiceRoleArn" in kept and kept.get(_BLOCKS, {}).get("RunCommand"):
            kept[_BLOCKS]["RunCommand"].setdefault("ServiceRoleArn", kept["ServiceRoleArn"])

    def sixteen_bits(self: Self, kept: Document) -> None:
        if kept.get("Priority", 0) > 2**16:
            kept["Priority"] %= 2**16

    def as_text(self: Self, kept: Document) -> None:
        block = kept.get(_BLOCKS, {}).get("Lambda", {})
        if "Payload" in block:
            text = base64.b64decode(block["Payload"]).decode("utf-8", "replace")
            block["Payload"] = base64.b64encode(text.encode()).decode()

    def no_empty_payload(self: Self, kept: Document) -> None:
        if kept.get(_BLOCKS, {}).get("Lambda", {}).get("Payload") == "":
            del kept[_BLOCKS]["Lambda"]["Payload"]

    def lower_ids(self: Self, kept: Document) -> None:
        if kept.get("Targets"):
            lower = [[value.lower() for value in each.get("Values", ())] for each in kept["Targets"]]
            kept["Targets"] = [{**each, "Values": values} for each, values in zip(kept["Targets"], lower, strict=True)]

    told = f"read-back.get.{_COMMAND}"
    yield _plant("minutes are kept of a timeout", (f"{told}.TimeoutSeconds",), stored=telling(whole_minutes))
    yield _plant("the role stands in RunCommand, too", (f"{told}.ServiceRoleArn",), stored=telling(role_twice))
    yield _plant("a priority has 16 bits", ("read-back.*.Priority",), stored=telling(sixteen_bits))
    payload = (f"read-back.get.{_BLOCKS}.Lambda.Payload", f"read-back.get.{_BLOCKS}*")
    yield _plant("a payload is kept as text", payload, stored=telling(as_text))
    yield _plant("an empty payload is lost", payload, stored=telling(no_empty_payload))
    yield _plant("instance ids come back in lower case", ("read-back.*.Targets*",), stored=telling(lower_ids))


def _told_wrongly() -> Iterator[Mutant]:
    def merged(self: Self, window: StoredWindow, request: Document) -> str:
        before = [task[_BLOCKS] for task in window.tasks.values() if _BLOCKS in task]
        id = ReferenceTarget.store(self, window, request)
        if _BLOCKS in request:
            blocks = copy.deepcopy(request[_BLOCKS])
            for name in blocks if isinstance(blocks, dict) else ():
                for earlier in before:
                    if isinstance(blocks[name], dict):
                        blocks[name] = {**earlier.get(name, {}), **blocks[name]}
            window.tasks[id] = {**request, _BLOCKS: blocks}
        return id

    def without_when_full(self: Self, operation: str, task: Document, echoed: Mapping[str, str]) -> Document:
        told = ReferenceTarget.shown(self, operation, task, echoed)
        full = any(len(window.tasks) >= 20 and task in window.tasks.values() for window in self.windows.values())
        return {name: value for name, value in told.items() if name != "Description"} if full else told

    def hidden(self: Self, document: Document) -> Document:
        found = ReferenceTarget.describe_tasks(self, document)
        return found if self.window_of(document).details.get("Enabled", True) else {**found, "Tasks": []}

    yield _plant("blocks of earlier tasks are merged in", (f"read-back.get.{_BLOCKS}*",), store=merged)
    full = ("quota.tasks-per-window-accepted", "read-back.*.Description")
    yield _plant("no Description in a full window", full, shown=without_when_full)
    yield _plant("a disabled window lists nothing", ("listing.once",), describe_tasks=hidden)
