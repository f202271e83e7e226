"""The samples of docs/api: which there are, and what a test puts between one of them and the stack."""

import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
import trustme

from tests.support import docs
from tests.support.template import ROOT
from tools.local.stack_file import LocalStack

API = ROOT / "docs" / "api"
DOCUMENTS = ROOT / "tests" / "data" / "documents"
RUN_BY = {"sh": ["sh", "-c"], "python": [sys.executable, "-c"], "js": ["node", "--input-type=module", "-e"]}
SAMPLES = [
    block
    for page in sorted(API.glob("*.md"))
    for block in docs.blocks(page)
    if block.language in RUN_BY and "HOST" in block.text
]
# Of a fax's status: its samples name one by ID, or send one and wait for its end.
STATUS = [block for block in SAMPLES if block.page.name in ("status.md", "page.md")]
# They announce files, and upload them.
UPLOADING = [block for block in SAMPLES if block.page.name == "upload.md"]
WAITING = [block for block in STATUS if "$ID" not in block.text]
SENDING = [block for block in SAMPLES if "/uapi/faxes/" in block.text and block not in (*STATUS, *UPLOADING)]
SENDING_AGAIN = [block for block in SENDING if "Idempotency-Key" in block.text]
# They show the body alone, and no status.
CURL_ALONE = [block for block in SENDING if block.language == "sh" and block not in SENDING_AGAIN]
LOGGING_IN = [block for block in SAMPLES if "/oauth/token.php" in block.text]

TRUSTING = ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")

type Sample = Callable[..., subprocess.CompletedProcess[str]]


def named(block: docs.Block) -> str:
    return f"{block.language}-{block.line}"


@dataclass(frozen=True, slots=True)
class Instead:
    """What a client gets in place of the stack's answer; without a status, nothing."""

    status: int | None = None
    body: str = ""
    retry_after: int | None = None
    tag: str = ""
    # Whether the stack gets the request all the same.
    arrives: bool = False


LOST = Instead(arrives=True)
REFUSED = Instead()
NOT_STORED = Instead(400, '{"error": {"code": "internal_server_error", "message": "The fax could not be stored."}}')
THROTTLED = Instead(429, '{"error": {"code": "too_many_requests", "message": "Wait 2 seconds."}}', retry_after=2)
BUSY = Instead(503, "<html>busy</html>")
TIMED_OUT = Instead(504, '{"error": {"code": "internal_server_error", "message": "Too long."}}', arrives=True)


class Handler(BaseHTTPRequestHandler):
    server: "Between"

    def do_GET(self) -> None:
        """What the script has next; the last of it again and again."""
        script = self.server.asked
        instead = script.pop(0) if len(script) > 1 else script[0]
        self.server.tags.append(self.headers["If-None-Match"])
        self.close_connection = True
        if instead.status is None:
            return
        self.send_response(instead.status)
        if instead.status in (200, 304):
            self.send_header("ETag", instead.tag)
        self.send_header("Content-Length", str(len(instead.body)))
        self.end_headers()
        self.wfile.write(instead.body.encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.append(self.headers["Idempotency-Key"])
        self.server.times.append(time.monotonic())
        self.close_connection = True
        instead = self.server.script.pop(0) if self.server.script else None
        passed_on = self._pass_on(body) if instead is None or instead.arrives else None
        answer = instead or passed_on
        if answer is None or answer.status is None:
            return
        self.send_response(answer.status)
        if answer.retry_after is not None:
            self.send_header("Retry-After", str(answer.retry_after))
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body.encode())
        self.server.last = f"{answer.status} {answer.body}\n"

    def _pass_on(self, body: bytes) -> Instead:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        to = self.server.stack
        answer = requests.post(to.apiUrl + self.path, body, headers=headers, verify=to.caBundle, timeout=60)
        return Instead(answer.status_code, answer.text)

    def log_message(self, *_: object) -> None:
        pass


class Between(ThreadingHTTPServer):
    """Hands requests on to the stack and its answers back, but for what its script has for the first of them."""

    def __init__(self, stack: LocalStack, authority: trustme.CA, script: Sequence[Instead]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.stack = stack
        self.script = list(script)
        # What is asked of the fax then, and with which If-None-Match.
        self.asked: list[Instead] = []
        self.tags: list[str | None] = []
        self.keys: list[str | None] = []
        self.times: list[float] = []
        self.last = ""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"
