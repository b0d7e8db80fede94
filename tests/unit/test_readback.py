"""What may be told otherwise than it was sent, and what may not."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.readback import compare
from strategies.homes import home, minimal

ROLES = "arn:aws:iam::123456789012:role"
COMMAND = "TaskInvocationParameters.RunCommand"


def rules_charged(operation: str, request: Any, shown: Any, held: frozenset[str] = frozenset()) -> list[str]:
    return [each.rule for each in compare(operation, request, shown, held).differences]


def test_a_task_that_is_told_as_it_was_sent_has_no_difference() -> None:
    request = home(f"{COMMAND}.NotificationConfig.NotificationEvents")
    assert rules_charged("get", request, request) == []


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"Priority": 0}, {}),
        ({"Priority": 1}, {"Priority": "1"}),
        ({"Priority": 1}, {"Priority": True}),
        ({"Description": " a "}, {"Description": "a"}),
        ({"Description": "e\u0301"}, {"Description": "\u00e9"}),
        ({"Name": "mw-conformance"}, {}),
    ],
)
def test_a_member_that_is_told_otherwise_is_charged_to_its_own_rule(sent: dict[str, Any], told: dict[str, Any]) -> None:
    base = minimal("AUTOMATION")
    (member,) = sent
    assert rules_charged("get", {**base, **sent}, {**base, **told}) == [f"read-back.get.{member}"]


def test_the_listing_says_type_where_the_request_says_task_type() -> None:
    base = minimal("AUTOMATION")
    told = {**{name: value for name, value in base.items() if name != "TaskType"}, "Type": "AUTOMATION"}
    assert rules_charged("describe", base, told) == []
    assert rules_charged("describe", base, base) == ["read-back.describe.TaskType"]


def test_a_structure_that_is_never_told_is_one_difference() -> None:
    request = home(f"{COMMAND}.NotificationConfig.NotificationEvents")
    without = {name: value for name, value in request.items() if name != "TaskInvocationParameters"}
    assert set(rules_charged("get", request, without)) == {"read-back.get.TaskInvocationParameters"}


def test_a_member_that_is_missing_from_a_structure_that_is_told_is_charged_itself() -> None:
    request = home(f"{COMMAND}.Comment")
    told = {**request, "TaskInvocationParameters": {}}
    held = frozenset({"TaskInvocationParameters", COMMAND})
    assert rules_charged("get", request, told, held) == [f"read-back.get.{COMMAND}.Comment"]


def test_values_in_another_order_break_the_rule_of_order_alone() -> None:
    request = minimal("RUN_COMMAND")
    values = ["i-00000000000000001", "i-00000000000000002"]
    sent = {**request, "Targets": [{"Key": "InstanceIds", "Values": values}]}
    told = {**request, "Targets": [{"Key": "InstanceIds", "Values": values[::-1]}]}
    assert rules_charged("get", sent, told) == ["order.Targets"]


def test_a_payload_is_held_by_its_bytes() -> None:
    path = "TaskInvocationParameters.Lambda.Payload"
    request = home(path)
    told = {**request, "TaskInvocationParameters": {"Lambda": {"Payload": "e30="}}}
    assert rules_charged("get", request, told) == [f"read-back.get.{path}"]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"Priority": 0, "CutoffBehavior": "CONTINUE_TASK", "MaxConcurrency": "1", "MaxErrors": "1"},
        {"Targets": [], "TaskParameters": {}, "TaskInvocationParameters": {}, "LoggingInfo": None},
        {"ServiceRoleArn": f"{ROLES}/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"},
    ],
)
def test_defaults_as_documented_are_no_difference(told: dict[str, Any]) -> None:
    base = minimal("AUTOMATION")
    assert rules_charged("get", base, {**base, **told}) == []


@pytest.mark.parametrize(
    ("member", "value"),
    [("Priority", 1), ("CutoffBehavior", "CANCEL_TASK"), ("MaxErrors", "10"), ("Name", ""), ("Description", "none")],
)
def test_a_default_that_is_not_documented_is_charged(member: str, value: Any) -> None:
    base = minimal("AUTOMATION")
    assert rules_charged("get", base, {**base, member: value}) == [f"default.{member}"]


@pytest.mark.parametrize("told", [{}, {"IgnorePollAlarmFailure": False}])
def test_an_alarm_s_default_may_be_told_or_left_out(told: dict[str, Any]) -> None:
    alarm = {"Alarms": [{"Name": "quiet"}]}
    sent = {**minimal("AUTOMATION"), "AlarmConfiguration": alarm}
    assert rules_charged("get", sent, {**sent, "AlarmConfiguration": {**alarm, **told}}) == []


def test_an_alarm_that_is_told_to_ignore_what_nobody_said_is_charged() -> None:
    alarm = {"Alarms": [{"Name": "quiet"}]}
    sent = {**minimal("AUTOMATION"), "AlarmConfiguration": alarm}
    told = {**sent, "AlarmConfiguration": {**alarm, "IgnorePollAlarmFailure": True}}
    assert rules_charged("get", sent, told) == ["default.AlarmConfiguration.IgnorePollAlarmFailure"]


def test_what_is_ignored_may_be_told_left_out_or_told_otherwise() -> None:
    request = {**home("TaskInvocationParameters.Lambda.Qualifier"), "TaskParameters": {"a": {"Values": ["b"]}}}
    for told in ({}, {"TaskParameters": {"a": {"Values": ["b"]}}}, {"TaskParameters": {}}):
        shown = {**{name: value for name, value in request.items() if name != "TaskParameters"}, **told}
        assert rules_charged("get", request, shown) == []


def test_an_added_log_group_is_no_difference() -> None:
    path = f"{COMMAND}.CloudWatchOutputConfig.CloudWatchOutputEnabled"
    request = home(path)
    config = {"CloudWatchOutputEnabled": True, "CloudWatchLogGroupName": "aws/ssm/AWS-RunShellScript"}
    told = {**request, "TaskInvocationParameters": {"RunCommand": {"CloudWatchOutputConfig": config}}}
    assert rules_charged("get", request, told) == []


def test_a_member_that_was_sent_as_null_may_be_told_with_its_default() -> None:
    request = {**home("Name"), "Targets": None, "MaxErrors": None, "CutoffBehavior": None}
    shown = {"Name": request["Name"], "MaxErrors": "1", "CutoffBehavior": "CONTINUE_TASK"}
    differences = compare(
        "describe", request, {**shown, "TaskArn": request["TaskArn"], "Type": request["TaskType"]}
    ).differences
    assert [] == [each for each in differences if each.rule.startswith("default.")]


def test_an_empty_list_of_targets_may_be_told_with_the_placeholder_of_a_task_without() -> None:
    request = {**minimal("AUTOMATION"), "Targets": []}
    assert rules_charged("get", request, {**request, "MaxConcurrency": "1", "MaxErrors": "1"}) == []


_FILLED_IN = [
    {"Comment": "", "TimeoutSeconds": 3600, "DocumentVersion": "$DEFAULT", "DocumentHashType": "Sha256"},
    {
        "CloudWatchOutputConfig": {
            "CloudWatchLogGroupName": "aws/ssm/AWS-RunShellScript",
            "CloudWatchOutputEnabled": False,
        }
    },
    {"NotificationConfig": {"NotificationEvents": [], "NotificationType": "Command", "NotificationArn": ""}},
    {"NotificationConfig": {"NotificationEvents": ["All"]}, "Parameters": {}},
    {"ServiceRoleArn": f"{ROLES}/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"},
]


@pytest.mark.parametrize("more", _FILLED_IN)
def test_what_may_be_a_default_inside_a_block_is_no_difference(more: dict[str, Any]) -> None:
    request = home(f"{COMMAND}.OutputS3BucketName")
    block = request["TaskInvocationParameters"]["RunCommand"]
    told = {**request, "TaskInvocationParameters": {"RunCommand": {**more, **block}, "Lambda": {}, "StepFunctions": {}}}
    assert rules_charged("get", request, told) == []
    bare = minimal("RUN_COMMAND")
    assert rules_charged("get", bare, {**bare, "TaskInvocationParameters": {"RunCommand": more}}) == []


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("Comment", "of another task"),
        ("ServiceRoleArn", f"{ROLES}/mine"),
        ("Parameters", {"commands": ["uptime"]}),
        ("OutputS3KeyPrefix", "another"),
    ],
)
def test_what_nobody_sent_and_no_default_explains_is_charged(member: str, value: Any) -> None:
    request = home(f"{COMMAND}.OutputS3BucketName")
    block = request["TaskInvocationParameters"]["RunCommand"]
    told = {**request, "TaskInvocationParameters": {"RunCommand": {member: value, **block}}}
    assert rules_charged("get", request, told) == [f"read-back.get.{COMMAND}.{member}"]
    bare = minimal("RUN_COMMAND")
    told = {**bare, "TaskInvocationParameters": {"RunCommand": {member: value}}}
    assert rules_charged("get", bare, told) == ["read-back.get.TaskInvocationParameters"]
