"""The page's calls of the API, each with a token of the local app's, which stays here."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from tools.client import login, upload
from tools.client.login import Deployment
from tools.client.send import Sender
from tools.client.upload import Json, Readable

# Seconds to connect, and to wait for an answer: API Gateway gives up after 29.
_TIMEOUT = (10, 40)
_JSON = {"Content-Type": "application/json"}

# What the public page of a fax says to a browser. That it came by https is true of the API alone.
_OF_A_PAGE = (
    "Cache-Control",
    "Content-Disposition",
    "Content-Language",
    "Content-Security-Policy",
    "Refresh",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Robots-Tag",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered: its status, its body as it came, its ETag where it has one; of a public page, what it is
    and what it says to a browser."""

    status: int
    body: bytes
    etag: str = ""
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Calls:
    """Calls the API as an app, for a user and an extension. Each call raises requests.RequestException or LoginFailed
    where no answer comes."""

    def __init__(
        self, to: Deployment, key: str, secret: str, user: str, extension: str, token: str | None = None
    ) -> None:
        self._to = to
        self._key, self._secret = key, secret
        self._user, self._extension = user, extension
        self._token = token
        self._logging_in = threading.Lock()

    def send(self, form: IO[bytes], content_type: str) -> Answer:
        """Send a form as the browser made it."""
        return self._call("POST", "", form, {"Content-Type": content_type})

    def announce(self, request: bytes) -> Answer:
        """Announce files that are uploaded on their own."""
        return self._call("POST", "", request, _JSON)

    def renew(self, fax_id: str) -> Answer:
        """Ask for new addresses for what has not come."""
        return self._call("PUT", f"/{fax_id}", upload.RENEW.encode(), _JSON)

    def upload(self, to: Json, content: Readable, size: int) -> int:
        """Upload a file of so many bytes to where it is to go; the status. It needs no token: the address is the
        right."""
        return upload.put(to, content, size, lambda read: None, self._to.url, self._to.verify).status_code

    def fax(self, fax_id: str, etag: str = "") -> Answer:
        return self._call("GET", f"/{fax_id}", headers={"If-None-Match": etag} if etag else {})

    def events(self, fax_id: str) -> Answer:
        return self._call("GET", f"/{fax_id}/events")

    def cancel(self, fax_id: str) -> Answer:
        return self._call("PUT", f"/{fax_id}", b'{"action": "Cancel"}', _JSON)

    def page(self, path: str, languages: str) -> Answer:
        """A fax's public page, or one of its pictures and documents, to which the page shows the way. Without a token:
        whoever has the address sees it."""
        answered = login.session(self._to.url).get(
            f"{self._to.url.rstrip('/')}{path}",
            headers={"Accept-Language": languages},
            verify=self._to.verify,
            timeout=_TIMEOUT,
        )
        said = {name: answered.headers[name] for name in _OF_A_PAGE if name in answered.headers}
        return Answer(answered.status_code, answered.content, kind=answered.headers["Content-Type"], headers=said)

    def _call(
        self, method: str, ending: str, body: bytes | IO[bytes] = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        token = self._token or self._log_in(None)
        answer = self._once(token, method, ending, body, headers or {})
        if answer.status != 401:
            return answer
        # Its hour is over.
        return self._once(self._log_in(token), method, ending, body, headers or {})

    def _once(
        self, token: str, method: str, ending: str, body: bytes | IO[bytes], headers: Mapping[str, str]
    ) -> Answer:
        if not isinstance(body, bytes):
            body.seek(0)
        to = Sender(self._to.url, token, self._user, self._extension, self._to.verify)
        answered = login.session(to.url).request(
            method,
            f"{to.address()}{ending}",
            data=body,
            headers={"Authorization": f"Bearer {token}", **headers},
            verify=to.verify,
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
        return Answer(answered.status_code, answered.content, answered.headers.get("ETag", ""))

    def _log_in(self, refused: str | None) -> str:
        """A token in the place of one that was refused; of several requests that find it so, one logs in."""
        with self._logging_in:
            if self._token is None or self._token == refused:
                self._token = login.log_in(self._to, self._key, self._secret)
            return self._token
