"""API Gateway's edge: what an event's body and path mean, and the answer to every error, in the contract's shape."""

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from hypothesis import example, given
from hypothesis import strategies as st

from faxes import numbers, rest
from faxes.errors import (
    BodyTooLarge,
    DeploymentFault,
    ExtensionInvalid,
    FaxError,
    FileInvalid,
    FormInvalid,
    KeyReused,
    OutcomeUnknown,
    RecipientsInvalid,
    ResourceNotFound,
    StorageFailed,
    TooManyFiles,
    UserInvalid,
)
from faxes.model import Fax, Kind, Principal, Receipt, Status, StoredFile
from faxes.observability import metrics

type Log = Callable[[], list[dict[str, Any]]]

FORM = "multipart/form-data; boundary=b"
LIMIT = 1_000


@pytest.fixture(autouse=True)
def _no_metrics_of_another_test() -> None:
    metrics.clear_metrics()


def event(**members: Any) -> APIGatewayProxyEvent:
    """A proxy event, as far as the edge reads it."""
    return APIGatewayProxyEvent(
        {
            "resource": "/x",
            "path": "/x",
            "httpMethod": "POST",
            "headers": {},
            "multiValueHeaders": {},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "requestContext": {"resourcePath": "/x", "path": "/v1/x", "stage": "v1"},
            "body": None,
            "isBase64Encoded": False,
        }
        | members
    )


def encoded(content: bytes, content_type: str = FORM) -> APIGatewayProxyEvent:
    body = base64.b64encode(content).decode()
    return event(body=body, isBase64Encoded=True, headers={"Content-Type": content_type})


# --- path values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("@me", "@me"),
        ("%40me", "@me"),
        ("0003*210", "0003*210"),
        ("0003%2A210", "0003*210"),
        ("0003%2a210", "0003*210"),
        ("%30%33", "03"),
        ("a+b", "a+b"),
        ("a%20b", "a b"),
        ("a%2Bb", "a+b"),
        ("%C3%BC", "ü"),
        ("ü", "ü"),
        ("%F0%9F%98%80", "😀"),
        # Once, and never twice.
        ("%2540me", "%40me"),
        ("%25", "%"),
        ("a%2Fb", "a/b"),
        ("%00", "\0"),
        ("", ""),
    ],
)
def test_a_path_value_is_decoded_exactly_once(raw: str, value: str) -> None:
    assert rest.path_value(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        "%",
        "a%",
        "%2",
        "a%2",
        "%zz",
        "%2z",
        "%z2",
        "%%",
        "%%20",
        "%+1",
        "%-1",
        "% 1",
        "%1 ",
        "%1_",
        "%_1",
        "%0x",
        "%u0040",
        "%٣٣",
        "%FF",
        "%C3",
        "%C3%28",
        "%C0%AF",
        "%ED%A0%80",
        "%F5%80%80%80",
        "a%C3",
        "\ud800",
    ],
)
def test_a_path_value_that_is_not_percent_encoded_utf_8_stays_and_is_no_user_and_no_extension(raw: str) -> None:
    assert rest.path_value(raw) == raw
    assert not numbers.is_user_id(raw)
    assert numbers.parse_extension(raw) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_every_text_survives_the_path(text: str) -> None:
    assert rest.path_value(quote(text, safe="")) == text


@given(st.text(st.characters(), max_size=50) | st.text("%0123456789abcdefABCDEF+ _", max_size=20))
def test_no_path_raises(raw: str) -> None:
    rest.path_value(raw)


# --- the body --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"x", b"\0\xff\r\n", bytes(range(256))])
def test_a_binary_body_arrives_as_it_was_sent(content: bytes) -> None:
    assert rest.body(encoded(content), LIMIT) == content


@pytest.mark.parametrize("content", ["", "x", "[object FormData]", "ü"])
@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "multipart/mixed; boundary=b", ""])
def test_a_text_body_of_another_type_arrives_as_it_was_sent(content: str, content_type: str) -> None:
    assert rest.body(event(body=content, headers={"content-type": content_type}), LIMIT) == content.encode()


@pytest.mark.parametrize("missing", [{"body": None}, {"body": ""}, {"body": None, "isBase64Encoded": True}])
def test_no_body_is_an_empty_one(missing: dict[str, Any]) -> None:
    assert rest.body(event(headers={"Content-Type": FORM}, **missing), LIMIT) == b""


