"""Raw HTTP requests that are kept as files: read, turned into API Gateway's events, or sent over TLS as they are.

Each is the bytes of one HTTP/1.1 request. Words in its head stand for the real ones, so that one file serves an event,
a local stack and a deployment: HOST, TOKEN, an app's KEY and SECRET, and BASIC for both in HTTP Basic. So do, in a
login's body, KEY and SECRET, and ENCODED_ before them where the tilde is percent-encoded; its Content-Length follows.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

FOLDER = Path(__file__).resolve().parents[1] / "data" / "requests"

ALICE = {"userId": "alice", "organizationId": "0003", "context": "user", "appKey": "example-app"}

_ACCOUNT, _API, _REGION, _STAGE = "123456789012", "a1b2c3d4e5", "eu-west-1", "v1"
_DOMAIN = f"{_API}.execute-api.{_REGION}.amazonaws.com"
_SOURCE_IP = "203.0.113.7"
_RECEIVED = datetime(2026, 11, 23, 9, 30, 15, 123000, tzinfo=UTC)
_TOKEN_PATH = "/oauth/token.php"  # noqa: S105  (a path)
_OPERATION = re.compile(r"/(uapi|unifiedapi)/faxes/([^/]+)/([^/]+)/?")
_OF_A_FAX = re.compile(r"/(uapi|unifiedapi)/faxes/([^/]+)/([^/]+)/([^/]+?)(/events)?/?")
_OF_A_PAGE = re.compile(r"/fax/([^/]+)(?:/(?:(pages)/)?([^/]+))?/?")
# Which ask who is calling.
GUARDED = frozenset({"create_fax", "read_faxes", "change_faxes"})
_RESOURCE_IDS = {
    "/uapi/faxes/{userId}/{extension}": "b7kq2m",
    "/unifiedapi/faxes/{userId}/{extension}": "x0r4tz",
    "/uapi/faxes/{userId}/{extension}/{faxId}": "m3c9vp",
    "/unifiedapi/faxes/{userId}/{extension}/{faxId}": "y8d1wk",
    "/uapi/faxes/{userId}/{extension}/{faxId}/events": "q6n2sj",
    "/unifiedapi/faxes/{userId}/{extension}/{faxId}/events": "t5g7hb",
    "/fax/{uid}": "c4p8ru",
    "/fax/{uid}/{document}": "d9k1te",
    "/fax/{uid}/pages/{picture}": "g3v7yb",
    _TOKEN_PATH: "h2w8sd",
    "/": "f5mzq1c9ke",
    "/{proxy+}": "p4n6vy",
}
_BINARY = "multipart/form-data"

# The gateway keeps these to itself (developer guide, "Important notes").
_DROPPED = frozenset({"connection", "expect", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade"})
# It sets these itself, so they have its spelling. All others keep the client's.
_GATEWAY_NAMES = {"host": "Host", "user-agent": "User-Agent"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client shows: a token, or an app's key and secret."""

    token: str
    key: str
    secret: str

    @property
    def basic(self) -> str:
        # As OAuth libraries do it: neither has a character that they encode before (RFC 6749, section 2.3.1).
        return base64.b64encode(f"{self.key}:{self.secret}".encode("ascii")).decode("ascii")


# What stands where a recorded event would hold real ones. The token opens nothing. The key is the first app's of
# directory.example.yaml, which a test may import with this secret; the importer itself draws another.
EXAMPLE = Credentials(
    token="an-example-token-that-opens-nothing",  # noqa: S106
    key="example-app",
    secret="an-example-secret~that-opens~nothing-anywhere",  # noqa: S106
)


@dataclass(frozen=True, slots=True)
class Route:
    """Where the template has a request go: its resource, the values in its path, and the function behind it."""

    resource: str
    values: Mapping[str, str] | None
    function: str


