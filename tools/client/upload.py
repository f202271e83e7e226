"""Sends files that are too large for a form: announces them in JSON, uploads each with a PUT, and asks until all have
been looked into. docs/api/upload.md says what is sent.

An upload that breaks off is sent again from its beginning. Where the line broke behind the last byte, the file is there
already, which is what 412 says.
"""

import base64
import enum
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from tools.client import login

type Json = dict[str, Any]

# The largest body of a form: MaxBodyBytes, as it is by default.
FORM_BYTES = 4_613_734
_ANNOUNCE_TIMEOUT, _PUT_TIMEOUT = (10, 40), (10, 60)
_TRIES = 5
# Seconds: between two tries, and two looks at whether the files have been looked into; the longest of all looks.
_PAUSE, _LOOK, LONGEST = 2.0, 1.0, 600.0
_READ_AT_ONCE = 1 << 20
_PASSING = frozenset({409, 429, 500, 502, 503, 504})
# Asks for new addresses.
RENEW = '{"action": "RenewUploads"}'


class Broken(Exception):
    """A file did not get through, or no answer came. The message says what is known."""


class Readable(Protocol):
    """What the bytes of a file come from."""

    def read(self, count: int = -1, /) -> bytes: ...


class Outcome(enum.Enum):
    """What an upload's answer means."""

    THERE = "there"
    # It may get through the next time; or then to another address, since this one may have ended.
    PASSING = "passing"
    ENDED = "ended"
    REFUSED = "refused"


def outcome(status: int) -> Outcome:
    """What the status of an upload's answer means. 412: it is there already, as after a line that broke too late."""
    if status in (200, 412):
        return Outcome.THERE
    if status == 403:
        return Outcome.ENDED
    return Outcome.PASSING if status in _PASSING else Outcome.REFUSED


def put(
    to: Json, content: Readable, size: int, read_up_to: Callable[[int], None], address: str, verify: str | bool
) -> requests.Response:
    """Upload a file of so many bytes. ``to`` is its member of the fax's ``files``, ``address`` where faxes are sent to,
    whose certificate authority is ``verify``. Raises requests.RequestException where the line breaks."""
    # Elsewhere than the API, there is no certificate authority of one's own.
    same = urlsplit(to["redirectUri"]).hostname == urlsplit(address).hostname
    # The address is the right to upload: no token goes there.
    return login.session(to["redirectUri"]).put(
        to["redirectUri"],
        data=_Body(content, size, read_up_to),
        headers=to["redirectHeaders"],
        verify=verify if same else True,
        timeout=_PUT_TIMEOUT,
        allow_redirects=False,
    )


@dataclass
class _Body:
    """A file that tells how much of it was read."""

    file: Readable
    size: int
    read_up_to: Callable[[int], None]
    _read: int = 0

    def __len__(self) -> int:
        return self.size

    def read(self, count: int = -1) -> bytes:
        part = self.file.read(count)
        self._read += len(part)
        self.read_up_to(self._read)
        return part


@dataclass(frozen=True)
class Uploader:
    """Uploads for whoever sends. ``address`` is where faxes are sent to, ``verify`` a certificate authority's file, or
    True for the system's."""

    address: str
    token: str
    verify: str | bool
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    def send(
        self,
        files: Sequence[Path],
        recipients: Sequence[str],
        progress: Callable[[int, int], None],
        looks: Mapping[str, str],
    ) -> requests.Response:
        """The answer to what was announced where that is refused, else the last one about the fax. ``progress`` is told
        the bytes that are there or on their way, and the bytes in all.

        Raises Broken, and OSError where a file cannot be read.
        """
        announced = [_entry(path) for path in files]
        asked = {"recipients": list(recipients), "files": announced, **looks}
        # It may come twice: the key makes it one fax.
        answer = self._call("POST", self.address, json.dumps(asked), {"Idempotency-Key": self.key})
        if answer.status_code != 200:
            return answer
        made: Json = answer.json()
        total, done = sum(entry["size"] for entry in announced), 0
        for position, path in enumerate(files):
            made = self._upload(made, position, path, _after(done, total, progress))
            done += announced[position]["size"]
        return self._looked_into(made["id"])

    def _upload(self, made: Json, position: int, path: Path, read_up_to: Callable[[int], None]) -> Json:
        """Upload one file. The fax with newer addresses, where it took such. Raises Broken."""
        told = "no answer"
        for attempt in range(_TRIES):
            if attempt:
                self.sleep(_PAUSE)
            to = made["files"][position]
            if "redirectUri" not in to:
                # It has been looked into by now.
                return made
            try:
                with path.open("rb") as file:
                    answer = put(to, file, to["size"], read_up_to, self.address, self.verify)
            except requests.RequestException as error:
                told = str(error)
                continue
            told = f"{answer.status_code} {answer.text[:300]}"
            match outcome(answer.status_code):
                case Outcome.THERE:
                    read_up_to(to["size"])
                    return made
                case Outcome.ENDED:
                    renewed = self._call("PUT", f"{self.address}/{made['id']}", RENEW, {})
                    if renewed.status_code != 200:
                        # It waits for nothing any more: what became of it, the last question tells.
                        return made
                    made = renewed.json()
                case Outcome.REFUSED:
                    break
        raise Broken(f"{path.name} was not uploaded, so the fax {made['id']} was not accepted: {told}")

    def _looked_into(self, fax_id: str) -> requests.Response:
        until = self.clock() + LONGEST
        while True:
            answer = self._call("GET", f"{self.address}/{fax_id}", None, {})
            if answer.status_code != 200 or answer.json()["status"] != "uploading" or self.clock() >= until:
                return answer
            self.sleep(_LOOK)

    def _call(self, method: str, url: str, body: str | None, headers: Mapping[str, str]) -> requests.Response:
        """A call of the API, again where its answer was lost. Raises Broken."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        attempt = 1
        while True:
            try:
                answer = login.session(url).request(
                    method,
                    url,
                    data=body,
                    headers=sent,
                    verify=self.verify,
                    timeout=_ANNOUNCE_TIMEOUT,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                if attempt == _TRIES:
                    raise Broken(f"{self.address} gave no answer. The fax was not accepted: {error}") from error
            else:
                if answer.status_code not in (500, 502, 503, 504) or attempt == _TRIES:
                    return answer
            attempt += 1
            self.sleep(_PAUSE)


def _after(done: int, total: int, progress: Callable[[int, int], None]) -> Callable[[int], None]:
    """Tells how much of a file was read, behind so many bytes of those before."""
    return lambda read: progress(done + read, total)


def _entry(path: Path) -> Json:
    """A file as it is announced."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while part := file.read(_READ_AT_ONCE):
            digest.update(part)
            size += len(part)
    sha256 = base64.b64encode(digest.digest()).decode("ascii")
    return {"name": path.name, "size": size, "type": "application/octet-stream", "sha256": sha256}
