"""An API and a storage for uploads: a server of this machine that answers, and breaks off, as the test says."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tools.client.send import Sender

CONTENT = b"x" * 300_000
SHA256 = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode("ascii")
UPLOADING = {"id": "1159", "uid": "5d8e", "status": "uploading", "recipients": ["7778888"]}
ACCEPTED = {"id": "1159", "uid": "5d8e", "status": "accepted", "files": [], "pages": 1}


@dataclass
class Service:
    """``puts`` is what becomes of each PUT in turn: a status, or None where the line breaks halfway; the last stays.
    ``ends`` is what is shown of the fax at last."""

    puts: list[int | None] = field(default_factory=lambda: [200])
    ends: dict[str, Any] = field(default_factory=lambda: ACCEPTED)
    calls: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    announced: list[dict[str, Any]] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    url: str = ""

    def files(self) -> list[dict[str, Any]]:
        redirect = {"redirectUri": f"{self.url}/uploads/1159/1", "redirectHeaders": {"If-None-Match": "*"}}
        return [{"uploadIdentifier": "1", "name": "long.txt", "size": len(CONTENT), "checked": False, **redirect}]


@contextmanager
def running(service: Service) -> Iterator[Sender]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its name)
            pass

        def reply(self, status: int, body: object = None) -> None:
            content = json.dumps(body).encode() if body else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def handle_call(self) -> None:
            path = self.path.partition("/v1")[2]
            service.calls.append((self.command, path))
            service.headers.append({name.lower(): value for name, value in self.headers.items()})
            length = int(self.headers.get("Content-Length", 0))
            if path.startswith("/uploads"):
                does = service.puts.pop(0) if len(service.puts) > 1 else service.puts[0]
                content = self.rfile.read(length // 2 if does is None else length)
                if does is None or len(content) < length:
                    self.close_connection = True
                    return None
                service.received.append(content)
                return self.reply(does)
            body = json.loads(self.rfile.read(length) or b"{}")
            if self.command == "POST":
                service.announced.append(body)
            return self.reply(200, service.ends if self.command == "GET" else UPLOADING | {"files": service.files()})

        do_POST = do_PUT = do_GET = handle_call  # noqa: N815  (their names)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield Sender(service.url, "a-token", "@me", "0003*210", True)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
