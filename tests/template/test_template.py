"""The template against the code: what one says, the other does. Read, not deployed."""

import ast
import inspect
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from faxes.bootstrap import (
    authorize,
    carrier_report,
    change_faxes,
    create_fax,
    fax_page,
    issue_token,
    origins,
    publication,
    read_faxes,
)
from faxes.bootstrap.clients import DYNAMODB_BUDGET, S3_BUDGET, SQS_BUDGET
from faxes.edge.authorizer import SharedKeys
from faxes.showing import Publication
from tests.support import routes, template
from tests.support.template import ROOT
from tools.limits import default_limits

TEMPLATE = template.load()
# The stacks inside the stack, by their logical ids.
PARTS = template.parts(TEMPLATE)
API = TEMPLATE["Resources"]["Api"]["Properties"]
NAMES = {
    "FileBucket": "files",
    "FaxTable": "faxes",
    "DirectoryTable": "directory",
    "CredentialTable": "credentials",
    "SendQueue": "https://send",
}
KEY_OR_NONE = {"Fn::If": ["HasKey", {"Fn::GetAtt": ["Storage", "Outputs.DataKeyArn"]}, ""]}
# API Gateway's own limit for an integration, in seconds.
GATEWAY_TIMEOUT = 29


def properties(logical_id: str) -> Any:
    return TEMPLATE["Resources"][logical_id]["Properties"]


def test_every_template_is_a_part_of_this_one() -> None:
    lying = {path.name for path in ROOT.glob("*.yaml") if "\nAWSTemplateFormatVersion" in f"\n{path.read_text()}"}
    parts = {
        stack["Properties"]["TemplateURL"]
        for stack in template.everywhere(TEMPLATE, "AWS::CloudFormation::Stack").values()
    }
    assert parts | {"template.yaml"} == lying


@pytest.mark.parametrize("name", PARTS)
def test_a_part_gets_its_parameters(name: str) -> None:
    handed = properties(name)["Parameters"]
    assert sorted(handed) == sorted(PARTS[name]["Parameters"])
    # Each is a resource or a parameter of its own name, but for these.
    others = {parameter: value for parameter, value in handed.items() if value != {"Ref": parameter}}
    assert (
        others
        == {
            # Its own name is longer: it begins with the stack's.
            "Storage": {"ServiceName": {"Ref": "AWS::StackName"}},
            "Uploads": {"ServiceName": {"Ref": "AWS::StackName"}, "KeyArn": KEY_OR_NONE}
            | {
                output: {"Fn::GetAtt": ["Storage", f"Outputs.{output}"]}
                for output in ("FileBucketName", "FaxTableName")
            },
            "Monitoring": {"ServiceName": {"Ref": "AWS::StackName"}}
            | {
                output: {"Fn::GetAtt": ["Delivery", f"Outputs.{output}"]}
                for output in (
                    "QueueFaxFunction",
                    "RenderFaxFunction",
                    "SendFaxFunction",
                    "SweepFunction",
                    "RenderQueueName",
                    "RenderDeadLettersName",
                    "SendQueueName",
                    "SendDeadLettersName",
                )
            }
            | {
                output: {"Fn::GetAtt": ["Uploads", f"Outputs.{output}"]}
                for output in ("CheckUploadFunction", "UploadDeadLettersName")
            },
            "Rights": {"KeyArn": KEY_OR_NONE}
            | {
                f"{store}Arn": {"Fn::GetAtt": ["Storage", f"Outputs.{store}Arn"]}
                for store in ("FileBucket", "FaxTable", "DirectoryTable", "CredentialTable")
            }
            | {
                f"{function}LogGroupArn": {"Fn::GetAtt": [f"{function}LogGroup", "Arn"]}
                for function in (
                    "CreateFax",
                    "ReadFaxes",
                    "ChangeFaxes",
                    "FaxPage",
                    "Authorize",
                    "IssueToken",
                    "CarrierReport",
                )
            }
            | {"SendQueueArn": {"Fn::GetAtt": ["Delivery", "Outputs.SendQueueArn"]}},
            "Delivery": {"ServiceName": {"Ref": "AWS::StackName"}, "KeyArn": KEY_OR_NONE}
            | {
                output: {"Fn::GetAtt": ["Storage", f"Outputs.{output}"]}
                for output in ("FileBucketName", "FaxTableName", "FaxTableStreamArn", "DirectoryTableName")
            }
            | {
                output: {"Fn::GetAtt": ["Uploads", f"Outputs.{output}"]}
                for output in ("UploadQueueArn", "UploadQueueUrl")
            },
            "Front": {"ApiId": {"Ref": "Api"}, "StageName": {"Ref": "Api.Stage"}},
            "Budgets": {
                "ApiId": {"Ref": "Api"},
                "StageName": {"Ref": "Api.Stage"},
                # The same, so that the authorizer names the keys that there are.
                "SharedKey": properties("AuthorizeFunction")["Environment"]["Variables"]["SHARED_USAGE_KEY"],
            },
            "GatewayLog": {"KeyArn": KEY_OR_NONE},
        }[name]
    )


