"""What is refused before anything of ours reads it: other methods and other paths."""

import ast
import json
import sys
from typing import Any

import pytest

from faxes.edge import answers
from functions.refuse import app
from tests.support import openapi
from tests.support.template import ROOT

METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]
# What a caller sent, in every member that can hold it.
CANARY = "canary-7f3a"


def event(resource: str, method: str = "GET") -> dict[str, Any]:
    return {
        "resource": resource,
        "path": f"/{CANARY}",
        "httpMethod": method,
        "headers": {"Authorization": f"Bearer {CANARY}", CANARY: CANARY},
        "multiValueHeaders": {"Authorization": [f"Bearer {CANARY}"], CANARY: [CANARY]},
        "queryStringParameters": {CANARY: CANARY},
        "multiValueQueryStringParameters": {CANARY: [CANARY]},
        "pathParameters": {"proxy": CANARY, "userId": CANARY, "extension": CANARY},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "path": f"/v1/{CANARY}",
            # The one that the gateway draws, and the one that a caller can choose.
            "extendedRequestId": "an-id",
            "requestId": CANARY,
        },
        "body": CANARY,
        "isBase64Encoded": False,
    }


def answer(status: int, code: str, message: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"error": {"code": code, "message": message, "requestId": "an-id"}}),
    }


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("resource", openapi.load()["paths"])
def test_another_method_is_not_implemented(resource: str, method: str) -> None:
    expected = answer(501, "request_not_implemented", "This path does not take this method.")
    assert app.handler(event(resource, method), None) == expected


@pytest.mark.parametrize("method", [*METHODS, "POST"])
@pytest.mark.parametrize("resource", ["/", "/{proxy+}"])
def test_another_path_is_not_found(resource: str, method: str) -> None:
    expected = answer(404, "resource_not_found", "There is no such path.")
    assert app.handler(event(resource, method), None) == expected


def asking(resource: str, **other: str) -> dict[str, Any]:
    """A browser's question whether a page of another origin may call."""
    headers = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": CANARY, **other}
    return event(resource, "OPTIONS") | {"headers": headers}


@pytest.mark.parametrize("resource", [path for path in openapi.load()["paths"] if "/faxes/" in path])
@pytest.mark.parametrize("header", ["Origin", "origin"])
def test_a_page_of_an_origin_that_is_named_may_call(
    resource: str, header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "ORIGINS", frozenset({"https://fax.example.com", "https://fax.example.org"}))
    assert app.handler(asking(resource, **{header: "https://fax.example.com"}), None) == {
        "statusCode": 204,
        "headers": {
            "Access-Control-Allow-Origin": "https://fax.example.com",
            "Access-Control-Allow-Methods": "GET, POST, PUT",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
            "Access-Control-Max-Age": "3600",
            "Vary": "Origin",
        },
        "body": "",
    }


@pytest.mark.parametrize("origin", ["https://fax.example.net", "null", "https://fax.example.com.example.net", ""])
def test_another_origin_is_refused_as_any_other_method(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "ORIGINS", frozenset({"https://fax.example.com"}))
    expected = answer(501, "request_not_implemented", "This path does not take this method.")
    assert app.handler(asking("/uapi/faxes/{userId}/{extension}", Origin=origin), None) == expected


def test_what_is_no_question_of_a_browser_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no page logs in: the app's secret belongs on a server."""
    monkeypatch.setattr(app, "ORIGINS", frozenset({"https://fax.example.com"}))
    own = {"Origin": "https://fax.example.com"}
    expected = answer(501, "request_not_implemented", "This path does not take this method.")
    faxes = "/uapi/faxes/{userId}/{extension}"
    assert app.handler(asking("/oauth/token.php", **own), None) == expected
    assert app.handler(asking("/fax/{uid}", **own), None) == expected
    assert app.handler(asking(faxes, **own) | {"httpMethod": "DELETE"}, None) == expected
    assert app.handler(event(faxes, "OPTIONS") | {"headers": own}, None) == expected
    assert app.handler(event(faxes, "OPTIONS") | {"headers": None}, None) == expected


def test_it_answers_as_the_other_functions_do() -> None:
    refused = app.handler(event("/"), None)
    assert refused["body"] == answers.error_body("resource_not_found", "There is no such path.", "an-id")
    assert refused["headers"] == {"Content-Type": answers.JSON}


def test_it_needs_the_standard_library_alone() -> None:
    tree = ast.parse((ROOT / "functions/refuse/app.py").read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_it_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    app.handler(event("/{proxy+}"), None)
    assert capfd.readouterr() == ("", "")
