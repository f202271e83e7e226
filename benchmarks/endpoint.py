"""S3, DynamoDB and SQS as far as a fax calls them: over TLS, on 127.0.0.1, in a process of its own, at a set pace.

It answers at once, or after so many seconds each, and keeps nothing: what is measured is the caller. What is in the
answers is what AWS sends; whether they would be right is for the tests.
"""

import contextlib
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zlib import crc32

import botocore
import trustme

from benchmarks import dialed, shown

_EXTENSION: dict[str, Any] = {
    "pk": {"S": "EXT#0003*210"},
    "sk": {"S": "EXT"},
    "extension": {"S": "0003*210"},
    "ownerId": {"S": "alice"},
    "type": {"S": "phone_terminal"},
    "faxEnabled": {"BOOL": True},
}
_TOKEN = {
    "pk": {"S": "TOKEN#0"},
    "sk": {"S": "TOKEN"},
    "appKey": {"S": "example-app"},
    "secretDigest": {"S": "c0" * 32},
    "expiresAt": {"N": "9999999999"},
}
_APP = {
    "pk": {"S": "APP#example-app"},
    "sk": {"S": "APP"},
    "appKey": {"S": "example-app"},
    "secretDigest": {"S": "c0" * 32},
    "userId": {"S": "alice"},
    "organizationId": {"S": "0003"},
    "context": {"S": "user"},
    "enabled": {"BOOL": True},
}
# By what is asked for; whatever else is, gets an extension.
_ITEMS: dict[str, dict[str, Any]] = {"TOKEN": _TOKEN, "APP": _APP}
_ANSWERS = {"TransactWriteItems": {}, "PutItem": {}, "SendMessage": {"MessageId": "0"}}
# By partition; whatever else is queried, is a fax with an answer of 10 KB.
_PARTITIONS, _SHOWN = dialed.items(), shown.answer()


@contextlib.contextmanager
def endpoint(delay: float = 0, file: Path | None = None) -> Iterator[dict[str, str]]:
    """Serve; yields what makes the SDK call here. ``delay`` in seconds, before each answer; ``file`` is what lies under
    each key of an upload."""
    with tempfile.TemporaryDirectory() as folder:
        authority = trustme.CA()
        # As long as the list that the SDK brings, since it is read for each connection.
        bundle = authority.cert_pem.bytes() + (Path(botocore.__file__).parent / "cacert.pem").read_bytes()
        (Path(folder) / "ca.pem").write_bytes(bundle)
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(Path(folder) / "server.pem")
        command = [sys.executable, "-m", "benchmarks.endpoint", f"{folder}/server.pem", str(delay), str(file or "")]
        # It finds the package where this process does.
        env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        # The end of its input, which leaving this closes, ends it: it never outlives who started it.
        with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield {"AWS_ENDPOINT_URL": f"https://127.0.0.1:{port}", "AWS_CA_BUNDLE": f"{folder}/ca.pem"}


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    delay = 0.0
    file = ""

    def do_PUT(self) -> None:
        self._read()
        self._answer(200, b"", {"ETag": '"0"'})

    def do_GET(self) -> None:
        if self.file and "/uploads/" in self.path:
            self._answer_file(self.file)
            return
        self._answer(200, dialed.pages(), {"Content-Type": "image/tiff", "ETag": '"0"'})

    def do_DELETE(self) -> None:
        self._answer(204, b"", {})

    def do_POST(self) -> None:
        sent = self._read()
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if operation:
            answer = _answer(operation, sent)
            body = json.dumps(answer).encode()
            self._answer(200, body, {"Content-Type": "application/x-amz-json-1.0", "x-amz-crc32": str(crc32(body))})
        else:
            self._answer(200, b"<DeleteResult/>", {"Content-Type": "application/xml"})

    def _read(self) -> bytes:
        """The body, where it does not come in pieces."""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            while self.rfile.readline().strip():
                pass
            return b""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer_file(self, path: str) -> None:
        with open(path, "rb") as file:
            self.send_response(200)
            self.send_header("ETag", '"0"')
            self.send_header("Content-Length", str(os.fstat(file.fileno()).st_size))
            self.end_headers()
            shutil.copyfileobj(file, self.wfile, 1 << 20)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        time.sleep(self.delay)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name it has there)
        pass


def _answer(operation: str, asked: bytes) -> dict[str, Any]:
    match operation:
        case "GetItem":
            pk = json.loads(asked)["Key"]["pk"]["S"]
            found = _PARTITIONS.get(pk)
            return {"Item": found[0] if found else _ITEMS.get(pk.partition("#")[0], _EXTENSION)}
        case "Query":
            # By its partition, or by an index's key, which is of the fax that is shown.
            values = json.loads(asked)["ExpressionAttributeValues"]
            pk = values.get(":pk", {}).get("S", "")
            if any(value.get("S", "").startswith("UPLOADS#") for value in values.values()):
                # Nobody has a fax that waits for its files.
                return {"Items": [], "Count": 0, "ScannedCount": 0}
            found = _PARTITIONS.get(pk)
            if found is None:
                return _SHOWN
            # A record is asked for by its key, and what is behind it by a query.
            items = found[1:] if pk.startswith("FAX#") else found
            return {"Items": items, "Count": len(items), "ScannedCount": len(items)}
    return _ANSWERS[operation]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def main(certificate: str, delay: str, file: str) -> None:
    _Answers.delay, _Answers.file = float(delay), file
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with _Server(("127.0.0.1", 0), _Answers) as server:
        # The handshake is left to the connection's own thread.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        print(server.server_port, flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