def test_what_is_asked_of_a_part_is_among_its_outputs() -> None:
    text = json.dumps(TEMPLATE)
    asked = set(re.findall(r'\["(\w+)", "Outputs\.(\w+)"\]', text)) | set(
        re.findall(r"\{(\w+)\.Outputs\.(\w+)\}", text)
    )
    given = {(name, output) for name, part in PARTS.items() for output in part["Outputs"]}
    # Those of the alarms are for a gradual deployment.
    assert asked == {(name, output) for name, output in given if name != "Monitoring"}


def test_every_function_folder_is_deployed_and_the_other_way_round() -> None:
    folders = {f"functions/{path.parent.name}" for path in ROOT.glob("functions/*/app.py")}
    functions = [function["Properties"] for function in template.functions(TEMPLATE).values()]
    # SAM's own name of it, and CloudFormation's.
    deployed = [function.get("CodeUri", function.get("Code")) for function in functions]
    assert sorted(deployed) == sorted(folders)


def test_the_api_takes_forms_as_bytes_and_nothing_else() -> None:
    assert properties("Api")["BinaryMediaTypes"] == ["multipart/form-data"]
    assert properties("Api")["EndpointConfiguration"] == {"Type": "REGIONAL"}


def test_no_function_answers_for_another_origin() -> None:
    assert "Cors" not in API


