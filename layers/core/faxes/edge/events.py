"""A REST proxy event -> the body's bytes, the path's values, the headers, and the time that is left."""

import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

import pybase64
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from faxes.errors import BodyTooLarge, DeploymentFault, FormInvalid, shown
from faxes.intake import idempotency, multipart
from faxes.model import Form
from faxes.observability import logger

# So many pixels has an A4 page at the resolution that a fax has at most.
_SMALLER = "Send smaller scans, or several faxes: a page at 200 dpi is enough, 1,654 x 2,339 pixels."
_PLAIN_ENCODINGS = frozenset({"", "identity"})
_NOT_AN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


def content_type(event: APIGatewayProxyEvent) -> str:
    """The request's Content-Type, empty where it has none."""
    return event.headers.get("content-type", "")


def body(event: APIGatewayProxyEvent, max_bytes: int, smaller: str = "") -> bytes:
    """The request's body as it was sent. ``smaller`` tells what to do about one that is too large.

    Raises BodyTooLarge over ``max_bytes``, FormInvalid for a Content-Encoding and for broken base64, and
    DeploymentFault where the gateway handed a form over as text, which damages its bytes for good.
    """
    sent = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        raw = sent.encode("utf-8", "surrogatepass")
        _check_size(len(raw), max_bytes, smaller)
        _check_encoding(event)
        if raw and multipart.media_type(content_type(event)) == multipart.FORM_DATA:
            if multipart.has_comma(content_type(event)):
                raise FormInvalid(
                    f"The Content-Type header, {shown(content_type(event))}, cannot be read; a semicolon must stand "
                    f"behind {multipart.FORM_DATA}.",
                    reason="content_type_unreadable",
                )
            raise DeploymentFault(
                reason="body_not_binary", cause=f"{multipart.FORM_DATA} is not among the API's binary media types"
            )
        return raw
    _check_size(len(sent) // 4 * 3 - sent[-2:].count("="), max_bytes, smaller)
    _check_encoding(event)
    try:
        return pybase64.b64decode(sent, validate=True)
    except ValueError:
        raise FormInvalid("The event's body is not valid base64.", reason="body_not_base64") from None


def form(event: APIGatewayProxyEvent, max_bytes: int) -> Form:
    """The request's form. Raises as ``body`` and ``multipart.parse`` do."""
    return multipart.parse(body(event, max_bytes, _SMALLER), content_type(event))


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


def _check_size(size: int, max_bytes: int, smaller: str) -> None:
    logger.append_keys(body_bytes=size)
    if size > max_bytes:
        sent, limit = (f" ({each / 1e6:.1f} MB)" if smaller else "" for each in (size, max_bytes))
        message = f"The body has {size} bytes{sent}; the limit is {max_bytes}{limit}. {smaller}"
        raise BodyTooLarge(message.rstrip(), reason="body_too_large")


def _check_encoding(event: APIGatewayProxyEvent) -> None:
    """Refuse a body that was compressed: nothing here unpacks it, so its size would be bounded by nothing."""
    encoding = event.headers.get("content-encoding", "")
    if encoding.strip().lower() not in _PLAIN_ENCODINGS:
        raise FormInvalid(
            f"The body is sent with Content-Encoding {shown(encoding)}; send it as it is.",
            reason="content_encoding_unknown",
        )
