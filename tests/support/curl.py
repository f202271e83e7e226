"""A deployed API as curl sees it, and what the tests send to it."""

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.template import ROOT
from tools.client.answers import without_request_id


@dataclass(frozen=True, slots=True)
class Answer:
    """What curl got: the status, the Content-Type, and the body, decoded where it is JSON, without an error's
    requestId, which is another one for each request."""

    status: int
    content_type: str
    body: Any


type Curl = Callable[..., Answer]


def curling(url: str, token: str, *options: str, identified: bool = True) -> Curl:
    """curl against an API: ``curl(path, *arguments)``, with that token unless ``token=...`` says otherwise. Each error
    must have the request's id, unless there is none: ``identified``."""

    def call(path: str, *arguments: str, token: str | None = token) -> Answer:
        command = ["curl", "--silent", "--show-error", "--max-time", "60", *options]
        command += ["--write-out", "\n%{http_code} %{content_type}", *arguments, f"{url}{path}"]
        if token is not None:
            command += ["--header", f"Authorization: Bearer {token}"]
        done = subprocess.run(command, capture_output=True, check=True)
        body, _, status = done.stdout.decode("utf-8").rpartition("\n")
        code, _, content_type = status.partition(" ")
        return Answer(int(code), content_type, _checked(json.loads(body), identified=identified) if body else None)

    return call


def _checked(body: Any, *, identified: bool) -> Any:
    """A body without the request's id, which an error in the contract's shape has."""
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        assert bool(body["error"].get("requestId")) == identified, body
    return without_request_id(body)


DOCUMENTS = ROOT / "tests/data/documents"
SEND = "/uapi/faxes/@me/0003*210"
REQUEST = ("-F", 'request={"recipients":["7778888"]}')
NOTE = ("-F", f"files=@{DOCUMENTS / 'note.txt'}")


def refusal(status: int, code: str, message: str) -> Answer:
    return Answer(status, "application/json", {"error": {"code": code, "message": message}})


def assert_accepted(answer: Answer) -> str:
    """The answer is a 200 with an id and a uid and nothing else. Returns the uid."""
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert list(answer.body) == ["id", "uid"]
    assert re.fullmatch("[1-9][0-9]{0,15}", answer.body["id"])
    assert int(answer.body["id"]) < 2**53
    assert re.fullmatch("[0-9a-f]{32}", answer.body["uid"])
    uid = answer.body["uid"]
    assert isinstance(uid, str)
    return uid


_HOW = "at /oauth/token.php, and send Authorization: Bearer and the token that it issues."
NO_TOKEN = refusal(401, "access_denied", f"Access is denied. No access token was sent: log in {_HOW}")
# Why, the emulator does not tell; the authorizer's own sentences are in tests/integration/test_authorize.py.
DENIED = refusal(
    401,
    "access_denied",
    "Access is denied. The Authorization header holds no access token that works; why, the emulator does not tell. "
    f"Log in {_HOW}",
)

STORAGE_FAILED = refusal(
    400,
    "internal_server_error",
    "The fax could not be stored because of a fault on our side. Nothing was accepted; sending it again is safe.",
)
