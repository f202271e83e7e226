"""What each attempt sends: the fax's pages with the attempt's own header line, in a file of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

from faxes import ids
from faxes.delivery.ports import NotOffered
from faxes.delivery.steps import Delivery
from faxes.errors import StorageFault
from faxes.model import Attempt, Fax, Reason
from faxes.pages import PagesInvalid, tiff
from faxes.pages.header import Header, stamped


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

    def get(self, key: str) -> bytes:
        """A file."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """Keep a file, which may be there."""
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
            content = self.media.get(ids.tiff_key(found.fax.uid))
            self.media.put(key, self._made(found, content, stamped))
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

    def _made(self, found: Delivery, content: bytes, with_header: bool) -> bytes:
        """The pages that the attempt sends."""
        attempt = _latest(found)
        pages = tiff.read(content)[attempt.first_page - 1 :]
        if not pages:
            raise PagesInvalid(f"there is no page {attempt.first_page}")
        if with_header:
            pages = stamped(pages, _header(found, self.senders.sender(found.fax)))
        return tiff.write(pages)


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
