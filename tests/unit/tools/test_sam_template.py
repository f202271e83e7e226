"""What `make invoke` and `make local-api` make of the template."""

import json
from typing import Any

from tests.support import template
from tests.support.routes import OPEN
from tools.local.sam_template import local_template

ENDPOINT = "http://172.17.0.1:4566"
TEMPLATE = template.load()
NAMES = {"Topic": "fax-api-topic-1", "Storage.Outputs.FileBucketName": "fax-api-filebucket-1", "Api": "a1b2c3"}


def built(**variables: Any) -> dict[str, Any]:
    """A built template of one function with those variables, and one without any."""
    return {
        "Globals": {"Function": {"Environment": {"Variables": {"POWERTOOLS_LOG_LEVEL": {"Ref": "LogLevel"}}}}},
        "Resources": {
            "One": {"Type": "AWS::Serverless::Function", "Properties": {"Environment": {"Variables": variables}}},
            "Two": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "Two"}},
            "Topic": {"Type": "AWS::SNS::Topic"},
        },
    }


def test_references_to_resources_become_their_names_and_the_rest_stays() -> None:
    source = built(
        TOPIC={"Ref": "Topic"},
        FILE_BUCKET={"Fn::GetAtt": ["Storage", "Outputs.FileBucketName"]},
        RETENTION_DAYS={"Ref": "RetentionDays"},
        ARN={"Fn::GetAtt": ["Topic", "Arn"]},
        TEXT="text",
    )
    before = json.dumps(source)
    local = local_template(source, ENDPOINT, NAMES)
    assert local["Globals"]["Function"]["Environment"]["Variables"] == {
        "POWERTOOLS_LOG_LEVEL": {"Ref": "LogLevel"},
        "AWS_ENDPOINT_URL": ENDPOINT,
    }
    assert local["Resources"]["One"]["Properties"]["Environment"]["Variables"] == {
        "TOPIC": "fax-api-topic-1",
        "FILE_BUCKET": "fax-api-filebucket-1",
        "RETENTION_DAYS": {"Ref": "RetentionDays"},
        "ARN": {"Fn::GetAtt": ["Topic", "Arn"]},
        "TEXT": "text",
    }
    assert local["Resources"]["Two"] == {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "Two"}}
    assert json.dumps(source) == before


def test_the_stacks_inside_the_stack_go() -> None:
    stack = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "delivery.yaml"}}
    source = built()
    local = local_template(source | {"Resources": source["Resources"] | {"Delivery": stack}}, ENDPOINT, NAMES)
    assert set(local["Resources"]) == {"One", "Two", "Topic"}


def test_a_function_without_variables_and_globals_without_layers_stay_as_they_are() -> None:
    """The template's own shape: its layers are each function's, and one function has neither layer nor variable."""
    real = TEMPLATE
    local = local_template(real, ENDPOINT, {"Storage.Outputs.CredentialTableName": "real-CredentialTable"})
    assert local["Globals"] == real["Globals"] | {
        "Function": real["Globals"]["Function"]
        | {
            "Environment": {
                "Variables": real["Globals"]["Function"]["Environment"]["Variables"] | {"AWS_ENDPOINT_URL": ENDPOINT}
            }
        }
    }
    refusing = local["Resources"]["RefuseFunction"]["Properties"]
    assert refusing | {"Events": {}} == real["Resources"]["RefuseFunction"]["Properties"] | {"Events": {}}
    issuing = local["Resources"]["IssueTokenFunction"]["Properties"]
    assert issuing["Environment"]["Variables"] == {
        "CREDENTIAL_TABLE": "real-CredentialTable",
        "TOKEN_SECONDS": {"Ref": "TokenLifetimeSeconds"},
    }
    assert issuing["Layers"] == [{"Ref": "BaseLayer"}, {"Ref": "DocumentsLayer"}, {"Ref": "CoreLayer"}]


def test_any_becomes_the_methods_that_no_other_function_has_on_the_path() -> None:
    """`sam local start-api` gives a path's ANY all of them, whatever else there is."""
    functions = local_template(TEMPLATE, ENDPOINT, {})["Resources"]
    routes = [
        (event["Properties"]["Path"], event["Properties"]["Method"], name)
        for name, function in functions.items()
        for event in function.get("Properties", {}).get("Events", {}).values()
    ]
    every = ("delete", "get", "head", "options", "patch", "post", "put")
    own = {
        (FAX_PATH, "post"): "CreateFaxFunction",
        (OLDER_PATH, "post"): "CreateFaxFunction",
        ("/oauth/token.php", "post"): "IssueTokenFunction",
        ("/carriers/telnyx/reports", "post"): "CarrierReportFunction",
    }
    for path in (f"{FAX_PATH}/{{faxId}}", f"{OLDER_PATH}/{{faxId}}"):
        own[path, "get"] = own[f"{path}/events", "get"] = "ReadFaxesFunction"
        own[path, "put"] = "ChangeFaxesFunction"
    for path in ("/fax/{uid}", "/fax/{uid}/{document}", "/fax/{uid}/pages/{picture}"):
        own[path, "get"] = "FaxPageFunction"
    paths = {path for path, _ in own} | {"/", "/{proxy+}"}
    expected = {(path, method): "RefuseFunction" for path in paths for method in every} | own
    assert sorted(routes) == sorted((path, method, function) for (path, method), function in expected.items())
    events = functions["RefuseFunction"]["Properties"]["Events"].values()
    assert {str(event["Properties"]["Auth"]) for event in events} == {str(OPEN)}


FAX_PATH = "/uapi/faxes/{userId}/{extension}"
OLDER_PATH = "/unifiedapi/faxes/{userId}/{extension}"
