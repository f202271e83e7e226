"""Which failures are tried again, after how long, and how often.

What the law limits is no setting. In the United States 47 CFR 68.318(b) allows 15 attempts to a busy number in a
series, at least a minute apart after one that was not answered, and one further call where something else than a fax
machine answered. Many European countries allow 15 attempts to a number, 5 s apart. HylaFAX waits 3 minutes where the
line is busy, 5 where nobody answers and 1 after an error of the protocol; it dials 12 times and gets through 3 times
at most, and once alone where no carrier tone came, so that nobody's telephone rings all day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zlib import crc32

from faxes.model import Reason

# Of all attempts, and of those that a fax machine answered.
MOST_DIALS, MOST_TRIES = 15, 4
# Waits are as much shorter or longer, so that what failed together does not come back together.
_JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Row:
    """``minutes`` before the attempts after the first failure, the second ...; the last of them for all that follow.
    ``most`` failures for this reason, the last of which ends the recipient; None: as many as come before the deadline.
    ``dials``: somebody's line was used. ``tries``: a fax machine answered."""

    minutes: tuple[int, ...]
    most: int | None
    dials: bool = True
    tries: bool = False


_LINE = Row((1, 5, 15, 30), 4, tries=True)
_NEVER = Row((), 1)

TABLE: Mapping[Reason, Row] = {
    # The line is used by another call, which ends.
    Reason.BUSY: Row((2, 3, 5, 5, 10, 10, 15, 15, 30, 30, 60), 15),
    Reason.NO_ANSWER: Row((5, 15, 60, 180), 4),
    # A person was rung up: one further call, in case that it was a machine that started late.
    Reason.NOT_A_FAX: Row((15,), 2),
    Reason.LINE_QUALITY: _LINE,
    Reason.REMOTE_HUNG_UP: _LINE,
    # The carrier's own troubles, which reach nobody's line.
    Reason.CARRIER_UNAVAILABLE: Row((1, 2, 5, 15, 30), None, dials=False),
    # Tomorrow there are pages again, or as soon as a call sent none.
    Reason.DAILY_LIMIT: Row((60,), None, dials=False),
    Reason.NO_ROUTE: Row((1, 2, 5, 15, 30), 5, dials=False),
    # The carrier never had it, or could not fetch the document any more.
    Reason.OUTCOME_UNKNOWN: Row((1, 5, 15), 4, dials=False),
    Reason.TIMEOUT: Row((15,), 2),
    # The far end's owner refuses calls.
    Reason.NUMBER_BLOCKED: Row((30,), 2),
    # Sent again as it is, it fails again.
    Reason.NUMBER_INVALID: _NEVER,
    Reason.CARRIER_REJECTED: _NEVER,
    Reason.PAGE_TOO_LONG: _NEVER,
    Reason.RESOLUTION_REFUSED: _NEVER,
    Reason.DOCUMENT_TOO_LARGE: _NEVER,
    # Every page went, and perhaps came: a second copy is what nobody wants.
    Reason.LAST_PAGE_UNCONFIRMED: _NEVER,
    # What no row was written for.
    Reason.INTERNAL: Row((2,), 2, tries=True),
}


def wait(failures: Mapping[str, int], reason: Reason, reference: str) -> timedelta | None:
    """How long to wait after the attempt of this reference, which failed for this reason, or None where no further one
    is made. ``failures`` counts all that failed, this one included."""
    row = TABLE[reason]
    count = failures[reason]
    if row.most is not None and count >= row.most:
        return None
    if row.dials and (_count(failures, "dials") >= MOST_DIALS or _count(failures, "tries") >= MOST_TRIES):
        return None
    minutes = row.minutes[min(count, len(row.minutes)) - 1]
    share = crc32(reference.encode()) / 2**32
    return timedelta(minutes=minutes * (1 + _JITTER * (2 * share - 1)))


def _count(failures: Mapping[str, int], attribute: str) -> int:
    # A word of a later release's has no row here.
    rows = [(TABLE[Reason(word)], count) for word, count in failures.items() if word in Reason]
    return sum(count for row, count in rows if getattr(row, attribute))