@pytest.mark.parametrize("size", [LIMIT - 2, LIMIT - 1, LIMIT])
def test_a_body_of_at_most_the_limit_is_taken(size: int) -> None:
    assert len(rest.body(encoded(b"x" * size), LIMIT)) == size
    assert len(rest.body(event(body="x" * size), LIMIT)) == size


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + 2, LIMIT + 3, 2 * LIMIT])
@pytest.mark.parametrize("make", [lambda size: encoded(b"x" * size), lambda size: event(body="x" * size)])
def test_a_body_over_the_limit_is_too_large(make: Callable[[int], APIGatewayProxyEvent], size: int) -> None:
    with pytest.raises(BodyTooLarge) as caught:
        rest.body(make(size), LIMIT)
    assert (caught.value.reason, caught.value.message) == (
        "body_too_large",
        f"The body has {size} bytes; the limit is {LIMIT}.",
    )


def test_a_text_bodys_size_is_in_bytes() -> None:
    with pytest.raises(BodyTooLarge) as caught:
        rest.body(event(body="ü" * 501), LIMIT)
    assert caught.value.message == "The body has 1002 bytes; the limit is 1000."


def test_the_default_limit_is_what_fits_an_invocation() -> None:
    """Base64 of the largest body stays under 6 MB with room for the rest of the event."""
    assert len(rest.body(encoded(b"x" * 4_613_734), 4_613_734)) == 4_613_734


@pytest.mark.parametrize(
    "body",
    [
        "A",
        "AA",
        "AAA",
        "AA=",
        "=AAA",
        "====",
        "A===",
        "AAAA=",
        "AA==AA==",
        "AA==\n",
        "AA ==",
        " AAAA",
        "AA\nAA",
        "AA-_",
        "AA$A",
        "AAAÜ",
        "AA\0A",
        "[object FormData]",
    ],
)
def test_a_body_that_is_not_strict_base64_is_refused(body: str) -> None:
    with pytest.raises(FormInvalid) as caught:
        rest.body(event(body=body, isBase64Encoded=True), LIMIT)
    assert (caught.value.reason, caught.value.message) == (
        "body_not_base64",
        "The event's body is not valid base64.",
    )


@given(st.binary(max_size=100))
@example(b"\xfb\xff\xfe")
def test_every_body_survives_base64(content: bytes) -> None:
    assert rest.body(encoded(content), LIMIT) == content


@given(st.text(st.characters(), max_size=50) | st.text("AB+/=\n", max_size=12))
def test_every_encoded_body_is_bytes_or_invalid(body: str) -> None:
    with suppress(FormInvalid):
        assert rest.body(event(body=body, isBase64Encoded=True), LIMIT) == base64.b64decode(body, validate=True)


@pytest.mark.parametrize("content_type", [FORM, "Multipart/Form-Data", " multipart/form-data ; boundary=b"])
@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_a_form_that_arrives_as_text_is_a_fault_of_the_deployment(name: str, content_type: str) -> None:
    with pytest.raises(DeploymentFault) as caught:
        rest.body(event(body="x", headers={name: content_type}), LIMIT)
    assert (caught.value.reason, caught.value.cause) == (
        "body_not_binary",
        "multipart/form-data is not among the API's binary media types",
    )


# --- headers and caller ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers", [{"content-type": FORM}, {"Content-Type": FORM}, {"Accept": "*/*", "CONTENT-TYPE": FORM}]
)
def test_the_content_type_is_found_in_any_case(headers: dict[str, str]) -> None:
    assert rest.content_type(event(headers=headers)) == FORM


@pytest.mark.parametrize("headers", [None, {}, {"Content-Length": "0"}])
def test_a_missing_content_type_is_empty(headers: dict[str, str] | None) -> None:
    assert rest.content_type(event(headers=headers)) == ""


def test_the_caller_is_whom_the_authorizer_named() -> None:
    context = {"authorizer": {"userId": "alice", "organizationId": "0003", "context": "user", "principalId": "alice"}}
    assert rest.principal(event(requestContext=context)) == Principal("alice", "0003")


@pytest.mark.parametrize("context", [{}, {"authorizer": None}, {"authorizer": {}}])
def test_without_an_authorizer_the_deployment_is_at_fault(context: dict[str, Any]) -> None:
    with pytest.raises(DeploymentFault):
        rest.principal(event(requestContext=context))


@pytest.mark.parametrize(
    "key", ["k", " ", "0f8fad5b-d9cb-469f-a165-70867728950e", "~" * 255, "".join(map(chr, range(32, 127)))]
)
@pytest.mark.parametrize("name", ["Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"])
def test_an_idempotency_key_is_taken_as_it_is(name: str, key: str) -> None:
    assert rest.idempotency_key(event(headers={name: key}, multiValueHeaders={name: [key]})) == key


def test_an_idempotency_key_is_found_in_an_event_that_has_each_header_once() -> None:
    assert rest.idempotency_key(event(headers={"Idempotency-Key": "k"}, multiValueHeaders=None)) == "k"
    assert rest.idempotency_key(event(headers={"Idempotency-Key": "k"}, multiValueHeaders={})) == "k"


