"""Documented sentences, and constraints of the model, that no client can test from outside, each with its reason."""

from __future__ import annotations

from conformance.contract.rule import Exclusion

EXCLUSIONS: tuple[Exclusion, ...] = (
    Exclusion(
        id="FeatureNotAvailableException",
        sentence="LAMBDA and STEP_FUNCTIONS tasks are refused in a Region that has not the service",
        reason="a client can not take a service out of a Region",
        source="botocore:FeatureNotAvailableException (S-17, E-04)",
    ),
    Exclusion(
        id="InternalServerError",
        sentence="the service may fail on its own side",
        reason="it can not be had on demand; a request that causes it every time is a finding",
        source="botocore:InternalServerError (P-06, E-05)",
    ),
    Exclusion(
        id="ServiceRoleArn.service-linked-role-created",
        sentence="the service-linked role is created where none exists",
        reason="an account has one role, which the suite will not delete",
        source="botocore:RegisterTaskWithMaintenanceWindowRequest.ServiceRoleArn",
    ),
    Exclusion(
        id="Priority.scheduling-order",
        sentence="tasks are scheduled in the order of their priority",
        reason="nothing that the suite registers may ever run",
        source="botocore:RegisterTaskWithMaintenanceWindowRequest.Priority",
    ),
    Exclusion(
        id="CutoffBehavior.at-cutoff",
        sentence="what happens to running tasks, and which status they get, when the cutoff time comes",
        reason="nothing that the suite registers may ever run",
        source="botocore:RegisterTaskWithMaintenanceWindowRequest.CutoffBehavior",
    ),
    Exclusion(
        id="AlarmConfiguration.polling",
        sentence="how an alarm's state, or a failure to read it, acts on a running task",
        reason="nothing that the suite registers may ever run",
        source="botocore:AlarmConfiguration",
    ),
    Exclusion(
        id="outputs.delivered",
        sentence="outputs and notifications reach S3, CloudWatch Logs and SNS",
        reason="nothing that the suite registers may ever run",
        source="botocore:MaintenanceWindowRunCommandParameters",
    ),
    Exclusion(
        id="MaxErrors.stops-scheduling",
        sentence="a task stops being scheduled after MaxErrors errors, and runs on MaxConcurrency targets at once",
        reason="nothing that the suite registers may ever run",
        source="botocore:RegisterTaskWithMaintenanceWindowRequest.MaxErrors",
    ),
    Exclusion(
        id="AccessDeniedException",
        sentence="a caller without the right to register, or to pass the role, is refused",
        reason="it needs a second identity with fewer rights",
        source="CloudFormation handler permissions (S-18)",
    ),
    Exclusion(
        id="task.when-it-runs",
        sentence="what a task does with its role, parameters, input and time when it runs",
        reason="nothing that the suite registers may ever run",
        source="botocore:the blocks of MaintenanceWindowTaskInvocationParameters",
    ),
    Exclusion(
        id="other-tools",
        sentence="how other operations, other tools and shells want things to be written",
        reason="it does not speak of this operation",
        source="botocore:Target and others",
    ),
    Exclusion(
        id="description",
        sentence="what a member or a structure is, or is for",
        reason="it states no condition and no effect",
        source="botocore:everywhere",
    ),
    Exclusion(
        id="heading",
        sentence="words that introduce what follows",
        reason="what follows is claimed by itself",
        source="botocore:everywhere",
    ),
    Exclusion(
        id="advice",
        sentence="what a caller had better do",
        reason="it binds the caller, not the service",
        source="botocore:everywhere",
    ),
    Exclusion(
        id="reference",
        sentence="where to read more",
        reason="it states nothing itself",
        source="botocore:everywhere",
    ),
)
