"""What the templates leave to the operator: access logs, a key of the account's own, a domain, a firewall."""

import json
import re
from typing import Any

import pytest

from tests.support import template

TEMPLATE = template.load()
STORAGE, FRONT, GATEWAY_LOG, DELIVERY, RIGHTS = map(
    template.part, ("storage.yaml", "front.yaml", "gateway-log.yaml", "delivery.yaml", "rights.yaml")
)
NAMES = "CreateFax ReadFaxes ChangeFaxes FaxPage Authorize IssueToken CarrierReport"


def properties(source: dict[str, Any], logical_id: str, *true: str) -> Any:
    """A resource's properties where these conditions hold and no others."""
    return template.chosen(source["Resources"][logical_id]["Properties"], true)


@pytest.mark.parametrize(
    ("parameter", "condition", "source", "default", "resources"),
    [
        ("AccessLogs", "WritesAccessLogs", TEMPLATE, "true", {"GatewayLog"}),
        (
            "CreateGatewayLoggingRole",
            "CreatesGatewayLoggingRole",
            GATEWAY_LOG,
            "false",
            {"GatewayLoggingRole", "GatewayAccount"},
        ),
        ("CustomerManagedKey", "HasKey", STORAGE, "false", {"DataKey"}),
        ("Firewall", "HasFirewall", FRONT, "false", {"WebAcl", "WebAclAssociation"}),
    ],
)
def test_an_option_has_its_resources(
    parameter: str, condition: str, source: dict[str, Any], default: str, resources: set[str]
) -> None:
    assert source["Conditions"][condition] == {"Fn::Equals": [{"Ref": parameter}, "true"]}
    assert TEMPLATE["Parameters"][parameter]["Default"] == default
    assert TEMPLATE["Parameters"][parameter]["AllowedValues"] == ["true", "false"]
    had = {name for name, resource in source["Resources"].items() if resource.get("Condition") == condition}
    assert had == resources


# --- access logs -----------------------------------------------------------------------------------------------------


def test_an_access_log_line_holds_nothing_of_the_callers() -> None:
    logged = properties(TEMPLATE, "Api", "WritesAccessLogs")["AccessLogSetting"]
    assert logged["DestinationArn"] == {"Fn::GetAtt": ["GatewayLog", "Outputs.AccessLogGroupArn"]}
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
    assert "AccessLogSetting" not in properties(TEMPLATE, "Api")


def test_what_the_gateway_throttles_is_counted_from_its_log() -> None:
    assert properties(GATEWAY_LOG, "RequestsThrottled") == {
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
    # Through the stack that it is in: what DependsOn names must always be there.
    assert GATEWAY_LOG["Outputs"]["AccessLogGroupArn"]["Value"] == {"Fn::GetAtt": ["AccessLogGroup", "Arn"]}
    role = {"Fn::GetAtt": ["GatewayLoggingRole", "Arn"]}
    assert properties(GATEWAY_LOG, "GatewayAccount") == {"CloudWatchRoleArn": role}
    assert properties(GATEWAY_LOG, "GatewayLoggingRole") == {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "apigateway.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        },
        "ManagedPolicyArns": [
            {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"}
        ],
    }


@pytest.mark.parametrize("name", ["GatewayLoggingRole", "GatewayAccount"])
def test_what_is_the_accounts_outlives_the_stack(name: str) -> None:
    resource = GATEWAY_LOG["Resources"][name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


# --- a key of the account's own (what it encrypts: test_storage) -----------------------------------------------------

KEY = {"Fn::GetAtt": ["Storage", "Outputs.DataKeyArn"]}


def test_a_key_encrypts_the_functions_logs_and_the_gateways() -> None:
    groups = template.resources(TEMPLATE, "AWS::Logs::LogGroup")
    assert [properties(TEMPLATE, name, "HasKey")["KmsKeyId"] for name in groups] == [KEY] * 7
    assert [name for name in groups if "KmsKeyId" in properties(TEMPLATE, name)] == []
    handed = TEMPLATE["Resources"]["GatewayLog"]["Properties"]["Parameters"]["KeyArn"]
    assert (template.chosen(handed, {"HasKey"}), template.chosen(handed, set())) == (KEY, "")
    assert GATEWAY_LOG["Conditions"]["HasKey"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "KeyArn"}, ""]}]}
    assert properties(GATEWAY_LOG, "AccessLogGroup", "HasKey")["KmsKeyId"] == {"Ref": "KeyArn"}
    assert "KmsKeyId" not in properties(GATEWAY_LOG, "AccessLogGroup")
    assert DELIVERY["Conditions"]["HasKey"] == GATEWAY_LOG["Conditions"]["HasKey"]
    for name in template.resources(DELIVERY, "AWS::Logs::LogGroup"):
        assert properties(DELIVERY, name, "HasKey")["KmsKeyId"] == {"Ref": "KeyArn"}
        assert "KmsKeyId" not in properties(DELIVERY, name)


