"""Each carrier that there is, with its clock and the paper at the other end, for the suite that all of them pass."""

import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from faxes.carriers import simulator
from faxes.carriers.https import Host
from faxes.carriers.simulator import Network, Simulator
from faxes.carriers.telnyx import Telnyx
from faxes.delivery.carrier import Accepted, Call, Carrier, Report
from faxes.errors import Effect, StorageFault
from tests.support.delivering import Watched
from tests.support.faxes import NOW
from tests.support.telnyx.machines import Machine, Request
from tests.support.telnyx.media_host import MediaHost, document
from tests.support.telnyx.server import TelnyxServer

# Of each document.
PAGES = 2


@dataclass(kw_only=True)
class Rig(ABC):
    """``well`` is a number whose machine takes everything; ``rejected``'s calls the carrier refuses, ``busy``'s it
    cannot take now, and ``unlisted``'s no list ever has. ``witnesses``: the carrier tells whether it fetched."""

    well: str
    rejected: str
    busy: str
    clock: datetime = NOW
    witnesses: bool = True
    # When it is too late to cancel a fax of two pages.
    too_late: tuple[timedelta, ...] = (timedelta(seconds=30), timedelta(hours=1))

    @property
    @abstractmethod
    def carrier(self) -> Carrier: ...

    @abstractmethod
    def paper(self, reference: str) -> tuple[int, ...]:
        """The pages that came out for an attempt, each by its number."""

    @abstractmethod
    def unlisted(self) -> list[Call]:
        """Some calls, a few of which no list ever has."""

    @abstractmethod
    def broken(self, effect: Effect) -> Carrier:
        """The carrier when a request certainly, or perhaps, does not reach it."""

    def call(self, reference: str = "1001-001-01", number: str | None = None) -> Call:
        return Call(reference, number or self.well, f"media/{reference}/fax.tif", PAGES)

    def submitted(self, call: Call | None = None) -> str:
        answer = self.carrier.submit(call or self.call())
        assert isinstance(answer, Accepted)
        return answer.carrier_id

    def find(self, call: Call) -> str | None:
        return self.carrier.find(call.reference, call.number, NOW)

    def fetch(self, carrier_id: str) -> Report:
        return self.carrier.fetch(carrier_id, PAGES)

    def withdraw(self, call: Call) -> bool | None:
        return self.carrier.withdraw(call.reference)


@dataclass(kw_only=True)
class SimulatorRig(Rig):
    network: Network
    reports: list[tuple[str, timedelta]] = field(default_factory=list)
    kept: list[Call] = field(default_factory=list)
    jammed: bool = False

    @property
    def carrier(self) -> Carrier:
        return Simulator(self.network, self, lambda: self.clock, report=lambda *report: self.reports.append(report))

    def keep(self, call: Call) -> None:
        """As ``simulator.Tray`` does it, unless it is ``jammed``."""
        if self.jammed:
            raise StorageFault("CopyObject", Effect.UNKNOWN, "broken")
        self.kept.append(call)

    def paper(self, reference: str) -> tuple[int, ...]:
        taken = self.network.get(reference)
        return simulator.paper(taken, self.clock, 1) if taken else ()

    def unlisted(self) -> list[Call]:
        return [self.call(f"{n}-001-01") for n in range(1, 61)]

    def broken(self, effect: Effect) -> Carrier:
        def fail(name: str, call: Callable[[], Any]) -> Any:
            raise StorageFault("UpdateItem", effect, "broken")

        return replace(self, network=cast(Network, Watched(self.network, fail))).carrier


def simulated(network: Network) -> SimulatorRig:
    return SimulatorRig(well="7778888", rejected="+15005550006", busy="+15005550010", network=network)


class HostedMedia:
    """The documents of attempts, on this machine, by their keys. What was withdrawn is never there again."""

    def __init__(self, host: MediaHost) -> None:
        self._host = host
        self._paths: dict[str, str] = {}
        self._withdrawn: set[str] = set()

    def address(self, key: str) -> str:
        url = self._host.offer(document(PAGES))
        self._paths[key] = "/" + url.rpartition("/")[2]
        if key in self._withdrawn:
            self.withdraw(key)
        return url

    def withdraw(self, key: str) -> None:
        self._withdrawn.add(key)
        self._host.files.pop(self._paths.get(key, ""), None)


@dataclass(kw_only=True)
class TelnyxRig(Rig):
    server: TelnyxServer
    media: HostedMedia
    host: MediaHost
    deaf: str

    @property
    def carrier(self) -> Carrier:
        self.server.settle()
        return self.asked_at(self.server.url, self.media)

    def asked_at(self, url: str, media: HostedMedia, total: float = 10) -> Telnyx:
        account = self.server.account
        return Telnyx(
            Host(url, total=total),
            lambda fresh: account.api_key,
            account.connection_id,
            account.numbers[0],
            media.address,
        )

    def paper(self, reference: str) -> tuple[int, ...]:
        self.server.settle()
        return tuple(
            sheet
            for fax in self.server.exchange.faxes.values()
            if fax.reference == reference
            for sheet in range(1, fax.sheets + 1)
        )

    def withdraw(self, call: Call) -> bool | None:
        self.media.withdraw(call.document)
        return super().withdraw(call)

    def unlisted(self) -> list[Call]:
        never = "+12125550009"
        self.server.exchange.machines[never] = Machine(listed_after=timedelta(days=100))
        return [self.call(f"{n}-001-01", self.well if n > 2 else never) for n in range(1, 6)]

    def broken(self, effect: Effect) -> Carrier:
        url = "http://127.0.0.1:1/v2" if effect is Effect.NONE else self.deaf
        return self.asked_at(url, self.media)


@contextmanager
def telnyx() -> Iterator[TelnyxRig]:
    """The adapter, and the server that speaks Telnyx's wire."""
    made: list[TelnyxRig] = []
    with MediaHost() as host, TelnyxServer(now=lambda: made[0].clock, send=lambda *sent: 200) as server, deaf() as port:
        rig = TelnyxRig(
            well="+12125550001",
            rejected="5550006",
            busy="+12125550010",
            witnesses=False,
            too_late=(timedelta(hours=1),),
            server=server,
            host=host,
            media=HostedMedia(host),
            deaf=f"http://127.0.0.1:{port}/v2",
        )
        server.exchange.machines[rig.busy] = Machine(request=Request.TOO_MANY)
        made.append(rig)
        yield rig


@contextmanager
def deaf() -> Iterator[int]:
    """A port at which each request is read, and none is answered."""

    def answer() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
