"""Answers that tell whether something has changed: an ETag, and 304 to who has the same already (RFC 9110, 13).

The ETag is a digest of the answer, so that it changes with whatever is shown, and with nothing else.
"""

import hashlib
import json
import re
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge.answers import JSON
from faxes.observability import logger

# A quoted text, and W/ in front of it where a proxy has weakened it.
_TAG = re.compile(r'(?:W/)?("[^"]*")')
# Of one caller alone; a browser asks whether it has changed.
_CACHING = "private, no-cache"


def answer(event: APIGatewayProxyEvent, body: dict[str, Any], outcome: str) -> Response[str]:
    """200 with the body, or 304 where the request's If-None-Match has its ETag. ``outcome`` is for the log."""
    full = whole(body, outcome)
    tag = str(full.headers["ETag"])
    if not _has(event, tag):
        return full
    logger.append_keys(outcome="not_modified")
    # What has no body has no type, which the other response adds to its own.
    return Response(304, body="", headers={"ETag": tag, "Cache-Control": _CACHING})


def whole(body: dict[str, Any], outcome: str) -> Response[str]:
    """200 with the body and its ETag, whatever the caller has."""
    logger.append_keys(outcome=outcome)
    text = json.dumps(body)
    tag = f'"{hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]}"'
    return Response(200, JSON, text, headers={"ETag": tag, "Cache-Control": _CACHING})


def _has(event: APIGatewayProxyEvent, tag: str) -> bool:
    """Whether If-None-Match names the tag; ``*`` names every one."""
    several: dict[str, list[str]] = event.get("multiValueHeaders") or {}
    sent = [value for name, values in several.items() if name.lower() == "if-none-match" for value in values]
    return any(value.strip() == "*" or tag in _TAG.findall(value) for value in sent)
