"""Any other method or path: 501 for a method that a path does not have, 404 for a path that is none.

And the question of a browser whether a page of another origin may call: yes to the origins that the operator names.

The standard library alone, and nothing of what the caller sent: neither in the answer nor, since it may write none, in
a log. The answer names the request as the gateway's log does.
"""

import json
import os
from collections.abc import Collection, Mapping
from typing import Any

ORIGINS = frozenset(filter(None, (each.strip() for each in os.environ.get("UPLOAD_ORIGINS", "").split(","))))
# What a page may call: the paths of faxes, which ask for a token. A login is no page's: it would need the app's secret.
_FAXES = ("/uapi/faxes/", "/unifiedapi/faxes/")
_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, PUT",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
    # Seconds for which a browser need not ask again.
    "Access-Control-Max-Age": "3600",
    "Vary": "Origin",
}

# Where the template sends what has no path of ours. What it sends here of any other resource is a method that the path
# does not have.
_ELSEWHERE = {"/", "/{proxy+}"}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    if origin := _asked_by(event, ORIGINS):
        return {"statusCode": 204, "headers": {"Access-Control-Allow-Origin": origin, **_ALLOWED}, "body": ""}
    # The path as the template writes it, not the one that was sent.
    if event["resource"] in _ELSEWHERE:
        return _answer(event, 404, "resource_not_found", "There is no such path.")
    return _answer(event, 501, "request_not_implemented", "This path does not take this method.")


def _asked_by(event: Mapping[str, Any], origins: Collection[str]) -> str | None:
    """The origin of these that asks whether its page may call; None where none does."""
    if event.get("httpMethod") != "OPTIONS" or not event["resource"].startswith(_FAXES):
        return None
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if "access-control-request-method" not in headers:
        return None
    return next((origin for origin in origins if origin == headers.get("origin")), None)


def _answer(event: dict[str, Any], status: int, code: str, message: str) -> dict[str, Any]:
    error = {"code": code, "message": message}
    if request_id := event.get("requestContext", {}).get("extendedRequestId"):
        error["requestId"] = request_id
    # To HEAD as well: HTTP has whoever passes the answer on leave its body out.
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"error": error}),
    }
