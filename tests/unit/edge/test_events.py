"""What an event's body, path and headers mean."""

import base64
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from hypothesis import example, given
from hypothesis import strategies as st

from faxes.edge import bodies, deadline, events
from faxes.errors import BodyTooLarge, DeploymentFault, FormInvalid
from tests.support.answering import event

FORM = "multipart/form-data; boundary=b"
LIMIT = 1_000


def encoded(content: bytes, content_type: str = FORM) -> APIGatewayProxyEvent:
    body = base64.b64encode(content).decode()
    return event(body=body, isBase64Encoded=True, headers={"Content-Type": content_type})


# --- the body --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"x", b"\0\xff\r\n", bytes(range(256))])
def test_a_binary_body_arrives_as_it_was_sent(content: bytes) -> None:
    assert events.body(encoded(content), LIMIT) == content


@pytest.mark.parametrize("content", ["", "x", "[object FormData]", "ü"])
@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "multipart/mixed; boundary=b", ""])
def test_a_text_body_of_another_type_arrives_as_it_was_sent(content: str, content_type: str) -> None:
    assert events.body(event(body=content, headers={"content-type": content_type}), LIMIT) == content.encode()


@pytest.mark.parametrize("missing", [{"body": None}, {"body": ""}, {"body": None, "isBase64Encoded": True}])
def test_no_body_is_an_empty_one(missing: dict[str, Any]) -> None:
    assert events.body(event(headers={"Content-Type": FORM}, **missing), LIMIT) == b""


@pytest.mark.parametrize("size", [LIMIT - 2, LIMIT - 1, LIMIT])
def test_a_body_of_at_most_the_limit_is_taken(size: int) -> None:
    assert len(events.body(encoded(b"x" * size), LIMIT)) == size
    assert len(events.body(event(body="x" * size), LIMIT)) == size


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + 2, LIMIT + 3, 2 * LIMIT])
@pytest.mark.parametrize("make", [lambda size: encoded(b"x" * size), lambda size: event(body="x" * size)])
def test_a_body_over_the_limit_is_too_large(make: Callable[[int], APIGatewayProxyEvent], size: int) -> None:
    with pytest.raises(BodyTooLarge) as caught:
        events.body(make(size), LIMIT)
    assert (caught.value.reason, caught.value.message) == (
        "body_too_large",
        f"The body has {size} bytes; the limit is {LIMIT}.",
    )


def test_a_fax_that_is_too_large_is_told_its_size_in_megabytes_and_what_to_do() -> None:
    with pytest.raises(BodyTooLarge) as caught:
        events.form(encoded(b"x" * 1_260_000), 1_200_000)
    assert caught.value.message == (
        "The body has 1260000 bytes (1.3 MB); the limit is 1200000 (1.2 MB). Send smaller scans, or several faxes: "
        "a page at 200 dpi is enough, 1,654 x 2,339 pixels. "
        "Or announce the files as JSON and upload them, up to 250 MiB."
    )


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "identity, gzip", "x\x07"])
@pytest.mark.parametrize("name", ["Content-Encoding", "content-encoding"])
@pytest.mark.parametrize("sent", [{"body": "eA==", "isBase64Encoded": True}, {"body": "x"}])
def test_a_body_that_was_encoded_is_refused(sent: dict[str, Any], name: str, encoding: str) -> None:
    with pytest.raises(FormInvalid) as caught:
        events.body(event(headers={"Content-Type": FORM, name: encoding}, **sent), LIMIT)
    shown = encoding.replace("\x07", "\\x07")
    assert (caught.value.reason, caught.value.message) == (
        "content_encoding_unknown",
        f"The body is sent with Content-Encoding {shown}; send it as it is.",
    )


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_body_may_say_that_it_was_not_encoded(encoding: str) -> None:
    sent = event(body="eA==", isBase64Encoded=True, headers={"Content-Type": FORM, "Content-Encoding": encoding})
    assert events.body(sent, LIMIT) == b"x"


