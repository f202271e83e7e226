"""Serves the page, on this machine's own address alone, and passes on what it asks of the API.

Other pages that the same browser shows could send requests here: a request that names another host than this one, or
changes something and comes from a page of another address, is refused.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import requests

from faxes.errors import StorageFault
from tools.client.login import LoginFailed
from tools.client.upload import Readable
from tools.local import signals
from tools.local.web.desk import Desk, Reply, said

# Of a body, what is kept in memory before it goes to a file of its own; bytes.
_IN_MEMORY = 1_000_000
_AT_ONCE = 65_536
# What no fax is: the API says first what is too large for it, and this only guards the disk.
_MOST_BYTES = 300_000_000
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@contextmanager
def served(desk: Desk, port: int = 0) -> Iterator[str]:
    """Meanwhile, serve the page; its address. Port 0 is any that is free. Raises OSError where the port is taken."""

    class Handler(_Handler):
        serves = desk

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True

        def serve() -> None:
            signals.leave_them_to_the_main_thread()
            server.serve_forever()

        serving = threading.Thread(target=serve, name="web", daemon=True)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            serving.join()


@dataclass
class Coming:
    """A body of which so many bytes are left. Reading raises ConnectionError where the connection ends before."""

    connection: Readable
    left: int

    def read(self, count: int = -1, /) -> bytes:
        if not self.left:
            return b""
        some = self.connection.read(min(self.left, count) if count >= 0 else self.left)
        if not some:
            raise ConnectionResetError(f"The body broke off {self.left} bytes before its end.")
        self.left -= len(some)
        return some


class _Handler(BaseHTTPRequestHandler):
    serves: ClassVar[Desk]
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "fax", ""
    # Of a connection that says nothing; seconds.
    timeout = 60

    def do_GET(self) -> None:
        self._reply(self._answered(self._got))

    def _got(self) -> Reply:
        etag, languages = (self.headers.get(name, "") for name in ("If-None-Match", "Accept-Language"))
        return self.serves.get(self.path, etag, languages)

    def do_POST(self) -> None:
        length = self._length()
        if length is None:
            return
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            coming = Coming(self.rfile, length)
            try:
                while some := coming.read(_AT_ONCE):
                    body.write(some)
            except ConnectionError:
                self.close_connection = True
                return
            body.seek(0)
            content_type = self.headers.get("Content-Type", "")
            self._reply(self._answered(lambda: self.serves.post(self.path, content_type, body), changes=True))

    def do_PUT(self) -> None:
        """A file is passed on while it comes."""
        length = self._length()
        if length is None:
            return
        coming = Coming(self.rfile, length)
        self.close_connection = True
        # Where the page has gone, nobody hears an answer; nor does a browser that has not sent all yet.
        with suppress(ConnectionError):
            reply = self._answered(lambda: self.serves.put(self.path, coming, length), changes=True)
            while coming.read(_AT_ONCE):
                pass
            self.close_connection = False
            self._reply(reply)

    def _length(self) -> int | None:
        """The bytes of the request's body; None where it is answered already, since it has too many."""
        length = self.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) <= _MOST_BYTES:
            return int(length)
        self.close_connection = True
        self._reply(said(413, f"A request names its bytes, at most {_MOST_BYTES}."))
        return None

    def _answered(self, answering: Callable[[], Reply], changes: bool = False) -> Reply:
        if not self._is_ours(changes):
            return said(403, "This address serves its own page alone.")
        try:
            return answering()
        except (requests.RequestException, LoginFailed, StorageFault):
            return said(502, "The local stack gave no answer. Whether it took the request is not known.")

    def _is_ours(self, changes: bool) -> bool:
        host = self.headers.get("Host", "")
        port = self.connection.getsockname()[1]
        if host not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            return False
        return not changes or self.headers.get("Origin") == f"http://{host}"

    def _reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {**_HEADERS, **reply.headers}.items():
            self.send_header(name, value)
        if reply.etag:
            self.send_header("ETag", reply.etag)
        if reply.status != 304:
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.status != 304:
            self.wfile.write(reply.body)

    def log_message(self, *_: Any) -> None:
        """The terminal is for what becomes of faxes."""
