"""What holds for the body of every request: its type, its size and its encoding; and one that is JSON.

Apart from ``events``, which decodes forms: a function that takes none ships without what decodes them.
"""

import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.errors import BodyTooLarge, ChangeInvalid, FormInvalid, shown
from faxes.observability import logger

_PLAIN_ENCODINGS = frozenset({"", "identity"})


def content_type(event: APIGatewayProxyEvent) -> str:
    """The request's Content-Type, empty where it has none."""
    return event.headers.get("content-type", "")


def check_size(size: int, max_bytes: int, smaller: str = "") -> None:
    """Raises BodyTooLarge over ``max_bytes``. ``smaller`` tells what to do about it."""
    logger.append_keys(body_bytes=size)
    if size > max_bytes:
        sent, limit = (f" ({each / 1e6:.1f} MB)" if smaller else "" for each in (size, max_bytes))
        message = f"The body has {size} bytes{sent}; the limit is {max_bytes}{limit}. {smaller}"
        raise BodyTooLarge(message.rstrip(), reason="body_too_large")


def check_encoding(event: APIGatewayProxyEvent) -> None:
    """Raises FormInvalid for a compressed body: nothing unpacks it, so its size would be bounded by nothing."""
    encoding = event.headers.get("content-encoding", "")
    if encoding.strip().lower() not in _PLAIN_ENCODINGS:
        raise FormInvalid(
            f"The body is sent with Content-Encoding {shown(encoding)}; send it as it is.",
            reason="content_encoding_unknown",
        )


def json_object(event: APIGatewayProxyEvent, max_bytes: int) -> dict[str, Any]:
    """The members of a body that is one JSON object, whatever its Content-Type says.

    Raises BodyTooLarge over ``max_bytes``, FormInvalid for a Content-Encoding, and ChangeInvalid where it is no JSON
    object, or has a member twice: either could be meant.
    """
    text: str = event.get("body") or ""
    check_size(len(text.encode("utf-8", "surrogatepass")), max_bytes)
    check_encoding(event)
    if event.get("isBase64Encoded"):
        raise ChangeInvalid(
            f"The Content-Type is {shown(content_type(event))}; the body must be a JSON object.", reason="body_not_json"
        )
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        pairs = None
    if not isinstance(pairs, _Pairs):
        raise ChangeInvalid("The body is not a JSON object.", reason="body_not_json")
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ChangeInvalid("The body has a member twice; either could be meant.", reason="member_repeated")
    return members


class _Pairs(list[tuple[str, Any]]):
    """An object's members in their order; a list of JSON's is another."""
