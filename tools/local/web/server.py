"""Serves the page, on this machine's own address alone, and passes on what it asks of the API.

Other pages that the same browser shows could send requests here: a request that names another host than this one, or
changes something and comes from a page of another address, is refused.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import requests

from faxes.errors import StorageFault
from tools.client.login import LoginFailed
from tools.local import signals
from tools.local.web.desk import Desk, Reply, said

# Of a body, what is kept in memory before it goes to a file of its own; bytes.
_IN_MEMORY = 1_000_000
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


class _Handler(BaseHTTPRequestHandler):
    serves: ClassVar[Desk]
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "fax", ""
    # Of a connection that says nothing; seconds.
    timeout = 60

    def do_GET(self) -> None:
        self._answer(self._got)

    def _got(self) -> Reply:
        etag, languages = (self.headers.get(name, "") for name in ("If-None-Match", "Accept-Language"))
        return self.serves.get(self.path, etag, languages)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _MOST_BYTES:
            self.close_connection = True
            self._reply(said(413, f"A request names its bytes, at most {_MOST_BYTES}."))
            return
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            left = int(length)
            while left and (some := self.rfile.read(min(left, 65_536))):
                body.write(some)
                left -= len(some)
            if left:
                self.close_connection = True
                return
            self._answer(lambda: self.serves.post(self.path, self.headers.get("Content-Type", ""), body), changes=True)

    def _answer(self, answering: Callable[[], Reply], changes: bool = False) -> None:
        if not self._is_ours(changes):
            self._reply(said(403, "This address serves its own page alone."))
            return
        try:
            self._reply(answering())
        except (requests.RequestException, LoginFailed, StorageFault):
            self._reply(said(502, "The local stack gave no answer. Whether it took the request is not known."))

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
