"""A kept request over TLS, byte for byte, and its answer read as strictly."""

import http.client
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.requests import Credentials, RawRequest


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case; several values of one name are joined by a comma."""

    status: int
    headers: dict[str, str]
    body: bytes


class AnswerInvalid(Exception):
    """What came back is not one whole HTTP/1.1 answer."""


def send(
    request: RawRequest,
    *,
    host: str,
    port: int,
    ca_file: Path,
    credentials: Credentials,
    base_path: str = "",
    timeout: float = 40,
) -> Answer:
    """Send a request over TLS, byte for byte but for its placeholders and its path's prefix, and read the answer.

    ``ca_file`` is the one authority that is trusted. One connection a request, closed here once the answer is whole;
    never a redirect, never a second try. Raises AnswerInvalid where the answer is cut off or its end cannot be told.
    """
    filled = request.filled(host=f"{host}:{port}", credentials=credentials, base_path=base_path)
    trust = ssl.create_default_context(cafile=ca_file)
    with (
        socket.create_connection((host, port), timeout) as plain,
        trust.wrap_socket(plain, server_hostname=host) as connection,
    ):
        # A server may answer and hang up before it has read a body that it refuses.
        with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            connection.sendall(filled.as_bytes())
        return _answer(connection, request.method)


def _answer(connection: socket.socket, method: str) -> Answer:
    response = http.client.HTTPResponse(connection, method=method)
    try:
        response.begin()
        if response.version != 11:
            raise AnswerInvalid(f"the answer is of HTTP version {response.version}")
        # Without either, only the end of the connection would end it, which a fault does, too.
        if response.length is None and not response.chunked:
            raise AnswerInvalid("the answer has neither Content-Length nor chunks")
        body = response.read()
    except http.client.HTTPException as error:
        raise AnswerInvalid(f"the answer is not whole: {error!r}") from error
    finally:
        response.close()
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
    return Answer(response.status, headers, body)
