"""What the page asks for, and what it gets. Knows no sockets; who may ask is the server's."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tools import places
from tools.client import upload
from tools.client.upload import Readable
from tools.local.web import paper
from tools.local.web.calls import Answer, Calls
from tools.local.web.large import Uploads
from tools.local.web.network import SIMULATED, Network
from tools.local.web.paper import Paper

_PAGE = Path(__file__).parent / "page"
# The words of the public page of a fax.
_TEXTS = places.ROOT / "layers" / "core" / "faxes" / "edge" / "page" / "texts.json"
_KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_FAX = r"/faxes/([0-9]{1,20})"
_PUBLIC = re.compile(r"/fax/[0-9a-f]{32}(/pages/[0-9]{1,4}\.png|/document\.(tif|pdf)|(\?from=[0-9]{1,4})?)")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the browser gets. ``headers`` are beside those that every reply has, and instead of them."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Sent:
    """The ids of the faxes that were sent since the start, the newest first."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._adding = threading.Lock()

    def add(self, fax_id: str) -> None:
        with self._adding:
            if fax_id not in self._ids:
                self._ids.insert(0, fax_id)

    def ids(self) -> list[str]:
        with self._adding:
            return list(self._ids)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page can do."""

    calls: Calls
    paper: Paper
    sent: Sent
    uploads: Uploads
    network: Network = SIMULATED

    def get(self, path: str, etag: str, languages: str = "") -> Reply:
        """Raises requests.RequestException, LoginFailed or StorageFault where no answer comes."""
        if path == "/faxes":
            return Reply(200, json.dumps({"ids": self.sent.ids()}).encode())
        if _PUBLIC.fullmatch(path):
            page = self.calls.page(path, languages)
            return Reply(page.status, page.body, page.kind, headers=page.headers)
        if path == "/favicon.ico":
            # Browsers ask for it beside the public page, which names none.
            return Reply(204)
        if path == "/reasons":
            return Reply(200, json.dumps(json.loads(_TEXTS.read_bytes())["en"]["reason"]).encode())
        if path == "/network":
            # A list keeps their order, which an object has not for numbers without a plus sign.
            told = {"said": self.network.said, "numbers": list(self.network.numbers.items())}
            return Reply(200, json.dumps(told).encode())
        if path == "/limits":
            return Reply(200, json.dumps({"formBytes": upload.FORM_BYTES}).encode())
        if found := re.fullmatch(_FAX, path):
            return _told(self.calls.fax(found[1], etag))
        if found := re.fullmatch(f"{_FAX}/events", path):
            return _told(self.calls.events(found[1]))
        if found := re.fullmatch(f"{_FAX}/paper", path):
            fax = self._fax(found[1])
            return Reply(200, paper.described(self.paper.sheets(fax))) if fax else _nothing()
        if found := re.fullmatch(rf"{_FAX}/paper/([0-9]{{1,3}})/([0-9]{{1,4}})\.png", path):
            fax = self._fax(found[1])
            picture = self.paper.picture(fax, int(found[2]), int(found[3])) if fax else None
            return Reply(200, picture, "image/png") if picture else _nothing()
        # By their names, so that no path leads anywhere else.
        files = {f"/{file.name}": file for file in _PAGE.iterdir()}
        if file := files.get("/index.html" if path == "/" else path):
            return Reply(200, file.read_bytes(), f"{_KINDS[file.suffix[1:]]}; charset=utf-8")
        return _nothing()

    def post(self, path: str, content_type: str, body: IO[bytes]) -> Reply:
        """Raises as get does."""
        if path == "/faxes":
            announced = content_type == "application/json"
            answer = self.uploads.announce(body.read()) if announced else self.calls.send(body, content_type)
            if answer.status == 200:
                self.sent.add(str(json.loads(answer.body)["id"]))
            return _told(answer)
        if found := re.fullmatch(f"{_FAX}/cancel", path):
            return _told(self.calls.cancel(found[1]))
        return _nothing()

    def put(self, path: str, content: Readable, size: int) -> Reply:
        """A file of so many bytes, as it comes. Raises as get does."""
        found = re.fullmatch(rf"{_FAX}/files/([0-9]{{1,2}})", path)
        result = self.uploads.upload(found[1], int(found[2]), content, size) if found else None
        return (
            Reply(200, json.dumps({"status": 200, "body": {"upload": result.value}}).encode()) if result else _nothing()
        )

    def _fax(self, fax_id: str) -> dict[str, Any] | None:
        answer = self.calls.fax(fax_id)
        fax: dict[str, Any] | None = json.loads(answer.body) if answer.status == 200 else None
        return fax


def _told(answer: Answer) -> Reply:
    """What the API answered. A refusal is an answer as well: browsers complain of a status of 400 and more."""
    if answer.status == 304:
        return Reply(304, etag=answer.etag)
    try:
        body = json.loads(answer.body) if answer.body else None
    except ValueError:
        body = None
    return Reply(200, json.dumps({"status": answer.status, "body": body}).encode(), etag=answer.etag)


def _nothing() -> Reply:
    return said(404, "There is nothing here.")


def said(status: int, sentence: str) -> Reply:
    """In the shape of the API's errors."""
    return Reply(status, json.dumps({"error": {"code": "local_address", "message": sentence}}).encode())