@dataclass(frozen=True, slots=True)
class RawRequest:
    """One request. ``head`` is all up to the empty line, ``body`` all behind it: as long as Content-Length says."""

    head: bytes
    body: bytes

    @property
    def method(self) -> str:
        return self._request_line()[0]

    @property
    def target(self) -> str:
        """The path and the query string, as they were sent."""
        return self._request_line()[1]

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers as they were sent, in their order; values without white space around them."""
        found = []
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            found.append((name, value.strip(" \t")))
        return found

    def header(self, name: str) -> str | None:
        """The last header of this name, in any case, or None."""
        return next((value for sent, value in reversed(self.headers) if sent.lower() == name.lower()), None)

    @property
    def route(self) -> Route:
        """What a path of the template's does not take goes to the function that refuses."""
        path = self.target.partition("?")[0]
        if match := _OPERATION.fullmatch(path):
            resource = f"/{match[1]}/faxes/{{userId}}/{{extension}}"
            # Percent-encoded, as they were sent.
            values = {"userId": match[2], "extension": match[3]}
            return Route(resource, values, "create_fax" if self.method == "POST" else "refuse")
        if match := _OF_A_FAX.fullmatch(path):
            events = match[5] or ""
            resource = f"/{match[1]}/faxes/{{userId}}/{{extension}}/{{faxId}}{events}"
            values = {"userId": match[2], "extension": match[3], "faxId": match[4]}
            function = {"GET": "read_faxes", "PUT": "refuse" if events else "change_faxes"}.get(self.method, "refuse")
            return Route(resource, values, function)
        if match := _OF_A_PAGE.fullmatch(path):
            file = "picture" if match[2] else "document"
            resource = "/fax/{uid}" + (f"/{match[2]}" if match[2] else "") + (f"/{{{file}}}" if match[3] else "")
            values = {"uid": match[1]} | ({file: match[3]} if match[3] else {})
            return Route(resource, values, "fax_page" if self.method == "GET" else "refuse")
        if path == _TOKEN_PATH:
            return Route(path, None, "issue_token" if self.method == "POST" else "refuse")
        return Route("/{proxy+}", {"proxy": path[1:]}, "refuse") if path != "/" else Route("/", None, "refuse")

    def filled(self, *, host: str, credentials: Credentials, base_path: str = "") -> "RawRequest":
        """With the real host and credentials, and with ``base_path`` in front of the path. Nothing else changes."""
        words = {
            "HOST": host,
            "TOKEN": credentials.token,
            "KEY": credentials.key,
            "SECRET": credentials.secret,
            "ENCODED_KEY": credentials.key.replace("~", "%7E"),
            "ENCODED_SECRET": credentials.secret.replace("~", "%7E"),
            "BASIC": credentials.basic,
        }
        body = _filled(self.body, words) if self.route.function == "issue_token" else self.body
        line, rest = self.head.split(b"\r\n", 1)
        method, target, version = line.split(b" ")
        line = b" ".join((method, base_path.encode("ascii") + target, version))
        head = _filled(line + b"\r\n" + rest, words)
        length = rb"\g<1>" + str(len(body)).encode("ascii")
        return RawRequest(re.sub(rb"(\r\ncontent-length:[ \t]*)[0-9]+", length, head, flags=re.IGNORECASE), body)

    def as_bytes(self) -> bytes:
        return self.head + b"\r\n\r\n" + self.body

    def _request_line(self) -> list[str]:
        return self.head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")


def _filled(text: bytes, words: Mapping[str, str]) -> bytes:
    pattern = rb"\b(" + "|".join(words).encode("ascii") + rb")\b"
    return re.sub(pattern, lambda word: words[word[1].decode("ascii")].encode("ascii"), text)


def parse(raw: bytes) -> RawRequest:
    """The bytes of a request -> the request. Raises ValueError where they are not exactly one HTTP/1.1 request."""
    head, blank, body = raw.partition(b"\r\n\r\n")
    request = RawRequest(head, body)
    if not blank or not re.fullmatch(rb"[A-Z]+ /[!-~]* HTTP/1\.1(\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n]*)+", head):
        raise ValueError("not an HTTP/1.1 request with CRLF line ends")
    if (names := [name.lower() for name, _ in request.headers]).count("host") != 1:
        raise ValueError("a request has one Host header")
    lengths = [value for name, value in request.headers if name.lower() == "content-length"]
    # A request without a body need not say so.
    if ((lengths or body) and lengths != [str(len(body))]) or "transfer-encoding" in names:
        raise ValueError(f"Content-Length is {lengths}, and the body has {len(body)} bytes")
    return request


def read(name: str) -> RawRequest:
    """A kept request by its name: ``mcp-server`` is tests/data/requests/mcp-server.http."""
    return parse((FOLDER / f"{name}.http").read_bytes())


def names(function: str | None = None) -> list[str]:
    """The names of all kept requests, or of those to one function, in order."""
    kept = sorted(path.stem for path in FOLDER.glob("*.http"))
    return [name for name in kept if function in (None, read(name).route.function)]


# --- as API Gateway hands it to a function ---------------------------------------------------------------------------


