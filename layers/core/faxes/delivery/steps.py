"""What the policy is asked and what it answers: a recipient as it was read, what happens, what is to be done."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from faxes.delivery.carrier import Accepted, NoAnswer, Refused, Report
from faxes.lifecycle import FINAL_FOR_A_RECIPIENT, RecipientEvent
from faxes.model import Attempt, Fax, Recipient
from faxes.prices import Price


@dataclass(frozen=True, slots=True)
class Terms:
    """``carrier`` is the name of the one there is, None where there is none. ``speed`` divides every wait, for a
    simulated network. ``counts_pages``: of a call that failed, it says how many pages were confirmed. ``price`` is what
    the operator says that a call to this recipient costs, None where they do not."""

    carrier: str | None
    speed: float = 1
    counts_pages: bool = False
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What a fax is called that an extension receives, drawn before it is copied."""

    id: str
    uid: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A recipient as it was read, with the record of its fax and its latest attempt, None before the first."""

    fax: Fax
    recipient: Recipient
    attempt: Attempt | None


@dataclass(frozen=True, slots=True)
class Due:
    """A message, or the sweep, says that it may be time; ``rang``: the carrier has something to say."""

    rang: bool = False


@dataclass(frozen=True, slots=True)
class NumberInUse:
    """Another call to the number is on, until then at most."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Absent:
    """The carrier lists no fax with the attempt's reference."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The document cannot be fetched any more; ``fetched`` is whether it had been."""

    fetched: bool | None


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """The carrier was asked to stop the call; what became of it, it says when asked."""


@dataclass(frozen=True, slots=True)
class Silent:
    """The carrier did not answer a question."""


@dataclass(frozen=True, slots=True)
class EarlierDelivered:
    """An attempt before the latest one, which was given up, is said to have sent the fax after all."""

    attempt: Attempt
    report: Report


@dataclass(frozen=True, slots=True)
class Received:
    """The extension takes the fax, whose pages are copied: this is the one that it gets."""

    fax: Fax


@dataclass(frozen=True, slots=True)
class NotReceived:
    """There is no such extension, or it takes no fax."""


@dataclass(frozen=True, slots=True)
class NameTaken:
    """Another fax has the id that was drawn for the one to be received."""


type Event = (
    Due
    | NumberInUse
    | Accepted
    | Refused
    | NoAnswer
    | Absent
    | Withdrawn
    | CancelAsked
    | Silent
    | Report
    | EarlierDelivered
    | Received
    | NotReceived
    | NameTaken
)


class Ask(StrEnum):
    """What is asked of the carrier about the latest attempt; ``RECEIVE``: of the extension, to take the fax."""

    SUBMIT = "submit"
    FIND = "find"
    FETCH = "fetch"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    RECEIVE = "receive"


@dataclass(frozen=True, slots=True)
class Change:
    """What is written at once or not at all, if the recipient is still as it was read.

    ``event`` is None where it only waits longer. ``attempt`` is one that changes with it. ``line_until``: it takes its
    number's line until then at most. ``leaves_line``: it has it, or stands in line for it, no longer. ``received`` is
    the fax that an extension gets by it.
    """

    event: RecipientEvent | None
    recipient: Recipient
    attempt: Attempt | None = None
    line_until: datetime | None = None
    received: Fax | None = None

    @property
    def leaves_line(self) -> bool:
        if self.recipient.inside:
            return False
        ended = self.recipient.status in FINAL_FOR_A_RECIPIENT
        return ended or self.event is RecipientEvent.RETRIED


@dataclass(frozen=True, slots=True)
class Step:
    """What is written first, and what is then asked of the carrier."""

    change: Change | None = None
    ask: Ask | None = None


NOTHING = Step()
