"""How many pages an organization may send in a day: taken before the carrier is called, given back where no page went.

What is taken and not given back, since a worker ended in between, counts until the day is over: no limit is passed.
"""

from datetime import datetime
from typing import Protocol

from faxes.delivery import retries
from faxes.model import Attempt, Reason


class Allowances(Protocol):
    """Each organization's pages of a day (UTC). Each call raises StorageFault where it cannot be made."""

    def take(self, organization_id: str, pages: int, at: datetime) -> bool:
        """Take pages of the day, all of them or none: whether there were so many."""
        ...

    def give_back(self, organization_id: str, pages: int, at: datetime) -> None:
        """Give back what was taken at this time."""
        ...


class NoLimits:
    """Implements ``Allowances`` where pages cost nothing."""

    def take(self, organization_id: str, pages: int, at: datetime) -> bool:
        return True

    def give_back(self, organization_id: str, pages: int, at: datetime) -> None:
        return


def unused(ended: Attempt) -> bool:
    """Whether an attempt that has ended took pages, and certainly sent none. Only one that the carrier took has taken
    them for certain; and where a machine answered, pages may have gone before the call broke."""
    reason = ended.reason
    answered = reason not in Reason or retries.TABLE[Reason(str(reason))].tries
    return ended.carrier_id is not None and ended.pages_sent == 0 and not answered
