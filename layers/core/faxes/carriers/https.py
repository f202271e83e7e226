"""One HTTPS request to a carrier, with an end in any case, and what is certain of it when it fails.

The standard library's client, on a connection of its own for each request. A pool would send a request into a
connection that the other side has just closed, and a client with retries would send it twice: of neither could one say
afterwards whether the request was taken. Nothing is followed, nothing is repeated. The time is bounded in all, not only
for each read: a server that answers a byte at a time is cut off, too.
"""

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Timer
from typing import Any
from urllib.parse import urlencode, urlsplit

# More than a page of a list, and little to keep.
_MOST_BYTES = 4_000_000


class NotSent(Exception):
    """No byte of the request has left: the host has no address, refuses, or is not who it says."""


class NotAnswered(Exception):
    """The request may have been taken: no answer came, or not all of it, or not in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    @property
    def members(self) -> Mapping[str, Any]:
        """The body as a JSON object; empty where it is none."""
        try:
            read = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return read if isinstance(read, dict) else {}


@dataclass(frozen=True, slots=True)
class Host:
    """A carrier's API. ``base`` is its address, without a slash at the end: HTTPS, or HTTP on this machine itself.
    ``connect`` and ``total`` are seconds: for each address that the host has until one takes a connection, and for TLS
    on it; and from then on, in all, until everything is read. Raises ValueError for another address."""

    base: str
    connect: float = 2
    total: float = 12
    trust: ssl.SSLContext | None = field(default=None)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
            raise ValueError("a carrier is asked by HTTPS")

    def ask(
        self,
        method: str,
        path: str,
        key: str,
        *,
        query: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Make a request, with a bearer's key. Raises NotSent and NotAnswered."""
        connection = self._connection()
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise NotSent(type(error).__name__) from error
        line: socket.socket = connection.sock
        # Past TLS, whose own end would wait for the other side.
        watch = Timer(self.total, socket.socket.shutdown, (line, socket.SHUT_RDWR))
        watch.daemon = True
        watch.start()
        try:
            line.settimeout(self.total)
            target = f"{urlsplit(self.base).path}{path}{f'?{urlencode(query)}' if query else ''}"
            body = json.dumps(members).encode() if members is not None else None
            headers = {"Authorization": f"Bearer {key}", "Accept": "application/json", "Connection": "close"}
            connection.request(method, target, body, headers | ({"Content-Type": "application/json"} if body else {}))
            answer = connection.getresponse()
            content = answer.read(_MOST_BYTES + 1)
            length = answer.getheader("Content-Length")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotAnswered(type(error).__name__) from error
        finally:
            watch.cancel()
            connection.close()
        # A read that was bounded does not say that it was cut off. What is sent as a length may be none.
        if len(content) > _MOST_BYTES or (length and length != str(len(content))):
            raise NotAnswered("cut off")
        return Answer(answer.status, content)

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.base)
        host = parts.hostname or ""
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=self.connect)
        context = self.trust or ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=self.connect, context=context)
