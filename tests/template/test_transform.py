"""What SAM makes of the template, worked out offline: the resources that CloudFormation would be given."""

from typing import Any

import pytest
from samtranslator.public.exceptions import InvalidDocumentException

from tests.support import template
from tests.support.transform import processed


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    made: dict[str, Any] = processed(template.load())["Resources"]
    return made


def of_type(resources: dict[str, Any], kind: str) -> list[str]:
    return sorted(name for name, resource in resources.items() if resource["Type"] == kind)


def test_the_transform_adds_no_role_and_no_policy(resources: dict[str, Any]) -> None:
    source = template.load()
    for kind in ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        assert {name: resources[name] for name in of_type(resources, kind)} == template.resources(source, kind)


ANY = "x-amazon-apigateway-any-method"
# API Gateway takes both, the authorizer and the key that it names, and not one of them.
GUARDED: list[dict[str, list[str]]] = [{"BearerToken": []}, {"api_key": []}]
OPEN: list[dict[str, list[str]]] = []


def test_every_method_leads_where_it_should(resources: dict[str, Any]) -> None:
    methods = {
        (path, method): (
            operation["security"],
            operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].split("/functions/")[1],
        )
        for path, operations in resources["Api"]["Properties"]["Body"]["paths"].items()
        for method, operation in operations.items()
    }
    create_fax, read_faxes, change_faxes, fax_page, issue_token, carrier_report, refuse = (
        f"${{{name}Function.Arn}}/invocations"
        for name in ("CreateFax", "ReadFaxes", "ChangeFaxes", "FaxPage", "IssueToken", "CarrierReport", "Refuse")
    )
    of_a_fax = "faxes/{userId}/{extension}/{faxId}"
    assert methods == {
        ("/uapi/faxes/{userId}/{extension}", "post"): (GUARDED, create_fax),
        ("/uapi/faxes/{userId}/{extension}", ANY): (OPEN, refuse),
        ("/unifiedapi/faxes/{userId}/{extension}", "post"): (GUARDED, create_fax),
        ("/unifiedapi/faxes/{userId}/{extension}", ANY): (OPEN, refuse),
        (f"/uapi/{of_a_fax}", "get"): (GUARDED, read_faxes),
        (f"/uapi/{of_a_fax}", "put"): (GUARDED, change_faxes),
        (f"/uapi/{of_a_fax}", ANY): (OPEN, refuse),
        (f"/uapi/{of_a_fax}/events", "get"): (GUARDED, read_faxes),
        (f"/uapi/{of_a_fax}/events", ANY): (OPEN, refuse),
        (f"/unifiedapi/{of_a_fax}", "get"): (GUARDED, read_faxes),
        (f"/unifiedapi/{of_a_fax}", "put"): (GUARDED, change_faxes),
        (f"/unifiedapi/{of_a_fax}", ANY): (OPEN, refuse),
        (f"/unifiedapi/{of_a_fax}/events", "get"): (GUARDED, read_faxes),
        (f"/unifiedapi/{of_a_fax}/events", ANY): (OPEN, refuse),
        ("/fax/{uid}", "get"): (OPEN, fax_page),
        ("/fax/{uid}", ANY): (OPEN, refuse),
        ("/fax/{uid}/{document}", "get"): (OPEN, fax_page),
        ("/fax/{uid}/{document}", ANY): (OPEN, refuse),
        ("/fax/{uid}/pages/{picture}", "get"): (OPEN, fax_page),
        ("/fax/{uid}/pages/{picture}", ANY): (OPEN, refuse),
        ("/oauth/token.php", "post"): (OPEN, issue_token),
        ("/oauth/token.php", ANY): (OPEN, refuse),
        ("/carriers/telnyx/reports", "post"): (OPEN, carrier_report),
        ("/carriers/telnyx/reports", ANY): (OPEN, refuse),
        ("/", ANY): (OPEN, refuse),
        ("/{proxy+}", ANY): (OPEN, refuse),
    }


