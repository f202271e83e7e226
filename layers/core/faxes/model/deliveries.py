"""A fax on its way to its recipients, and each attempt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from faxes.model.fax import Reason


class RecipientStatus(StrEnum):
    """How far a fax has come to one of its recipients. ``IN_DOUBT``: the carrier was called, and did not say whether it
    took the fax."""

    WAITING = "waiting"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    PARTIALLY_SENT = "partially_sent"
    FAILED = "failed"
    CANCELED = "canceled"


class AttemptStatus(StrEnum):
    """How far one attempt has come. ``INTENT``: written before the carrier is called. ``ABANDONED``: it did not say
    whether it took the fax, and cannot take it any more."""

    INTENT = "intent"
    SUBMITTED = "submitted"
    IN_DOUBT = "in_doubt"
    ENDED = "ended"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a fax, from the moment that the fax's pages are ready.

    ``position`` counts from 1, in the order in which the fax names them; ``number`` is as the fax has it, and
    ``destination`` what is dialled, in the form in which one line has one name, or an extension of this deployment in
    full (``0003*211``). ``pages`` are the fax's. ``revision`` counts from 1 and grows with each change. ``attempt`` is
    the number of the latest attempt, 0 before the first. ``failures`` counts the attempts that failed, by their reason.
    ``pages_sent`` are confirmed, from the first on.
    ``in_line``: another call to the number is on, and this recipient is noted down for when it ends.
    ``reason`` is why it failed, or why it waits. It is given up at ``deadline_at``. ``due_at`` is when something is to
    be done with it, None once its status is final.
    """

    fax_id: str
    position: int
    organization_id: str
    number: str
    destination: str
    pages: int
    created_at: datetime
    deadline_at: datetime
    expires_at: datetime
    due_at: datetime | None
    status: RecipientStatus | str = RecipientStatus.WAITING
    revision: int = 1
    attempt: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    pages_sent: int = 0
    in_line: bool = False
    reason: Reason | str | None = None
    completed_at: datetime | None = None
    sandbox: bool = False

    @property
    def inside(self) -> bool:
        """Whether it is an extension of this deployment, which needs no line."""
        return "*" in self.destination


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send a fax to one of its recipients, written before the carrier is called.

    ``number`` counts from 1. ``reference`` names the attempt to the carrier, which says it back; ``carrier_id`` is the
    carrier's own name of it. ``carrier_code`` and ``detail`` are the carrier's words for how it ended. ``checks``
    counts how often the carrier was asked about it while it was in doubt; ``withdrawn_at`` is when its document was
    taken from where the carrier fetches it, and ``fetched`` whether it had been fetched by then, None where that cannot
    be told. ``seconds`` on the line. ``erased`` is what the carrier answered when what it kept was deleted there.
    ``first_page`` is the number of the page that it begins with, beyond 1 where it resumes a call that broke;
    ``confirmed_at`` is when a page was last confirmed, of it or of the attempts before it.
    ``estimate`` is what it costs by the operator's prices, which is taken of a day's money before the call; ``price``
    what the carrier says that it cost; in millionths of a dollar, None where nobody says.
    Where an extension receives the fax, ``carrier_id`` is the id of the fax that it gets, and ``received_uid`` that
    fax's uid, by which its objects are found before it is there.
    """

    fax_id: str
    position: int
    number: int
    carrier: str
    reference: str
    started_at: datetime
    expires_at: datetime
    status: AttemptStatus | str = AttemptStatus.INTENT
    checks: int = 0
    withdrawn_at: datetime | None = None
    fetched: bool | None = None
    carrier_id: str | None = None
    submitted_at: datetime | None = None
    ended_at: datetime | None = None
    reason: Reason | str | None = None
    carrier_code: str | None = None
    detail: str | None = None
    pages_sent: int = 0
    seconds: int | None = None
    remote_id: str | None = None
    erased: str | None = None
    first_page: int = 1
    confirmed_at: datetime | None = None
    received_uid: str | None = None
    estimate: int | None = None
    price: int | None = None
