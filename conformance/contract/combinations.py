"""Rules over several members: what may not stand together, what must, and what the documents expressly allow.

The predicates take a well-typed request without nulls; `catalogue.broken_rules` sees to that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from conformance.contract.rule import REFUSED, Area, Evidence, Level, Permission, Request, Rule, Together

WINDOW_TARGETS_PER_TASK = 10  # AWS General Reference, Systems Manager quotas: "Targets per task"

BLOCK_OF_TYPE = {
    "RUN_COMMAND": "RunCommand",
    "AUTOMATION": "Automation",
    "STEP_FUNCTIONS": "StepFunctions",
    "LAMBDA": "Lambda",
}
"""The block of TaskInvocationParameters that belongs to each TaskType."""

_PAGE = "API reference, RegisterTaskWithMaintenanceWindow"


def _a(task_type: str) -> str:
    """Put the article before a task type: an AUTOMATION task."""
    return f"{'an' if task_type.startswith('A') else 'a'} {task_type}"


def targetless(request: Request) -> bool:
    """Tell whether the request names no Targets at all (an empty list is another, open, question)."""
    return "Targets" not in request


def foreign_blocks(request: Request) -> tuple[str, ...]:
    """Give the non-empty blocks of TaskInvocationParameters that belong to another task type."""
    own = BLOCK_OF_TYPE.get(request.get("TaskType", ""))
    blocks = request.get("TaskInvocationParameters", {})
    return tuple(name for name, block in blocks.items() if name in BLOCK_OF_TYPE.values() and name != own and block)


def window_target_ids(request: Request) -> Sequence[str]:
    """Give all values of the request's WindowTargetIds targets, in order."""
    return [
        value
        for target in request.get("Targets", ())
        if target.get("Key") == "WindowTargetIds"
        for value in target.get("Values", ())
    ]


def ignored_members(request: Request) -> frozenset[str]:
    """Give the top-level members that the documents call ignored in this request.

    Whether their constraints still hold there is open (X-20): the model states them without a condition.
    """
    blocks = request.get("TaskInvocationParameters")
    if request.get("TaskType") == "RUN_COMMAND" and not (isinstance(blocks, dict) and any(blocks.values())):
        return frozenset()
    return frozenset({"TaskParameters", "LoggingInfo"} & request.keys())


def _needs_targets(request: Request) -> bool:
    return request.get("TaskType") == "RUN_COMMAND" and targetless(request)


def _needs_a_target(request: Request) -> bool:
    return request.get("TaskType") == "RUN_COMMAND" and request.get("Targets") == []


def _needed_beside_targets(member: str) -> Callable[[Request], bool]:
    return lambda request: bool(request.get("Targets")) and member not in request


def _refused_without_targets(member: str) -> Callable[[Request], bool]:
    return lambda request: targetless(request) and member in request


def _foreign(block: str) -> Callable[[Request], bool]:
    return lambda request: block in foreign_blocks(request)


def _refuse(
    id: str,
    broken: Callable[[Request], bool],
    *,
    path: str,
    source: str,
    statement: str,
    shape: str = "RegisterTaskWithMaintenanceWindowRequest",
    member: str = "",
    level: Level = Level.MUST,
    evidence: Evidence = Evidence.DOCUMENTS,
) -> Rule:
    return Rule(
        id=id,
        area=Area.COMBINATION,
        level=level,
        evidence=evidence,
        source=source,
        statement=statement,
        check=Together(broken),
        codes=REFUSED,
        path=path,
        shape=shape,
        member=member or path.rpartition(".")[2],
    )


def _allow(id: str, *, path: str, source: str, statement: str, **more: Any) -> Rule:
    return Rule(
        id=id,
        area=Area.COMBINATION,
        level=more.pop("level", Level.MUST),
        evidence=more.pop("evidence", Evidence.DOCUMENTS),
        source=source,
        statement=statement,
        check=Permission(),
        path=path,
        shape=more.pop("shape", "RegisterTaskWithMaintenanceWindowRequest"),
        member=more.pop("member", path.rpartition(".")[2]),
    )


def combination_rules() -> Iterator[Rule]:
    """Yield the rules over several members: refusals first, then what is allowed."""
    yield from _refusals()
    yield from _permissions()


def _refusals() -> Iterator[Rule]:
    yield _refuse(
        "RUN_COMMAND.Targets-required",
        _needs_targets,
        path="Targets",
        source=f"{_PAGE}: Targets; user guide: maintenance-windows-targetless-tasks (X-01)",
        statement="a RUN_COMMAND task names its Targets",
    )
    yield _refuse(
        "RUN_COMMAND.Targets-not-empty",
        _needs_a_target,
        path="Targets",
        source=f"{_PAGE}: Targets (X-02)",
        statement="a RUN_COMMAND task names at least one target",
    )
    for member in ("MaxConcurrency", "MaxErrors"):
        yield _refuse(
            f"targeted.{member}-required",
            _needed_beside_targets(member),
            path=member,
            source=f"{_PAGE}: {member} (X-04)",
            statement=f"a task with Targets gives {member}",
        )
        yield _refuse(
            f"targetless.{member}-refused",
            _refused_without_targets(member),
            path=member,
            source=f"{_PAGE}: {member} (X-05)",
            statement=f"a task without Targets gives no {member}",
        )
    for task_type, block in BLOCK_OF_TYPE.items():
        yield _refuse(
            f"TaskInvocationParameters.{block}.other-task-type-refused",
            _foreign(block),
            path=f"TaskInvocationParameters.{block}",
            member="TaskInvocationParameters",
            source=f"{_PAGE}: TaskInvocationParameters (X-12)",
            statement=f"{block} stands only on {_a(task_type)} task",
        )
    yield _refuse(
        "Targets.window-target-ids-quota",
        lambda request: len(window_target_ids(request)) > WINDOW_TARGETS_PER_TASK,
        path="Targets",
        source="AWS General Reference, Systems Manager quotas: Targets per task (X-10)",
        statement=f"a task names at most {WINDOW_TARGETS_PER_TASK} window target ids",
        level=Level.SHOULD,
        evidence=Evidence.OBSERVED,
    )