@pytest.mark.parametrize(
    ("function", "condition", "parameter", "default"),
    [
        ("CreateFaxFunction", "ReservesForFaxes", "FaxConcurrency", 0),
        # Faxes, who is calling and logins: none of the three takes what another needs.
        ("AuthorizeFunction", "ReservesForAuthorizer", "AuthorizeConcurrency", 0),
        ("IssueTokenFunction", "ReservesForLogins", "TokenConcurrency", 0),
        # A flood of refusals stays within its own.
        ("RefuseFunction", "ReservesForRefusals", "RefuseConcurrency", 5),
    ],
)
def test_a_function_can_have_a_concurrency_of_its_own(
    function: str, condition: str, parameter: str, default: int
) -> None:
    assert properties(function)["ReservedConcurrentExecutions"] == {
        "Fn::If": [condition, {"Ref": parameter}, {"Ref": "AWS::NoValue"}]
    }
    assert TEMPLATE["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, 0]}]}
    assert (TEMPLATE["Parameters"][parameter]["Default"], TEMPLATE["Parameters"][parameter]["MinValue"]) == (default, 0)


def test_the_environment_is_what_the_settings_read() -> None:
    submission = template.environment(TEMPLATE, "CreateFaxFunction", NAMES)
    authentication = template.environment(TEMPLATE, "AuthorizeFunction", NAMES)
    read = {
        node.value
        for module in (
            create_fax,
            read_faxes,
            change_faxes,
            fax_page,
            publication,
            origins,
            authorize,
            issue_token,
            carrier_report,
        )
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isupper()
    }
    login = template.environment(TEMPLATE, "IssueTokenFunction", NAMES)
    reading = template.environment(TEMPLATE, "ReadFaxesFunction", NAMES)
    control = template.environment(TEMPLATE, "ChangeFaxesFunction", NAMES)
    page = template.environment(TEMPLATE, "FaxPageFunction", NAMES)
    reports = template.environment(TEMPLATE, "CarrierReportFunction", NAMES)
    assert carrier_report.Settings.from_env(reports) == carrier_report.Settings("faxes", "https://send", "none", "")
    named = {*reports, *submission, *authentication, *login, *reading, *control, *page}
    assert {name for name in named if not name.startswith("POWERTOOLS_")} == read
    assert create_fax.Settings.from_env(submission).bucket == "files"
    assert authorize.Settings.from_env(authentication) == authorize.Settings(
        "credentials",
        SharedKeys("51af3dc0da7711e4872e1234567db123users", "51af3dc0da7711e4872e1234567db123apps"),
    )
    assert read_faxes.Settings.from_env(reading) == read_faxes.Settings("faxes", "", Publication(on=False, days=30))
    assert change_faxes.Settings.from_env(control) == change_faxes.Settings(
        "files", "faxes", "", Publication(on=False, days=30)
    )
    assert fax_page.Settings.from_env(page) == fax_page.Settings(
        "faxes", "directory", "files", Publication(on=False, days=30)
    )
    assert issue_token.Settings.from_env(login) == issue_token.Settings("credentials", timedelta(hours=1))


def test_every_limit_is_a_parameter() -> None:
    environment = template.environment(TEMPLATE, "CreateFaxFunction", NAMES)
    assert create_fax.Settings.from_env(environment).limits == default_limits()


@pytest.mark.parametrize(
    ("parameter", "variable", "function", "read"),
    [
        ("MaxFilesPerFax", "MAX_FILES_PER_FAX", "CreateFaxFunction", create_fax.Settings),
        ("MaxRecipientsPerFax", "MAX_RECIPIENTS_PER_FAX", "CreateFaxFunction", create_fax.Settings),
        ("MaxPagesPerFax", "MAX_PAGES_PER_FAX", "CreateFaxFunction", create_fax.Settings),
        ("MaxPixelsPerPage", "MAX_PIXELS_PER_PAGE", "CreateFaxFunction", create_fax.Settings),
        ("MaxPixelsPerFax", "MAX_PIXELS_PER_FAX", "CreateFaxFunction", create_fax.Settings),
        ("MaxBytesPerFile", "MAX_BYTES_PER_FILE", "CreateFaxFunction", create_fax.Settings),
        ("MaxBodyBytes", "MAX_BODY_BYTES", "CreateFaxFunction", create_fax.Settings),
        ("MaxUploadBytesPerFax", "MAX_UPLOAD_BYTES_PER_FAX", "CreateFaxFunction", create_fax.Settings),
        ("MaxUploadBytesPerFile", "MAX_UPLOAD_BYTES_PER_FILE", "CreateFaxFunction", create_fax.Settings),
        ("MaxOpenUploadsPerApp", "MAX_OPEN_UPLOADS_PER_APP", "CreateFaxFunction", create_fax.Settings),
        ("RetentionDays", "RETENTION_DAYS", "CreateFaxFunction", create_fax.Settings),
        ("IdempotencyHours", "IDEMPOTENCY_HOURS", "CreateFaxFunction", create_fax.Settings),
        ("DeduplicationMinutes", "DEDUPLICATION_MINUTES", "CreateFaxFunction", create_fax.Settings),
        ("DirectoryCacheSeconds", "DIRECTORY_CACHE_SECONDS", "CreateFaxFunction", create_fax.Settings),
        ("PublicPageDays", "PUBLIC_PAGE_DAYS", "FaxPageFunction", fax_page.Settings),
        ("TokenLifetimeSeconds", "TOKEN_SECONDS", "IssueTokenFunction", issue_token.Settings),
    ],
)
def test_a_parameter_allows_what_its_setting_allows(
    parameter: str,
    variable: str,
    function: str,
    read: type[create_fax.Settings | issue_token.Settings | fax_page.Settings],
) -> None:
    environment = template.environment(TEMPLATE, function, NAMES)
    low, high = TEMPLATE["Parameters"][parameter]["MinValue"], TEMPLATE["Parameters"][parameter]["MaxValue"]
    for value in (low, high):
        read.from_env(environment | {variable: str(value)})
    for value in (low - 1, high + 1):
        with pytest.raises(ValueError, match=variable):
            read.from_env(environment | {variable: str(value)})


def test_every_parameter_is_in_a_group_and_used() -> None:
    groups = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(TEMPLATE["Parameters"])
    used = json.dumps([TEMPLATE[section] for section in ("Globals", "Conditions", "Resources", "Outputs")])
    assert [name for name in grouped if f'{{"Ref": "{name}"}}' not in used] == []


def test_the_longest_path_of_aws_calls_stays_under_the_functions_timeout() -> None:
    longest = {
        # The user, the extension, one wave of puts, the record.
        "CreateFaxFunction": 2 * DYNAMODB_BUDGET.longest + S3_BUDGET.longest + DYNAMODB_BUDGET.longest,
        # The record, the history.
        "ReadFaxesFunction": 2 * DYNAMODB_BUDGET.longest,
        # The fax, its change; it asks for the time that is left before it does both again.
        "ChangeFaxesFunction": 2 * DYNAMODB_BUDGET.longest,
        # The token, its app.
        "AuthorizeFunction": 2 * DYNAMODB_BUDGET.longest,
        # The app, its token.
        "IssueTokenFunction": 2 * DYNAMODB_BUDGET.longest,
        # The uid, the fax, its recipients, where its organization is.
        "FaxPageFunction": 4 * DYNAMODB_BUDGET.longest,
        # The report, the message, the report.
        "CarrierReportFunction": 2 * DYNAMODB_BUDGET.longest + SQS_BUDGET.longest,
        "RefuseFunction": 0,
    }
    timeouts = {
        name: function["Properties"]["Timeout"]
        for name, function in template.resources(TEMPLATE, "AWS::Serverless::Function").items()
    }
    assert sorted(timeouts) == sorted(longest)
    assert {name for name in timeouts if not longest[name] < timeouts[name] < GATEWAY_TIMEOUT} == set()


def test_every_function_that_may_trace_does() -> None:
    assert TEMPLATE["Globals"]["Function"]["Tracing"] == "Active"
    tracing = {
        name: function["Properties"]["Tracing"]
        for name, function in template.resources(TEMPLATE, "AWS::Serverless::Function").items()
        if "Tracing" in function["Properties"]
    }
    assert tracing == {"RefuseFunction": "PassThrough"}


def test_a_changed_parameter_reaches_the_stage() -> None:
    # REQUEST_TOO_LARGE names one, which is no change of the API's description; SAM would keep the old deployment.
    assert API["AlwaysDeploy"] is True


def test_the_limits_of_requests_are_parameters() -> None:
    # CloudFormation writes a path's slashes as ~1, but for the first.
    assert [s["ResourcePath"] for s in API["MethodSettings"] if "/" in s["ResourcePath"][1:]] == []
    bursts = {(s["ThrottlingRateLimit"]["Ref"], s["ThrottlingBurstLimit"]["Ref"]) for s in API["MethodSettings"]}
    assert {(rate, rate.replace("Rate", "Burst")) for rate, _ in bursts} == bursts
    limits = routes.limits(TEMPLATE)
    assert len(limits) == len(API["MethodSettings"])
    assert limits.pop(("*", "/*")) == "DefaultRate"
    assert {route: rate for route, rate in limits.items() if rate != "ReadRate"} == {
        ("POST", "/uapi/faxes/{userId}/{extension}"): "FaxRate",
        ("POST", "/unifiedapi/faxes/{userId}/{extension}"): "FaxRate",
        ("GET", "/fax/{uid}"): "PageRate",
        ("GET", "/fax/{uid}/{document}"): "PageRate",
        ("GET", "/fax/{uid}/pages/{picture}"): "PageRate",
        ("POST", "/oauth/token.php"): "TokenRate",
        ("POST", "/carriers/telnyx/reports"): "ReportRate",
    }


def test_the_authorizers_answer_is_kept_as_long_as_the_parameter_says() -> None:
    identity = API["Auth"]["Authorizers"]["BearerToken"]["Identity"]
    assert identity == {"Headers": ["Authorization"], "ReauthorizeEvery": {"Ref": "AuthorizerCacheSeconds"}}
    parameter = TEMPLATE["Parameters"]["AuthorizerCacheSeconds"]
    assert (parameter["Default"], parameter["MinValue"], parameter["MaxValue"]) == (60, 0, 3600)


def test_nothing_has_a_fixed_name() -> None:
    named = {
        (name, resource["Properties"][key])
        for source in (TEMPLATE, *PARTS.values())
        for name, resource in source["Resources"].items()
        for key in ("BucketName", "TableName", "FunctionName", "RoleName", "LogGroupName")
        if key in resource["Properties"] and not isinstance(resource["Properties"][key], dict)
    }
    assert named == set()
