"""The token endpoint's edge: an event -> an app's key and secret; a token or an error -> an answer in OAuth's shape.

RFC 6749: the client credentials grant (4.4), client authentication by HTTP Basic or in the body (2.3.1), the answers
(5.1, 5.2). The body is application/x-www-form-urlencoded, or as clients send it beside that: multipart/form-data, JSON.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, unquote_plus, unquote_to_bytes

import pybase64
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge import bodies, events
from faxes.edge.answers import JSON, ErrorTable, Row
from faxes.errors import (
    ClientInvalid,
    GrantUnsupported,
    RequestRefused,
    ServiceFault,
    TokenRequestInvalid,
    shown,
)
from faxes.intake import multipart
from faxes.observability import logger, metrics

# Key, secret and all that a client adds stay far below it.
MAX_BODY_BYTES = 16 * 1024
MAX_FIELDS = 64

_URLENCODED = "application/x-www-form-urlencoded"
_GRANT = "client_credentials"
_READ = ("grant_type", "client_id", "client_secret")
_TYPES = f"{_URLENCODED}, {multipart.FORM_DATA} or {JSON}"
_NO_CLIENT = "No app key and secret are sent; send client_id and client_secret, or HTTP Basic."
# No token that the client has was issued, whatever failed.
_FAULT = Row(503, "The token could not be issued because of a fault on our side; try again.", "server_error")

_BASIC = re.compile(r"\s*basic\s+([A-Za-z0-9+/=]+)\s*", re.IGNORECASE | re.ASCII)
# RFC 6749, section 5.2: the characters that an error_description may have.
_NOT_DESCRIBABLE = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")
# The answer is one client's own: nothing between may keep it.
_NEVER_STORED: dict[str, str | list[str]] = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class Client:
    """What an app shows of itself; not yet compared with anything."""

    key: str
    secret: str = field(repr=False)


def client(event: APIGatewayProxyEvent) -> Client:
    """The app's key and secret, from HTTP Basic or from the body.

    Raises TokenRequestInvalid for a body that cannot be read, a field that is there twice or no text, or two that
    differ, GrantUnsupported for another grant, ClientInvalid where no key and secret are sent, and DeploymentFault as
    ``events.body`` does.
    """
    fields = _read_fields(_form(event))
    grant = fields.get("grant_type")
    if not grant:
        raise TokenRequestInvalid(f"grant_type is missing; it must be {_GRANT}.", reason="grant_missing")
    if grant != _GRANT:
        raise GrantUnsupported(f"grant_type is {shown(grant)}; it must be {_GRANT}.", reason="grant_unsupported")
    header = _basic(event.headers.get("authorization", ""))
    if header is None:
        if not (fields.get("client_id") and fields.get("client_secret")):
            raise ClientInvalid(_NO_CLIENT, reason="client_missing")
        return Client(fields["client_id"], fields["client_secret"])
    # Clients that send both send the same.
    if header != Client(fields.get("client_id", header.key), fields.get("client_secret", header.secret)):
        raise TokenRequestInvalid(
            "The Authorization header and the body name different apps or secrets.", reason="clients_differ"
        )
    return header


def issued(token: str, lifetime: timedelta) -> Response[str]:
    """200: the token, and the seconds that it lasts."""
    logger.append_keys(outcome="token_issued")
    metrics.add_metric("TokenIssued", MetricUnit.Count, 1)
    answer = {"access_token": token, "token_type": "Bearer", "expires_in": int(lifetime.total_seconds())}
    return Response(200, JSON, json.dumps(answer), headers=_NEVER_STORED)


def _form(event: APIGatewayProxyEvent) -> list[tuple[str, bytes]]:
    """The body's fields in their order."""
    content_type = bodies.content_type(event)
    kind = multipart.media_type(content_type)
    if kind not in (_URLENCODED, multipart.FORM_DATA, JSON):
        raise TokenRequestInvalid(
            f"The Content-Type is {shown(kind) or 'missing'}; it must be {_TYPES}.", reason="content_type_wrong"
        )
    body = events.body(event, MAX_BODY_BYTES)
    if kind == multipart.FORM_DATA:
        return [(name, _decoded_once(value)) for name, value in multipart.fields(body, content_type)]
    if kind == JSON:
        return [(name, _decoded_once(value)) for name, value in _members(body)]
    try:
        # As Latin-1, every byte stays what it is.
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise TokenRequestInvalid(
            f"The body is not {_URLENCODED} with at most {MAX_FIELDS} fields.", reason="body_unreadable"
        ) from None
    return [(name, value.encode("latin-1")) for name, value in pairs]


def _members(body: bytes) -> list[tuple[str, bytes]]:
    """The members of a JSON object that are read."""
    try:
        # An object becomes its pairs, so that a member that is there twice is seen.
        value = json.loads(body, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, tuple):
        raise TokenRequestInvalid(
            "The body is not a JSON object with grant_type, client_id and client_secret.", reason="body_unreadable"
        )
    members: Sequence[tuple[str, object]] = value
    fields = []
    for name, sent in members:
        if name in _READ:
            if not isinstance(sent, str):
                raise TokenRequestInvalid(f"{name} is not a JSON string.", reason="field_not_text")
            fields.append((name, sent.encode("utf-8", "surrogatepass")))
    return fields


def _decoded_once(value: bytes) -> bytes:
    """What a client percent-encoded though its body needs none: no key, secret or grant has a "%" of its own."""
    return unquote_to_bytes(value) if b"%" in value else value


def _read_fields(sent: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """The fields that are read; all others are ignored."""
    fields: dict[str, str] = {}
    for name, value in sent:
        if name in _READ:
            if name in fields:
                raise TokenRequestInvalid(f"{name} is sent twice; either could be meant.", reason="field_repeated")
            # What is not ASCII is no key, no secret and no grant; it is kept apart from what is.
            fields[name] = value.decode("ascii", "backslashreplace")
    return fields


def _basic(authorization: str) -> Client | None:
    """Key and secret of HTTP Basic, None where there is no such header; each is form-urlencoded (section 2.3.1)."""
    match = _BASIC.fullmatch(authorization)
    if match is None:
        return None
    try:
        key, colon, secret = pybase64.b64decode(match[1], validate=True).decode("ascii").partition(":")
    except ValueError:
        raise ClientInvalid(reason="basic_unreadable") from None
    if not colon:
        raise ClientInvalid(reason="basic_unreadable")
    return Client(unquote_plus(key), unquote_plus(secret))


def _answer(status: int, code: str, description: str, _: str | None) -> Response[str]:
    # RFC 6749's own members, and no other.
    body = {"error": code, "error_description": _NOT_DESCRIBABLE.sub("?", description)}
    # HTTP wants a challenge with every 401; the gateway hands it on under another name.
    challenge: dict[str, str | list[str]] = {"WWW-Authenticate": 'Basic realm="token"'} if status == 401 else {}
    return Response(status, JSON, json.dumps(body), headers=_NEVER_STORED | challenge)


ERRORS = ErrorTable(
    rows={
        TokenRequestInvalid: Row(400),
        ClientInvalid: Row(401),
        GrantUnsupported: Row(400),
        # What the body's readers say of a fax's form holds for this one as well.
        RequestRefused: Row(400, code=TokenRequestInvalid.code),
        ServiceFault: _FAULT,
    },
    unexpected=_FAULT,
    refused="TokenRefused",
    by_reason=False,
    answer=_answer,
)
