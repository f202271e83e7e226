"""How many pages an organization may send in a day, and what they may cost: taken before the carrier is called, given
back where no page went.

What is taken and not given back, since a worker ended in between, counts until the day is over: no limit is passed.
What a call costs is an estimate, by the prices that the operator states; where the carrier tells a price in the end,
that one counts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from faxes.model import Attempt, DialPlan, Reason

# The limits, as an attempt's code says which one is reached.
PAGES, MONEY, NO_PRICE = "pages_per_day", "dollars_per_day", "no_price"

# Of these it is certain that nobody answered. All else costs what was estimated: also a call that a person took, one
# that was canceled in the middle, and one of which nobody knows the end.
_UNANSWERED = frozenset(
    {
        Reason.BUSY,
        Reason.NO_ANSWER,
        Reason.NO_ROUTE,
        Reason.NUMBER_INVALID,
        Reason.NUMBER_BLOCKED,
        Reason.CARRIER_UNAVAILABLE,
        Reason.CARRIER_REJECTED,
        Reason.DOCUMENT_TOO_LARGE,
    }
)


@dataclass(frozen=True, slots=True)
class Use:
    """Pages, and millionths of a dollar, of a day."""

    pages: int
    money: int = 0

    def __bool__(self) -> bool:
        return bool(self.pages or self.money)


class Allowances(Protocol):
    """What each organization has used of a day (UTC). Each call raises StorageFault where it cannot be made."""

    def take(self, organization_id: str, plan: DialPlan, use: Use, at: datetime) -> str | None:
        """Take this of the day, all of it or nothing, where the plan has a limit: which limit has not so much left, as
        one of the words above; None where it is taken."""
        ...

    def give_back(self, organization_id: str, use: Use, at: datetime) -> None:
        """Give back what was taken at this time; less than nothing of money is what it cost more."""
        ...


class NoLimits:
    """Implements ``Allowances`` where pages cost nothing."""

    def take(self, organization_id: str, plan: DialPlan, use: Use, at: datetime) -> str | None:
        return None

    def give_back(self, organization_id: str, use: Use, at: datetime) -> None:
        return


def left_over(ended: Attempt, pages: int) -> Use:
    """What an attempt that has ended took of the day and did not use; it was of so many pages. Only one that the
    carrier has taken took something for certain; and where somebody answered, the call is paid, and pages may have gone
    before it broke or was stopped."""
    if ended.carrier_id is None:
        return Use(0)
    unused = ended.pages_sent == 0 and ended.reason in _UNANSWERED
    taken = ended.estimate or 0
    cost = ended.price if ended.price is not None else 0 if unused else taken
    return Use(pages if unused else 0, taken - cost)
