"""Where recipients, numbers, documents and simulated calls are kept, in memory: each write at once, as the tables have
it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from faxes.carriers.simulator import Taken
from faxes.delivery.carrier import Call
from faxes.delivery.policy import RESERVED
from faxes.delivery.ports import IdTaken, Moved, NumberTaken, Write
from faxes.delivery.steps import Delivery
from faxes.ids import document_key, page_keys
from faxes.lifecycle import FaxEvent, HistoryEvent
from faxes.model import Attempt, Fax, Recipient, RecipientStatus

type Key = tuple[str, int]


@dataclass(slots=True)
class Line:
    """Who has a number's line, and until when; who stands in line for it, in the order of ``waiting``."""

    holder: Key | None = None
    until: datetime | None = None
    waiting: dict[tuple[datetime, str, int], Key] = field(default_factory=dict)


class MemoryRecipients:
    """Implements ``delivery.ports.Recipients``. ``taken`` counts the claims that found the line taken."""

    def __init__(self) -> None:
        self.faxes: dict[str, Fax] = {}
        self.recipients: dict[Key, Recipient] = {}
        self.attempts: dict[tuple[str, int, int], Attempt] = {}
        self.history: dict[str, list[HistoryEvent]] = defaultdict(list)
        self.lines: dict[str, Line] = defaultdict(Line)
        self.taken = 0

    def fax(self, fax_id: str, now: datetime) -> Fax | None:
        fax = self.faxes.get(fax_id)
        return fax if fax and fax.expires_at > now else None

    def load(self, fax_id: str, position: int, now: datetime) -> Delivery | None:
        fax, recipient = self.fax(fax_id, now), self.recipients.get((fax_id, position))
        if fax is None or recipient is None:
            return None
        return Delivery(fax, recipient, self.attempts.get((fax_id, position, recipient.attempt)))

    def attempt(self, fax_id: str, position: int, number: int) -> Attempt | None:
        return self.attempts.get((fax_id, position, number))

    def erased(self, attempt: Attempt, answer: str) -> None:
        self.attempts[attempt.fax_id, attempt.position, attempt.number] = replace(attempt, erased=answer)

    def open(self, fax_id: str) -> dict[int, bool]:
        fax = self.faxes.get(fax_id)
        keys = [(fax_id, position) for position in range(1, len(fax.recipients) + 1)] if fax else []
        return {key[1]: self.recipients[key].due_at is not None for key in keys if key in self.recipients}

    def add(self, before: Fax, after: Fax, recipients: Sequence[Recipient]) -> None:
        if self.faxes.get(before.id) != before:
            raise Moved
        self.faxes[after.id] = after
        for recipient in recipients:
            self.recipients[after.id, recipient.position] = recipient

    def wait(self, before: Fax, after: Fax) -> None:
        if self.faxes.get(before.id) != before:
            raise Moved
        self.faxes[after.id] = after

    def write(self, write: Write) -> Key | None:
        change = write.change
        recipient = change.recipient
        key = (recipient.fax_id, recipient.position)
        if (
            self.recipients.get(key) != write.before.recipient
            or self._revision(write.fax.id) != write.before.fax.revision
        ):
            raise Moved
        received = change.received
        if received is not None:
            if received.id in self.faxes:
                raise IdTaken
            self.faxes[received.id] = received
            self.history[received.id].append(
                HistoryEvent(write.at, FaxEvent.RECEIVED, pages=received.pages, revision=1)
            )
        line = self.lines[recipient.destination]
        if change.line_until is not None:
            if line.holder not in (None, key) and line.until is not None and line.until > write.at:
                self.taken += 1
                raise NumberTaken(line.until)
            line.holder, line.until = key, change.line_until
        place = (write.fax.created_at, *key)
        if recipient.in_line:
            if line.holder is None:
                raise Moved
            line.waiting[place] = key
        else:
            line.waiting.pop(place, None)
        self.recipients[key] = recipient
        self.faxes[write.fax.id] = write.fax
        if change.attempt is not None:
            self.attempts[(*key, change.attempt.number)] = change.attempt
        self._tell(write)
        return self._freed(line, write.at) if change.leaves_line and line.holder == key else None

    def _revision(self, fax_id: str) -> int | None:
        fax = self.faxes.get(fax_id)
        return fax.revision if fax else None

    def _tell(self, write: Write) -> None:
        change, history = write.change, self.history[write.fax.id]
        if change.event is not None:
            recipient = change.recipient
            history.append(
                HistoryEvent(
                    at=write.at,
                    event=change.event,
                    recipient=recipient.position,
                    attempt=recipient.attempt or None,
                    reason=recipient.reason,
                    due_at=recipient.due_at,
                    revision=recipient.revision,
                )
            )
        if write.fax_event is not None:
            history.append(HistoryEvent(write.at, write.fax_event, revision=write.fax.revision))

    def _freed(self, line: Line, at: datetime) -> Key | None:
        line.holder = line.until = None
        for place, key in sorted(line.waiting.items()):
            waiter = self.recipients.get(key)
            if waiter is None or waiter.status != RecipientStatus.WAITING:
                del line.waiting[place]
                continue
            line.holder, line.until = key, at + RESERVED
            self.recipients[key] = replace(waiter, due_at=at, revision=waiter.revision + 1)
            return key
        return None


