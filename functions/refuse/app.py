"""Any other method or path: 501 for a method that a path does not have, 404 for a path that is none.

The standard library alone, and nothing of what the caller sent: neither in the answer nor, since it may write none, in
a log. The answer names the request as the gateway's log does.
"""

import json
from typing import Any

# Where the template sends what has no path of ours. What it sends here of any other resource is a method that the path
# does not have.
_ELSEWHERE = {"/", "/{proxy+}"}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    # The path as the template writes it, not the one that was sent.
    if event["resource"] in _ELSEWHERE:
        return _answer(event, 404, "resource_not_found", "There is no such path.")
    return _answer(event, 501, "request_not_implemented", "This path does not take this method.")


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
