"""What delivery needs beside a carrier: where recipients are kept, what an attempt sends, and what has a recipient
looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from faxes.delivery.steps import Change, Delivery
from faxes.lifecycle import FaxEvent
from faxes.model import Attempt, Extension, ExtensionNumber, Fax, Reason, Recipient


class Moved(Exception):
    """What was read has changed since, or is gone: nothing was written."""


class IdTaken(Exception):
    """Another fax has the id of the one to be received: nothing was written."""


class NumberTaken(Exception):
    """Another recipient has the number's line, until then at most: nothing was written."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


@dataclass(frozen=True, slots=True)
class Write:
    """A recipient's change with what it does to the record of its fax, at this time (UTC)."""

    before: Delivery
    change: Change
    fax: Fax
    fax_event: FaxEvent | None
    at: datetime


class Recipients(Protocol):
    """Where recipients, their attempts and the numbers' lines are. Each call raises StorageFault where it cannot be
    made; being made twice by the same call is the same as once."""

    def fax(self, fax_id: str, now: datetime) -> Fax | None:
        """A fax's record as last written, or None where there is none or its time is over."""
        ...

    def load(self, fax_id: str, position: int, now: datetime) -> Delivery | None:
        """A recipient as last written, with its fax and its latest attempt; None where there is none, its fax is gone,
        or its time is over."""
        ...

    def attempt(self, fax_id: str, position: int, number: int) -> Attempt | None:
        """An attempt as last written."""
        ...

    def open(self, fax_id: str) -> dict[int, bool]:
        """The positions of a fax's recipients that are there, and whether each has not ended."""
        ...

    def add(self, before: Fax, after: Fax, recipients: Sequence[Recipient]) -> None:
        """Write new recipients, at most 97, and the record with them. Raises Moved."""
        ...

    def erased(self, attempt: Attempt, answer: str) -> None:
        """Note with an attempt that has ended what the carrier answered when what it kept was deleted there."""
        ...

    def wait(self, before: Fax, after: Fax) -> None:
        """Write that a fax waits for a carrier, and until when at most. Raises Moved."""
        ...

    def write(self, write: Write) -> tuple[str, int] | None:
        """Write a change with its events, all of it or nothing, and what it does to the number's line: who stands first
        in line gets it and is due at once, and is returned (fax, position). A received fax is written with it, with
        the pages as the fax that was sent has them. Raises Moved, NumberTaken or IdTaken."""
        ...


class Directory(Protocol):
    """Who can receive a fax. Each call raises StorageFault where it cannot be made."""

    def extension(self, number: ExtensionNumber) -> Extension | None:
        """The extension with this number, or None."""
        ...

    def organization_name(self, organization_id: str) -> str | None:
        """What an organization is called, None where it has no name or is not known."""
        ...


class PageCopies(Protocol):
    """Where faxes' pages are. Each call raises StorageFault where it cannot be made."""

    def copy(self, from_uid: str, to_uid: str, pages: int) -> bool:
        """Copy all that a fax of so many pages has of them to another's place, in place of what lies there; False where
        something of it is not there."""
        ...

    def delete(self, uid: str, pages: int) -> None:
        """Remove all that a fax of so many pages has of them."""
        ...


class NotOffered(Exception):
    """An attempt's document could not be put where the carrier fetches it, so that it is not called; ``reason`` says
    whether that may be other the next time."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Documents(Protocol):
    """What each attempt sends: a file of its own, where the carrier fetches it."""

    def offer(self, found: Delivery, *, stamped: bool) -> str:
        """Put the latest attempt's document where it is fetched, ``stamped`` with a header line: its S3 key. Done
        twice, it is the same. Raises NotOffered."""
        ...

    def withdraw(self, reference: str) -> None:
        """Take an attempt's document away, for good. Raises StorageFault where it may still be there."""
        ...

    def forget(self, reference: str) -> None:
        """The same where nobody fetches it any more. Raises nothing: what stays is removed after some days."""
        ...


class Bells(Protocol):
    """What has a recipient, or a whole fax, looked at. A bell may be lost, and the sweep finds what is due."""

    def ring(self, fax_id: str, position: int, organization_id: str, after: timedelta) -> None:
        """After so long, which may be nothing; what is later than a queue can wait is the sweep's. Raises nothing."""
        ...

    def over(self, reference: str, organization_id: str) -> None:
        """In a moment, have nothing of an attempt stay at the carrier. Raises StorageFault: nothing that is due would
        have that done later."""
        ...
