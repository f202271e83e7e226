"""`make local-api`: the API, served by `sam local start-api` until it is interrupted."""

import socket
import subprocess
import sys
import time
from pathlib import Path

from tools import places
from tools.client import login, send
from tools.local.local_stack import EXAMPLE_EXTENSION, Example
from tools.local.sam_containers import SamLocal, sam_local
from tools.steps import StepFailed, step

_FAX = places.ROOT / "tests/data/documents/letter.pdf"


def serve(port: int) -> int:
    """Serve the API on 127.0.0.1 until it is interrupted. Returns the exit status."""
    if not _is_free(port):
        raise StepFailed(f"Port {port} is in use; name another one: make local-api PORT={port + 1}")
    with sam_local() as local:
        log = local.aws.folder / "start-api.log"
        options = ["--port", str(port), "--warm-containers", "EAGER"]
        with (
            log.open("wb") as output,
            log.open("r", errors="replace") as shown,
            local.start("start-api", *options, stdout=output, stderr=output) as process,
        ):
            with step("starting the API with sam local start-api"):
                _wait_until_ready(local, process, port, log)
            shown.read()
            print(_how_to_use(f"http://127.0.0.1:{port}", local.example), flush=True)
            while process.poll() is None:
                print(shown.read(), end="", file=sys.stderr, flush=True)
                time.sleep(0.2)
            raise local.failure(log)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _wait_until_ready(local: SamLocal, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    # Without a limit of its own: the first time, Amazon's image may have to be fetched.
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise local.failure(log)


def _how_to_use(url: str, example: Example) -> str:
    app = login.Deployment(url, verify=True)
    to = send.Sender(url, example.token, "@me", EXAMPLE_EXTENSION, verify=True)
    return f"""
It is up, and its log follows here. In another terminal in this folder, log an app in:

{login.curl_line(app, example.app_key, example.app_secrets[example.app_key])}

and send, with the token that it gets, or with this one:

{send.curl_line(to, [_FAX], ["7778888"])}

Stop it with ctrl-C.
"""
