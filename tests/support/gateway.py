"""API Gateway in this process: a transport for `requests` that hands each request to the functions as events.

What stands between a client and the functions is played here alone: the authorizer's verdict, the template's gateway
responses, and the names that the gateway gives to headers. The functions are the real ones, on a `Cloud`.
"""

import http
import io
from collections.abc import Mapping
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from tests.support import template
from tests.support.cloud import Cloud
from tests.support.lambda_context import CONTEXT
from tests.support.requests import RawRequest, authorizer_event, proxy_event

HOST = "fax.example.org"
# The gateway hands these on under another name (developer guide, "Important notes").
_REMAPPED = {"www-authenticate": "x-amzn-Remapped-WWW-Authenticate"}


class Gateway(BaseAdapter):
    """Mount it in a session: `session.mount("https://", Gateway(cloud))`."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__()
        self._functions = {name: cloud.function(name) for name in ("create_fax", "authorize", "issue_token", "refuse")}

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        answer = self._answer(_raw(request))
        response = requests.Response()
        response.status_code = answer["statusCode"]
        response.reason = http.HTTPStatus(response.status_code).phrase
        response.request, response.url = request, str(request.url)
        headers = {_REMAPPED.get(name.lower(), name): ", ".join(of) for name, of in _headers(answer).items()}
        response.headers.update(headers)
        body = io.BytesIO((answer["body"] or "").encode())
        response.raw = HTTPResponse(body, headers, response.status_code, preload_content=False)
        return response

    def close(self) -> None:
        pass

    def _answer(self, request: RawRequest) -> dict[str, Any]:
        function: ModuleType = self._functions[request.route.function]
        if request.route.function != "create_fax":
            return dict(function.handler(proxy_event(request, "generated"), CONTEXT))
        policy = self._functions["authorize"].handler(authorizer_event(request, "generated"), CONTEXT)
        if {statement["Effect"] for statement in policy["policyDocument"]["Statement"]} != {"Allow"}:
            return gateway_response("ACCESS_DENIED")
        return dict(function.handler(proxy_event(request, "generated", caller=policy["context"]), CONTEXT))


def gateway_response(kind: str) -> dict[str, Any]:
    """One of the template's own answers, as a function would give it."""
    loaded = template.load()
    answer = template.resources(loaded, "AWS::Serverless::Api")["Api"]["Properties"]["GatewayResponses"][kind]
    headers = answer.get("ResponseParameters", {}).get("Headers", {})
    return {
        "statusCode": answer.get("StatusCode"),
        "headers": {"Content-Type": "application/json"} | {name: text.strip("'") for name, text in headers.items()},
        "body": template.resolved(loaded, answer["ResponseTemplates"]["application/json"], {}),
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


def _headers(answer: Mapping[str, Any]) -> dict[str, list[str]]:
    single = {name: [value] for name, value in (answer.get("headers") or {}).items()}
    return single | (answer.get("multiValueHeaders") or {})
