"""Delivery in memory: faxes, workers, a clock that goes to what is due next, and the simulated network."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, cast

from faxes import lifecycle
from faxes.carriers import simulator
from faxes.carriers.simulator import Simulator
from faxes.delivery.carrier import Carrier
from faxes.delivery.dispatch import Dispatch
from faxes.delivery.lines import Lines
from faxes.delivery.plan import Plan
from faxes.delivery.ports import Directory, Documents, PageCopies, Recipients
from faxes.delivery.receiving import Receiving
from faxes.ids import page_keys
from faxes.lifecycle import FINAL, FINAL_FOR_A_RECIPIENT, FaxEvent, HistoryEvent
from faxes.model import (
    Attempt,
    Counts,
    Extension,
    ExtensionNumber,
    ExtensionType,
    Fax,
    Recipient,
    RecipientStatus,
    Status,
)
from tests.support.deliveries import MemoryBells, MemoryCopies, MemoryDocuments, MemoryNetwork, MemoryRecipients
from tests.support.faxes import NOW, fax
from tests.support.memory import MemoryDirectory

DEADLINE, RETENTION = timedelta(hours=24), timedelta(days=30)


# Of the faxes that extensions receive; others count from 1.
_FIRST_UID = 2**100
type Between = Callable[[str, Callable[[], Any]], Any]


class Watched:
    """Something whose calls go through ``between``."""

    def __init__(self, of: object, between: Between) -> None:
        self._of, self._between = of, between

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._of, name)
        if not callable(found):
            return found
        return lambda *arguments, **named: self._between(name, lambda: found(*arguments, **named))


class World:
    """``between`` is told each call of a worker's, to the store or to the carrier, and makes it or not. The workers'
    clock may be ``skew`` before or behind the network's. Unless it is ``carried``, only sandbox faxes have a line."""

    def __init__(
        self,
        between: Between = lambda name, call: call(),
        *,
        carried: bool = True,
        network: MemoryNetwork | None = None,
    ) -> None:
        self.clock = NOW
        self.skew = timedelta()
        self.store = MemoryRecipients()
        self.documents = MemoryDocuments()
        self.network = network or MemoryNetwork()
        self.bells = MemoryBells(self.now)
        # Those that are to come, and those that came.
        self.reports: list[tuple[datetime, str]] = []
        self.told: list[str] = []
        self.simulator = Simulator(self.network, self.documents, lambda: self.clock, report=self._report)
        store, carrier = cast(Recipients, Watched(self.store, between)), cast(Carrier, Watched(self.simulator, between))
        terminal = ExtensionType.PHONE_TERMINAL
        self.directory = MemoryDirectory(
            [
                Extension(ExtensionNumber("0003", "211"), "bob", terminal, True),
                Extension(ExtensionNumber("0003", "213"), "bob", terminal, False),
                Extension(ExtensionNumber("0004", "210"), "carol", terminal, True),
            ]
        )
        self.directory.names["0003"] = "Example Ltd"
        self.copies = MemoryCopies()
        draws = count(1)
        self.receiving = Receiving(
            cast(Directory, Watched(self.directory, between)),
            cast(PageCopies, Watched(self.copies, between)),
            store,
            self.now,
            lambda bits: (_FIRST_UID + next(draws)) % 2**bits,
            RETENTION,
        )
        lines = Lines(carrier if carried else None, carrier)
        documents = cast(Documents, Watched(self.documents, between))
        self.dispatch = Dispatch(store, documents, self.bells, lines, self.receiving, self.now)
        self.plan = Plan(store, self.bells, lines, self.receiving, self.now, DEADLINE)
        self._faxes = 0

    def now(self) -> datetime:
        """By the workers' clock."""
        return self.clock + self.skew

    def _report(self, reference: str, after: timedelta) -> None:
        self.reports.append((self.clock + after, reference))

    def accept(self, *numbers: str, pages: int = 2, **other: Any) -> str:
        """A fax whose pages are ready, to these numbers: its id."""
        self._faxes += 1
        made = fax(self._faxes, recipients=numbers, pages=pages, created_at=self.now(), **other)
        queued = replace(
            made, status=Status.QUEUED, revision=3, due_at=self.clock, expires_at=self.clock + timedelta(days=30)
        )
        self.store.faxes[made.id] = queued
        self.copies.pages[made.uid] = page_keys(made.uid, pages)
        self.store.history[made.id] = [
            HistoryEvent(self.clock, FaxEvent.RENDERING_STARTED, revision=2),
            HistoryEvent(self.clock, FaxEvent.PAGES_READY, revision=3),
        ]
        return made.id

    def cancel(self, fax_id: str) -> None:
        """As a caller asks for it: the record says so, and each open recipient is due."""
        found = self.store.faxes[fax_id]
        if found.status in FINAL or found.cancel_requested_at:
            return
        asked = replace(found, cancel_requested_at=self.clock, revision=found.revision + 1)
        self.store.faxes[fax_id] = asked
        self.store.history[fax_id].append(HistoryEvent(self.clock, FaxEvent.CANCEL_REQUESTED, revision=asked.revision))
        for key, recipient in self.store.recipients.items():
            if key[0] == fax_id and recipient.due_at is not None:
                self.store.recipients[key] = replace(recipient, due_at=self.clock, revision=recipient.revision + 1)

    def sweep(self) -> None:
        """Whatever is due is done, once."""
        for each in list(self.store.faxes.values()):
            if each.due_at is not None and each.due_at <= self.now():
                self.plan.plan(each.id)
        for key, recipient in list(self.store.recipients.items()):
            if recipient.due_at is not None and recipient.due_at <= self.now():
                self.dispatch.due(*key)

    def report(self) -> None:
        """The network's reports come that it has made by now."""
        due = [reference for at, reference in self.reports if at <= self.clock]
        self.reports = [each for each in self.reports if each[0] > self.clock]
        for reference in due:
            self.told.append(reference)
            self.dispatch.rang(reference)

    def step(self, *, reported: bool = True) -> bool:
        """Go to what is due next, and have it done; whether anything was due."""
        times = [each.due_at for each in self.store.recipients.values() if each.due_at is not None]
        times += [each.due_at for each in self.store.faxes.values() if each.due_at is not None]
        if not times:
            return False
        reports = [at for at, _ in self.reports] if reported else []
        self.clock = max(self.clock, min([each - self.skew for each in times] + reports))
        if reported:
            self.report()
        self.sweep()
        return True

    def run(self, most: int = 400, *, reported: bool = True) -> None:
        """Go from one due time to the next until nothing is due any more; without the network's reports where they are
        not ``reported``, since all of them may be lost."""
        for _ in range(most):
            if not self.step(reported=reported):
                return
        stuck = [each for each in self.store.recipients.values() if each.due_at is not None]
        raise AssertionError(f"still due after {most} times: {stuck[:2]}, {list(self.store.attempts.values())[-2:]}")

    def fax(self, fax_id: str) -> Fax:
        return self.store.faxes[fax_id]

    def recipient(self, fax_id: str, position: int = 1) -> Recipient:
        return self.store.recipients[fax_id, position]

    def received(self) -> list[Fax]:
        """The faxes that extensions have, in the order of their ids."""
        return sorted((each for each in self.store.faxes.values() if each.direction == "in"), key=lambda each: each.id)

    def attempts(self, fax_id: str, position: int = 1) -> list[Attempt]:
        return [
            attempt for (of, at, _), attempt in sorted(self.store.attempts.items()) if (of, at) == (fax_id, position)
        ]

    def paper(self, fax_id: str, position: int = 1) -> list[tuple[int, ...]]:
        """What came out of the recipient's machine: for each call that printed, its pages, by their numbers in the fax;
        of an extension, for each fax that it has of this."""
        recipient = self.store.recipients.get((fax_id, position))
        if recipient and recipient.inside:
            given = {attempt.received_uid for attempt in self.attempts(fax_id, position)}
            return [tuple(range(1, each.pages + 1)) for each in self.received() if each.uid in given]
        printed = [
            tuple(self.documents.papers[reference][page - 1] for page in simulator.paper(taken, self.clock, 1))
            for reference, taken in sorted(self.network.faxes.items())
            if reference.startswith(f"{fax_id}-{position:03}-")
        ]
        return [pages for pages in printed if pages]


def assert_agreed(world: World) -> None:
    """What always holds: states are the folds of their histories, counts are the recipients', and what is not final is
    due."""
    for fax_id, record in world.store.faxes.items():
        history = world.store.history[fax_id]
        assert lifecycle.fold(history) == record.status
        assert (record.due_at is None) == (record.status in FINAL)
        recipients = [each for (of, _), each in world.store.recipients.items() if of == fax_id]
        if record.counts is not None and len(recipients) == len(record.recipients):
            assert record.counts == counts_of(recipients)
        for recipient in recipients:
            assert lifecycle.fold_recipient(history, recipient.position) == recipient.status
            assert (recipient.due_at is None) == (recipient.status in FINAL_FOR_A_RECIPIENT)


def counts_of(recipients: list[Recipient]) -> Counts:
    def number(status: RecipientStatus) -> int:
        return sum(recipient.status == status for recipient in recipients)

    return Counts(
        open=sum(recipient.status not in FINAL_FOR_A_RECIPIENT for recipient in recipients),
        sent=number(RecipientStatus.SENT),
        partially=number(RecipientStatus.PARTIALLY_SENT),
        failed=number(RecipientStatus.FAILED),
        canceled=number(RecipientStatus.CANCELED),
    )