@pytest.mark.parametrize(
    ("source", "policy", "roles", "actions", "service"),
    [
        (
            RIGHTS,
            "KeyForTables",
            [f"{name}Role" for name in NAMES.split()],
            ["kms:Decrypt", "kms:DescribeKey"],
            "dynamodb",
        ),
        (RIGHTS, "KeyForFiles", ["CreateFaxRole", "ChangeFaxesRole"], "kms:GenerateDataKey", "s3"),
        (RIGHTS, "KeyForPages", ["FaxPageRole"], "kms:Decrypt", "s3"),
        (
            DELIVERY,
            "WorkersKeyForTables",
            ["QueueFaxRole", "RenderFaxRole", "SendFaxRole", "SweepRole"],
            ["kms:Decrypt", "kms:DescribeKey"],
            "dynamodb",
        ),
        (
            DELIVERY,
            "WorkersKeyForFiles",
            ["RenderFaxRole", "SendFaxRole"],
            ["kms:Decrypt", "kms:GenerateDataKey"],
            "s3",
        ),
    ],
)
def test_a_function_uses_a_key_through_its_store_alone(
    source: dict[str, Any], policy: str, roles: list[str], actions: list[str] | str, service: str
) -> None:
    assert source["Conditions"]["HasKey"] == GATEWAY_LOG["Conditions"]["HasKey"]
    condition = "ShowsPagesByKey" if policy == "KeyForPages" else "HasKey"
    assert source["Resources"][policy]["Condition"] == condition
    held = properties(source, policy, "HasKey")
    assert held["Roles"] == [{"Ref": role} for role in roles]
    (statement,) = held["PolicyDocument"]["Statement"]
    assert {name: value for name, value in statement.items() if name != "Sid"} == {
        "Effect": "Allow",
        "Action": actions,
        "Resource": {"Ref": "KeyArn"},
        "Condition": {"StringEquals": {"kms:ViaService": {"Fn::Sub": f"{service}.${{AWS::Region}}.amazonaws.com"}}},
    }


# --- what stands in front --------------------------------------------------------------------------------------------


def test_what_stands_in_front_is_there_where_any_of_it_is_asked_for() -> None:
    assert TEMPLATE["Resources"]["Front"]["Condition"] == "HasFront"
    firewall = {"Fn::Equals": [{"Ref": "Firewall"}, "true"]}
    assert TEMPLATE["Conditions"]["HasFront"] == {"Fn::Or": [{"Condition": "HasDomain"}, firewall]}


def test_a_domain_is_there_with_a_name_and_a_certificate_or_not_at_all() -> None:
    conditional = {
        name
        for section in (FRONT["Resources"], FRONT["Outputs"], TEMPLATE["Outputs"])
        for name, item in section.items()
        if item.get("Condition") == "HasDomain"
    }
    assert conditional == {"ApiDomain", "ApiDomainMapping", "DomainUrl", "DomainTarget", "DomainTargetZoneId"}
    named = {"Fn::Not": [{"Fn::Equals": [{"Ref": "DomainName"}, ""]}]}
    certified = {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]}
    assert (TEMPLATE["Conditions"]["HasDomain"], FRONT["Conditions"]["HasDomain"]) == (named, named)
    rules = {name: (rule["RuleCondition"], rule["Assertions"][0]["Assert"]) for name, rule in TEMPLATE["Rules"].items()}
    given_up, _ = rules.pop("AFaxIsKeptUntilItIsGivenUp"), rules.pop("TelnyxNeedsItsAccount")
    assert list(rules.values()) == [(named, certified), (certified, named)]
    days, hours = (condition["Fn::Contains"] for condition in given_up)
    assert (days[1], hours[1]) == ({"Ref": "RetentionDays"}, {"Ref": "DeliveryHours"})
    # CloudFormation compares no numbers: of the hours that can be chosen, these are fewer than any of the days.
    chosen = TEMPLATE["Parameters"]["DeliveryHours"]["AllowedValues"]
    assert [str(hour) for hour in chosen if hour < 24 * min(map(int, days[0]))] == hours[0]
    assert max(chosen) < 24 * (max(map(int, days[0])) + 1)
    assert [TEMPLATE["Parameters"][name]["Default"] for name in ("DomainName", "CertificateArn")] == ["", ""]


