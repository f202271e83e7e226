"""What SAM makes of the template, worked out offline: the resources that CloudFormation would be given."""

from typing import Any

import pytest
from samtranslator.public.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform

from tests.support import template


class NoManagedPolicies:
    """The template names no managed policy, beside the ones that SAM itself attaches."""

    def load(self) -> dict[str, str]:
        return {}


def processed(source: dict[str, Any]) -> dict[str, Any]:
    source = source | {"Resources": {**source["Resources"]}}
    # `sam build` gives folders, and the transform takes only what is packaged.
    for resource in source["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource["Properties"]:
                resource["Properties"][name] = "s3://bucket/package"
    return dict(transform(source, {}, NoManagedPolicies()))


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    made: dict[str, Any] = processed(template.load())["Resources"]
    return made


def of_type(resources: dict[str, Any], kind: str) -> list[str]:
    return sorted(name for name, resource in resources.items() if resource["Type"] == kind)


def test_the_transform_adds_no_role_and_no_managed_policy(resources: dict[str, Any]) -> None:
    assert of_type(resources, "AWS::IAM::Role") == ["AuthorizeRole", "CreateFaxRole"]
    for role in of_type(resources, "AWS::IAM::Role"):
        assert "ManagedPolicyArns" not in resources[role]["Properties"]


def test_the_api_guards_every_operation(resources: dict[str, Any]) -> None:
    body = resources["Api"]["Properties"]["Body"]
    assert sorted(body["paths"]) == [
        "/uapi/faxes/{userId}/{extension}",
        "/unifiedapi/faxes/{userId}/{extension}",
    ]
    for path in body["paths"].values():
        assert list(path) == ["post"]
        assert path["post"]["security"] == [{"BearerToken": []}]
    guard = body["components"]["securitySchemes"]["BearerToken"]["x-amazon-apigateway-authorizer"]
    assert (guard["type"], guard["identitySource"]) == ("request", "method.request.header.Authorization")


def test_the_gateways_own_answers_reach_the_api(resources: dict[str, Any]) -> None:
    answers = resources["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    assert {name: answer["statusCode"] for name, answer in answers.items()} == {
        "ACCESS_DENIED": "401",
        "UNAUTHORIZED": "401",
    }


def test_a_clash_of_logical_ids_is_found() -> None:
    source = template.load()
    source["Resources"]["ApiBearerTokenAuthorizerPermission"] = {"Type": "AWS::IAM::Role", "Properties": {}}
    with pytest.raises(InvalidDocumentException):
        processed(source)
