"""Where AWS's documentation stands on the web: a page for each rule, with the member's own anchor where it has one."""

from __future__ import annotations

import re

_API = "https://docs.aws.amazon.com/systems-manager/latest/APIReference"
_REQUEST = "API_RegisterTaskWithMaintenanceWindow"
_QUOTAS = "https://docs.aws.amazon.com/general/latest/gr/ssm.html"
_PROTOCOL = "https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html"
_OPERATIONS = {
    "read-back.get": "API_GetMaintenanceWindowTask",
    "read-back.describe": "API_DescribeMaintenanceWindowTasks",
    "default": "API_GetMaintenanceWindowTask",
    "order": "API_GetMaintenanceWindowTask",
    "listing": "API_DescribeMaintenanceWindowTasks",
    "deregister": "API_DeregisterTaskFromMaintenanceWindow",
    "window.deletion": "API_DeleteMaintenanceWindow",
    "token": f"{_REQUEST}#systemsmanager-RegisterTaskWithMaintenanceWindow-request-ClientToken",
}
_STRUCTURES = {
    "TaskInvocationParameters.RunCommand.CloudWatchOutputConfig.": "CloudWatchOutputConfig",
    "TaskInvocationParameters.RunCommand.NotificationConfig.": "NotificationConfig",
    "TaskInvocationParameters.RunCommand.": "MaintenanceWindowRunCommandParameters",
    "TaskInvocationParameters.Automation.": "MaintenanceWindowAutomationParameters",
    "TaskInvocationParameters.StepFunctions.": "MaintenanceWindowStepFunctionsParameters",
    "TaskInvocationParameters.Lambda.": "MaintenanceWindowLambdaParameters",
    "TaskInvocationParameters.": "MaintenanceWindowTaskInvocationParameters",
    "TaskParameters{}.": "MaintenanceWindowTaskParameterValueExpression",
    "Targets[].": "Target",
    "LoggingInfo.": "LoggingInfo",
    "AlarmConfiguration.Alarms[].": "Alarm",
    "AlarmConfiguration.": "AlarmConfiguration",
}
# The structure of a member, longest path first; the names are those of the API reference's pages.


def page_of(rule: str, path: str = "") -> str:
    """Give the address of the page that speaks of a rule, or of the request as a whole."""
    if rule.startswith("wire."):
        return _PROTOCOL
    if rule.startswith("quota.") or rule.endswith("-quota"):
        return _QUOTAS
    for start, page in _OPERATIONS.items():
        if rule.startswith(f"{start}.") or (start == "window.deletion" and rule.startswith("window.deletion")):
            return f"{_API}/{page}.html" if "#" not in page else f"{_API}/{page.replace('#', '.html#')}"
    for start, shape in _STRUCTURES.items():
        if path.startswith(start):
            return f"{_API}/API_{shape}.html#systemsmanager-Type-{shape}-{_first(path.removeprefix(start))}"
    top = _first(path)
    anchor = f"#systemsmanager-RegisterTaskWithMaintenanceWindow-request-{top}" if top else ""
    return f"{_API}/{_REQUEST}.html{anchor}"


def _first(path: str) -> str:
    return re.split(r"[.\[{]", path)[0]
