"""Thousands of broken requests through the real handler: each ends in one of the contract's answers.

Each is a kept request that is damaged in a few places: its body, its headers, its path. Seeded, so the nth is the same
on every machine; `make fuzz-requests` runs a hundred thousand of them, FUZZ_REQUESTS says how many.
"""

import dataclasses
import json
import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from faxes.edge.answers import REFUSALS
from faxes.model import Extension, ExtensionNumber, ExtensionType, User
from tests.support import requests
from tests.support.cloud import Cloud
from tests.support.full import size
from tests.support.memory import MemoryDirectory, MemoryFaxStore, MemoryFileStore

NUMBER = int(os.environ.get("FUZZ_REQUESTS") or size(check=3_000, full=100_000))
CHUNKS = 10
# What stands at the joints of a form.
PIECES = [
    b"\r\n", b"\n", b"\r", b"--", b'"', b"'", b";", b":", b"=", b"\\", b"\0", b"\xff", b" ", b"\t", b"%22", b"%",
    b"\r\n\r\n", b"\r\n--", b"filename*=", b'name="files"', b'name="request"', b"Content-Disposition: form-data;",
    b"Content-Transfer-Encoding: base64", b"\xef\xbb\xbf", b"{", b"}", b"[", b"]", b'"recipients"', b"\\ud800",
    b"1e999", b"NaN", b"%PDF-", b"\xff\xd8\xff", b"II*\0", b"x" * 5000,
]  # fmt: skip
TEXTS = [
    "",
    "@me",
    "@owner",
    "0003*210",
    "%",
    "%00",
    "%zz",
    "%C3%28",
    "*",
    "é",
    "\0",
    "a" * 100,
    "0003%2A210",
    "..",
    "@self",
]
CONTENT_TYPES = [
    "", "text/plain", "multipart/form-data", "multipart/mixed; boundary=b", "multipart/form-data; boundary=",
    'multipart/form-data; boundary="', "multipart/form-data; boundary=b; boundary=c", "multipart/form-data; boundary=é",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=" + "b" * 71, ";", "\0",
]  # fmt: skip
KEYS = ["", "k" * 255, "k" * 256, "\0", "é", "3f0c8e7a", " ", "~"]
# No fault of ours: whatever is sent, it is the caller's.
CODES = {error.code: row.status for error, row in REFUSALS.items()}


@pytest.fixture(name="handler")
def _handler(cloud: Cloud) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The real handler; its stores are in memory."""
    function: Any = cloud.function("create_fax")
    number = ExtensionNumber("0003", "210")
    function.submission = dataclasses.replace(
        function.submission,
        directory=MemoryDirectory(
            [Extension(number, "alice", ExtensionType.PHONE_TERMINAL, True)], [User("alice", "0003")]
        ),
        files=MemoryFileStore(),
        faxes=MemoryFaxStore(),
    )

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        function.submission.files.objects.clear()
        answer: dict[str, Any] = function.handler(event, context)
        accepted = answer["statusCode"] == 200 and "Idempotent-Replayed" not in answer["multiValueHeaders"]
        assert bool(function.submission.files.objects) == accepted
        return answer

    return handle


def damaged(draw: random.Random, body: bytes) -> bytes:
    """A body with one to four damages."""
    for _ in range(draw.randint(1, 4)):
        at = draw.randint(0, len(body))
        to = min(len(body), at + draw.choice((1, 2, 8, 64, 4096)))
        piece = draw.choice(PIECES)
        body = draw.choice(
            (
                body[:at],
                body[:at] + piece + body[at:],
                body[:at] + piece + body[to:],
                body[:at] + body[to:],
                body[:to] + body[at:to] + body[to:],
                body[:at] + bytes([draw.randrange(256)]) + body[at + 1 :],
                body.replace(piece, draw.choice(PIECES), draw.randint(1, 3)),
            )
        )
    return body


def event(draw: random.Random, kept: list[tuple[str, requests.RawRequest]]) -> dict[str, Any]:
    name, request = draw.choice(kept)
    whole = requests.RawRequest(request.head, damaged(draw, request.body) if draw.random() < 0.8 else request.body)
    made = requests.proxy_event(whole, name)
    if draw.random() < 0.3:
        made["pathParameters"][draw.choice(("userId", "extension"))] = draw.choice(TEXTS)
        values = made["pathParameters"]
        made["path"] = f"/uapi/faxes/{values['userId']}/{values['extension']}"
    if draw.random() < 0.3:
        key = draw.choice(KEYS)
        made["headers"]["Idempotency-Key"] = key
        made["multiValueHeaders"]["Idempotency-Key"] = [key] * draw.choice((1, 1, 1, 2))
    if draw.random() < 0.3 and made["isBase64Encoded"]:
        # What is a form to the gateway stays one: it hands others over as text.
        kind = draw.choice([each for each in CONTENT_TYPES if each.startswith("multipart/form-data")])
        made["headers"] = {k: v for k, v in made["headers"].items() if k.lower() != "content-type"}
        made["headers"]["Content-Type"] = kind
    elif draw.random() < 0.1:
        made["headers"] = {k: v for k, v in made["headers"].items() if k.lower() != "content-type"}
        made["headers"]["Content-Type"] = draw.choice(
            [each for each in CONTENT_TYPES if not each.startswith("multipart/form-data")]
        )
        made["isBase64Encoded"] = False
        made["body"] = "damaged"
    if draw.random() < 0.02 and made["isBase64Encoded"]:
        made["body"] = made["body"][:-1] + draw.choice(("!", "", "="))
    return made


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_broken_request_ends_in_an_answer(
    handler: Callable[[dict[str, Any], Any], dict[str, Any]], context: Any, chunk: int
) -> None:
    kept = [(name, requests.read(name)) for name in requests.names("create_fax")]
    kept = [(name, request) for name, request in kept if len(request.body) < 20_000]
    seen: Counter[tuple[int, str]] = Counter()
    for n in range(NUMBER // CHUNKS):
        seed = f"{chunk}-{n}"
        answer = handler(event(random.Random(seed), kept), context)  # noqa: S311  (the same on every machine)
        status = answer["statusCode"]
        if status in (200, 204):
            seen[status, ""] += 1
            continue
        error = json.loads(answer["body"])["error"]
        assert (seed, set(error), CODES.get(error["code"])) == (seed, {"code", "message", "requestId"}, status)
        assert answer["multiValueHeaders"]["Content-Type"] == ["application/json"]
        seen[status, error["code"]] += 1
    # They reach far: whatever can be wrong with a request is.
    assert {code for _, code in seen} >= {
        "", "request_invalid", "user_invalid", "extension_invalid", "fx_recipients_invalid", "fx_file_invalid"
    }  # fmt: skip
