"""API Gateway in this process: a transport for `requests` that hands each request to the functions as events.

What stands between a client and the functions is played here alone: the authorizer's verdict, the template's gateway
responses, and the names that the gateway gives to headers. The functions are the real ones, on a `Cloud`.
"""

import http
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from faxes.edge.authorizer import SENTENCES
from tests.support import template
from tests.support.cloud import Cloud
from tests.support.lambda_context import CONTEXT
from tests.support.requests import GUARDED, RawRequest, authorizer_event, proxy_event
from tools.client.answers import without_request_id

HOST = "fax.example.org"
# The gateway hands these on under another name (developer guide, "Important notes"); its own responses keep theirs.
_REMAPPED = {"www-authenticate": "x-amzn-Remapped-WWW-Authenticate"}

# The template's gateway responses, by where a client of a path of ours can get them.
ANYWHERE = {
    "WAF_FILTERED",
    "REQUEST_TOO_LARGE",
    "THROTTLED",
    "QUOTA_EXCEEDED",
    "API_CONFIGURATION_ERROR",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "DEFAULT_5XX",
}
WITH_A_TOKEN = {
    "ACCESS_DENIED",
    "UNAUTHORIZED",
    "INVALID_API_KEY",
    "AUTHORIZER_FAILURE",
    "AUTHORIZER_CONFIGURATION_ERROR",
}
ELSEWHERE = {"RESOURCE_NOT_FOUND", "MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE", "EXPIRED_TOKEN"}
# Validation by the gateway is off, and every path of ours takes what it gets.
NEVER = {"BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "UNSUPPORTED_MEDIA_TYPE", "DEFAULT_4XX"}
# The statuses of a default, which has none of its own: what a failed, a throttled and a hanging function come to.
_OF_THE_DEFAULT = {"DEFAULT_5XX": [500, 502, 503]}


class Gateway(BaseAdapter):
    """Mount it in a session: `session.mount("https://", Gateway(cloud))`."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__()
        names = ("create_fax", "read_faxes", "change_faxes", "fax_page", "authorize", "issue_token", "refuse")
        self._functions = {name: cloud.function(name) for name in names}

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        answer = self._answer(_raw(request))
        response = requests.Response()
        response.status_code = answer["statusCode"]
        response.reason = http.HTTPStatus(response.status_code).phrase
        response.request, response.url = request, str(request.url)
        headers = answer["headers"]
        response.headers.update(headers)
        body = io.BytesIO((answer["body"] or "").encode())
        response.raw = HTTPResponse(body, headers, response.status_code, preload_content=False)
        return response

    def close(self) -> None:
        pass

    def _answer(self, request: RawRequest) -> dict[str, Any]:
        function: ModuleType = self._functions[request.route.function]
        if request.route.function not in GUARDED:
            return _handed_on(function.handler(proxy_event(request, "generated"), CONTEXT))
        if request.header("authorization") is None:
            return _gateway_response("UNAUTHORIZED", {})
        policy = self._functions["authorize"].handler(authorizer_event(request, "generated"), CONTEXT)
        if {statement["Effect"] for statement in policy["policyDocument"]["Statement"]} != {"Allow"}:
            return _gateway_response("ACCESS_DENIED", policy["context"])
        return _handed_on(function.handler(proxy_event(request, "generated", caller=policy["context"]), CONTEXT))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gets: a status, the headers but for Content-Type, and the body's value without the request's id."""

    status: int
    headers: Mapping[str, str]
    body: Any


def answers_of(kind: str) -> list[Answer]:
    """One of the template's gateway responses, with each status that it can have."""
    contexts = (
        [{"denial": sentence} for sentence in sorted(set(SENTENCES.values()))] if kind == "ACCESS_DENIED" else [{}]
    )
    answers = []
    for made in (_gateway_response(kind, context) for context in contexts):
        headers = {name: value for name, value in made["headers"].items() if name != "Content-Type"}
        statuses = _OF_THE_DEFAULT.get(kind, [made["statusCode"]])
        body = without_request_id(json.loads(made["body"]))
        answers += [Answer(status, headers, body) for status in statuses]
    return answers


def seen_by_a_client(answer: Mapping[str, Any]) -> Answer:
    """A function's answer as the gateway hands it on."""
    shown = {name: value for name, value in _headers(answer).items() if name != "Content-Type"}
    is_json = "json" in _headers(answer).get("Content-Type", "")
    body = json.loads(answer["body"]) if answer["body"] and is_json else answer["body"] or None
    return Answer(answer["statusCode"], shown, without_request_id(body))


def _handed_on(answer: Mapping[str, Any]) -> dict[str, Any]:
    """A function's answer with the headers that a client gets."""
    return {"statusCode": answer["statusCode"], "headers": _headers(answer), "body": answer["body"]}


def _gateway_response(kind: str, authorizer: Mapping[str, str]) -> dict[str, Any]:
    """One of the template's own answers, as a function would give it. ``authorizer`` is what that handed on."""
    loaded = template.load()
    answer = template.resources(loaded, "AWS::Serverless::Api")["Api"]["Properties"]["GatewayResponses"][kind]
    headers = template.chosen(answer.get("ResponseParameters", {}).get("Headers", {}), ())
    return {
        "statusCode": answer.get("StatusCode"),
        "headers": {"Content-Type": "application/json"} | {name: text.strip("'") for name, text in headers.items()},
        "body": re.sub(
            r"\$context\.(?:authorizer\.)?(\w+)",
            lambda variable: {"extendedRequestId": "an-id", **authorizer}[variable[1]],
            template.resolved(loaded, answer["ResponseTemplates"]["application/json"], {}),
        ),
    }


def _raw(request: requests.PreparedRequest) -> RawRequest:
    """The request as it would be on the wire."""
    headers = {"Host": HOST, **request.headers}
    body = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    assert isinstance(body, bytes)
    target = urlsplit(str(request.url))
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    lines = [f"{request.method} {path} HTTP/1.1"]
    lines += [f"{name}: {_text(value)}" for name, value in headers.items()]
    return RawRequest("\r\n".join(lines).encode("latin-1"), body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _headers(answer: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a function's answer, under the names that the gateway gives them."""
    single: dict[str, list[str]] = {name: [value] for name, value in (answer.get("headers") or {}).items()}
    several: dict[str, list[str]] = single | (answer.get("multiValueHeaders") or {})
    return {_REMAPPED.get(name.lower(), name): ", ".join(values) for name, values in several.items()}