def test_a_domain_takes_tls_1_2_and_newer_at_the_stage() -> None:
    assert properties(FRONT, "ApiDomain") == {
        "DomainName": {"Ref": "DomainName"},
        "RegionalCertificateArn": {"Ref": "CertificateArn"},
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "SecurityPolicy": "TLS_1_2",
    }
    # Without a base path: a client's path begins with the operation's.
    assert properties(FRONT, "ApiDomainMapping") == {
        "DomainName": {"Ref": "ApiDomain"},
        "RestApiId": {"Ref": "ApiId"},
        "Stage": {"Ref": "StageName"},
    }


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("fax.example.org", True),
        ("fax-1.example.org", True),
        ("", True),
        ("example", False),
        ("https://fax.example.org", False),
        ("Fax.example.org", False),
        ("-fax.example.org", False),
        ("fax.example.org.", False),
    ],
)
def test_a_domains_name_is_a_host_name(name: str, good: bool) -> None:
    # CloudFormation, too, takes the whole value.
    assert (re.fullmatch(TEMPLATE["Parameters"]["DomainName"]["AllowedPattern"], name) is not None) == good


# --- firewall --------------------------------------------------------------------------------------------------------


def test_the_firewall_blocks_a_flood_and_counts_what_it_says_of_bodies() -> None:
    acl = properties(FRONT, "WebAcl")
    assert (acl["Scope"], acl["DefaultAction"]) == ("REGIONAL", {"Allow": {}})
    flood, logins, common = acl["Rules"]
    assert [rule["Priority"] for rule in acl["Rules"]] == [0, 1, 2]
    assert flood["Action"] == {"Block": {}}
    assert flood["Statement"] == {
        "RateBasedStatement": {"AggregateKeyType": "IP", "EvaluationWindowSec": 300, "Limit": {"Ref": "FirewallRate"}}
    }
    assert logins["Action"] == {"Block": {}}
    assert logins["Statement"] == {
        "RateBasedStatement": {
            "AggregateKeyType": "IP",
            "EvaluationWindowSec": 300,
            "Limit": {"Ref": "FirewallTokenRate"},
            "ScopeDownStatement": {
                "ByteMatchStatement": {
                    "FieldToMatch": {"UriPath": {}},
                    "PositionalConstraint": "ENDS_WITH",
                    "SearchString": "/oauth/token.php",
                    "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}],
                }
            },
        }
    }
    # In five minutes, one address cannot take what the bucket of all logins gives.
    per_second = TEMPLATE["Parameters"]["FirewallTokenRate"]["Default"] / 300
    assert per_second < TEMPLATE["Parameters"]["TokenRate"]["Default"]
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
    acl = properties(FRONT, "WebAcl")
    shown = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert [config["SampledRequestsEnabled"] for config in shown] == [False, False, False, False]


def test_the_firewall_stands_before_the_stage() -> None:
    stage = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${ApiId}/stages/${StageName}"
    assert properties(FRONT, "WebAclAssociation") == {
        "WebACLArn": {"Fn::GetAtt": ["WebAcl", "Arn"]},
        "ResourceArn": {"Fn::Sub": stage},
    }


# --- alarms ----------------------------------------------------------------------------------------------------------


def test_the_alarms_topic_is_one() -> None:
    pattern = TEMPLATE["Parameters"]["AlarmTopicArn"]["AllowedPattern"]
    assert re.fullmatch(pattern, "")
    assert re.fullmatch(pattern, "arn:aws:sns:eu-west-1:123456789012:on-call")
    assert not re.fullmatch(pattern, "on-call@example.org")
