"""The template against the code: what one says, the other does. Read, not deployed."""

import ast
import inspect
from typing import Any

import pytest
import yaml

from faxes import settings
from faxes.adapters import dynamodb
from faxes.settings import DYNAMODB_BUDGET, S3_BUDGET, AuthenticationSettings, SubmissionSettings
from tests.support import template
from tests.support.template import ROOT

TEMPLATE = template.load()
NAMES = {"FileBucket": "files", "FaxTable": "faxes", "DirectoryTable": "directory", "CredentialTable": "credentials"}
# API Gateway's own limit for an integration, in seconds.
GATEWAY_TIMEOUT = 29


def properties(logical_id: str) -> Any:
    return TEMPLATE["Resources"][logical_id]["Properties"]


def test_every_function_folder_is_deployed_and_the_other_way_round() -> None:
    folders = {f"functions/{path.parent.name}" for path in ROOT.glob("functions/*/app.py")}
    deployed = [r["Properties"]["CodeUri"] for r in template.resources(TEMPLATE, "AWS::Serverless::Function").values()]
    assert sorted(deployed) == sorted(folders)


def test_the_api_takes_forms_as_bytes_and_nothing_else() -> None:
    assert properties("Api")["BinaryMediaTypes"] == ["multipart/form-data"]
    assert properties("Api")["EndpointConfiguration"] == {"Type": "REGIONAL"}


def test_the_templates_paths_are_the_functions_routes() -> None:
    source = ast.parse((ROOT / "functions/create_fax/app.py").read_text())
    routes = {
        node.args[0].value
        for node in ast.walk(source)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "post"
        and isinstance(node.args[0], ast.Constant)
    }
    events = [event["Properties"] for event in properties("CreateFaxFunction")["Events"].values()]
    assert {event["Method"] for event in events} == {"post"}
    assert {
        event["Path"].replace("{userId}", "<user_id>").replace("{extension}", "<extension>") for event in events
    } == (routes)


def test_the_environment_is_what_the_settings_read() -> None:
    submission = template.environment(TEMPLATE, "CreateFaxFunction", NAMES)
    authentication = template.environment(TEMPLATE, "AuthorizeFunction", NAMES)
    read = {
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(settings)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isupper()
    }
    named = {name for name in {*submission, *authentication} if not name.startswith("POWERTOOLS_")}
    assert named == read
    assert SubmissionSettings.from_env(submission).bucket == "files"
    assert AuthenticationSettings.from_env(authentication).credential_table == "credentials"


def test_the_default_limits_are_the_codes() -> None:
    environment = template.environment(TEMPLATE, "CreateFaxFunction", NAMES)
    assert (
        SubmissionSettings.from_env(environment).limits
        == SubmissionSettings("files", "faxes", "directory", SubmissionSettings.from_env(environment).retention).limits
    )


@pytest.mark.parametrize(
    ("parameter", "variable"),
    [
        ("MaxFilesPerFax", "MAX_FILES_PER_FAX"),
        ("MaxRecipientsPerFax", "MAX_RECIPIENTS_PER_FAX"),
        ("MaxPagesPerFax", "MAX_PAGES_PER_FAX"),
        ("MaxPixelsPerPage", "MAX_PIXELS_PER_PAGE"),
        ("MaxBytesPerFile", "MAX_BYTES_PER_FILE"),
        ("MaxBodyBytes", "MAX_BODY_BYTES"),
        ("RetentionDays", "RETENTION_DAYS"),
    ],
)
def test_a_parameter_allows_what_its_setting_allows(parameter: str, variable: str) -> None:
    environment = template.environment(TEMPLATE, "CreateFaxFunction", NAMES)
    low, high = TEMPLATE["Parameters"][parameter]["MinValue"], TEMPLATE["Parameters"][parameter]["MaxValue"]
    for value in (low, high):
        SubmissionSettings.from_env(environment | {variable: str(value)})
    for value in (low - 1, high + 1):
        with pytest.raises(ValueError, match=variable):
            SubmissionSettings.from_env(environment | {variable: str(value)})


