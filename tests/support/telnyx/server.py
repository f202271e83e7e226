"""The wire itself: HTTP on 127.0.0.1, one request at a time for each connection."""

import http.client
import io
import json
import ssl
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.support.line.port import Line
from tests.support.telnyx import checks, media, settings
from tests.support.telnyx.account import Account, Post
from tests.support.telnyx.broken import Breaks, Broken, How, nothing
from tests.support.telnyx.errors import Problem, Refused
from tests.support.telnyx.exchange import Exchange, Fax
from tests.support.telnyx.machines import Reports, Request
from tests.support.telnyx.webhooks import Webhooks

_LATE = timedelta(minutes=5)
_MOST_ON_A_PAGE = 250
_STORED = (
    *(Request.NOTHING, Request.STORED_NOT_ANSWERED, Request.STORED_AND_HANGS, Request.STORED_ERROR_500),
    *(Request.STORED_CUT_OFF, Request.STORED_UNREADABLE, Request.STORED_SLOW),
)
_HTML = b"<html><body>403 Forbidden</body></html>"


def utc() -> datetime:
    return datetime.now(UTC)


def post(url: str, headers: Mapping[str, str], body: bytes, trust: ssl.SSLContext | None = None) -> int:
    """Send a report: the answer's status, 0 where none came."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=10, context=trust)
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=10)
    )
    try:
        connection.request("POST", parts.path or "/", body, dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


class TelnyxServer:
    """The carrier, while it is entered. A test gives ``now`` and calls ``settle`` when its clock has moved; each
    request does so, too. ``asked`` holds each request's method, path and body."""

    def __init__(
        self,
        account: Account | None = None,
        now: Callable[[], datetime] = utc,
        send: Post | None = None,
        line: Line | None = None,
        trust: ssl.SSLContext | None = None,
        port: int = 0,
        speed: float = 1,
    ) -> None:
        self.account, self.now = account or Account(), now
        self.asked: list[tuple[str, str, bytes]] = []
        self.exchange = Exchange(
            self.account, now, lambda *told: self.webhooks.tell(*told), line, partial(media.fetch, trust=trust)
        )
        self.exchange.speed = speed
        self.webhooks = Webhooks(self.account, now, send or partial(post, trust=trust), self._other)
        self.requests: Counter[str] = Counter()
        # What a test has go wrong with any request.
        self.breaks: Breaks = nothing
        self.closed = threading.Event()
        # How much later it takes up what is stored late.
        self.late = _LATE
        self._http = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"telnyx": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        """What a client takes for ``https://api.telnyx.com/v2``."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v2"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def settle(self) -> None:
        """Whatever is due by the clock happens: faxes move, reports are sent."""
        self.exchange.settle()
        self.webhooks.flush()

    def run(self) -> None:
        """By real time, until it is closed."""
        while not self.closed.wait(0.1):
            self.settle()

    def _other(self, fax: Fax) -> Fax | None:
        others = [each for each in self.exchange.faxes.values() if each is not fax]
        return others[-1] if others else None

    def wrong(self, number: str) -> Request:
        """What goes wrong with the next request to send to a number."""
        machine = self.exchange.machine(number)
        self.requests[number] += 1
        goes_wrong = machine.requests is None or self.requests[number] <= machine.requests
        return machine.request if goes_wrong else Request.NOTHING


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    telnyx: TelnyxServer

    def log_message(self, *_: object) -> None:
        """Nothing: what was asked is in ``asked``."""

    def do_GET(self) -> None:
        self._answered(self._get)

    def do_POST(self) -> None:
        self._answered(self._post)

    def do_PATCH(self) -> None:
        self._answered(self._patch)

    def do_DELETE(self) -> None:
        self._answered(self._delete)

    def _answered(self, answer: Callable[[list[str], bytes], None]) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.telnyx.asked.append((self.command, self.path, body))
        self.telnyx.settle()
        broken = self.telnyx.breaks(self.command, urlsplit(self.path).path)
        if broken is None:
            self._reply(answer, body)
            return
        if broken.effective:
            wire, self.wfile = self.wfile, io.BytesIO()
            try:
                self._reply(answer, body)
            finally:
                self.wfile = wire
        self._break(broken)

    def _break(self, broken: Broken) -> None:
        match broken.how:
            case How.CLOSED:
                self.close_connection = True
            case How.CUT_OFF:
                self._cut_off(slow=False)
            case How.UNREADABLE:
                self._send_bytes(200, "application/json", b"{'data': ")
            case How.NO_OBJECT:
                self._send(200, ["data"])
            case How.ERROR_500:
                problem = Refused(500, Problem("10007", "An unexpected error occurred."))
                self._send(problem.status, problem.body)
            case How.TOO_MANY:
                problem = Refused(429, Problem("10011", "Too many requests."))
                self._send(problem.status, problem.body, {"Retry-After": "7"})
            case How.DENIED:
                problem = Refused(401, Problem("10009", "The authentication headers were invalid or not included."))
                self._send(problem.status, problem.body)
            case How.ERROR_503:
                self._send_bytes(503, "text/html", _HTML)
            case How.GATEWAY_PAGE:
                self._send_bytes(403, "text/html", _HTML)
            case How.REDIRECT:
                self._send(307, {}, {"Location": f"{self.telnyx.url}/faxes"})

    def _reply(self, answer: Callable[[list[str], bytes], None], body: bytes) -> None:
        parts = urlsplit(self.path).path.strip("/").split("/")
        try:
            self._check_key()
            if self.command == "GET" and parts[0] == "v2" and parts[1:2] != ["faxes"]:
                self._send(200, settings.told(self.telnyx.account, parts[1:], urlsplit(self.path).query))
                return
            if parts[:2] != ["v2", "fax_applications" if self.command == "PATCH" else "faxes"]:
                raise Refused(404, Problem("10005", "The requested resource or URL could not be found."))
            answer(parts[2:], body)
        except Refused as refused:
            self._send(refused.status, refused.body, refused.headers)

    def _check_key(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {self.telnyx.account.api_key}":
            raise Refused(401, Problem("10009", "The authentication headers were invalid or not included."))
        if self.telnyx.account.problem is not None:
            status, code = self.telnyx.account.problem
            raise Refused(status, Problem(code, "The account may not do this now."))

    def _get(self, path: list[str], body: bytes) -> None:
        exchange = self.telnyx.exchange
        if path:
            if len(path) > 1:
                raise Refused(404, Problem("10005", "The requested resource or URL could not be found."))
            self._send(200, {"data": exchange.get(path[0]).to_json()})
            return
        query = dict(parse_qsl(urlsplit(self.path).query))
        number, size = _whole(query.pop("page[number]", "1")), _whole(query.pop("page[size]", "20"))
        found = list(exchange.listed(query))
        size = min(size, _MOST_ON_A_PAGE)
        meta = {
            "page_number": number,
            "page_size": size,
            "total_pages": -(-len(found) // size),
            "total_results": len(found),
        }
        shown = [fax.to_json() for fax in found[(number - 1) * size : number * size]]
        self._send(200, {"data": shown, "meta": meta})

    def _patch(self, path: list[str], body: bytes) -> None:
        account = self.telnyx.account
        if path != [account.connection_id]:
            raise Refused(404, Problem("10005", "The fax application could not be found."))
        asked = json.loads(body)
        for name in ("application_name", "webhook_event_url"):
            if name not in asked:
                raise Refused(422, Problem("10004", f"{name} is missing.", f"/{name}"))
        if not checks.url(asked["webhook_event_url"]):
            raise Refused(422, Problem("10003", "The URL is invalid.", "/webhook_event_url"))
        account.webhook_url = asked["webhook_event_url"]
        said = {"id": account.connection_id, "record_type": "fax_application", "active": True}
        self._send(200, {"data": said | asked})

    def _delete(self, path: list[str], body: bytes) -> None:
        if len(path) != 1:
            raise Refused(404, Problem("10005", "The requested resource or URL could not be found."))
        self.telnyx.exchange.delete(path[0])
        self._send(204, None)

    def _post(self, path: list[str], body: bytes) -> None:
        exchange = self.telnyx.exchange
        if len(path) == 3 and path[1:] == ["actions", "cancel"]:
            exchange.cancel(path[0])
            self._send(200, {"data": {"result": "ok"}})
            return
        if path:
            raise Refused(404, Problem("10005", "The requested resource or URL could not be found."))
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, Problem("10014", "The media type is not supported."))
        try:
            read = json.loads(body)
        except ValueError:
            raise Refused(400, Problem("10015", "The body is not well-formed.")) from None
        self._create(checks.check(read))

    def _create(self, asked: dict[str, Any]) -> None:
        telnyx, exchange = self.telnyx, self.telnyx.exchange
        wrong = telnyx.wrong(asked["to"])
        if wrong is Request.TOO_MANY:
            raise Refused(429, Problem("10011", "Too many requests."), headers={"Retry-After": "7"})
        if wrong is Request.STORED_LATE:
            exchange.at(telnyx.now() + telnyx.late, lambda moment: _ignored(exchange.create(asked, moment)))
        made = exchange.create(asked) if wrong in _STORED else None
        if made and made.machine.reports is Reports.BEFORE_ANSWER:
            telnyx.settle()
        match wrong:
            case Request.NOTHING if made:
                self._send(202, {"data": made.to_json()})
            case Request.ANSWERED_NOT_STORED:
                never = Fax(str(uuid.uuid4()), asked, exchange.machine(asked["to"]), telnyx.now(), telnyx.now())
                self._send(202, {"data": never.to_json()})
            case Request.STORED_ERROR_500 | Request.ERROR_500:
                raise Refused(500, Problem("10007", "An unexpected error occurred."))
            case Request.GATEWAY_PAGE:
                self._send_bytes(403, "text/html", _HTML)
            case Request.REDIRECT:
                self._send(307, {}, {"Location": f"{telnyx.url}/faxes"})
            case Request.STORED_UNREADABLE:
                self._send_bytes(202, "application/json", b"{'data': ")
            case Request.STORED_CUT_OFF | Request.STORED_SLOW:
                self._cut_off(slow=wrong is Request.STORED_SLOW)
            case Request.STORED_AND_HANGS:
                telnyx.closed.wait(60)
                self.close_connection = True
            case _:
                self.close_connection = True

    def _cut_off(self, *, slow: bool) -> None:
        self.close_connection = True
        self.send_response(202)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "10000")
        self.end_headers()
        self.wfile.write(b'{"data": ')
        try:
            while slow and not self.telnyx.closed.wait(0.02):
                self.wfile.write(b" ")
        except OSError:
            return

    def _send(self, status: int, said: object, headers: Mapping[str, str] | None = None) -> None:
        content = b"" if said is None else json.dumps(said).encode()
        self._send_bytes(status, "application/json", content, headers)

    def _send_bytes(
        self, status: int, media_type: str, content: bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _whole(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise Refused(400, Problem("10015", "A page is a number from 1."))
    return int(text)


def _ignored(fax: Fax) -> None:
    """What is stored late is not told of."""
