"""Promises that show only in an effect or in a sequence of calls: read-back, ids, windows, tokens, quotas, errors.

They are data here; `conformance.world` models them and the suite exercises them.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.rule import (
    DOES_NOT_EXIST,
    IN_USE,
    LIMIT,
    MISMATCH,
    REFUSED,
    Area,
    Evidence,
    Level,
    Promise,
    Rule,
)
from conformance.contract.shapes import Node, top_of

TASKS_PER_WINDOW = 20  # AWS General Reference, Systems Manager quotas, quota code L-3D9CCA6E

ECHOED_BY_GET = {
    "WindowId": "WindowId",
    "Targets": "Targets",
    "TaskArn": "TaskArn",
    "ServiceRoleArn": "ServiceRoleArn",
    "TaskType": "TaskType",
    "TaskParameters": "TaskParameters",
    "TaskInvocationParameters": "TaskInvocationParameters",
    "Priority": "Priority",
    "MaxConcurrency": "MaxConcurrency",
    "MaxErrors": "MaxErrors",
    "LoggingInfo": "LoggingInfo",
    "Name": "Name",
    "Description": "Description",
    "CutoffBehavior": "CutoffBehavior",
    "AlarmConfiguration": "AlarmConfiguration",
}
"""Request member -> member of GetMaintenanceWindowTaskResult that must hold it."""

# botocore 1.44.5 MaintenanceWindowTask says Type where the request says TaskType, and has no invocation parameters.
ECHOED_BY_DESCRIBE = {
    sent: ("Type" if sent == "TaskType" else read)
    for sent, read in ECHOED_BY_GET.items()
    if sent != "TaskInvocationParameters"
}
"""Request member -> member of MaintenanceWindowTask (the listing) that must hold it."""


def _promise(
    id: str,
    area: Area,
    statement: str,
    source: str,
    *,
    level: Level = Level.MUST,
    evidence: Evidence = Evidence.DOCUMENTS,
    codes: frozenset[str] = REFUSED,
    path: str = "",
) -> Rule:
    return Rule(
        id=id,
        area=area,
        level=level,
        evidence=evidence,
        source=source,
        statement=statement,
        check=Promise(),
        codes=codes,
        path=path,
        shape="RegisterTaskWithMaintenanceWindowRequest",
        member=path.partition(".")[0].partition("[")[0],
    )


def behaviour_rules(root: Node) -> Iterator[Rule]:
    """Yield the promises on the members below `root`: effects first, then state, then errors."""
    yield from _effects(root)
    yield from _windows()
    yield from _tokens()
    yield from _tasks()
    yield from _errors()


def _effects(root: Node) -> Iterator[Rule]:
    for operation, echoed in (("get", ECHOED_BY_GET), ("describe", ECHOED_BY_DESCRIBE)):
        for node in root.walk():
            top = top_of(node.path)
            if node.member and top in echoed:
                yield _read_back(operation, node.path, echoed[top])
    yield _promise(
        "read-back.get.WindowTaskId",
        Area.EFFECT,
        "GetMaintenanceWindowTask tells the id of the task that was asked for",
        "botocore:GetMaintenanceWindowTaskResult (O-03)",
    )
    for member in ("Priority", "CutoffBehavior", "MaxConcurrency", "MaxErrors", "Name", "Description"):
        yield _promise(
            f"default.{member}",
            Area.EFFECT,
            f"a {member} that was left out reads back as its documented default, or not at all",
            "botocore:GetMaintenanceWindowTaskResult (O-04, O-06, O-08, O-11)",
            path=member,
            level=Level.MUST if member in ("CutoffBehavior", "MaxConcurrency", "MaxErrors") else Level.SHOULD,
        )
    for member, rows in (
        ("Targets", "O-10"),
        ("TaskParameters", "O-09"),
        ("LoggingInfo", "O-11"),
        ("AlarmConfiguration", "O-11"),
        ("ServiceRoleArn", "O-07"),
    ):
        instead = "as the service-linked role" if member == "ServiceRoleArn" else "empty"
        yield _promise(
            f"default.{member}",
            Area.EFFECT,
            f"{member} that was left out reads back {instead}, or not at all",
            f"sample outputs of the user guide and the AWS CLI ({rows})",
            path=member,
            level=Level.SHOULD,
            evidence=Evidence.OBSERVED,
        )
    yield _promise(
        "default.AlarmConfiguration.IgnorePollAlarmFailure",
        Area.EFFECT,
        "an IgnorePollAlarmFailure that was left out reads back as false, or not at all",
        "botocore:AlarmConfiguration.IgnorePollAlarmFailure (M-50)",
        path="AlarmConfiguration.IgnorePollAlarmFailure",
    )
    yield _promise(
        "order.Targets",
        Area.EFFECT,
        "Targets and their Values keep the order in which they were sent",
        "Terraform's AWS provider: targets as ordered lists (O-13)",
        level=Level.SHOULD,
        evidence=Evidence.IMPLIED,
        path="Targets",
    )
    ids = "botocore:MaintenanceWindowTaskId (O-01)"
    yield _promise("WindowTaskId.shape", Area.EFFECT, "the new id is a UUID of 36 characters", ids)
    yield _promise("WindowTaskId.unique", Area.EFFECT, "every new task gets an id of its own", ids)
    listing = "botocore:DescribeMaintenanceWindowTasksResult (O-02)"
    yield _promise("listing.once", Area.EFFECT, "a new task is listed exactly once", listing)
    yield _promise("listing.only-one-more", Area.EFFECT, "a registration adds exactly one task", listing)
    yield _promise("listing.own-window", Area.EFFECT, "a new task is listed in its own window only", listing)
    yield _promise("listing.pages", Area.EFFECT, "paging through the listing shows each task exactly once", listing)


def _read_back(operation: str, path: str, read: str) -> Rule:
    where = "GetMaintenanceWindowTask" if operation == "get" else "DescribeMaintenanceWindowTasks"
    shape = "GetMaintenanceWindowTaskResult (O-03, O-12)" if operation == "get" else "MaintenanceWindowTask (O-02)"
    renamed = "" if read == top_of(path) else f", as {read}"
    return _promise(
        f"read-back.{operation}.{path}",
        Area.EFFECT,
        f"{where} tells the {path} that was registered{renamed}",
        f"botocore:{shape}",
        path=path,
    )


def _windows() -> Iterator[Rule]:
    source = "botocore:DoesNotExistException (S-01, S-02)"
    missing = frozenset({DOES_NOT_EXIST})
    yield _promise(
        "window.unknown",
        Area.STATE,
        "a well-formed id of no window is refused",
        source,
        codes=missing,
        path="WindowId",
    )
    yield _promise(
        "window.deleted",
        Area.STATE,
        "the id of a deleted window is refused",
        source,
        codes=missing,
        path="WindowId",
    )
    yield _promise(
        "window.disabled-accepted",
        Area.STATE,
        "a disabled window takes tasks",
        "no restriction is documented (S-03)",
        level=Level.SHOULD,
        evidence=Evidence.IMPLIED,
        path="WindowId",
    )


def _tokens() -> Iterator[Rule]:
    source = "botocore:IdempotentParameterMismatch, botocore:ClientToken (S-10, S-11, S-13)"
    yield _promise(
        "token.replay-same-id",
        Area.STATE,
        "the same call with the same token gives the same task id",
        source,
        path="ClientToken",
    )
    yield _promise(
        "token.replay-no-second-task",
        Area.STATE,
        "the same call with the same token makes no second task",
        source,
        path="ClientToken",
    )
    yield _promise(
        "token.mismatch-refused",
        Area.STATE,
        "the same token with another request is refused and changes nothing",
        source,
        codes=frozenset({MISMATCH}),
        path="ClientToken",
    )
    yield _promise(
        "token.absent-two-tasks",
        Area.STATE,
        "two identical calls without a token make two tasks",
        source,
        path="ClientToken",
    )
    yield _promise(
        "token.other-token-new-task",
        Area.STATE,
        "the same call with another token makes a new task",
        "no uniqueness is documented (S-14)",
        path="ClientToken",
    )


def _tasks() -> Iterator[Rule]:
    quota = "AWS General Reference, Systems Manager quotas (S-07)"
    yield _promise(
        "quota.tasks-per-window",
        Area.STATE,
        f"task number {TASKS_PER_WINDOW + 1} of a window is refused",
        quota,
        codes=frozenset({LIMIT}),
    )
    yield _promise(
        "quota.tasks-per-window-accepted",
        Area.STATE,
        f"task number {TASKS_PER_WINDOW} of a window is accepted, whatever other windows hold",
        quota,
    )
    yield _promise(
        "quota.freed-by-deregister", Area.STATE, "a deregistered task frees its place", "quota of current tasks (S-09)"
    )
    gone = "botocore:DeregisterTaskFromMaintenanceWindowResult (O-14)"
    missing = frozenset({DOES_NOT_EXIST})
    yield _promise(
        "refusal.no-trace", Area.STATE, "a refused registration leaves the window as it was", "general (S-15)"
    )
    yield _promise(
        "acceptance.reads-work",
        Area.STATE,
        "after an accepted registration every read of the window still works",
        "botocore:MaintenanceWindowTask (O-02)",
    )
    yield _promise("deregister.removes-the-task", Area.STATE, "a deregistered task is gone from every read", gone)
    yield _promise("deregister.only-that-task", Area.STATE, "deregistering leaves the other tasks alone", gone)
    yield _promise(
        "deregister.own-window-only",
        Area.STATE,
        "a task is deregistered through its own window only",
        gone,
        codes=missing,
    )
    yield _promise(
        "deregister.twice-refused",
        Area.STATE,
        "a task that is gone can not be deregistered again",
        gone,
        level=Level.SHOULD,
        evidence=Evidence.IMPLIED,
        codes=missing,
    )
    yield _promise(
        "deregister.result", Area.EFFECT, "deregistering answers with the ids of the window and the task", gone
    )
    yield _promise(
        "window-target.in-use-refused",
        Area.STATE,
        "a window target that a task names is not deregistered where that is asked for safely",
        "botocore:TargetInUseException (O-15)",
        codes=frozenset({IN_USE}),
        path="Targets",
    )
    yield _promise(
        "window.deletion-takes-tasks", Area.STATE, "deleting a window takes its tasks along", gone, codes=missing
    )


def _errors() -> Iterator[Rule]:
    for code in (MISMATCH, LIMIT, DOES_NOT_EXIST):
        yield _promise(
            f"errors.{code}.status",
            Area.ERRORS,
            f"{code} travels with HTTP status 400"
            + (" (404, its query-protocol status, is open)" if code == DOES_NOT_EXIST else ""),
            f"botocore:{code} (E-01 to E-03, C-10)",
        )
    yield _promise(
        "errors.client-error-status",
        Area.ERRORS,
        "any other refusal travels with HTTP status 400",
        "recorded answers of sibling operations (P-05)",
        level=Level.SHOULD,
        evidence=Evidence.OBSERVED,
    )
    yield _promise(
        "errors.no-server-error",
        Area.ERRORS,
        "no request of a client's makes the service fail with a server error",
        "botocore:InternalServerError (P-06)",
    )
