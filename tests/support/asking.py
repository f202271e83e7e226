"""The calls about a fax that was sent, as raw requests: read it, follow its history, cancel it."""

from tests.support import requests

CANCEL = b'{"action": "Cancel"}'


def request(method: str, user: str, extension: str, ending: str, base: str = "uapi") -> requests.RawRequest:
    """GET or PUT of a fax; ``ending`` is its id, and what follows. A PUT cancels it."""
    body = CANCEL if method == "PUT" else b""
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = (
        f"{method} /{base}/faxes/{user}/{extension}/{ending} HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer TOKEN\r\n"
    )
    return requests.parse((head + length + "\r\n").encode() + body)
