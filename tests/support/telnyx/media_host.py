"""Where documents are offered to a carrier: HTTP on 127.0.0.1, each at an address that nobody guesses."""

import io
import secrets
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from PIL import Image


@cache
def document(pages: int) -> bytes:
    """A TIFF-F file of empty pages, made by Pillow."""
    sheets = [Image.new("1", (1728, 64), 1) for _ in range(pages)]
    written = io.BytesIO()
    sheets[0].save(written, "TIFF", compression="group4", save_all=True, append_images=sheets[1:], dpi=(204, 196))
    return written.getvalue()


class MediaHost:
    """Serves what it was given, until that is taken back. ``fetched`` counts by address; a path in ``redirected`` is
    answered with 302 to another."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirected: dict[str, str] = {}
        self.fetched: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def offer(self, content: bytes) -> str:
        path = f"/{secrets.token_hex(16)}.tif"
        self.files[path] = content
        return self.url(path)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    host: MediaHost

    def log_message(self, *_: object) -> None:
        """Nothing: what was fetched is in ``fetched``."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        to = self.host.redirected.get(path)
        content = self.host.files.get(path)
        self.send_response(302 if to else 404 if content is None else 200)
        if to:
            self.send_header("Location", to)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        if content is not None and not to:
            self.host.fetched.append(path)
            self.wfile.write(content)