def test_a_form_whose_type_ends_with_a_comma_is_read_unless_the_gateway_took_it_for_text() -> None:
    type_with_comma = "multipart/form-data, boundary=b"
    assert events.body(encoded(b"x", type_with_comma), LIMIT) == b"x"
    with pytest.raises(FormInvalid) as caught:
        events.body(event(body="x", headers={"Content-Type": type_with_comma}), LIMIT)
    assert (caught.value.reason, caught.value.message) == (
        "content_type_unreadable",
        "The Content-Type header, multipart/form-data, boundary=b, cannot be read; a semicolon must stand behind "
        "multipart/form-data.",
    )


def test_a_text_bodys_size_is_in_bytes() -> None:
    with pytest.raises(BodyTooLarge) as caught:
        events.body(event(body="ü" * 501), LIMIT)
    assert caught.value.message == "The body has 1002 bytes; the limit is 1000."


def test_the_default_limit_is_what_fits_an_invocation() -> None:
    """Base64 of the largest body stays under 6 MB with room for the rest of the event."""
    assert len(events.body(encoded(b"x" * 4_613_734), 4_613_734)) == 4_613_734


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
        events.body(event(body=body, isBase64Encoded=True), LIMIT)
    assert (caught.value.reason, caught.value.message) == (
        "body_not_base64",
        "The event's body is not valid base64.",
    )


@given(st.binary(max_size=100))
@example(b"\xfb\xff\xfe")
def test_every_body_survives_base64(content: bytes) -> None:
    assert events.body(encoded(content), LIMIT) == content


@given(st.text(st.characters(), max_size=50) | st.text("AB+/=\n", max_size=12))
def test_every_encoded_body_is_bytes_or_invalid(body: str) -> None:
    with suppress(FormInvalid):
        assert events.body(event(body=body, isBase64Encoded=True), LIMIT) == base64.b64decode(body, validate=True)


@pytest.mark.parametrize("content_type", [FORM, "Multipart/Form-Data", " multipart/form-data ; boundary=b"])
@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_a_form_that_arrives_as_text_is_a_fault_of_the_deployment(name: str, content_type: str) -> None:
    with pytest.raises(DeploymentFault) as caught:
        events.body(event(body="x", headers={name: content_type}), LIMIT)
    assert (caught.value.reason, caught.value.cause) == (
        "body_not_binary",
        "multipart/form-data is not among the API's binary media types",
    )


# --- headers and caller ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers", [{"content-type": FORM}, {"Content-Type": FORM}, {"Accept": "*/*", "CONTENT-TYPE": FORM}]
)
def test_the_content_type_is_found_in_any_case(headers: dict[str, str]) -> None:
    assert bodies.content_type(event(headers=headers)) == FORM


@pytest.mark.parametrize("headers", [None, {}, {"Content-Length": "0"}])
def test_a_missing_content_type_is_empty(headers: dict[str, str] | None) -> None:
    assert bodies.content_type(event(headers=headers)) == ""


@pytest.mark.parametrize(
    "key", ["k", " ", "0f8fad5b-d9cb-469f-a165-70867728950e", "~" * 255, "".join(map(chr, range(32, 127)))]
)
@pytest.mark.parametrize("name", ["Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"])
def test_an_idempotency_key_is_taken_as_it_is(name: str, key: str) -> None:
    assert events.idempotency_key(event(headers={name: key}, multiValueHeaders={name: [key]})) == key


def test_an_idempotency_key_is_found_in_an_event_that_has_each_header_once() -> None:
    assert events.idempotency_key(event(headers={"Idempotency-Key": "k"}, multiValueHeaders=None)) == "k"
    assert events.idempotency_key(event(headers={"Idempotency-Key": "k"}, multiValueHeaders={})) == "k"


@pytest.mark.parametrize("headers", [None, {}, {"Accept": ["*/*"]}])
def test_an_idempotency_key_is_optional(headers: dict[str, list[str]] | None) -> None:
    assert events.idempotency_key(event(multiValueHeaders=headers)) is None


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
        events.idempotency_key(event(multiValueHeaders=headers))
    assert (caught.value.reason, caught.value.message) == (
        "idempotency_key_invalid",
        f"The Idempotency-Key {found}; it must be 1 to 255 printable ASCII characters, sent once.",
    )


def test_the_time_that_is_left_is_in_seconds() -> None:
    context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: 1_500)
    assert deadline.remaining(context)() == 1.5