class MemoryCopies:
    """Implements ``delivery.ports.PageCopies``: the keys of pages that lie there, by their fax's uid."""

    def __init__(self) -> None:
        self.pages: dict[str, list[str]] = {}

    def copy(self, from_uid: str, to_uid: str, pages: int) -> bool:
        if from_uid not in self.pages:
            return False
        self.pages[to_uid] = page_keys(to_uid, pages)
        return True

    def delete(self, uid: str, pages: int) -> None:
        self.pages.pop(uid, None)


class MemoryNetwork:
    """Implements ``carriers.simulator.Network`` and ``trouble.Network``."""

    def __init__(self) -> None:
        self.faxes: dict[str, Taken] = {}

    def references(self) -> set[str]:
        return set(self.faxes)

    def put_off(self, reference: str, by: timedelta) -> None:
        taken = self.faxes[reference]
        if taken.taken_at is not None:
            self.faxes[reference] = replace(taken, taken_at=taken.taken_at + by)

    def take(self, call: Call, at: datetime) -> None:
        taken = self.faxes.get(call.reference, Taken(call.reference))
        self.faxes[call.reference] = replace(
            taken,
            number=call.number,
            pages=call.pages,
            copies=taken.copies + 1,
            taken_at=at if taken.taken_at is None else taken.taken_at,
        )

    def get(self, reference: str) -> Taken | None:
        return self.faxes.get(reference)

    def withdraw(self, reference: str, at: datetime) -> Taken:
        taken = self.faxes.get(reference, Taken(reference))
        self.faxes[reference] = replace(taken, withdrawn_at=taken.withdrawn_at or at)
        return self.faxes[reference]

    def cancel(self, reference: str, at: datetime) -> None:
        taken = self.faxes[reference]
        self.faxes[reference] = replace(taken, canceled_at=taken.canceled_at or at)


class MemoryDocuments:
    """Implements ``delivery.ports.Documents`` and ``carriers.simulator.Tray``: of each document that is offered, and of
    each that a machine was sent, the numbers of its pages."""

    def __init__(self) -> None:
        self.offered: dict[str, tuple[int, ...]] = {}
        self.papers: dict[str, tuple[int, ...]] = {}

    def offer(self, found: Delivery, *, stamped: bool) -> str:
        assert stamped
        assert found.attempt is not None
        key = document_key(found.attempt.reference)
        self.offered[key] = tuple(range(found.attempt.first_page, found.recipient.pages + 1))
        return key

    def withdraw(self, reference: str) -> None:
        self.offered.pop(document_key(reference), None)

    def forget(self, reference: str) -> None:
        self.withdraw(reference)

    def keep(self, call: Call) -> None:
        self.papers[call.reference] = self.offered[call.document]


@dataclass(slots=True)
class MemoryBells:
    """Implements ``delivery.ports.Bells``: what is to be looked at, and when."""

    now: Callable[[], datetime]
    rung: list[tuple[datetime, str, int]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def ring(self, fax_id: str, position: int, organization_id: str, after: timedelta) -> None:
        self.rung.append((self.now() + after, fax_id, position))

    def over(self, reference: str, organization_id: str) -> None:
        self.ended.append(reference)
