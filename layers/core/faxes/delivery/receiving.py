"""The use case: an extension takes a fax -> its pages copied, and the fax that it gets."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from faxes import ids
from faxes.delivery.ports import Directory, PageCopies, Recipients
from faxes.delivery.steps import Delivery, Names, NotReceived, Received
from faxes.model import Attempt, Direction, Extension, ExtensionNumber, Fax, Sender, Status


@dataclass(frozen=True, slots=True)
class Receiving:
    """Has extensions take faxes. ``now`` gives UTC; ``random_bits(n)`` an integer of n unguessable bits; ``retention``
    is how long a fax is kept, from when it came in."""

    directory: Directory
    copies: PageCopies
    recipients: Recipients
    now: Callable[[], datetime]
    random_bits: Callable[[int], int]
    retention: timedelta

    def destination(self, organization_id: str, number: str) -> str:
        """What a recipient of this organization's fax is: an extension in full, as it is, or where the organization has
        one with this number; else the phone number. Raises StorageFault."""
        if not number.isdecimal():
            return number
        extension = self.directory.extension(ExtensionNumber(organization_id, number))
        return str(extension.number) if extension else number

    def names(self) -> Names:
        """What one more fax is called."""
        drawn = self.random_bits(ids.ID_RANDOM_BITS), self.random_bits(ids.UID_RANDOM_BITS)
        return Names(ids.new_id(self.now(), drawn[0]), ids.new_uid(drawn[1]))

    def receive(self, found: Delivery, attempt: Attempt) -> Received | NotReceived | None:
        """Copy the pages for a recipient that is an extension; the fax that it gets, which is not written yet. None
        where there are no such pages: then the fax is gone, or about to be. Raises StorageFault."""
        extension = self.directory.extension(ExtensionNumber(*found.recipient.destination.split("*")))
        if extension is None or extension.why_no_fax:
            return NotReceived()
        name = self.directory.organization_name(found.fax.organization_id)
        if not self.copies.copy(found.fax.uid, _uid(attempt), found.fax.pages):
            return None
        return Received(self._received(found.fax, attempt, extension, name))

    def discard(self, attempt: Attempt, pages: int) -> None:
        """Remove what was copied for a fax that is gone by now, unless the extension has its own. Raises
        StorageFault."""
        received = self.recipients.fax(attempt.carrier_id or "", self.now())
        if received is None or received.uid != attempt.received_uid:
            self.copies.delete(_uid(attempt), pages)

    def _received(self, fax: Fax, attempt: Attempt, extension: Extension, name: str | None) -> Fax:
        now = self.now()
        return Fax(
            id=attempt.carrier_id or "",
            uid=_uid(attempt),
            user_id=extension.owner_id,
            organization_id=extension.number.organization_id,
            extension=str(extension.number),
            recipients=(str(extension.number),),
            files=(),
            pages=fax.pages,
            status=Status.RECEIVED,
            created_at=now,
            # In whole seconds, as the table's time to live is.
            expires_at=(now + self.retention).replace(microsecond=0),
            completed_at=now,
            sandbox=fax.sandbox,
            sandbox_app=fax.sandbox_app,
            direction=Direction.IN,
            sender=Sender(fax.extension, name),
        )


def _uid(attempt: Attempt) -> str:
    if attempt.received_uid is None:
        raise ValueError("an attempt that names no fax to receive")
    return attempt.received_uid
