"""The token endpoint's edge: what a request says of its app, and every answer in OAuth's shape.

Longer than 350 lines: one endpoint, whose tables hold every form that a login can have.
"""

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from hypothesis import given
from hypothesis import strategies as st

from faxes.edge import answers, oauth
from faxes.edge.oauth import Client
from faxes.errors import (
    BodyTooLarge,
    ClientInvalid,
    DeploymentFault,
    FaxError,
    FormInvalid,
    GrantUnsupported,
    OutcomeUnknown,
    StorageFailed,
    TokenRequestInvalid,
)
from faxes.observability import metrics
from tests.support import forms

type Log = Callable[[], list[dict[str, Any]]]

KEY, SECRET = "office.app~1", "0~H5lJ0R~V_dkMrl-bGWqQ.b8pXw2n7Z"
URLENCODED = "application/x-www-form-urlencoded"
GRANT = {"grant_type": "client_credentials"}
BOTH = {"client_id": KEY, "client_secret": SECRET}
NEVER_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
FAULT = "The token could not be issued because of a fault on our side; try again."


@pytest.fixture(autouse=True)
def _no_metrics_of_another_test() -> None:
    metrics.clear_metrics()


def event(body: str | None, content_type: str = URLENCODED, **headers: str) -> dict[str, Any]:
    """A proxy event, as far as the edge reads it; a form's body in base64, as the gateway hands it over."""
    binary = content_type.startswith("multipart/form-data")
    handed = base64.b64encode(body.encode("latin-1")).decode() if binary and body else body
    return {
        "resource": "/oauth/token.php",
        "path": "/oauth/token.php",
        "httpMethod": "POST",
        "headers": {"Content-Type": content_type, **headers},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"resourcePath": "/oauth/token.php", "path": "/v1/oauth/token.php", "stage": "v1"},
        "body": handed,
        "isBase64Encoded": binary and bool(body),
    }


def client(fields: dict[str, str] | str | None, content_type: str = URLENCODED, **headers: str) -> Client:
    body = urlencode(fields) if isinstance(fields, dict) else fields
    return oauth.client(APIGatewayProxyEvent(event(body, content_type, **headers)))


def basic(key: str = KEY, secret: str = SECRET, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(f'{key}:{secret}'.encode()).decode()}"


def refusal(*arguments: Any, **named: Any) -> tuple[type[FaxError], str, str]:
    with pytest.raises(FaxError) as caught:
        client(*arguments, **named)
    return type(caught.value), caught.value.reason, caught.value.message


# --- the app ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", [URLENCODED, f"{URLENCODED}; charset=UTF-8", URLENCODED.upper()])
def test_key_and_secret_in_the_body(content_type: str) -> None:
    assert client(GRANT | BOTH, content_type) == Client(KEY, SECRET)


def test_what_existing_clients_add_is_ignored() -> None:
    extra = {"type": "unifiedapi", "redirect_uri": "https://app.example.com/?a=b&c", "state": "ünï", "scope": ""}
    assert client(extra | GRANT | BOTH) == Client(KEY, SECRET)
    assert client(urlencode(GRANT | BOTH) + "&state=1&state=2&&=&flag") == Client(KEY, SECRET)


def test_key_and_secret_in_a_multipart_form() -> None:
    fields = {**GRANT, **BOTH, "type": "unifiedapi"}
    body = forms.form(*(forms.field(name, value.encode()) for name, value in fields.items()))
    assert client(body.decode("latin-1"), forms.content_type()) == Client(KEY, SECRET)


def test_a_file_is_no_field() -> None:
    body = forms.form(
        forms.field("grant_type", b"client_credentials"),
        forms.field("client_id", KEY.encode()),
        forms.field("client_secret", SECRET.encode(), filename="secret.txt"),
    )
    assert refusal(body.decode(), forms.content_type())[:2] == (ClientInvalid, "client_missing")


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "  Basic "])
def test_key_and_secret_by_http_basic(scheme: str) -> None:
    assert client(GRANT, Authorization=basic(scheme=scheme)) == Client(KEY, SECRET)


def test_key_and_secret_by_http_basic_are_form_urlencoded() -> None:
    assert client(GRANT, Authorization=basic(quote("a~b.c", safe=""), "a%7Eb%2ec")) == Client("a~b.c", "a~b.c")


