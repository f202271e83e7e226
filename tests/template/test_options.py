"""What the template leaves to the operator: access logs, a key of the account's own, a firewall. Each on and off."""

import json
import re
from typing import Any

import pytest

from tests.support import template

TEMPLATE = template.load()
RESOURCES = TEMPLATE["Resources"]


def properties(logical_id: str, *true: str) -> Any:
    """A resource's properties where these conditions hold and no others."""
    return template.chosen(RESOURCES[logical_id]["Properties"], true)


@pytest.mark.parametrize(
    ("parameter", "condition", "default", "resources"),
    [
        ("AccessLogs", "WritesAccessLogs", "true", {"AccessLogGroup", "RequestsThrottled"}),
        ("CreateGatewayLoggingRole", "CreatesGatewayLoggingRole", "false", {"GatewayLoggingRole", "GatewayAccount"}),
        ("CustomerManagedKey", "HasKey", "false", {"DataKey", "KeyForTables", "KeyForFiles"}),
        ("Firewall", "HasFirewall", "false", {"WebAcl", "WebAclAssociation"}),
    ],
)
def test_an_option_has_its_resources(parameter: str, condition: str, default: str, resources: set[str]) -> None:
    assert TEMPLATE["Conditions"][condition] == {"Fn::Equals": [{"Ref": parameter}, "true"]}
    assert TEMPLATE["Parameters"][parameter]["Default"] == default
    assert TEMPLATE["Parameters"][parameter]["AllowedValues"] == ["true", "false"]
    assert {name for name, resource in RESOURCES.items() if resource.get("Condition") == condition} == resources


# --- access logs -----------------------------------------------------------------------------------------------------


def test_an_access_log_line_holds_nothing_of_the_callers() -> None:
    logged = properties("Api", "WritesAccessLogs")["AccessLogSetting"]
    assert logged["DestinationArn"] == {"Fn::GetAtt": ["AccessLogGroup", "Arn"]}
    line = json.loads(logged["Format"]["Fn::Sub"])
    assert line == {
        "service": "${AWS::StackName}",
        # Not $context.requestId, which a caller can choose.
        "correlation_id": "$context.extendedRequestId",
        "time": "$context.requestTimeEpoch",
        "method": "$context.httpMethod",
        # As the template writes it; the path itself has the user and the extension.
        "resource": "$context.resourcePath",
        "status": "$context.status",
        # The kind alone: $context.error.message may hold the Authorization header.
        "kind": "$context.error.responseType",
        "bytes": "$context.responseLength",
        "latency_ms": "$context.responseLatency",
        "function_ms": "$context.integration.latency",
        "function_status": "$context.integration.status",
        "authorizer_ms": "$context.authorizer.latency",
        "authorizer_status": "$context.authorizer.status",
        "firewall": "$context.waf.status",
    }
    # The gateway takes one line.
    assert "\n" not in logged["Format"]["Fn::Sub"]


def test_without_access_logs_the_stage_has_none() -> None:
    assert "AccessLogSetting" not in properties("Api")


def test_what_the_gateway_throttles_is_counted_from_its_log() -> None:
    assert properties("RequestsThrottled") == {
        "LogGroupName": {"Ref": "AccessLogGroup"},
        "FilterPattern": '{ $.status = "429" }',
        "MetricTransformations": [
            {
                "MetricNamespace": "FaxApi",
                "MetricName": "RequestsThrottled",
                "MetricValue": "1",
                "Unit": "Count",
                "Dimensions": [{"Key": "service", "Value": "$.service"}],
            }
        ],
    }


