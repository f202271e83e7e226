"""The port: what delivery asks of whoever has the lines. One module of ``carriers`` for each vendor implements it.

A carrier has no key that makes two requests one, so a request that was not answered is never repeated: the carrier is
asked for the attempt's reference instead. It fetches the document of an attempt from where it is offered to that
attempt alone. Once it is withdrawn there, a request that the carrier takes up late finds nothing that it could send.
What a carrier says by itself (a webhook) is a bell: it says which attempt to ask about, and nothing is believed of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from faxes.model import Reason


@dataclass(frozen=True, slots=True)
class Call:
    """What is to be sent. ``reference`` names the attempt to the carrier, which says it back; ``document`` is the S3
    key of the attempt's own TIFF-F file, which nothing else is in; ``number`` is what is dialled; ``pages`` counts the
    document's. ``caller`` is the number that the fax comes from, None for the account's."""

    reference: str
    number: str
    document: str
    pages: int
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has the fax, and names it so."""

    carrier_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier certainly did not take the fax: it said so, or the request never reached it."""

    reason: Reason
    code: str | None = None
    detail: str | None = None
    # It is the account that is refused, and would be for any other fax.
    of_account: bool = False


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Whether the carrier took the fax is not known: no answer came, or none that can be read."""


class CallState(StrEnum):
    """What the carrier says of a fax that it took."""

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Report:
    """What the carrier says of a fax that it took. ``pages_sent`` are confirmed by the machine at the other end;
    ``code`` and ``detail`` are the carrier's own words; ``seconds`` on the line; ``remote_id`` is what that machine
    calls itself; ``price`` is what it cost, in millionths of a dollar, None where the carrier does not say."""

    state: CallState
    pages_sent: int = 0
    reason: Reason | None = None
    code: str | None = None
    detail: str | None = None
    seconds: int | None = None
    remote_id: str | None = None
    price: int | None = None
    # As with Refused.
    of_account: bool = False


class CarrierSilent(Exception):
    """The carrier did not answer a question, or not so that it can be read. Nothing is known that was not before."""


class Carrier(Protocol):
    """Whoever has the lines. ``stamps_header``: it writes a header line of its own on each page, so that ours stays
    away. ``counts_pages``: of a call that failed, it says how many pages the other machine confirmed, so that the rest
    can follow."""

    name: ClassVar[str]
    # Whether it keeps something of a fax that has ended, which is then to be deleted there.
    keeps: ClassVar[bool]
    stamps_header: ClassVar[bool]
    counts_pages: ClassVar[bool]

    def submit(self, call: Call) -> Accepted | Refused | NoAnswer:
        """Offer the document, and ask that it be sent. Raises nothing for what the carrier or the network does."""
        ...

    def find(self, reference: str, number: str, since: datetime, named: str | None = None) -> str | None:
        """The carrier's name of the fax with this reference, or None where it has none: it may list it later. The fax
        is to this number, and was submitted after ``since``; ``named`` is what a report calls it, which is asked
        about first. Raises CarrierSilent."""
        ...

    def fetch(self, carrier_id: str, pages: int) -> Report:
        """What the carrier says of a fax that it took, whose document has so many pages. Raises CarrierSilent."""
        ...

    def cancel(self, carrier_id: str) -> bool:
        """Ask that a fax be stopped: whether that was taken. Raises CarrierSilent."""
        ...

    def withdraw(self, reference: str) -> bool | None:
        """Take the attempt's document from where it is offered, for good: whether the carrier had fetched it by then,
        None where that cannot be told. Raises CarrierSilent where it may still be there."""
        ...

    def erase(self, carrier_id: str) -> str:
        """Have what the carrier keeps of a fax that has ended deleted there: its answer. Raises CarrierSilent."""
        ...
