"""One request to a carrier: whom it is told to, and what is certain of it whatever comes back."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import trustme

from faxes.carriers.https import Answer, Host, NotAnswered, NotSent


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port at which one connection is taken, and answered so."""

    def run() -> None:
        line, _ = listener.accept()
        with line:
            answer(line)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def answered(said: bytes) -> Answer:
    """What is made of this answer."""

    def answer(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(said)

    with listening(answer) as port:
        return Host(f"http://127.0.0.1:{port}/v2").ask("GET", "/faxes", "KEY")


def test_a_carrier_is_asked_by_https_alone() -> None:
    for base in ("http://api.telnyx.com/v2", "ftp://127.0.0.1", "http://127.0.0.1.example/v2", "api.telnyx.com"):
        with pytest.raises(ValueError, match="HTTPS"):
            Host(base)


def test_a_host_that_is_not_who_it_says_is_told_nothing() -> None:
    """The request was certainly not taken: no byte of it left."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    heard: list[bytes] = []

    def answer(line: socket.socket) -> None:
        try:
            with context.wrap_socket(line, server_side=True) as safe:
                heard.append(safe.recv(100))
        except OSError:
            return

    with listening(answer) as port, pytest.raises(NotSent):
        Host(f"https://127.0.0.1:{port}/v2").ask("GET", "/faxes", "KEY")
    assert [each for each in heard if each] == []


def test_an_answer_that_is_longer_than_any_of_the_carriers_is_not_read_to_its_end() -> None:
    def answer(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        try:
            while True:
                line.sendall(b" " * 65536)
        except OSError:
            return

    with listening(answer) as port, pytest.raises(NotAnswered):
        Host(f"http://127.0.0.1:{port}/v2").ask("GET", "/faxes", "KEY")


@pytest.mark.parametrize("length", [b"two", b"-2", b"3", b"2, 2", b"\xb2", b"9" * 5_000])
def test_an_answer_of_another_length_than_it_says_is_none(length: bytes) -> None:
    with pytest.raises(NotAnswered):
        answered(b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\n{}")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"data"', b"\xff", b"[" * 1_000_000, b'{"data":' * 100_000, b"1" * 10_000]
)
def test_a_body_that_is_no_object_has_no_members(body: bytes) -> None:
    assert Answer(200, body).members == {}


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_an_answer_in_chunks_is_read_to_its_end() -> None:
    assert answered(CHUNKED + b'8\r\n{"data":\r\n3\r\n 1}\r\n0\r\n\r\n').members == {"data": 1}


@pytest.mark.parametrize("cut", [b'8\r\n{"data":\r\n', b'8\r\n{"data"', b"no size\r\n{}\r\n0\r\n\r\n", b""])
def test_an_answer_in_chunks_that_ends_before_the_last_is_none(cut: bytes) -> None:
    with pytest.raises(NotAnswered):
        answered(CHUNKED + cut)


def test_an_answer_without_a_length_is_what_comes_until_the_connection_ends() -> None:
    assert answered(b"HTTP/1.1 404 Not Found\r\n\r\n{}") == Answer(404, b"{}")