@pytest.mark.parametrize("also", [{}, {"client_id": KEY}, BOTH])
def test_a_client_may_say_the_same_twice(also: dict[str, str]) -> None:
    assert client(GRANT | also, Authorization=basic()) == Client(KEY, SECRET)


@pytest.mark.parametrize("also", [{"client_id": "another"}, {"client_secret": "another"}, {"client_id": ""}])
def test_a_client_may_not_say_two_things(also: dict[str, str]) -> None:
    assert refusal(GRANT | also, Authorization=basic()) == (
        TokenRequestInvalid,
        "clients_differ",
        "The Authorization header and the body name different apps or secrets.",
    )


@pytest.mark.parametrize("header", ["", "Bearer an-old-token", "Basic", "Basic !", "Digest x"])
def test_another_authorization_header_says_nothing(header: str) -> None:
    assert client(GRANT | BOTH, Authorization=header) == Client(KEY, SECRET)


@pytest.mark.parametrize("credentials", ["YQ==", "YQ=", "4pyT", base64.b64encode("k:gehäim".encode()).decode()])
def test_a_basic_header_that_cannot_be_read(credentials: str) -> None:
    assert refusal(GRANT, Authorization=f"Basic {credentials}") == (
        ClientInvalid,
        "basic_unreadable",
        "The app key or its secret is wrong, or the app is disabled.",
    )


def test_key_and_secret_that_are_percent_encoded_within_a_multipart_form() -> None:
    """As the vendor's own app sends a key and a secret with a tilde."""
    sent = {"grant_type": "client_credentials", "client_id": "a%7Eb.c", "client_secret": "%7Ed%7E"}
    body = forms.form(*(forms.field(name, value.encode()) for name, value in sent.items()))
    assert client(body.decode(), forms.content_type()) == Client("a~b.c", "~d~")
    twice = forms.form(*(forms.field(name, value.replace("%", "%25").encode()) for name, value in sent.items()))
    assert client(twice.decode(), forms.content_type()) == Client("a%7Eb.c", "%7Ed%7E")


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_key_and_secret_as_json(content_type: str) -> None:
    members = {"type": None, "state": 1, **GRANT, **BOTH, "more": [{"client_id": "x"}], "client_ID": "x"}
    assert client(json.dumps(members), content_type) == Client(KEY, SECRET)
    # As bytes, where the API has other binary types.
    body = base64.b64encode(b"\xef\xbb\xbf" + json.dumps(members).encode()).decode()
    as_bytes = event(None, content_type) | {"body": body, "isBase64Encoded": True}
    assert oauth.client(APIGatewayProxyEvent(as_bytes)) == Client(KEY, SECRET)


def test_json_by_http_basic_and_percent_encoded() -> None:
    assert client(json.dumps(GRANT), "application/json", Authorization=basic()) == Client(KEY, SECRET)
    encoded = GRANT | {"client_id": "a%7Eb.c", "client_secret": "%7Ed%7E"}
    assert client(json.dumps(encoded), "application/json") == Client("a~b.c", "~d~")


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', "[[]]", urlencode(GRANT | BOTH), "[" * 16_384])
def test_json_that_is_no_object(body: str) -> None:
    assert refusal(body, "application/json") == (
        TokenRequestInvalid,
        "body_unreadable",
        "The body is not a JSON object with grant_type, client_id and client_secret.",
    )


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret"])
@pytest.mark.parametrize("value", [None, 1, True, ["x"], {"x": "y"}])
def test_a_member_that_is_no_text(name: str, value: object) -> None:
    assert refusal(json.dumps(GRANT | BOTH | {name: value}), "application/json") == (
        TokenRequestInvalid,
        "field_not_text",
        f"{name} is not a JSON string.",
    )


def test_a_member_twice() -> None:
    body = json.dumps(GRANT | BOTH)[:-1] + f', "client_id": "{KEY}"}}'
    assert refusal(body, "application/json")[:2] == (TokenRequestInvalid, "field_repeated")


@pytest.mark.parametrize("fields", [{}, {"client_id": KEY}, {"client_secret": SECRET}, BOTH | {"client_secret": ""}])
def test_no_app(fields: dict[str, str]) -> None:
    assert refusal(GRANT | fields) == (
        ClientInvalid,
        "client_missing",
        "No app key and secret are sent; send client_id and client_secret, or HTTP Basic.",
    )


