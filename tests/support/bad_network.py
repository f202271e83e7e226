"""A bad network between deployed functions and the emulator, for what they call of AWS. It loses answers and messages,
doubles messages, and kills a worker at one of its calls.

Faults are counted out, not drawn: each ``EVERY``-th fax, in the order in which they are first seen, is one whose worker
is killed, and another one whose answer is lost; each ``EVERY``-th message is lost, and another one comes twice. So
there are as many of each as there are faxes and messages, however fast the machine is.
"""

import hashlib
import http.client
import json
import os
import re
import signal
import ssl
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.local.stack_file import LocalStack

EVERY = 10
# Of each ten faxes, the one whose worker is killed and the one that loses an answer; of each ten messages, the one that
# is lost and the one that comes twice; of each ten faxes that the carrier takes, the one whose answer is lost.
_KILLED, _UNANSWERED, _LOST, _TWICE, _UNSURE = 3, 6, 2, 7, 5
# At which of its calls that name it, one fax after the other: every fax has as many, whatever becomes of it.
_AT = range(1, 13)
_FAX = re.compile(rb'(?:FAX#|SIM#|\\"(?:fax|report)\\": ?\\")(\d{9,})')
_TAKES = b"takenAt"
_PATIENCE = 60
_PER_HOP = {"connection", "expect", "keep-alive", "transfer-encoding"}


class BadNetwork:
    """``done`` counts what was done, by its name; ``told`` how often each fax was sent to be drawn."""

    def __init__(self, stack: LocalStack, render_queue: str) -> None:
        self.done: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        upstream = urlsplit(stack.endpointUrl)
        self.upstream = (str(upstream.hostname), int(upstream.port or 443))
        self.trust = ssl.create_default_context(cafile=stack.caBundle)
        self._render_queue = render_queue
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._order: dict[str, int] = {}
        self._messages = self._taken = 0
        # Calls of the SDK's whose every try goes without an answer.
        self._unanswered: set[str] = set()

    def fate(self, target: str, body: bytes, invocation: str) -> str:
        """What becomes of a call: the name of a fault, or nothing."""
        found = _FAX.search(body)
        if found is None:
            return ""
        with self._lock:
            if invocation in self._unanswered:
                return "answer lost again"
            # A second try is the same call.
            fate = self._fate(target, body, found[1].decode())
            if fate in ("answer lost", "carrier's answer lost"):
                self._unanswered.add(invocation)
            if fate:
                self.done[fate] += 1
            return fate

    def _fate(self, target: str, body: bytes, fax_id: str) -> str:
        # A fax that an extension receives is written before it is read, and has no calls of its own.
        if target.endswith((".SendMessage", ".GetItem")):
            self._order.setdefault(fax_id, len(self._order))
        if (order := self._order.get(fax_id)) is None:
            return ""
        self._calls[fax_id] += 1
        is_message = target.endswith(".SendMessage")
        if is_message and json.loads(body)["QueueUrl"] == self._render_queue:
            self.told[fax_id] += 1
        group, of_ten = divmod(order, EVERY)
        if self._calls[fax_id] == _AT[group % len(_AT)]:
            if of_ten == _KILLED:
                return ("killed before a call", "killed after a call")[group // len(_AT) % 2]
            if of_ten == _UNANSWERED:
                return "answer lost"
        if is_message:
            self._messages += 1
            return {_LOST: "message lost", _TWICE: "message twice"}.get(self._messages % EVERY, "")
        if target.endswith(".UpdateItem") and _TAKES in body:
            self._taken += 1
            return "carrier's answer lost" if self._taken % EVERY == _UNSURE else ""
        return ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    network: BadNetwork

    def setup(self) -> None:
        super().setup()
        host, port = self.network.upstream
        self._upstream = http.client.HTTPSConnection(host, port, timeout=_PATIENCE, context=self.network.trust)

    def finish(self) -> None:
        self._upstream.close()
        super().finish()

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fate = self.network.fate(
            self.headers.get("X-Amz-Target", ""), body, self.headers.get("amz-sdk-invocation-id", "")
        )
        if fate == "killed before a call":
            return self._kill()
        if fate == "message lost":
            return self._say_it_was_sent(body)
        if fate == "message twice":
            self._ask(body)
        status, headers, content = self._ask(body)
        if fate == "killed after a call":
            return self._kill()
        if fate.startswith(("answer lost", "carrier's answer lost")):
            return self._hang_up()
        return self._answer(status, headers, content)

    do_DELETE = do_GET = do_HEAD = do_POST = do_PUT = _pass  # noqa: N815  (as the server looks for them)

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _PER_HOP}
        self._upstream.request(self.command, self.path, body, headers)
        answer = self._upstream.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    def _answer(self, status: int, headers: Sequence[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _PER_HOP | {"content-length"}:
                self.send_header(name, value)
        length = {name.lower(): value for name, value in headers}.get("content-length", "")
        self.send_header("Content-Length", length if self.command == "HEAD" else str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _say_it_was_sent(self, body: bytes) -> None:
        digest = hashlib.md5(json.loads(body)["MessageBody"].encode(), usedforsecurity=False).hexdigest()
        said = json.dumps({"MessageId": str(uuid.uuid4()), "MD5OfMessageBody": digest}).encode()
        self._answer(200, [("Content-Type", "application/x-amz-json-1.0")], said)

    def _kill(self) -> None:
        """End the process at the other end, in the midst of its work."""
        os.kill(_process_of(self.client_address[1]), signal.SIGKILL)
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the server's name)
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker may end at any time, and with it its connections."""


@contextmanager
def bad_network(stack: LocalStack, functions: Sequence[str]) -> Iterator[BadNetwork]:
    """Meanwhile, what these functions call goes through such a network. Linux alone tells whose a connection is."""
    queues = stack.client("sqs").list_queues()["QueueUrls"]
    network = BadNetwork(stack, next(url for url in queues if "RenderQueue" in url))
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"network": network}))
    thread = threading.Thread(target=server.serve_forever, name="network", daemon=True)
    thread.start()
    try:
        with _called_through(stack, functions, f"http://127.0.0.1:{server.server_port}"):
            yield network
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _called_through(stack: LocalStack, functions: Sequence[str], url: str) -> Iterator[None]:
    client = stack.client("lambda")
    names = [function["FunctionName"] for function in client.list_functions()["Functions"]]
    before = {
        name: client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        for name in names
        if any(each in name for each in functions)
    }
    for name, variables in before.items():
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables | {"AWS_ENDPOINT_URL": url}}
        )
    try:
        yield
    finally:
        for name, variables in before.items():
            client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def _process_of(port: int) -> int:
    """The id of the function's process that called from this port. Raises LookupError."""
    local = f"0100007F:{port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    (inode,) = [row[9] for row in rows if row[1] == local]
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            # Nothing else is ever killed.
            if b"/ministack-lambda-" not in (folder / "cmdline").read_bytes():
                continue
            if any(os.readlink(each) == f"socket:[{inode}]" for each in (folder / "fd").iterdir()):
                return int(folder.name)
        except OSError:
            continue
    raise LookupError(port)