@pytest.mark.parametrize("headers", [None, {}, {"Accept": ["*/*"]}])
def test_an_idempotency_key_is_optional(headers: dict[str, list[str]] | None) -> None:
    assert rest.idempotency_key(event(multiValueHeaders=headers)) is None


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"Idempotency-Key": [""]}, "has 0 characters"),
        ({"Idempotency-Key": ["k" * 256]}, "has 256 characters"),
        ({"Idempotency-Key": ["schlüssel"]}, "has a character that is not printable ASCII"),
        ({"Idempotency-Key": ["a\tb"]}, "has a character that is not printable ASCII"),
        ({"Idempotency-Key": ["k\n"]}, "has a character that is not printable ASCII"),
        ({"Idempotency-Key": ["one", "two"]}, "is sent 2 times"),
        ({"Idempotency-Key": ["one"], "idempotency-key": ["one"]}, "is sent 2 times"),
    ],
)
def test_another_idempotency_key_is_refused(headers: dict[str, list[str]], found: str) -> None:
    with pytest.raises(FormInvalid) as caught:
        rest.idempotency_key(event(multiValueHeaders=headers))
    assert (caught.value.reason, caught.value.message) == (
        "idempotency_key_invalid",
        f"The Idempotency-Key {found}; it must be 1 to 255 printable ASCII characters, sent once.",
    )


def test_the_time_that_is_left_is_in_seconds() -> None:
    context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: 1_500)
    assert rest.remaining(context)() == 1.5


# --- answers ---------------------------------------------------------------------------------------------------------


def resolved(route: Callable[[], Response[str]], **members: Any) -> dict[str, Any]:
    """The proxy response to a request for a route."""
    app = rest.resolver()
    app.post("/x")(route)
    context: Any = None
    seconds = iter([100.0, 100.0421])
    answer = rest.respond(app, event(**members).raw_event, context, clock=lambda: next(seconds))
    return answer | {"multiValueHeaders": dict(answer["multiValueHeaders"])}


def answer(status: int, body: object, **headers: list[str]) -> dict[str, Any]:
    """A whole proxy response with a JSON body."""
    return {
        "statusCode": status,
        "body": json.dumps(body),
        "isBase64Encoded": False,
        "multiValueHeaders": {"Content-Type": ["application/json"], **headers},
    }


def line(level: str, status: int, **members: object) -> dict[str, Any]:
    """The log line of a request that took 42 ms."""
    return {"level": level, "message": "request answered", "status": status, "duration_ms": 42, **members}


def counted_by() -> list[dict[str, str]]:
    """The dimensions that the metrics are counted by, beside the service alone."""
    return metrics.provider.dimension_sets


def counted() -> dict[str, list[float]]:
    """The metrics counted so far, by name."""
    return {name: metric["Value"] for name, metric in metrics.metric_set.items()}


def entry(line: dict[str, Any]) -> dict[str, Any]:
    """What a log line says beside when, where and by whom it was written."""
    return {key: value for key, value in line.items() if key not in ("timestamp", "location", "service")}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BodyTooLarge("The cause.", reason="the_reason"), 413, "request_too_large"),
        (FormInvalid("The cause.", reason="the_reason"), 400, "request_invalid"),
        (UserInvalid("The cause.", reason="the_reason"), 400, "user_invalid"),
        (ExtensionInvalid("The cause.", reason="the_reason"), 400, "extension_invalid"),
        (RecipientsInvalid("The cause.", reason="the_reason"), 400, "fx_recipients_invalid"),
        (TooManyFiles("The cause.", reason="the_reason"), 400, "fx_max_files_reached"),
        (FileInvalid("The cause.", reason="the_reason"), 400, "fx_file_invalid"),
        (KeyReused("The cause.", reason="the_reason"), 409, "idempotency_key_reused"),
        (ResourceNotFound("The cause.", reason="the_reason"), 404, "resource_not_found"),
    ],
)
def test_a_refusal_becomes_its_answer_a_log_line_and_a_count(log: Log, error: FaxError, status: int, code: str) -> None:
    def route() -> Response[str]:
        raise error

    assert resolved(route) == answer(status, {"error": {"code": code, "message": "The cause."}})
    assert [entry(each) for each in log()] == [line("INFO", status, outcome=code, reason="the_reason")]
    assert counted() == {"FaxRefused": [1.0]}
    by_code = {"service": "fax-api", "code": code}
    assert counted_by() == [by_code, by_code | {"reason": "the_reason"}]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StorageFailed(reason="the_reason", cause="the cause"), 400),
        (OutcomeUnknown(reason="the_reason", cause="the cause"), 500),
        (DeploymentFault(reason="the_reason", cause="the cause"), 500),
    ],
)
def test_a_fault_of_ours_becomes_its_answer_a_log_line_with_the_cause_and_a_count(
    log: Log, error: FaxError, status: int
) -> None:
    def route() -> Response[str]:
        raise error

    code = "internal_server_error"
    assert resolved(route) == answer(status, {"error": {"code": code, "message": error.message}})
    assert [entry(each) for each in log()] == [
        line("ERROR", status, outcome=code, reason="the_reason", cause="the cause")
    ]
    assert counted() == {type(error).__name__: [1.0]}
    by_code = {"service": "fax-api", "code": code}
    assert counted_by() == [by_code, by_code | {"reason": "the_reason"}]