def _permissions() -> Iterator[Rule]:
    for task_type in ("AUTOMATION", "STEP_FUNCTIONS", "LAMBDA"):
        yield _allow(
            f"{task_type}.targetless-accepted",
            path="Targets",
            source=f"{_PAGE}: Targets; user guide: maintenance-windows-targetless-tasks (X-03, X-06)",
            statement=f"{_a(task_type)} task without Targets, MaxConcurrency and MaxErrors is accepted",
        )
    for task_type, block in BLOCK_OF_TYPE.items():
        yield _allow(
            f"{task_type}.targeted-accepted",
            path="Targets",
            source=f"{_PAGE}: Targets, MaxConcurrency, MaxErrors (X-04)",
            statement=f"{_a(task_type)} task with one InstanceIds target is accepted",
        )
        yield _allow(
            f"{task_type}.CutoffBehavior-accepted",
            path="CutoffBehavior",
            source=f"{_PAGE}: CutoffBehavior (X-33)",
            statement=f"both values of CutoffBehavior are accepted on {_a(task_type)} task",
        )
        yield _allow(
            f"{task_type}.TaskParameters-accepted",
            path="TaskParameters",
            source=f"botocore:MaintenanceWindow{block}Parameters (X-15, X-17 to X-19)",
            statement=f"TaskParameters are accepted on {_a(task_type)} task, also beside its invocation parameters",
        )
        yield _allow(
            f"{task_type}.LoggingInfo-accepted",
            path="LoggingInfo",
            source=f"botocore:MaintenanceWindow{block}Parameters (X-16 to X-19)",
            statement=f"LoggingInfo is accepted on {_a(task_type)} task, also beside its invocation parameters",
        )
        yield _allow(
            f"{task_type}.TaskArn-not-validated",
            path="TaskArn",
            shape="MaintenanceWindowTask",
            source="botocore 1.44.5:MaintenanceWindowTask.TaskArn (X-13, X-14, C-15)",
            statement=f"the TaskArn of {_a(task_type)} task is not validated",
        )
    yield from _run_command_permissions()
    yield _allow(
        "AlarmConfiguration.beside-other-members-accepted",
        path="AlarmConfiguration",
        source=f"{_PAGE}: AlarmConfiguration",
        statement="an alarm is accepted on RUN_COMMAND and AUTOMATION tasks",
        level=Level.SHOULD,  # whether it is looked up is open
    )
    yield _allow(
        "members.valid-together-accepted",
        path="",
        source=f"{_PAGE}: request syntax",
        statement="members that are valid one by one and have no rule between them are accepted together",
    )
    yield _allow(
        "pseudo-parameters.accepted",
        path="TaskInvocationParameters",
        source="user guide: mw-cli-register-tasks-parameters (X-28)",
        statement="pseudo parameters such as {{RESOURCE_ID}} are accepted where they are supported",
    )
    yield _allow(
        "TaskInvocationParameters.empty-accepted",
        path="TaskInvocationParameters",
        source="botocore:MaintenanceWindowTaskInvocationParameters (M-15)",
        statement="TaskInvocationParameters without any block is accepted",
        level=Level.SHOULD,
        evidence=Evidence.MODEL,
    )


def _run_command_permissions() -> Iterator[Rule]:
    block = "TaskInvocationParameters.RunCommand"
    yield _allow(
        f"{block}.CloudWatchOutputConfig.any-part-accepted",
        path=f"{block}.CloudWatchOutputConfig",
        shape="CloudWatchOutputConfig",
        member="CloudWatchLogGroupName",
        source="botocore:CloudWatchOutputConfig (X-34)",
        statement="output to CloudWatch may be enabled without a group, and a group named without enabling it",
    )
    yield _allow(
        f"{block}.Parameters.not-validated",
        path=f"{block}.Parameters",
        source="botocore:Parameters (M-27); botocore 1.44.5:MaintenanceWindowTask.TaskArn (X-27)",
        statement="the parameters of the document are not validated, empty names, lists and values included",
        shape="MaintenanceWindowRunCommandParameters",
        evidence=Evidence.MODEL,
    )
    yield _allow(
        f"{block}.DocumentHash.not-compared",
        path=f"{block}.DocumentHash",
        source="Terraform's AWS provider, acceptance tests (X-25)",
        statement="a hash that is not the document's is accepted at registration",
        shape="MaintenanceWindowRunCommandParameters",
        level=Level.SHOULD,
        evidence=Evidence.OBSERVED,
    )
    yield _allow(
        "ServiceRoleArn.role-not-looked-up",
        path="ServiceRoleArn",
        source="user guide: troubleshooting-maintenance-windows (X-23)",
        statement="a role that does not exist is accepted at registration",
        level=Level.SHOULD,
        evidence=Evidence.OBSERVED,
    )
