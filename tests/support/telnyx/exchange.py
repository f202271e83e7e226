"""The faxes that the carrier keeps: how they move by the clock, what lists them, and the paper at the other end.

Left open by what is published, and decided here: a fax that is canceled fails at once with ``sender_canceled``, and
keeps what came out before; one that has not ended is not deleted; what is deleted is gone from get and list.
"""

import base64
import heapq
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.support.line.port import Line, LineDown, Outcome, Progress
from tests.support.telnyx.account import Account
from tests.support.telnyx.errors import Problem, Refused
from tests.support.telnyx.machines import Machine, by_hand
from tests.support.telnyx.media import MediaFailed, fetch, opened

_FETCH, _ORIGINATE = timedelta(seconds=1), timedelta(seconds=1)
_STOPPABLE = ("queued", "media.processed", "originated", "sending")
FINAL = ("delivered", "failed")
_OF_THE_LINE = {
    Outcome.BUSY: "user_busy",
    Outcome.NO_ANSWER: "receiver_no_answer",
    Outcome.CUT: "receiver_call_dropped",
}


@dataclass(slots=True, eq=False)
class Fax:
    """A fax as the carrier keeps it. ``sheets`` came out at the other end."""

    id: str
    request: Mapping[str, Any]
    machine: Machine
    created_at: datetime
    updated_at: datetime
    status: str = "queued"
    failure_reason: str | None = None
    content: bytes = b""
    pages: int = 0
    sheets: int = 0
    seconds: int = 0
    deleted: bool = False
    failover_url: str | None = None
    webhook_url: str | None = None
    hang_up: threading.Event = field(default_factory=threading.Event)

    @property
    def to(self) -> str:
        return str(self.request["to"])

    @property
    def reference(self) -> str:
        """What the sender named it."""
        return base64.b64decode(self.request.get("client_state", "")).decode()

    def to_json(self) -> dict[str, Any]:
        """As get and list answer it."""
        asked = self.request
        url = asked.get("media_url")
        return {
            "id": self.id,
            "record_type": "fax",
            "direction": "outbound",
            "status": self.status,
            "from": asked["from"],
            "to": asked["to"],
            "from_display_name": asked.get("from_display_name", asked["from"]),
            "connection_id": asked["connection_id"],
            "quality": asked.get("quality", "normal"),
            "media_url": url[0] if isinstance(url, list) else url,
            "media_name": asked.get("media_name"),
            "store_media": asked.get("store_media", False),
            "stored_media_url": None,
            "preview_url": None,
            "client_state": asked.get("client_state"),
            "failure_reason": self.failure_reason,
            "internal_failure_reason": self.failure_reason,
            "webhook_url": self.webhook_url,
            "webhook_failover_url": self.failover_url,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }


type Told = Callable[[Fax, str, datetime], None]


