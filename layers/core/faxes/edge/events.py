"""A REST proxy event -> the body's bytes, and the headers."""

import pybase64
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge.bodies import check_encoding, check_size, content_type
from faxes.errors import DeploymentFault, FormInvalid, shown
from faxes.intake import idempotency, multipart
from faxes.model import Form

# So many pixels has an A4 page at the resolution that a fax has at most.
_SMALLER = (
    "Send smaller scans, or several faxes: a page at 200 dpi is enough, 1,654 x 2,339 pixels. "
    "Or announce the files as JSON and upload them, up to 250 MiB."
)


def body(event: APIGatewayProxyEvent, max_bytes: int, smaller: str = "") -> bytes:
    """The request's body as it was sent. ``smaller`` tells what to do about one that is too large.

    Raises BodyTooLarge over ``max_bytes``, FormInvalid for a Content-Encoding and for broken base64, and
    DeploymentFault where the gateway handed a form over as text, which damages its bytes for good.
    """
    sent = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        raw = sent.encode("utf-8", "surrogatepass")
        check_size(len(raw), max_bytes, smaller)
        check_encoding(event)
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
    check_size(len(sent) // 4 * 3 - sent[-2:].count("="), max_bytes, smaller)
    check_encoding(event)
    try:
        return pybase64.b64decode(sent, validate=True)
    except ValueError:
        raise FormInvalid("The event's body is not valid base64.", reason="body_not_base64") from None


def form(event: APIGatewayProxyEvent, max_bytes: int) -> Form:
    """The request's form. Raises as ``body`` and ``multipart.parse`` do."""
    return multipart.parse(body(event, max_bytes, _SMALLER), content_type(event))


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
