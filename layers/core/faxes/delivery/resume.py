"""Where an attempt begins: at page 1, or where a call broke after pages that the other machine confirmed.

A confirmed page is on paper at the other end, and is not sent again as long as whoever got it will know what belongs
together. The page that was cut may lie there in part, so the header line says that the call is resumed. HylaFAX sends
the rest as well; others do within an hour.
"""

from datetime import datetime, timedelta

from faxes.delivery.steps import Delivery, Terms
from faxes.model import Attempt, Recipient

# From the failure of the call that sent the last page.
WITHIN = timedelta(hours=1)


def first_page(delivery: Delivery, now: datetime, terms: Terms) -> int:
    """The number of the page that the next attempt begins with."""
    before = delivery.attempt
    if before is None or before.confirmed_at is None or not terms.counts_pages:
        return 1
    following = before.first_page + before.pages_sent
    late = now > before.confirmed_at + WITHIN / terms.speed
    # That all pages are confirmed of a call that failed contradicts itself.
    return 1 if late or following > delivery.recipient.pages else following


def pages_of(recipient: Recipient, attempt: Attempt) -> int:
    """How many pages an attempt sends."""
    return recipient.pages - attempt.first_page + 1


def confirmed(recipient: Recipient, attempt: Attempt | None) -> int:
    """How many pages of the fax have been confirmed, from the first on: the most at any time."""
    return max(recipient.pages_sent, attempt.first_page - 1 + attempt.pages_sent if attempt else 0)
