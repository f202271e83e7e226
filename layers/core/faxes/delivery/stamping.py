"""What each attempt sends: the fax's pages with the attempt's own header line, in a file of its own.

The pages of a long fax may have hundreds of megabytes. They are read, stamped and written one after another, so that no
more than one of them is in memory.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

from faxes import ids
from faxes.delivery.ports import NotOffered
from faxes.delivery.steps import Delivery
from faxes.errors import StorageFault
from faxes.model import Attempt, Fax, Reason
from faxes.pages import FaxPage, PagesInvalid, tiff
from faxes.pages.header import Header, stamped
from faxes.pages.tiff import Readable


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a fax, as its header line says: a name, a telephone number or an extension's, and the time zone, a name
    of the IANA's, None for UTC."""

    name: str
    number: str
    time_zone: str | None


class Senders(Protocol):
    """Who sends what."""

    def sender(self, fax: Fax) -> Sender:
        """As the directory has it now; of what it has not any more, the fax's own words. Raises StorageFault."""
        ...


class Media(Protocol):
    """Where files are. Each call raises StorageFault where it cannot be made."""

    def open(self, key: str) -> AbstractContextManager[Readable]:
        """A file, to be read while this lasts. Each read raises StorageFault, too, where there is more and it does not
        come."""
        ...

    def put(self, key: str, parts: Iterable[bytes]) -> None:
        """Keep a file, which may be there. Where its parts raise something, nothing is kept."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file, or leave it deleted."""
        ...


@dataclass(frozen=True, slots=True)
class StampedDocuments:
    """Implements ``delivery.ports.Documents``. ``failed`` is told what could not be stored, read or deleted."""

    media: Media
    senders: Senders
    failed: Callable[[Exception], None]

    def offer(self, found: Delivery, *, stamped: bool) -> str:
        key = ids.document_key(_latest(found).reference)
        try:
            with self.media.open(ids.tiff_key(found.fax.uid)) as file:
                self.media.put(key, self._made(found, file, stamped))
        except StorageFault as fault:
            self.failed(fault)
            # As if the carrier could not be reached: it passes, and nobody's line was used.
            raise NotOffered(Reason.CARRIER_UNAVAILABLE) from fault
        except PagesInvalid as error:
            self.failed(error)
            raise NotOffered(Reason.INTERNAL) from error
        return key

    def withdraw(self, reference: str) -> None:
        self.media.delete(ids.document_key(reference))

    def forget(self, reference: str) -> None:
        try:
            self.withdraw(reference)
        except StorageFault as fault:
            self.failed(fault)

    def _made(self, found: Delivery, file: Readable, with_header: bool) -> Iterator[bytes]:
        """The file that the attempt sends, page by page as the fax's is read."""
        first = _latest(found).first_page
        count, every = tiff.opened(file)
        if count < first:
            raise PagesInvalid(f"there is no page {first}")
        pages: Iterator[FaxPage] = islice(every, first - 1, None)
        if with_header:
            pages = stamped(pages, _header(found, self.senders.sender(found.fax)))
        return tiff.written(pages, count - first + 1)


def _latest(found: Delivery) -> Attempt:
    if found.attempt is None:
        raise ValueError("no attempt")
    return found.attempt


def _header(found: Delivery, sender: Sender) -> Header:
    recipient, attempt = found.recipient, _latest(found)
    return Header(
        at=attempt.started_at.astimezone(_zone(sender.time_zone)),
        name=sender.name,
        number=sender.number,
        recipient=recipient.destination,
        pages=recipient.pages,
        first=attempt.first_page,
        simulated=recipient.sandbox,
    )


def _zone(name: str | None) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        # One that the directory took and this release does not know: the line says the offset in any case.
        return UTC
