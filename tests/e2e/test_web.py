"""The page of `make run` on the deployed stack: what it sends, what it is told, and what came out of the machines."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support import desk
from tests.support.curl import Curl
from tests.support.samples import DOCUMENTS
from tools.client.login import Deployment
from tools.local.stack_file import LocalStack
from tools.local.web.calls import Calls

SECONDS = 120.0
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def address(stack: LocalStack, curl: Curl) -> Iterator[str]:
    with desk.at_work(stack, curl) as url:
        yield url


def posted(address: str, file: str, *numbers: str) -> Any:
    form = {"request": json.dumps({"recipients": numbers})}
    with (DOCUMENTS / file).open("rb") as opened:
        answer = requests.post(
            f"{address}/faxes", data=form, files={"files": opened}, headers={"Origin": address}, timeout=60
        )
    assert answer.status_code == 200
    return answer.json()


def test_a_document_comes_out_of_the_machine(address: str) -> None:
    accepted = posted(address, "letter.pdf", "+15005550004", "+15005550006", "0003*211")
    assert accepted["status"] == 200
    fax_id = accepted["body"]["id"]
    assert requests.get(f"{address}/faxes", timeout=60).json() == {"ids": [fax_id]}
    deadline, etag = time.monotonic() + SECONDS, ""
    seen: list[str] = []
    while not seen or seen[-1] not in ("partially_sent", "failed", "sent"):
        assert time.monotonic() < deadline, seen
        asked = requests.get(f"{address}/faxes/{fax_id}", headers={"If-None-Match": etag}, timeout=60)
        if asked.status_code == 200:
            etag, told = asked.headers["ETag"], asked.json()
            seen.append(told["body"]["status"])
        time.sleep(0.5)
    assert (told["status"], seen[-1]) == (200, "partially_sent")
    events = requests.get(f"{address}/faxes/{fax_id}/events", timeout=60).json()
    assert "ended_partially_sent" in [event["event"] for event in events["body"]["entry"]]
    # Of the one that was busy at first, of the one that the carrier refuses, and of an extension.
    assert requests.get(f"{address}/faxes/{fax_id}/paper", timeout=60).json() == {"sheets": [1, 0, 1]}
    sheet = requests.get(f"{address}/faxes/{fax_id}/paper/1/1.png", timeout=60)
    assert (sheet.status_code, sheet.headers["Content-Type"], sheet.content[:8]) == (200, "image/png", PNG)
    for other in ("1/2", "2/1", "4/1", "0/1", "1/0"):
        assert requests.get(f"{address}/faxes/{fax_id}/paper/{other}.png", timeout=60).status_code == 404
    # Its public page, with what that says to browsers.
    uid = accepted["body"]["uid"]
    page = requests.get(f"{address}/fax/{uid}", headers={"Accept-Language": "de"}, timeout=60)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (page.headers["Content-Language"], page.headers["Referrer-Policy"]) == ("de", "no-referrer")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    picture = requests.get(f"{address}/fax/{uid}/pages/1.png", timeout=60)
    assert (picture.status_code, picture.content[:8]) == (200, PNG)
    late = requests.post(f"{address}/faxes/{fax_id}/cancel", headers={"Origin": address}, timeout=60).json()
    assert (late["status"], late["body"]["error"]["code"]) == (409, "fax_state_invalid")


def test_a_refusal_is_told_with_its_sentence(address: str) -> None:
    refused = posted(address, "picture.png", "7778888")
    assert refused["status"] == 400
    assert refused["body"]["error"]["message"] == (
        "File 1 of 1, picture.png, is a PNG image; allowed are jpg, tif, pdf and txt."
    )


def test_a_file_that_is_uploaded_on_its_own_is_looked_into(address: str) -> None:
    content = (DOCUMENTS / "letter.pdf").read_bytes()
    own = {"Origin": address}
    request = {"recipients": ["7778888"], "files": [{"name": "letter.pdf", "size": len(content)}]}
    announced = requests.post(f"{address}/faxes", json=request, headers=own, timeout=60).json()
    fax_id = announced["body"]["id"]
    put = requests.put(f"{address}/faxes/{fax_id}/files/1", content, headers=own, timeout=60)
    assert put.json() == {"status": 200, "body": {"upload": "there"}}
    deadline = time.monotonic() + SECONDS
    while (told := requests.get(f"{address}/faxes/{fax_id}", timeout=60).json()["body"])["status"] == "uploading":
        assert time.monotonic() < deadline, told
        time.sleep(0.2)
    # It is accepted, and goes on.
    assert ("refusal" in told, told["pages"]) == (False, 1)


def test_a_token_that_is_over_is_replaced(stack: LocalStack) -> None:
    to = Deployment(stack.apiUrl, stack.caBundle)
    calls = Calls(to, stack.appKey, stack.appSecret, "@me", stack.extension, "of-an-hour-ago")
    assert calls.fax("1").status == 404
