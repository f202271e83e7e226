"""A REST proxy event -> the body's bytes, the path's values, the headers, and the time that is left."""

import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

import pybase64
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.errors import BodyTooLarge, DeploymentFault, FormInvalid
from faxes.intake import idempotency, multipart
from faxes.model import Form
from faxes.observability import logger

_NOT_AN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


def content_type(event: APIGatewayProxyEvent) -> str:
    """The request's Content-Type, empty where it has none."""
    return event.headers.get("content-type", "")


def body(event: APIGatewayProxyEvent, max_bytes: int) -> bytes:
    """The request's body as it was sent.

    Raises BodyTooLarge over ``max_bytes``, FormInvalid for broken base64, and DeploymentFault where the gateway handed
    a form over as text, which damages its bytes for good.
    """
    sent = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        raw = sent.encode("utf-8", "surrogatepass")
        _check_size(len(raw), max_bytes)
        if raw and multipart.media_type(content_type(event)) == multipart.FORM_DATA:
            raise DeploymentFault(
                reason="body_not_binary", cause=f"{multipart.FORM_DATA} is not among the API's binary media types"
            )
        return raw
    _check_size(len(sent) // 4 * 3 - sent[-2:].count("="), max_bytes)
    try:
        return pybase64.b64decode(sent, validate=True)
    except ValueError:
        raise FormInvalid("The event's body is not valid base64.", reason="body_not_base64") from None


def form(event: APIGatewayProxyEvent, max_bytes: int) -> Form:
    """The request's form. Raises as ``body`` and ``multipart.parse`` do."""
    return multipart.parse(body(event, max_bytes), content_type(event))


def path_value(raw: str) -> str:
    """A path segment, percent-decoded once; API Gateway hands it over as it was sent.

    What is not valid percent-encoded UTF-8 stays as it is: with its ``%`` it is no user's id and no extension.
    """
    if _NOT_AN_ESCAPE.search(raw):
        return raw
    try:
        return unquote_to_bytes(raw).decode("utf-8")
    except UnicodeError:
        return raw


def idempotency_key(event: APIGatewayProxyEvent) -> str | None:
    """The Idempotency-Key header's value, None where there is none.

    Raises FormInvalid where it is not 1 to 255 printable ASCII characters, or sent twice.
    """
    several: dict[str, list[str]] = event.get("multiValueHeaders") or {
        # The gateway sends both; an event that somebody wrote by hand may have these alone.
        name: [value]
        for name, value in (event.get("headers") or {}).items()
    }
    sent = [value for name, values in several.items() if name.lower() == "idempotency-key" for value in values]
    if not sent:
        return None
    if len(sent) == 1 and idempotency.KEY.fullmatch(sent[0]):
        return sent[0]
    if len(sent) > 1:
        found = f"is sent {len(sent)} times"
    elif sent[0].isascii() and sent[0].isprintable():
        found = f"has {len(sent[0])} characters"
    else:
        found = "has a character that is not printable ASCII"
    raise FormInvalid(
        f"The Idempotency-Key {found}; it must be 1 to 255 printable ASCII characters, sent once.",
        reason="idempotency_key_invalid",
    )


def remaining(context: LambdaContext) -> Callable[[], float]:
    """Tells the seconds that this invocation has left."""
    return lambda: context.get_remaining_time_in_millis() / 1000


def _check_size(size: int, max_bytes: int) -> None:
    logger.append_keys(body_bytes=size)
    if size > max_bytes:
        raise BodyTooLarge(f"The body has {size} bytes; the limit is {max_bytes}.", reason="body_too_large")