def test_each_role_holds_exactly_these_actions_on_exactly_these_resources() -> None:
    held = {
        (role, statement["Effect"], action, str(statement["Resource"]))
        for role, resource in template.resources(TEMPLATE, "AWS::IAM::Role").items()
        for policy in resource["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }

    def arn(logical_id: str) -> str:
        return str({"Fn::GetAtt": [logical_id, "Arn"]})

    files = str({"Fn::Sub": "${FileBucket.Arn}/faxes/*"})
    create_fax = {
        ("s3:PutObject", files),
        ("s3:DeleteObject", files),
        ("dynamodb:PutItem", arn("FaxTable")),
        ("dynamodb:GetItem", arn("DirectoryTable")),
        ("logs:CreateLogStream", arn("CreateFaxLogGroup")),
        ("logs:PutLogEvents", arn("CreateFaxLogGroup")),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    }
    authorize = {
        ("dynamodb:GetItem", arn("CredentialTable")),
        ("logs:CreateLogStream", arn("AuthorizeLogGroup")),
        ("logs:PutLogEvents", arn("AuthorizeLogGroup")),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    }
    assert held == {("CreateFaxRole", "Allow", *right) for right in create_fax} | {
        ("AuthorizeRole", "Allow", *right) for right in authorize
    }


def test_every_function_has_a_role_of_its_own() -> None:
    functions = template.resources(TEMPLATE, "AWS::Serverless::Function")
    roles = [function["Properties"]["Role"]["Fn::GetAtt"] for function in functions.values()]
    assert sorted(roles) == [["AuthorizeRole", "Arn"], ["CreateFaxRole", "Arn"]]


def test_the_longest_path_of_aws_calls_stays_under_the_functions_timeout() -> None:
    # One directory read, one wave of puts, one write; the authorizer: one read.
    accepting = DYNAMODB_BUDGET.longest + S3_BUDGET.longest + DYNAMODB_BUDGET.longest
    assert accepting < properties("CreateFaxFunction")["Timeout"] < GATEWAY_TIMEOUT
    assert DYNAMODB_BUDGET.longest < properties("AuthorizeFunction")["Timeout"] < GATEWAY_TIMEOUT


def test_the_bucket_is_private_encrypted_and_forgets() -> None:
    bucket = properties("FileBucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert "VersioningConfiguration" not in bucket
    assert "BucketName" not in bucket
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    expiry, unfinished = bucket["LifecycleConfiguration"]["Rules"]
    assert (expiry["Prefix"], expiry["ExpirationInDays"]) == ("faxes/", {"Ref": "RetentionDays"})
    assert unfinished["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_bucket_refuses_plain_http() -> None:
    (statement,) = properties("FileBucketPolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": ["FileBucket", "Arn"]}, {"Fn::Sub": "${FileBucket.Arn}/*"}]


@pytest.mark.parametrize("name", ["FaxTable", "DirectoryTable", "CredentialTable"])
def test_tables_are_on_demand_recoverable_and_forget(name: str) -> None:
    table = properties(name)
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}
    assert "TableName" not in table
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]


@pytest.mark.parametrize("name", ["FileBucket", "FaxTable", "DirectoryTable", "CredentialTable"])
def test_data_outlives_the_stack(name: str) -> None:
    resource = TEMPLATE["Resources"][name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_faxes_have_a_stream_and_the_indexes_that_the_store_asks() -> None:
    table = properties("FaxTable")
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == [dynamodb.BY_UID, dynamodb.BY_EXTENSION]


def test_every_function_logs_to_a_group_that_forgets() -> None:
    for function in template.resources(TEMPLATE, "AWS::Serverless::Function").values():
        group = function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        assert properties(group)["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_layers_are_built_by_their_own_makefiles_for_the_functions_architecture() -> None:
    for name, layer in template.resources(TEMPLATE, "AWS::Serverless::LayerVersion").items():
        assert layer["Metadata"] == {"BuildMethod": "makefile", "BuildArchitecture": {"Ref": "Architecture"}}
        makefile = (ROOT / layer["Properties"]["ContentUri"] / "Makefile").read_text()
        assert f"\nbuild-{name}:\n" in makefile
    assert TEMPLATE["Parameters"]["Architecture"]["Default"] == "arm64"
    dependencies = (ROOT / "layers/dependencies/Makefile").read_text()
    assert "ARCHITECTURE ?= arm64" in dependencies


def test_the_gateways_own_answers_have_the_contracts_shape() -> None:
    for name, answer in properties("Api")["GatewayResponses"].items():
        body = yaml.safe_load(answer["ResponseTemplates"]["application/json"])
        assert (name, answer["StatusCode"], list(body), list(body["error"])) == (
            name,
            401,
            ["error"],
            ["code", "message"],
        )
        assert body["error"]["code"] == "access_denied"
        assert "$" not in answer["ResponseTemplates"]["application/json"]


def test_nothing_that_is_retained_has_a_fixed_name() -> None:
    for resource in TEMPLATE["Resources"].values():
        named = {"BucketName", "TableName", "FunctionName", "RoleName", "LogGroupName"} & set(resource["Properties"])
        assert not named