def test_the_gateway_may_call_each_function_for_its_own_paths_alone(resources: dict[str, Any]) -> None:
    allowed: dict[str, set[str]] = {}
    for name in of_type(resources, "AWS::Lambda::Permission"):
        permission = resources[name]["Properties"]
        assert (permission["Action"], permission["Principal"]) == ("lambda:InvokeFunction", "apigateway.amazonaws.com")
        (function,) = {"Ref", "Fn::GetAtt"} & set(permission["FunctionName"])
        target = permission["FunctionName"][function]
        source = permission["SourceArn"]["Fn::Sub"][0].partition("${__ApiId__}/")[2]
        allowed.setdefault(target if function == "Ref" else target[0], set()).add(source)
    assert allowed == {
        "CreateFaxFunction": {"${__Stage__}/POST/uapi/faxes/*/*", "${__Stage__}/POST/unifiedapi/faxes/*/*"},
        "ReadFaxesFunction": {
            "${__Stage__}/GET/uapi/faxes/*/*/*",
            "${__Stage__}/GET/uapi/faxes/*/*/*/events",
            "${__Stage__}/GET/unifiedapi/faxes/*/*/*",
            "${__Stage__}/GET/unifiedapi/faxes/*/*/*/events",
        },
        "ChangeFaxesFunction": {
            "${__Stage__}/PUT/uapi/faxes/*/*/*",
            "${__Stage__}/PUT/unifiedapi/faxes/*/*/*",
        },
        "FaxPageFunction": {
            "${__Stage__}/GET/fax/*",
            "${__Stage__}/GET/fax/*/*",
            "${__Stage__}/GET/fax/*/pages/*",
        },
        "AuthorizeFunction": {"authorizers/*"},
        "IssueTokenFunction": {"${__Stage__}/POST/oauth/token.php"},
        "CarrierReportFunction": {"${__Stage__}/POST/carriers/telnyx/reports"},
        "RefuseFunction": {
            "${__Stage__}/*/carriers/telnyx/reports",
            "${__Stage__}/*/uapi/faxes/*/*",
            "${__Stage__}/*/unifiedapi/faxes/*/*",
            "${__Stage__}/*/uapi/faxes/*/*/*",
            "${__Stage__}/*/uapi/faxes/*/*/*/events",
            "${__Stage__}/*/unifiedapi/faxes/*/*/*",
            "${__Stage__}/*/unifiedapi/faxes/*/*/*/events",
            "${__Stage__}/*/fax/*",
            "${__Stage__}/*/fax/*/*",
            "${__Stage__}/*/fax/*/pages/*",
            "${__Stage__}/*/oauth/token.php",
            "${__Stage__}/*/",
            "${__Stage__}/*/*",
        },
    }


def authorizer(resources: dict[str, Any]) -> dict[str, Any]:
    schemes = resources["Api"]["Properties"]["Body"]["components"]["securitySchemes"]
    assert list(schemes) == ["BearerToken", "api_key"]
    made: dict[str, Any] = schemes["BearerToken"]["x-amazon-apigateway-authorizer"]
    return made


def test_the_authorizer_is_asked_with_the_authorization_header(resources: dict[str, Any]) -> None:
    guard = authorizer(resources)
    assert {name: value for name, value in guard.items() if name != "authorizerUri"} == {
        "type": "request",
        "identitySource": "method.request.header.Authorization",
        "authorizerResultTtlInSeconds": 60,
    }


@pytest.mark.parametrize("seconds", ["0", "1", "3600"])
def test_the_authorizers_answer_is_kept_as_long_as_a_parameter_says(seconds: str) -> None:
    # CloudFormation hands every parameter over as text, and the API's description is text as well.
    changed = processed(template.load(), {"AuthorizerCacheSeconds": seconds})["Resources"]
    assert authorizer(changed)["authorizerResultTtlInSeconds"] == seconds


def test_the_gateways_own_answers_reach_the_api(resources: dict[str, Any]) -> None:
    reached = resources["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    written = template.load()["Resources"]["Api"]["Properties"]["GatewayResponses"]
    assert reached == {
        kind: {
            "responseParameters": {
                f"gatewayresponse.header.{name}": value
                for name, value in answer.get("ResponseParameters", {}).get("Headers", {}).items()
            },
            "responseTemplates": answer["ResponseTemplates"],
        }
        | ({"statusCode": str(answer["StatusCode"])} if "StatusCode" in answer else {})
        for kind, answer in written.items()
    }


def test_the_limits_of_requests_reach_the_stage(resources: dict[str, Any]) -> None:
    written = template.load()["Resources"]["Api"]["Properties"]["MethodSettings"]
    assert resources["ApiStage"]["Properties"]["MethodSettings"] == written


def test_what_stands_in_front_is_told_the_stage(resources: dict[str, Any]) -> None:
    assert resources["Front"]["Properties"]["Parameters"]["StageName"] == {"Ref": "ApiStage"}
    assert resources["ApiStage"]["Type"] == "AWS::ApiGateway::Stage"
    # The transform leaves what is asked of parameters to CloudFormation.
    source = template.load()
    made = processed(template.load(), {"DomainName": "fax.example.org", "CertificateArn": "arn:aws:acm:x"})
    assert (made["Rules"], made["Conditions"]) == (source["Rules"], source["Conditions"])
    assert made["Resources"]["Front"]["Condition"] == "HasFront"


def test_a_clash_of_logical_ids_is_found() -> None:
    source = template.load()
    source["Resources"]["ApiBearerTokenAuthorizerPermission"] = {"Type": "AWS::IAM::Role", "Properties": {}}
    with pytest.raises(InvalidDocumentException):
        processed(source)


def test_the_api_is_named_after_the_stack(resources: dict[str, Any]) -> None:
    # By that name, monitoring.yaml knows the gateway's metrics.
    api = resources["Api"]["Properties"]
    assert "Name" not in api
    assert api["Body"]["info"]["title"] == {"Ref": "AWS::StackName"}


def test_the_access_log_reaches_the_stage(resources: dict[str, Any]) -> None:
    written = template.load()["Resources"]["Api"]["Properties"]["AccessLogSetting"]
    assert resources["ApiStage"]["Properties"]["AccessLogSetting"] == written