class Exchange:
    """``now`` gives UTC; ``told`` hears of each event (``fax.queued`` and so on) with its time. With a ``line``, a call
    is a real one, which lasts as long as it lasts; without one, it goes by the clock and by the number's machine."""

    def __init__(
        self,
        account: Account,
        now: Callable[[], datetime],
        told: Told,
        line: Line | None = None,
        download: Callable[[str], bytes] = fetch,
    ) -> None:
        self.account, self.faxes = account, dict[str, Fax]()
        self.machines: dict[str, Machine] = {}
        # What the time of each call is divided by.
        self.speed: float = 1
        self.calls: list[threading.Thread] = []
        self.lock = threading.RLock()
        self.line, self._now, self._told, self._download = line, now, told, download
        self._events: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._numbers = count()
        self._calls: Counter[str] = Counter()

    def machine(self, number: str) -> Machine:
        found = self.machines.get(number) or by_hand(number)
        return replace(found, dials=found.dials / self.speed, page=found.page / self.speed)

    def at(self, moment: datetime, do: Callable[[datetime], None]) -> None:
        with self.lock:
            heapq.heappush(self._events, (moment, next(self._numbers), do))

    def settle(self) -> None:
        """Do all that is due by the clock, in its order."""
        with self.lock:
            while self._events and self._events[0][0] <= self._now():
                moment, _, do = heapq.heappop(self._events)
                do(moment)

    # --- what is asked --------------------------------------------------------------------------------------------

    def create(self, asked: Mapping[str, Any], moment: datetime | None = None) -> Fax:
        """Keep a fax and have it move. Raises Refused."""
        with self.lock:
            self._check(asked)
            at = moment or self._now()
            application = self.account
            made = Fax(str(uuid.uuid4()), dict(asked), self.machine(asked["to"]), at, at)
            made.webhook_url = asked.get("webhook_url") or application.webhook_url
            made.failover_url = application.failover_url
            self.faxes[made.id] = made
            self._told(made, "fax.queued", at)
            self.at(at + _FETCH, lambda when: self._fetch(made, when))
            return made

    def _check(self, asked: Mapping[str, Any]) -> None:
        account = self.account
        if asked["connection_id"] != account.connection_id:
            raise Refused(422, Problem("10015", "The connection does not exist.", "/connection_id"))
        if asked["from"] not in account.numbers:
            raise Refused(422, Problem("10015", "The number is none of the account's.", "/from"))
        if sum(fax.status not in FINAL for fax in self.faxes.values()) >= account.most_at_once:
            raise Refused(429, Problem("10011", "Too many faxes are in process."), headers={"Retry-After": "30"})

    def get(self, fax_id: str) -> Fax:
        found = self.faxes.get(fax_id)
        if found is None or found.deleted:
            raise Refused(404, Problem("10005", "The fax could not be found."))
        return found

    def listed(self, filters: Mapping[str, str]) -> Iterator[Fax]:
        """The faxes that a list has, latest first. Raises Refused for a filter that is not known."""
        checks = [_filter(name, value) for name, value in filters.items()]
        now = self._now()
        for fax in sorted(self.faxes.values(), key=lambda fax: fax.created_at, reverse=True):
            if (
                not fax.deleted
                and fax.created_at + fax.machine.listed_after <= now
                and all(fits(fax) for fits in checks)
            ):
                yield fax

    def cancel(self, fax_id: str) -> None:
        with self.lock:
            fax = self.get(fax_id)
            if fax.status not in _STOPPABLE:
                raise Refused(422, Problem("90080", "Cannot issue a command on fax in the current state."))
            fax.hang_up.set()
            self._end(fax, self._now(), "sender_canceled")

    def delete(self, fax_id: str) -> None:
        fax = self.get(fax_id)
        if fax.status not in FINAL:
            raise Refused(422, Problem("90080", "Cannot issue a command on fax in the current state."))
        fax.deleted = True

    def paper(self, number: str) -> list[int]:
        """The sheets that came out at a number, fax by fax, of those faxes of which any came out."""
        return [fax.sheets for fax in self.faxes.values() if fax.to == number and fax.sheets]

    # --- how a fax moves ------------------------------------------------------------------------------------------

    def _move(self, fax: Fax, status: str, moment: datetime, event: str | None = None) -> None:
        fax.status, fax.updated_at = status, moment
        if event:
            self._told(fax, event, moment)

    def _end(self, fax: Fax, moment: datetime, reason: str | None) -> None:
        if fax.status in FINAL:
            return
        fax.failure_reason = reason
        status = "failed" if reason else "delivered"
        self._move(fax, status, moment, f"fax.{status}")

    def _fetch(self, fax: Fax, moment: datetime) -> None:
        if fax.status in FINAL:
            return
        self._move(fax, "media.processing", moment)
        url = fax.request.get("media_url")
        try:
            if url is None:
                raise MediaFailed("file_download_failed")
            document = opened(self._download(url[0] if isinstance(url, list) else url))
        except MediaFailed as failed:
            self._end(fax, moment, str(failed))
            return
        fax.content, fax.pages = document.content, document.pages
        self._move(fax, "media.processed", moment, "fax.media.processed")
        self.at(moment + _ORIGINATE, lambda when: self._originate(fax, when))

    def _originate(self, fax: Fax, moment: datetime) -> None:
        if fax.status in FINAL:
            return
        self._move(fax, "originated", moment)
        if self.line is not None:
            self.calls.append(threading.Thread(target=self._dial, args=(fax, self.line), daemon=True))
            self.calls[-1].start()
            return
        self._calls[fax.to] += 1
        machine = fax.machine
        fails = machine.reason is not None and (machine.times is None or self._calls[fax.to] <= machine.times)
        reason = machine.reason if fails else None
        if reason and not machine.pages:
            self.at(moment + machine.dials, lambda when: self._end(fax, when, reason))
            return
        self.at(moment + machine.dials, lambda when: self._answered(fax, when, reason))

    def _answered(self, fax: Fax, moment: datetime, reason: str | None) -> None:
        if fax.status in FINAL:
            return
        self._move(fax, "sending", moment, "fax.sending.started")
        if fax.machine.never_ends:
            return
        pages = min(fax.machine.pages, fax.pages) if reason else fax.pages
        self.at(moment + fax.machine.page, lambda when: self._page(fax, when, pages, reason))

    def _page(self, fax: Fax, moment: datetime, pages: int, reason: str | None) -> None:
        if fax.status in FINAL:
            return
        fax.sheets += 1
        fax.seconds += round(fax.machine.page.total_seconds())
        if fax.sheets < pages:
            self.at(moment + fax.machine.page, lambda when: self._page(fax, when, pages, reason))
            return
        self._end(fax, moment, reason)

    def _dial(self, fax: Fax, line: Line) -> None:
        """A real call, in a thread of its own."""

        def progress(what: Progress) -> None:
            with self.lock:
                if what is Progress.ANSWERED and fax.status not in FINAL:
                    self._move(fax, "sending", self._now(), "fax.sending.started")
                if what is Progress.PAGE:
                    fax.sheets += 1

        try:
            result = line(
                fax.to, fax.content, caller=fax.request["from"], progress=progress, hang_up=fax.hang_up.is_set
            )
        except LineDown:
            with self.lock:
                self._end(fax, self._now(), "service_unavailable")
            return
        with self.lock:
            fax.sheets, fax.seconds = max(fax.sheets, result.pages), round(result.seconds)
            whole = result.outcome is Outcome.SENT and result.pages >= fax.pages
            self._end(fax, self._now(), None if whole else _OF_THE_LINE.get(result.outcome, "fax_signaling_error"))


def _filter(name: str, value: str) -> Callable[[Fax], bool]:
    match name:
        case "filter[direction][eq]":
            return lambda fax: value == "outbound"
        case "filter[to][eq]":
            return lambda fax: fax.to == value
        case "filter[from][eq]":
            return lambda fax: fax.request["from"] == value
    bounds: Mapping[str, Callable[[datetime, datetime], bool]] = {
        "filter[created_at][gte]": lambda made, bound: made >= bound,
        "filter[created_at][gt]": lambda made, bound: made > bound,
        "filter[created_at][lte]": lambda made, bound: made <= bound,
        "filter[created_at][lt]": lambda made, bound: made < bound,
    }
    if name not in bounds:
        raise Refused(400, Problem("10015", f"{name} is no filter."))
    try:
        bound = datetime.fromisoformat(value)
        compared = bounds[name]
        return lambda fax: compared(fax.created_at, bound)
    except ValueError:
        raise Refused(400, Problem("10015", f"{name} is no time.")) from None
