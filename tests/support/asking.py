"""The calls about a fax that was sent, as raw requests: read it, follow its history, cancel it."""

import json
from collections.abc import Mapping

from tests.support import requests

CANCEL = b'{"action": "Cancel"}'


def request(
    method: str,
    user: str,
    extension: str,
    ending: str,
    base: str = "uapi",
    body: Mapping[str, object] | None = None,
) -> requests.RawRequest:
    """GET or PUT of a fax; ``ending`` is its id, and what follows. A PUT cancels it, where no ``body`` says else."""
    sent = CANCEL if body is None else json.dumps(body).encode()
    body_ = sent if method == "PUT" else b""
    length = f"Content-Length: {len(body_)}\r\n" if body_ else ""
    head = (
        f"{method} /{base}/faxes/{user}/{extension}/{ending} HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer TOKEN\r\n"
    )
    return requests.parse((head + length + "\r\n").encode() + body_)
