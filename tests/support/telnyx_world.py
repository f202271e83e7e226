"""Delivery in memory by Telnyx: the adapter, and the server that speaks its wire, with its reports really verified."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import cast

from faxes.carriers.https import Host
from faxes.carriers.telnyx import Telnyx
from faxes.carriers.telnyx_reports import TelnyxReports
from faxes.delivery.carrier import Carrier, CarrierSilent
from faxes.delivery.lines import Lines
from faxes.delivery.ports import Documents
from faxes.delivery.reports import Reports
from faxes.delivery.steps import Delivery
from faxes.errors import OutcomeUnknown, ReportInvalid
from faxes.ids import document_key
from tests.support.delivering import Between, Watched, World
from tests.support.telnyx.media_host import MediaHost, document
from tests.support.telnyx.server import TelnyxServer


class HostedDocuments:
    """Implements ``delivery.ports.Documents`` on this machine: each attempt's document at an address of its own."""

    def __init__(self, host: MediaHost) -> None:
        self._host = host

    def offer(self, found: Delivery, *, stamped: bool) -> str:
        assert found.attempt is not None
        key = document_key(found.attempt.reference)
        self._host.files[f"/{key}"] = document(found.recipient.pages)
        return key

    def address(self, key: str) -> str:
        return self._host.url(f"/{key}")

    def withdraw(self, reference: str) -> None:
        self._host.files.pop(f"/{document_key(reference)}", None)

    def forget(self, reference: str) -> None:
        self.withdraw(reference)


class SeenInMemory:
    """Implements ``delivery.reports.Seen``."""

    def __init__(self) -> None:
        self.events: set[tuple[str, str]] = set()

    def has(self, carrier: str, event_id: str) -> bool:
        return (carrier, event_id) in self.events

    def add(self, carrier: str, event_id: str, now: datetime) -> None:
        self.events.add((carrier, event_id))


class TelnyxWorld(World):
    """``rings`` are the attempts that reports named, with what these call the fax, until somebody asks about them."""

    def __init__(self, server: TelnyxServer, host: MediaHost, between: Between) -> None:
        super().__init__(between)
        self.server, self.host = server, host
        self.hosted = HostedDocuments(host)
        self.rings: list[tuple[str, str | None]] = []
        account = server.account
        self.adapter = Telnyx(
            Host(server.url, total=10),
            lambda fresh: account.api_key,
            account.connection_id,
            account.numbers[0],
            self.hosted.address,
        )
        self.dispatch = replace(
            self.dispatch,
            lines=Lines(cast(Carrier, Watched(self.adapter, between))),
            documents=cast(Documents, Watched(self.hosted, between)),
        )
        verified = TelnyxReports(account.public_key)
        self.receiver = Reports(
            "telnyx", verified, SeenInMemory(), lambda reference, named: self.rings.append((reference, named)), self.now
        )

    def receive(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """What the server sends a report to."""
        try:
            self.receiver.take(headers, body)
        except ReportInvalid:
            return 403
        except OutcomeUnknown:
            return 503
        return 200

    def report(self) -> None:
        self.server.settle()
        rings, self.rings = self.rings, []
        for reference, named in rings:
            self.told.append(reference)
            try:
                self.dispatch.rang(reference, named)
            except CarrierSilent:
                # The message comes again.
                self.rings.append((reference, named))

    def clear(self) -> None:
        """What has ended is to leave nothing at the carrier."""
        for reference in self.bells.ended:
            self.dispatch.over(reference)

    def paper(self, fax_id: str, position: int = 1) -> list[tuple[int, ...]]:
        found = [each for each in self.server.exchange.faxes.values() if each.sheets]
        mine = [each for each in found if each.reference.startswith(f"{fax_id}-{position:03}-")]
        return [tuple(range(1, each.sheets + 1)) for each in mine]


@contextmanager
def telnyx_world(between: Between = lambda name, call: call()) -> Iterator[TelnyxWorld]:
    made: list[TelnyxWorld] = []
    with (
        MediaHost() as host,
        TelnyxServer(now=lambda: made[0].clock, send=lambda *sent: made[0].receive(*sent)) as server,
    ):
        server.account.webhook_url = "https://fax.example/carriers/telnyx/reports"
        made.append(TelnyxWorld(server, host, between))
        yield made[0]
