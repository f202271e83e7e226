"""Which pages of other origins may read an answer: what a browser asks before it hands an answer on (CORS).

A browser asks first whether it may send at all; that request (OPTIONS) is answered by functions/refuse.
"""

from collections.abc import Collection, Mapping
from typing import Any

# Beside those that a page may always read.
_EXPOSED = "ETag, Idempotent-Replayed, Retry-After"


def allow(origins: Collection[str], event: Mapping[str, Any], answer: dict[str, Any]) -> None:
    """Let a page of one of these origins read an answer of API Gateway's form. Whoever else gets it as it is."""
    if not origins:
        return
    said: dict[str, list[str]] = answer["multiValueHeaders"]
    # Who keeps answers keeps one for each origin.
    said["Vary"] = ["Origin"]
    headers: Mapping[str, str] = event.get("headers") or {}
    origin = next((value for name, value in headers.items() if name.lower() == "origin"), "")
    if origin in origins:
        said |= {"Access-Control-Allow-Origin": [origin], "Access-Control-Expose-Headers": [_EXPOSED]}
