"""A route is its code, its event in the template and its entry in openapi.yaml, and these are the same routes."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes.edge import authorizer
from faxes.model import Principal
from faxes.tokens import Authentication, Token, digest_of
from functions.refuse import app as refuse
from tests.support import openapi, routes, template
from tests.support.memory import MemoryCredentialStore, name_no_app

TEMPLATE, DOCUMENT, CODE = template.load(), openapi.load(), routes.sources()
TOKEN = "a-token-that-opens-nothing"  # noqa: S105

# What a reader of faxes' files would add.
PATH = "/uapi/faxes/{userId}/{extension}/{faxId}/files"
ROUTE = "GET", PATH
SOURCE = """
@app.get("/uapi/faxes/<user_id>/<extension>/<fax_id>/files")
def read_files(user_id: str, extension: str, fax_id: str) -> None: ...
"""


def event(method: str, **more: Any) -> dict[str, Any]:
    return {"Type": "Api", "Properties": {"RestApiId": {"Ref": "Api"}, "Method": method, "Path": PATH, **more}}


def setting(path: str, method: str = "GET") -> dict[str, Any]:
    return {
        "ResourcePath": "/" + path.replace("/", "~1"),
        "HttpMethod": method,
        "ThrottlingRateLimit": {"Ref": "ReadRate"},
        "ThrottlingBurstLimit": {"Ref": "ReadBurst"},
    }


class Copies:
    """The template, openapi.yaml and the code, with another route in them."""

    def __init__(self) -> None:
        self.template, self.document, self.code = copy.deepcopy(TEMPLATE), copy.deepcopy(DOCUMENT), dict(CODE)
        self.events("CreateFaxFunction")["ReadFiles"] = event("get")
        self.events("RefuseFunction")["OtherMethodOfFiles"] = event("any", Auth=routes.OPEN)
        self.settings.append(setting(PATH))
        self.document["paths"][PATH] = {"get": {"operationId": "readFiles", "responses": {}}}
        self.code["create_fax"] += SOURCE

    @property
    def settings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.template["Resources"]["Api"]["Properties"]["MethodSettings"]
        return found

    def events(self, function: str) -> dict[str, Any]:
        found: dict[str, Any] = self.template["Resources"][function]["Properties"]["Events"]
        return found

    def differences(self) -> list[tuple[str, routes.Route]]:
        return list(routes.differences(self.template, self.document, self.code))


def test_the_template_the_document_and_the_code_have_the_same_routes() -> None:
    assert list(routes.differences(TEMPLATE, DOCUMENT, CODE)) == []
    # As many as there are: the search finds them.
    assert len(routes.of_document(DOCUMENT)) >= 3


def test_a_new_route_is_its_code_its_event_and_its_entry() -> None:
    assert Copies().differences() == []


def test_a_new_method_of_a_path_is_its_code_its_event_and_its_entry() -> None:
    copies = Copies()
    path = "/uapi/faxes/{userId}/{extension}"
    copies.events("CreateFaxFunction")["ListFaxes"] = event("get") | {
        "Properties": {"RestApiId": {"Ref": "Api"}, "Method": "get", "Path": path}
    }
    copies.settings.append(setting(path))
    copies.document["paths"][path]["get"] = {"operationId": "listFaxes", "responses": {}}
    copies.code["create_fax"] += SOURCE.replace("/<fax_id>/files", "")
    assert copies.differences() == []


@pytest.mark.parametrize("part", ["event", "entry", "code", "other methods", "open", "rate", "elsewhere"])
def test_a_part_of_a_route_that_is_missing_is_found(part: str) -> None:
    copies = Copies()
    expected = ("is refused by the template alone, or not at all", ("ANY", PATH))
    match part:
        case "event":
            del copies.events("CreateFaxFunction")["ReadFiles"]
            assert copies.differences() == [
                ("has no event in the template", ROUTE),
                ("does not lead to the function whose code has it", ROUTE),
                ("has a rate in MethodSettings, and no event", ROUTE),
            ]
        case "entry":
            del copies.document["paths"][PATH]
            assert copies.differences() == [("is not in openapi.yaml", ROUTE), expected]
        case "code":
            copies.code["create_fax"] = CODE["create_fax"]
            assert copies.differences() == [("is not in the code of its function", ROUTE)]
        case "other methods":
            del copies.events("RefuseFunction")["OtherMethodOfFiles"]
            assert copies.differences() == [expected]
        case "open":
            copies.events("CreateFaxFunction")["ReadFiles"] = event("get", Auth=routes.OPEN)
            assert copies.differences() == [("asks for a token in one alone of the template and openapi.yaml", ROUTE)]
        case "rate":
            copies.settings.pop()
            missing = "reads faxes, and does not have ReadRate and ReadBurst in MethodSettings"
            assert copies.differences() == [(missing, ROUTE)]
        case _:
            copies.events("IssueTokenFunction")["ReadFiles"] = copies.events("CreateFaxFunction").pop("ReadFiles")
            assert copies.differences() == [
                ("is not in the code of its function", ROUTE),
                ("does not lead to the function whose code has it", ROUTE),
            ]


def test_a_guarded_refusal_is_found() -> None:
    copies = Copies()
    copies.events("RefuseFunction")["OtherMethodOfFiles"] = event("any")
    assert copies.differences() == [("asks for a token, to be refused", ("ANY", PATH))]


def test_another_method_of_a_new_route_is_refused_as_one() -> None:
    answers = [refuse.handler({"resource": resource}, None)["statusCode"] for resource in (PATH, *routes.ELSEWHERE)]
    assert answers == [501, 404, 404]


def test_a_good_token_reaches_a_new_route() -> None:
    """And the answer that the gateway has kept for another route of the same token does."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    store = MemoryCredentialStore([Token(digest_of(TOKEN), Principal("alice", "0003"), now + timedelta(hours=1))])
    stage = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1"
    policies = [
        authorizer.authorize(
            {"methodArn": f"{stage}/{asked}", "multiValueHeaders": {"Authorization": [TOKEN]}},
            Authentication(store, now=lambda: now, name_app=name_no_app),
            authorizer.SharedKeys("users", "apps"),
        )["policyDocument"]
        for asked in ("GET/uapi/faxes/@me/210/1", "POST/uapi/faxes/@me/210")
    ]
    assert (
        policies
        == [
            {
                "Version": "2012-10-17",
                "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": [f"{stage}/*/*"]}],
            }
        ]
        * 2
    )
    # Of a caller's own words there is nothing in it.
    assert "210" not in json.dumps(policies)
