"""The address that `make run` prints: whom it serves, and with what."""

import http.client
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from faxes.model import Reason
from tests.support.delivering import World
from tests.support.telnyx import machines
from tools.client.login import Deployment
from tools.local.telnyx import RECIPIENT
from tools.local.web import server
from tools.local.web.calls import Calls
from tools.local.web.desk import Desk, Sent
from tools.local.web.large import Uploads
from tools.local.web.network import SIMULATED, TELNYX
from tools.local.web.paper import Paper

PAGE = Path(server.__file__).parent / "page"
FORM = b'--b\r\nContent-Disposition: form-data; name="request"\r\n\r\n{}\r\n--b--\r\n'


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    """The page of a stack that gives no answer: nobody listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        calls = Calls(
            Deployment(f"http://127.0.0.1:{taken.getsockname()[1]}", True), "app", "secret", "@me", "0003*210"
        )
        paper = Paper(
            World().network, lambda reference: b"", lambda uid: [], lambda: datetime(2026, 11, 30, tzinfo=UTC), 1
        )
        sent = Sent()
        sent.add("1")
        sent.add("2")
        sent.add("1")
        with server.served(Desk(calls, paper, sent, Uploads(calls))) as url:
            yield "127.0.0.1", int(url.rstrip("/").rpartition(":")[2])


def asked(
    address: tuple[str, int], method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(*address, timeout=10)
    # As a browser does: the path as it is.
    connection.putrequest(method, path, skip_host="Host" in (headers or {}))
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, read


def own(address: tuple[str, int]) -> dict[str, str]:
    return {"Origin": f"http://{address[0]}:{address[1]}"}


def sentence(body: bytes) -> Any:
    return json.loads(body)["error"]["message"]


@pytest.mark.parametrize(
    ("path", "file", "kind"),
    [
        ("/", "index.html", "text/html"),
        ("/style.css", "style.css", "text/css"),
        ("/script.js", "script.js", "text/javascript"),
        ("/send.js", "send.js", "text/javascript"),
    ],
)
def test_the_page_is_served_and_may_ask_nobody_else(address: tuple[str, int], path: str, file: str, kind: str) -> None:
    status, headers, body = asked(address, "GET", path)
    assert (status, body) == (200, (PAGE / file).read_bytes())
    assert headers["content-type"] == f"{kind}; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert {name: policy[name] for name in ("default-src", "script-src", "connect-src", "frame-ancestors")} == {
        "default-src": "'none'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize(
    "path", ["/../desk.py", "/%2e%2e/desk.py", "//etc/passwd", "/page", "/index.html/", "/faxes/x", "/faxes/1/paper/1"]
)
def test_nothing_else_lies_there(address: tuple[str, int], path: str) -> None:
    status, _, body = asked(address, "GET", path)
    assert (status, sentence(body)) == (404, "There is nothing here.")


def test_what_was_sent_is_listed_with_the_newest_first(address: tuple[str, int]) -> None:
    status, _, body = asked(address, "GET", "/faxes")
    assert (status, json.loads(body)) == (200, {"ids": ["2", "1"]})


def test_every_reason_has_its_sentence(address: tuple[str, int]) -> None:
    status, _, body = asked(address, "GET", "/reasons")
    assert (status, set(json.loads(body))) == (200, set(Reason))


def test_the_page_begins_with_a_number_of_its_network(address: tuple[str, int]) -> None:
    status, _, body = asked(address, "GET", "/network")
    assert status == 200
    assert json.loads(body) == {
        "said": SIMULATED.said,
        "numbers": [[number, what] for number, what in SIMULATED.numbers.items()],
    }
    assert next(iter(SIMULATED.numbers)) == "7778888"


def test_each_number_of_telnyxs_is_one_at_which_its_server_does_something() -> None:
    first, *others = TELNYX.numbers
    assert (first, TELNYX.tried) == (RECIPIENT, RECIPIENT)
    assert machines.by_hand(first) == machines.Machine()
    assert [number for number in others if machines.by_hand(number) == machines.Machine()] == []


@pytest.mark.parametrize("host", ["fax.example.org", "127.0.0.1", "127.0.0.1:1", "[::1]:80", ""])
def test_a_request_to_another_host_is_refused(address: tuple[str, int], host: str) -> None:
    """So a name of somebody else's that leads here reads nothing."""
    status, _, body = asked(address, "GET", "/faxes", {"Host": host})
    assert (status, sentence(body)) == (403, "This address serves its own page alone.")


@pytest.mark.parametrize("origin", [None, "null", "https://fax.example.org", "http://127.0.0.1:1", "http://127.0.0.1"])
@pytest.mark.parametrize("path", ["/faxes", "/faxes/1/cancel"])
def test_a_page_of_another_address_changes_nothing(address: tuple[str, int], path: str, origin: str | None) -> None:
    headers = {"Content-Length": str(len(FORM))} | ({"Origin": origin} if origin is not None else {})
    status, _, body = asked(address, "POST", path, headers, FORM)
    assert (status, sentence(body)) == (403, "This address serves its own page alone.")


@pytest.mark.parametrize("length", [None, "-1", "300000001", "x"])
def test_a_body_names_its_length(address: tuple[str, int], length: str | None) -> None:
    headers = own(address) | ({"Content-Length": length} if length is not None else {})
    status, _, body = asked(address, "POST", "/faxes", headers)
    assert (status, sentence(body)) == (413, "A request names its bytes, at most 300000000.")


@pytest.mark.parametrize(("method", "path"), [("GET", "/faxes/1"), ("GET", "/faxes/1/paper"), ("POST", "/faxes")])
def test_a_stack_that_gives_no_answer_is_named(address: tuple[str, int], method: str, path: str) -> None:
    headers = own(address) | ({"Content-Length": str(len(FORM))} if method == "POST" else {})
    status, _, body = asked(address, method, path, headers, FORM if method == "POST" else None)
    assert status == 502
    assert sentence(body) == "The local stack gave no answer. Whether it took the request is not known."
