"""One invocation with a canary wherever one can stand, and the ways in which AWS's calls fail beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from tests.data.requests import make
from tests.support import requests
from tests.support.canaries.texts import (
    CONTENT,
    EXTENSION,
    FIELD,
    FILE_NAME,
    HEADER,
    KEYS,
    OTHER_EXTENSION,
    PHONE,
    QUERY,
    SECRET,
    TOKEN,
    TOKENS,
    USER,
    WORDS,
)
from tests.support.faults import Fate, dynamodb_answers, raises, s3_answers


@dataclass(frozen=True, slots=True)
class Case:
    """One invocation, and what its function says came of it: the line's reason, or its outcome where it has none.

    ``faults`` are fates of AWS calls, ``patched`` what stands in the code's place, by its dotted name; a name without
    dots is one of the function's own.
    """

    name: str
    function: str
    event: dict[str, Any]
    says: str
    faults: Mapping[str, Fate] = field(default_factory=dict)
    patched: Mapping[str, Any] = field(default_factory=dict)


CALLER = {"userId": USER, "organizationId": "0003", "context": "user", "appKey": KEYS["enabled"]}
TO = f'{{"recipients":["+{PHONE[:4]} ({PHONE[4:6]}) {PHONE[6:]}","{OTHER_EXTENSION}"],"{FIELD}":"{FIELD}"}}'.encode()
REQUEST = make.request_part(TO)
FILE = make.file_part(f"{FILE_NAME}.txt", CONTENT, field=FIELD)
NOTE = make.part(f'name="{FIELD}"', FIELD.encode())


def raw(target: str, headers: list[str], body: bytes, method: str = "POST") -> requests.RawRequest:
    """A request with a canary wherever one can stand beside its body."""
    lines = [
        "Host: HOST",
        f"User-Agent: {HEADER}",
        f"Cookie: {HEADER}={HEADER}",
        f"X-{HEADER}: {HEADER}",
        "Content-Length: LENGTH",
        *headers,
    ]
    query = "&" if "?" in target else "?"
    sent = make.post(f"{target}{query}{QUERY}={QUERY}&access_token={TOKEN}", lines, body)
    return requests.parse(sent.replace(b"POST", method.encode(), 1))


def fax(
    *parts: bytes,
    user: str = USER,
    extension: str = EXTENSION,
    body: bytes | None = None,
    content_type: str = f"multipart/form-data; boundary={make.CURL}",
    key: str | None = None,
) -> dict[str, Any]:
    headers = [f"Authorization: Bearer {TOKENS['apps']}", f"Content-Type: {content_type}"]
    headers += [f"Idempotency-Key: {key}"] if key else []
    sent = raw(f"/uapi/faxes/{user}/{extension}", headers, make.form(make.CURL, *parts) if body is None else body)
    return requests.proxy_event(sent, "canary", CALLER)


def recipients(text: bytes) -> dict[str, Any]:
    return fax(make.request_part(text), FILE)


def broken(body: bytes) -> dict[str, Any]:
    return fax(body=body)


SENT_BACK = f"{WORDS} {TOKEN} {PHONE} {FILE_NAME} {SECRET}"
NETWORK: dict[str, Fate] = {
    "no-answer": raises(ReadTimeoutError(endpoint_url=SENT_BACK)),
    "no-connection": raises(EndpointConnectionError(endpoint_url=SENT_BACK)),
    "late": raises(ConnectTimeoutError(endpoint_url=SENT_BACK)),
}
DYNAMODB_FATES = NETWORK | {
    "not-allowed": dynamodb_answers(400, "AccessDeniedException", SENT_BACK),
    "invalid": dynamodb_answers(400, "ValidationException", SENT_BACK),
    "throttled": dynamodb_answers(400, "ProvisionedThroughputExceededException", SENT_BACK),
    "broken": dynamodb_answers(500, "InternalServerError", SENT_BACK),
}
S3_FATES = NETWORK | {
    "not-allowed": s3_answers(403, "AccessDenied", SENT_BACK),
    "throttled": s3_answers(503, "SlowDown", SENT_BACK),
    "conflict": s3_answers(409, "ConditionalRequestConflict", SENT_BACK),
    "taken": s3_answers(412, "PreconditionFailed", SENT_BACK),
    "broken": s3_answers(500, "InternalError", SENT_BACK),
}
