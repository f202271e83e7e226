"""What the page of `make run` sends that no form holds: announced, and passed on as it comes."""

import json
import socket

import pytest

from tests.support.served_page import served
from tests.support.upload_service import CONTENT, UPLOADING, Service
from tools.client import upload

FAX = "/uapi/faxes/@me/0003*210"
POST, PUT, RENEW = ("POST", FAX), ("PUT", "/uploads/1159/1"), ("PUT", f"{FAX}/1159")
REQUEST = json.dumps({"recipients": ["7778888"], "files": [{"name": "long.txt", "size": len(CONTENT)}]}).encode()
FILE = "/faxes/1159/files/1"


def test_a_file_is_announced_and_passed_on() -> None:
    service = Service()
    with served(service) as page:
        assert page.ask("POST", "/faxes", REQUEST) == (
            200,
            {"status": 200, "body": UPLOADING | {"files": service.files()}},
        )
        assert page.ask("PUT", FILE, CONTENT) == (200, {"status": 200, "body": {"upload": "there"}})
        assert page.ask("GET", "/faxes") == (200, {"ids": ["1159"]})
    assert service.calls == [POST, PUT]
    assert service.announced == [json.loads(REQUEST)]
    assert service.received == [CONTENT]
    announced, put = service.headers
    assert announced["authorization"] == "Bearer a-token"
    assert (put["if-none-match"], put["content-length"]) == ("*", str(len(CONTENT)))
    # The address is the right.
    assert "authorization" not in put


@pytest.mark.parametrize(
    ("put", "said", "calls"),
    [
        (None, "passing", [PUT]),
        (503, "passing", [PUT]),
        (412, "there", [PUT]),
        (400, "refused", [PUT]),
        (403, "ended", [PUT, RENEW]),
    ],
    ids=["broken", "busy", "there-already", "refused", "ended-address"],
)
def test_the_page_is_told_what_became_of_an_upload(put: int | None, said: str, calls: list[tuple[str, str]]) -> None:
    service = Service(puts=[put, 200])
    with served(service) as page:
        page.ask("POST", "/faxes", REQUEST)
        assert page.ask("PUT", FILE, CONTENT) == (200, {"status": 200, "body": {"upload": said}})
        # Whatever that was, it may send it again.
        assert page.ask("PUT", FILE, CONTENT) == (200, {"status": 200, "body": {"upload": "there"}})
    assert service.calls == [POST, *calls, PUT]


def test_a_page_that_goes_away_meanwhile_leaves_nothing_hanging() -> None:
    service = Service()
    with served(service) as page:
        page.ask("POST", "/faxes", REQUEST)
        name, _, port = page.host.partition(":")
        with socket.create_connection((name, int(port)), timeout=30) as line:
            head = f"PUT {FILE} HTTP/1.1\r\nHost: {page.host}\r\nOrigin: http://{page.host}\r\n"
            line.sendall(f"{head}Content-Length: {len(CONTENT)}\r\n\r\n".encode() + CONTENT[:100_000])
            line.shutdown(socket.SHUT_WR)
            assert line.recv(1) == b""
        assert page.ask("PUT", FILE, CONTENT) == (200, {"status": 200, "body": {"upload": "there"}})
    assert service.received == [CONTENT]


@pytest.mark.parametrize("path", ["/faxes/1159/files/2", "/faxes/1159/files/0", "/faxes/1160/files/1", "/faxes/1159"])
def test_what_was_not_announced_is_not_passed_on(path: str) -> None:
    service = Service()
    with served(service) as page:
        page.ask("POST", "/faxes", REQUEST)
        status, body = page.ask("PUT", path, CONTENT)
    assert (status, body["error"]["message"]) == (404, "There is nothing here.")
    assert service.calls == [POST]


def test_a_page_of_another_address_uploads_nothing() -> None:
    service = Service()
    with served(service) as page:
        page.ask("POST", "/faxes", REQUEST)
        status, body = page.ask("PUT", FILE, CONTENT, origin="https://fax.example.org")
    assert (status, body["error"]["message"]) == (403, "This address serves its own page alone.")
    assert service.calls == [POST]


def test_the_page_knows_what_a_form_holds() -> None:
    with served(Service()) as page:
        assert page.ask("GET", "/limits") == (200, {"formBytes": upload.FORM_BYTES})