@pytest.mark.parametrize("grant", [{}, {"grant_type": ""}, {"Grant_type": "client_credentials"}])
def test_no_grant(grant: dict[str, str]) -> None:
    assert refusal(grant | BOTH) == (
        TokenRequestInvalid,
        "grant_missing",
        "grant_type is missing; it must be client_credentials.",
    )


@pytest.mark.parametrize(
    ("grant", "shown"),
    [
        ("authorization_code", "authorization_code"),
        ("password", "password"),
        ("Client_Credentials", "Client_Credentials"),
        ("client_credentials ", "client_credentials "),
        ("x" * 100, "x" * 77 + "..."),
        ("é", "\\xc3\\xa9"),
    ],
)
def test_another_grant(grant: str, shown: str) -> None:
    assert refusal({"grant_type": grant} | BOTH) == (
        GrantUnsupported,
        "grant_unsupported",
        f"grant_type is {shown}; it must be client_credentials.",
    )


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret"])
def test_a_field_twice(name: str) -> None:
    fields = GRANT | BOTH
    assert refusal(f"{urlencode(fields)}&{name}={fields[name]}") == (
        TokenRequestInvalid,
        "field_repeated",
        f"{name} is sent twice; either could be meant.",
    )


@pytest.mark.parametrize(
    ("content_type", "shown"),
    [("application/xml", "application/xml"), ("", "missing"), ("text/plain;x", "text/plain")],
)
def test_another_content_type(content_type: str, shown: str) -> None:
    assert refusal(json.dumps(GRANT | BOTH), content_type) == (
        TokenRequestInvalid,
        "content_type_wrong",
        f"The Content-Type is {shown}; it must be application/x-www-form-urlencoded, multipart/form-data or "
        "application/json.",
    )


@pytest.mark.parametrize("body", ["&".join(f"f{n}=" for n in range(65)), "grant_type=é"])
def test_a_body_that_cannot_be_read(body: str) -> None:
    assert refusal(body) == (
        TokenRequestInvalid,
        "body_unreadable",
        "The body is not application/x-www-form-urlencoded with at most 64 fields.",
    )


@pytest.mark.parametrize("body", [None, ""])
def test_an_empty_body(body: str | None) -> None:
    assert refusal(body)[:2] == (TokenRequestInvalid, "grant_missing")


def test_a_body_over_the_limit() -> None:
    body = urlencode(GRANT | BOTH)
    longest = body + "&pad=" + "x" * (oauth.MAX_BODY_BYTES - len(body) - len("&pad="))
    assert client(longest) == Client(KEY, SECRET)
    assert refusal(longest + "x")[:2] == (BodyTooLarge, "body_too_large")


def test_a_form_that_is_cut_off() -> None:
    body = forms.form(forms.field("grant_type", b"client_credentials"))[:-8]
    assert refusal(body.decode(), forms.content_type())[:2] == (FormInvalid, "closing_delimiter_missing")


def test_a_form_that_the_gateway_took_for_text_is_a_fault_of_ours() -> None:
    body = forms.form(forms.field("grant_type", b"client_credentials")).decode()
    as_text = event(body, forms.content_type()) | {"body": body, "isBase64Encoded": False}
    with pytest.raises(DeploymentFault):
        oauth.client(APIGatewayProxyEvent(as_text))


@given(
    st.text() | st.builds(json.dumps, st.dictionaries(st.sampled_from([*GRANT, *BOTH, "x"]), st.text() | st.none())),
    st.sampled_from([URLENCODED, forms.content_type(), "application/json", "", "x"]),
    st.text(),
)
def test_whatever_is_sent_is_an_app_or_refused(body: str, content_type: str, authorization: str) -> None:
    sent = event(None, content_type, Authorization=authorization) | {
        "body": base64.b64encode(body.encode("utf-8", "surrogatepass")).decode(),
        "isBase64Encoded": True,
    }
    try:
        shown = oauth.client(APIGatewayProxyEvent(sent))
    except FaxError:
        return
    assert isinstance(shown, Client)


@given(st.text(), st.text())
def test_any_key_and_secret_arrive_as_they_are_or_are_no_app(key: str, secret: str) -> None:
    """What is not ASCII is told apart from what is; nothing is lost on the way that would make two keys one."""
    try:
        fields = {"client_id": key.encode(), "client_secret": secret.encode()}
    except UnicodeEncodeError:
        return
    try:
        shown = client(urlencode(GRANT | fields))
    except ClientInvalid:
        assert not key or not secret
        return
    assert (shown.key == key) == key.isascii()
    assert (shown.secret == secret) == secret.isascii()


