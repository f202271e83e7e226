"""The page of `make run`, served for an API that is a server of the test's."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.support.delivering import World
from tests.support.upload_service import Service, running
from tools.client.login import Deployment
from tools.local.web import server
from tools.local.web.calls import Calls
from tools.local.web.desk import Desk, Sent
from tools.local.web.large import Uploads
from tools.local.web.paper import Paper


@dataclass(frozen=True)
class Page:
    """The page, served at ``host``."""

    host: str

    def ask(self, method: str, path: str, body: bytes = b"", origin: str = "") -> tuple[int, Any]:
        """Ask as the page itself does, or as one of another origin."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        headers = {"Origin": origin or f"http://{self.host}", "Content-Type": "application/json"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        return answer.status, json.loads(read)


@contextmanager
def served(service: Service) -> Iterator[Page]:
    """The page, served for this API."""
    with running(service) as to:
        calls = Calls(Deployment(to.url, True), "app", "secret", to.user, to.extension, to.token)
        paper = Paper(
            World().network, lambda reference: b"", lambda uid: [], lambda: datetime(2026, 11, 30, tzinfo=UTC), 1
        )
        with server.served(Desk(calls, paper, Sent(), Uploads(calls))) as url:
            yield Page(url.removeprefix("http://").rstrip("/"))