@pytest.mark.parametrize("kind", [ValueError, KeyError, RuntimeError, RecursionError, MemoryError, UnicodeError])
def test_an_unexpected_fault_repeats_nothing_of_its_message(log: Log, kind: type[Exception]) -> None:
    def route() -> Response[str]:
        try:
            raise ValueError("the first secret")
        except ValueError as error:
            raise kind("the second secret") from error

    assert resolved(route) == answer(
        500,
        {
            "error": {
                "code": "internal_server_error",
                "message": "The service failed; it is not known whether the fax was accepted.",
            }
        },
    )
    [written] = log()
    places = written.pop("where")
    assert entry(written) == line("ERROR", 500, outcome="internal_server_error", reason=kind.__name__)
    assert places[-1].startswith(__file__)
    assert places[-1].endswith(" route")
    assert "secret" not in json.dumps([written, places])
    assert counted() == {"UnexpectedFault": [1.0]}


@pytest.mark.parametrize("members", [{"path": "/y"}, {"path": "/x/y"}, {"httpMethod": "GET"}])
def test_what_is_not_routed_is_not_found(log: Log, members: dict[str, str]) -> None:
    assert resolved(rest.nothing_to_send, **members) == answer(
        404, {"error": {"code": "resource_not_found", "message": "There is no such path."}}
    )


FILES = (
    StoredFile(1, "a.txt", Kind.TXT, 3, "00" * 32, "faxes/5d8e2193e92f2d5e31cff1017724cfe9/1.txt", 1),
    StoredFile(2, "b.txt", Kind.TXT, 4, "00" * 32, "faxes/5d8e2193e92f2d5e31cff1017724cfe9/2.txt", 4),
)
FAX = Fax(
    id="9007199254740991",
    uid="5d8e2193e92f2d5e31cff1017724cfe9",
    user_id="alice",
    organization_id="0003",
    extension="0003*210",
    recipients=("7778888", "0003*211", "+4930123456"),
    files=FILES,
    pages=5,
    status=Status.ACCEPTED,
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
    expires_at=datetime(2026, 12, 23, tzinfo=UTC),
)


def test_an_accepted_fax_is_answered_with_its_id_and_uid_alone(log: Log) -> None:
    assert resolved(lambda: rest.accepted(Receipt(FAX.id, FAX.uid, FAX))) == answer(
        200, {"id": "9007199254740991", "uid": "5d8e2193e92f2d5e31cff1017724cfe9"}
    )
    assert [entry(each) for each in log()] == [
        line("INFO", 200, outcome="accepted", fax_id="9007199254740991", files=2, pages=5, recipients=3, bytes=7)
    ]
    assert counted() == {"FaxAccepted": [1.0], "FaxBytes": [7.0], "FaxPages": [5.0]}


def test_ids_that_were_taken_are_counted(log: Log) -> None:
    resolved(lambda: rest.accepted(Receipt(FAX.id, FAX.uid, FAX, ids_redrawn=2)))
    assert counted() == {"FaxAccepted": [1.0], "FaxBytes": [7.0], "FaxPages": [5.0], "FaxIdRedrawn": [2.0]}


def test_a_fax_that_was_accepted_before_is_answered_as_it_was(log: Log) -> None:
    assert resolved(lambda: rest.accepted(Receipt(FAX.id, FAX.uid, None))) == answer(
        200,
        {"id": "9007199254740991", "uid": "5d8e2193e92f2d5e31cff1017724cfe9"},
        **{"Idempotent-Replayed": ["true"]},
    )
    assert [entry(each) for each in log()] == [line("INFO", 200, outcome="replayed", fax_id="9007199254740991")]
    assert counted() == {"FaxReplayed": [1.0]}


def test_nothing_to_send_is_answered_without_a_body(log: Log) -> None:
    assert resolved(rest.nothing_to_send) == {
        "statusCode": 204,
        "body": "",
        "isBase64Encoded": False,
        "multiValueHeaders": {},
    }
    assert [entry(each) for each in log()] == [line("INFO", 204, outcome="nothing_to_send")]
    assert counted() == {"NothingToSend": [1.0]}


def test_an_errors_body_is_of_the_contracts_shape() -> None:
    assert rest.error_body("request_invalid", 'Übersicht "a"') == (
        '{"error": {"code": "request_invalid", "message": "\\u00dcbersicht \\"a\\""}}'
    )