def test_a_secret_is_in_no_text_of_its_client() -> None:
    assert repr(Client(KEY, SECRET)) == f"Client(key='{KEY}')"


# --- answers ---------------------------------------------------------------------------------------------------------


def answer(outcome: Exception | str) -> tuple[int, dict[str, Any], Any]:
    """Status, headers and body of a route that raises ``outcome``, or issues it as a token."""
    app = answers.Resolver(oauth.ERRORS)

    @app.post("/oauth/token.php")
    def route() -> Any:
        if isinstance(outcome, Exception):
            raise outcome
        return oauth.issued(outcome, timedelta(seconds=90))

    context: Any = None
    resolved = answers.respond(app, event(None), context)
    headers = {name: value for name, (value,) in resolved["multiValueHeaders"].items()}
    assert headers.pop("Content-Type") == "application/json"
    assert resolved["isBase64Encoded"] is False
    return resolved["statusCode"], headers, json.loads(resolved["body"])


def test_a_token_is_issued(log: Log) -> None:
    assert answer("a-token-of-256-bits") == (
        200,
        NEVER_STORED,
        {"access_token": "a-token-of-256-bits", "token_type": "Bearer", "expires_in": 90},
    )
    assert [line["outcome"] for line in log()] == ["token_issued"]
    assert "a-token-of-256-bits" not in json.dumps(log())


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (
            TokenRequestInvalid("Why.", reason="why"),
            400,
            {"error": "invalid_request", "error_description": "Why."},
        ),
        (
            GrantUnsupported("Why.", reason="why"),
            400,
            {"error": "unsupported_grant_type", "error_description": "Why."},
        ),
        # What the readers of a fax's body say.
        (FormInvalid("Why.", reason="why"), 400, {"error": "invalid_request", "error_description": "Why."}),
        (BodyTooLarge("Why.", reason="why"), 400, {"error": "invalid_request", "error_description": "Why."}),
    ],
)
def test_a_request_is_refused(error: FaxError, status: int, body: dict[str, str], log: Log) -> None:
    assert answer(error) == (status, NEVER_STORED, body)
    assert [(line["level"], line["outcome"], line["reason"]) for line in log()] == [("INFO", body["error"], "why")]


def test_an_app_is_refused_with_a_challenge(log: Log) -> None:
    assert answer(ClientInvalid(reason="secret_wrong")) == (
        401,
        {**NEVER_STORED, "WWW-Authenticate": 'Basic realm="token"'},
        {
            "error": "invalid_client",
            "error_description": "The app key or its secret is wrong, or the app is disabled.",
        },
    )
    assert [(line["level"], line["outcome"], line["reason"]) for line in log()] == [
        ("INFO", "invalid_client", "secret_wrong")
    ]


@pytest.mark.parametrize("fault", [StorageFailed, OutcomeUnknown, DeploymentFault])
def test_a_fault_of_ours(fault: type[StorageFailed | OutcomeUnknown | DeploymentFault], log: Log) -> None:
    assert answer(fault(reason="why", cause="GetItem: ReadTimeoutError")) == (
        503,
        NEVER_STORED,
        {"error": "server_error", "error_description": FAULT},
    )
    [line] = log()
    assert (line["level"], line["outcome"], line["reason"], line["cause"]) == (
        "ERROR",
        "server_error",
        "why",
        "GetItem: ReadTimeoutError",
    )


def test_a_fault_in_the_code_says_nothing_of_what_was_sent(log: Log) -> None:
    assert answer(RuntimeError(SECRET)) == (503, NEVER_STORED, {"error": "server_error", "error_description": FAULT})
    [line] = log()
    assert (line["level"], line["outcome"], line["reason"]) == ("ERROR", "server_error", "RuntimeError")
    assert line["where"][-1].endswith(" route")
    assert SECRET not in json.dumps(line)


@given(st.text())
def test_a_description_has_only_the_characters_that_oauth_allows(text: str) -> None:
    _, _, body = answer(GrantUnsupported(text, reason="why"))
    assert re.fullmatch(r"[\x20\x21\x23-\x5b\x5d-\x7e]*", body["error_description"])
