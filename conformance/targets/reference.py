"""The contract, executed: a service in memory that does what the documents say, and the ground for planted faults."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

from conformance.contract.behaviours import ECHOED_BY_DESCRIBE, ECHOED_BY_GET, TASKS_PER_WINDOW
from conformance.contract.catalogue import broken_rules, rule
from conformance.contract.checking import without_nulls
from conformance.contract.combinations import window_target_ids
from conformance.contract.rule import DOES_NOT_EXIST, IN_USE, LIMIT, MISMATCH, SERIALIZATION, VALIDATION
from conformance.contract.wire import CONTENT_TYPE, UNKNOWN_OPERATION
from conformance.events import TargetFacts
from conformance.observation import Observation
from conformance.targets.answers import Answer
from conformance.targets.base import Body, RawCall

_PREFIX = "AmazonSSM"


@final
@dataclass(slots=True)
class StoredWindow:
    """A window as the service keeps it: live tasks by id, and for each token the call that used it."""

    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, tuple[dict[str, Any], str]] = field(default_factory=dict)
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


class Refused(Exception):
    """A refusal on its way out: code and words."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


class ReferenceTarget:
    """A conforming service. Only planted faults and open readings subclass it, and override one small step each."""

    def __init__(self, *, dropped: frozenset[str] = frozenset(), quota: int = TASKS_PER_WINDOW) -> None:
        self.dropped = dropped
        self.quota = quota
        self.windows: dict[str, StoredWindow] = {}
        self._made = 0
        self._lock = threading.RLock()

    @property
    def facts(self) -> TargetFacts:
        """Say that this is the reference."""
        return TargetFacts(name="reference", kind="in-process", version="1")

    def close(self) -> None:
        """Nothing to let go of."""

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Answer one request; see `Target.ask`."""
        return self.respond(operation, body).read()

    def respond(self, operation: str, body: Body) -> Answer:
        """Give the HTTP answer to one request: the same in this process and behind a port."""
        try:
            if isinstance(body, RawCall):
                operation, body = self.operation_of(body, operation), body.body
            document = self.read(body)
            step = self._steps().get(operation)
            if step is None:
                raise Refused(UNKNOWN_OPERATION, f"no operation {operation}")
            with self._lock:
                return answer(200, step(document))
        except Refused as refusal:
            return answer(refusal.status, {"__type": refusal.code, "message": str(refusal)})
        except Exception as error:  # a service that forgot a check may well fall over what it let through
            return answer(500, {"__type": "InternalServerError", "message": f"{type(error).__name__}: {error}"})

    def _steps(self) -> Mapping[str, Any]:
        return {
            "RegisterTaskWithMaintenanceWindow": self.register,
            "GetMaintenanceWindowTask": self.get_task,
            "DescribeMaintenanceWindowTasks": self.describe_tasks,
            "DeregisterTaskFromMaintenanceWindow": self.deregister,
            "CreateMaintenanceWindow": self.create_window,
            "UpdateMaintenanceWindow": self.update_window,
            "DeleteMaintenanceWindow": self.delete_window,
            "DescribeMaintenanceWindows": self.describe_windows,
            "RegisterTargetWithMaintenanceWindow": self.register_target,
            "DeregisterTargetFromMaintenanceWindow": self.deregister_target,
        }

    # --- the wire

    def operation_of(self, call: RawCall, ordinary: str) -> str:
        """Give the operation that an HTTP request names, `ordinary` by default; Refused where it names none."""
        # Servers take several slashes at the beginning of a path for one.
        if call.method != "POST" or f"/{call.path.lstrip('/')}" != "/":
            raise Refused(UNKNOWN_OPERATION, f"nothing is done for {call.method} {call.path}", 404)
        if not self.takes_media(call):
            raise Refused(UNKNOWN_OPERATION, f"expected the content type {CONTENT_TYPE}")
        target = self.target_of(call, ordinary) or ""
        prefix, _, operation = target.partition(".")
        if prefix != _PREFIX or operation not in self._steps():
            raise Refused(UNKNOWN_OPERATION, f"{target!r} names no operation")
        return operation

    def takes_media(self, call: RawCall) -> bool:
        """Tell whether a request's content type is one that this service reads."""
        named = {name.lower(): value for name, value in call.headers.items()}.get("content-type", CONTENT_TYPE)
        return (named or "").partition(";")[0].strip().lower() == CONTENT_TYPE

    def target_of(self, call: RawCall, ordinary: str) -> str | None:
        """Give the X-Amz-Target of a request; None where it has none."""
        headers = {name.lower(): value for name, value in call.headers.items()}
        return headers.get("x-amz-target", f"{_PREFIX}.{ordinary}")

    def read(self, body: Body) -> dict[str, Any]:
        """Read the document; Refused when it is no JSON object."""
        if isinstance(body, bytes):
            try:
                body = self.parsed(self.text_of(body))
            except (ValueError, RecursionError) as error:
                raise Refused(SERIALIZATION, f"no JSON: {error}") from error
            if not isinstance(body, dict):
                raise Refused(SERIALIZATION, "the body is no JSON object")
        document: dict[str, Any] = json.loads(json.dumps(body))
        return document

    def text_of(self, body: bytes) -> str:
        """Decode a body; ValueError when it is no UTF-8."""
        return body.decode("utf-8")

    def parsed(self, text: str) -> Any:
        """Parse a document as the grammar of JSON has it; ValueError or RecursionError when it can not be read."""
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)

    # --- registration, in the order in which a service looks at a request

    def register(self, document: dict[str, Any]) -> dict[str, Any]:
        """Register a task; Refused when the contract says so."""
        self.check_document(document)
        request: dict[str, Any] = without_nulls(document)
        window = self.window_of(request)
        replayed = self.replayed(window, request)
        if replayed is not None:
            return {"WindowTaskId": replayed}
        self.check_room(window)
        return {"WindowTaskId": self.store(window, request)}

    def broken(self, document: dict[str, Any]) -> frozenset[str]:
        """Give the rules for whose sake the document is refused."""
        return frozenset(broken_rules(document)) - self.dropped

    def check_document(self, document: dict[str, Any]) -> None:
        """Refuse a document that breaks a rule."""
        broken = sorted(self.broken(document))
        if broken:
            raise Refused(self.code_for(broken), "; ".join(rule(id).statement for id in broken))

    def code_for(self, broken: list[str]) -> str:
        """Give the code of a refusal: what can not be read is reported before what is not valid."""
        unreadable = any(id.endswith((".type", ".not-null", ".base64")) for id in broken)
        return SERIALIZATION if unreadable else VALIDATION

    def window_of(self, request: Mapping[str, Any]) -> StoredWindow:
        """Give the window that the request names; Refused when there is none."""
        window = self.windows.get(request["WindowId"])
        if window is None:
            raise Refused(DOES_NOT_EXIST, f"Maintenance window {request['WindowId']} does not exist")
        return window

    def replayed(self, window: StoredWindow, request: dict[str, Any]) -> str | None:
        """Give the task id of the call that this one repeats, or None; Refused when it only seems to repeat one."""
        token = request.get("ClientToken")
        if token is None or token not in window.tokens:
            return None
        original, task_id = window.tokens[token]
        if self.differs(original, request):
            raise Refused(MISMATCH, "another request was sent with this token")
        return task_id

    def differs(self, original: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
        """Tell whether two calls with one token are different calls."""
        return original != request

    def check_room(self, window: StoredWindow) -> None:
        """Refuse a task for which the window has no place."""
        if len(window.tasks) >= self.quota:
            raise Refused(LIMIT, f"a window holds at most {self.quota} tasks")

    def store(self, window: StoredWindow, request: dict[str, Any]) -> str:
        """Keep the task and give its new id."""
        task_id = self.new_id()
        window.tasks[task_id] = self.stored(request)
        if "ClientToken" in request:
            window.tokens[request["ClientToken"]] = (request, task_id)
        return task_id

    def stored(self, request: dict[str, Any]) -> dict[str, Any]:
        """Give what is kept of a request."""
        return request

    def new_id(self) -> str:
        """Give a WindowTaskId that was never given before."""
        self._made += 1
        return f"{self._made:08x}-0000-4000-8000-{self._made:012x}"

    # --- reads

    def task_of(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Give the task that a document names by window and id; Refused when there is none."""
        task = self.window_of(document).tasks.get(document["WindowTaskId"])
        if task is None:
            raise Refused(DOES_NOT_EXIST, f"task {document['WindowTaskId']} does not exist")
        return task

    def get_task(self, document: dict[str, Any]) -> dict[str, Any]:
        """Answer GetMaintenanceWindowTask."""
        task = self.task_of(document)
        return {**self.shown("get", task, ECHOED_BY_GET), "WindowTaskId": document["WindowTaskId"]}

    def describe_tasks(self, document: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeMaintenanceWindowTasks, in pages where MaxResults asks for them."""
        tasks = [
            {**self.shown("describe", task, ECHOED_BY_DESCRIBE), "WindowTaskId": id}
            for id, task in self.window_of(document).tasks.items()
        ]
        return self.page(tasks, document)

    def page(self, tasks: list[dict[str, Any]], document: Mapping[str, Any]) -> dict[str, Any]:
        """Cut a listing into pages of MaxResults."""
        start = int(document.get("NextToken") or 0)
        end = start + int(document.get("MaxResults") or len(tasks) or 1)
        more = {"NextToken": str(end)} if end < len(tasks) else {}
        return {"Tasks": tasks[start:end], **more}

    def shown(self, operation: str, task: dict[str, Any], echoed: Mapping[str, str]) -> dict[str, Any]:
        """Give a task as a read operation tells it; ignored members and defaults are left as they were sent."""
        return {read: task[sent] for sent, read in echoed.items() if sent in task}

    # --- the rest of the window's life

    def deregister(self, document: dict[str, Any]) -> dict[str, Any]:
        """Answer DeregisterTaskFromMaintenanceWindow."""
        self.task_of(document)
        del self.windows[document["WindowId"]].tasks[document["WindowTaskId"]]
        return {"WindowId": document["WindowId"], "WindowTaskId": document["WindowTaskId"]}

    def create_window(self, document: dict[str, Any]) -> dict[str, Any]:
        """Answer CreateMaintenanceWindow."""
        self._made += 1
        id = f"mw-{self._made:017x}"
        self.windows[id] = StoredWindow(details=document)
        return {"WindowId": id}

    def update_window(self, document: dict[str, Any]) -> dict[str, Any]:
        """Answer UpdateMaintenanceWindow."""
        window = self.window_of(document)
        window.details.update(document)
        return dict(window.details)

    def delete_window(self, document: dict[str, Any]) -> dict[str, Any]:
        """Answer DeleteMaintenanceWindow, whose tasks go with it."""
        self.window_of(document)
        del self.windows[document["WindowId"]]
        return {"WindowId": document["WindowId"]}

    def describe_windows(self, document: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeMaintenanceWindows, filtered by Name where asked."""
        names = [name for each in document.get("Filters", ()) if each["Key"] == "Name" for name in each["Values"]]
        found = [{**window.details, "WindowId": id} for id, window in self.windows.items()]
        return {"WindowIdentities": [each for each in found if not names or each.get("Name") in names]}

    def register_target(self, document: dict[str, Any]) -> dict[str, Any]:
        """Answer RegisterTargetWithMaintenanceWindow."""
        window = self.window_of(document)
        id = self.new_id()
        window.targets[id] = document
        return {"WindowTargetId": id}

    def deregister_target(self, document: dict[str, Any]) -> dict[str, Any]:
        """Answer DeregisterTargetFromMaintenanceWindow; asked for safely, only where no task names the target."""
        window = self.window_of(document)
        if document.get("Safe") and self.is_in_use(window, document["WindowTargetId"]):
            raise Refused(IN_USE, "a task of the window names this target")
        window.targets.pop(document["WindowTargetId"], None)
        return {"WindowId": document["WindowId"], "WindowTargetId": document["WindowTargetId"]}

    def is_in_use(self, window: StoredWindow, target: str) -> bool:
        """Tell whether a task of the window names a window target."""
        return any(target in window_target_ids(task) for task in window.tasks.values())


def answer(status: int, document: Mapping[str, Any]) -> Answer:
    """Give a document as awsJson1.1 sends it."""
    return Answer(status=status, headers={"Content-Type": CONTENT_TYPE}, body=json.dumps(document).encode())


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")  # Python's parser takes NaN and the infinities


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is beyond all numbers")
    return number