def proxy_event(request: RawRequest, name: str, caller: Mapping[str, str] = ALICE) -> dict[str, Any]:
    """The event of a regional REST API's proxy integration. ``caller`` is what the authorizer handed on, where one
    stands before the function.

    What a deployment draws anew for every request is derived from ``name``, so the same request makes the same event.
    """
    request = request.filled(host=_DOMAIN, credentials=EXAMPLE)
    event = _request_event(request, name)
    if request.route.function in GUARDED:
        event["requestContext"] = {
            "resourceId": event["requestContext"]["resourceId"],
            "authorizer": {"principalId": caller["userId"], **caller, "integrationLatency": 41},
        } | event["requestContext"]
    # A form of no bytes is handed over as any empty body is.
    binary = bool(request.body) and _media_type(request) == _BINARY
    body = base64.b64encode(request.body).decode("ascii") if binary else request.body.decode("utf-8", "replace")
    return event | {"body": body or None, "isBase64Encoded": binary}


def authorizer_event(request: RawRequest, name: str) -> dict[str, Any]:
    """The event of a REQUEST authorizer in front of that integration: it has no body."""
    event = _request_event(request.filled(host=_DOMAIN, credentials=EXAMPLE), name)
    path = event["path"]
    empty = ("queryStringParameters", "multiValueQueryStringParameters", "stageVariables")
    return {
        "type": "REQUEST",
        "methodArn": f"arn:aws:execute-api:{_REGION}:{_ACCOUNT}:{_API}/{_STAGE}/{request.method}{path}",
        **event,
        # Here nothing is an empty object, where the integration's event has null.
        **{member: event[member] or {} for member in empty},
    }


def _request_event(request: RawRequest, name: str) -> dict[str, Any]:
    path, _, query = request.target.partition("?")
    route = request.route
    several = _headers(request, name)
    arguments: dict[str, list[str]] = {}
    for argument, value in parse_qsl(query, keep_blank_values=True):
        arguments.setdefault(argument, []).append(value)
    drawn = hashlib.sha256(name.encode()).digest()
    return {
        "resource": route.resource,
        "path": path,
        "httpMethod": request.method,
        # Of several values the last one counts here.
        "headers": {header: values[-1] for header, values in several.items()},
        "multiValueHeaders": several,
        "queryStringParameters": {argument: values[-1] for argument, values in arguments.items()} or None,
        "multiValueQueryStringParameters": arguments or None,
        "pathParameters": route.values,
        "stageVariables": None,
        "requestContext": {
            "resourceId": _RESOURCE_IDS[route.resource],
            "resourcePath": route.resource,
            "httpMethod": request.method,
            "extendedRequestId": base64.b64encode(drawn[:11], altchars=b"-_").decode("ascii"),
            "requestTime": _RECEIVED.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "path": f"/{_STAGE}{path}",
            "accountId": _ACCOUNT,
            "protocol": "HTTP/1.1",
            "stage": _STAGE,
            "domainPrefix": _API,
            "requestTimeEpoch": int(_RECEIVED.timestamp() * 1000),
            "requestId": str(UUID(bytes=drawn[:16], version=4)),
            "identity": {
                "cognitoIdentityPoolId": None,
                "accountId": None,
                "cognitoIdentityId": None,
                "caller": None,
                "sourceIp": _SOURCE_IP,
                "principalOrgId": None,
                "accessKey": None,
                "cognitoAuthenticationType": None,
                "cognitoAuthenticationProvider": None,
                "userArn": None,
                "userAgent": request.header("user-agent"),
                "user": None,
            },
            "domainName": _DOMAIN,
            "deploymentId": "k3v9ud",
            "apiId": _API,
        },
    }


def _headers(request: RawRequest, name: str) -> dict[str, list[str]]:
    """The headers as the gateway hands them over: sorted, without those of the connection, with its own."""
    drawn = hashlib.sha256(name.encode()).hexdigest()
    own = [
        ("X-Amzn-Trace-Id", f"Root=1-{int(_RECEIVED.timestamp()):08x}-{drawn[-24:]}"),
        ("X-Forwarded-For", _SOURCE_IP),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]
    # The length of a body that arrives in base64 would be another one.
    dropped = _DROPPED | ({"content-length"} if _media_type(request) == _BINARY else frozenset())
    several: dict[str, list[str]] = {}
    for sent, value in sorted([*request.headers, *own], key=lambda header: header[0].lower()):
        if sent.lower() not in dropped:
            several.setdefault(_GATEWAY_NAMES.get(sent.lower(), sent), []).append(value)
    return several


def _media_type(request: RawRequest) -> str:
    return (request.header("content-type") or "").partition(";")[0].strip().lower()