def test_the_stage_waits_for_the_accounts_role() -> None:
    # Through its log group: what DependsOn names must always be there.
    assert properties("AccessLogGroup", "CreatesGatewayLoggingRole")["Tags"] == [
        {"Key": "written-by", "Value": {"Ref": "GatewayAccount"}}
    ]
    assert "Tags" not in properties("AccessLogGroup")
    assert properties("GatewayAccount") == {"CloudWatchRoleArn": {"Fn::GetAtt": ["GatewayLoggingRole", "Arn"]}}
    (statement,) = properties("GatewayLoggingRole")["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}


# --- a key of the account's own --------------------------------------------------------------------------------------

KEY = {"Fn::GetAtt": ["DataKey", "Arn"]}


def test_a_key_encrypts_files_tables_and_logs() -> None:
    (files,) = properties("FileBucket", "HasKey")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert files == {
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
        "BucketKeyEnabled": True,
    }
    tables = template.resources(TEMPLATE, "AWS::DynamoDB::Table")
    groups = template.resources(TEMPLATE, "AWS::Logs::LogGroup")
    assert {str(properties(name, "HasKey")["SSESpecification"]) for name in tables} == {
        str({"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY})
    }
    assert {str(properties(name, "HasKey")["KmsKeyId"]) for name in groups} == {str(KEY)}


def test_without_a_key_of_its_own_awss_encrypt() -> None:
    (files,) = properties("FileBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert files == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    for name in template.resources(TEMPLATE, "AWS::DynamoDB::Table"):
        assert "SSESpecification" not in properties(name)
    for name in template.resources(TEMPLATE, "AWS::Logs::LogGroup"):
        assert "KmsKeyId" not in properties(name)


def test_a_key_is_turned_and_not_lost() -> None:
    key = properties("DataKey")
    assert (key["EnableKeyRotation"], key["PendingWindowInDays"]) == (True, 30)


def test_a_key_is_used_by_the_account_and_by_this_stacks_logs() -> None:
    account, logs = properties("DataKey")["KeyPolicy"]["Statement"]
    assert account == {
        "Sid": "AccountDecides",
        "Effect": "Allow",
        "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}},
        "Action": "kms:*",
        "Resource": "*",
    }
    groups = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${AWS::StackName}-*"
    assert logs == {
        "Sid": "LogsOfThisStack",
        "Effect": "Allow",
        "Principal": {"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": {"Fn::Sub": groups}}},
    }


@pytest.mark.parametrize(
    ("policy", "roles", "actions", "service"),
    [
        (
            "KeyForTables",
            ["CreateFaxRole", "AuthorizeRole", "IssueTokenRole"],
            ["kms:Decrypt", "kms:DescribeKey"],
            "dynamodb",
        ),
        ("KeyForFiles", ["CreateFaxRole"], "kms:GenerateDataKey", "s3"),
    ],
)
def test_a_function_uses_a_key_through_its_store_alone(
    policy: str, roles: list[str], actions: list[str] | str, service: str
) -> None:
    held = properties(policy)
    assert held["Roles"] == [{"Ref": role} for role in roles]
    (statement,) = held["PolicyDocument"]["Statement"]
    assert {name: value for name, value in statement.items() if name != "Sid"} == {
        "Effect": "Allow",
        "Action": actions,
        "Resource": KEY,
        "Condition": {"StringEquals": {"kms:ViaService": {"Fn::Sub": f"{service}.${{AWS::Region}}.amazonaws.com"}}},
    }


# --- firewall --------------------------------------------------------------------------------------------------------


def test_the_firewall_blocks_a_flood_and_counts_what_it_says_of_bodies() -> None:
    acl = properties("WebAcl")
    assert (acl["Scope"], acl["DefaultAction"]) == ("REGIONAL", {"Allow": {}})
    flood, common = acl["Rules"]
    assert flood["Action"] == {"Block": {}}
    assert flood["Statement"] == {
        "RateBasedStatement": {"AggregateKeyType": "IP", "EvaluationWindowSec": 300, "Limit": {"Ref": "FirewallRate"}}
    }
    assert common["OverrideAction"] == {"None": {}}
    group = common["Statement"]["ManagedRuleGroupStatement"]
    assert (group["VendorName"], group["Name"]) == ("AWS", "AWSManagedRulesCommonRuleSet")
    counted = {rule["Name"] for rule in group["RuleActionOverrides"] if rule["ActionToUse"] == {"Count": {}}}
    assert counted == {
        "SizeRestrictions_BODY",
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "NoUserAgent_HEADER",
    }
    assert len(group["RuleActionOverrides"]) == len(counted)


def test_the_firewall_keeps_no_samples_which_hold_tokens() -> None:
    acl = properties("WebAcl")
    shown = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert [config["SampledRequestsEnabled"] for config in shown] == [False, False, False]


def test_the_firewall_stands_before_the_stage() -> None:
    stage = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${Api}/stages/${Api.Stage}"
    assert properties("WebAclAssociation") == {
        "WebACLArn": {"Fn::GetAtt": ["WebAcl", "Arn"]},
        "ResourceArn": {"Fn::Sub": stage},
    }


def test_the_alarms_topic_is_one() -> None:
    pattern = TEMPLATE["Parameters"]["AlarmTopicArn"]["AllowedPattern"]
    assert re.fullmatch(pattern, "")
    assert re.fullmatch(pattern, "arn:aws:sns:eu-west-1:123456789012:on-call")
    assert not re.fullmatch(pattern, "on-call@example.org")
