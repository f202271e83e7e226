"""What a call costs the operator, by the prices that they state: few carriers tell one, and none before a call.

Amounts of money are whole millionths of a US dollar, so that nothing is rounded where it is added up. A price holds for
the numbers that begin with its digits; where several do, it is that of the longest.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

DOLLAR = 1_000_000
_AMOUNT = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,6}))?")


@dataclass(frozen=True, slots=True)
class Price:
    """In millionths of a dollar: for each page, and for each call."""

    page: int
    call: int = 0

    def of(self, pages: int) -> int:
        """What a call that sends so many pages costs at most."""
        return self.call + pages * self.page


# By the first digits of a number in full (E.164, with its +); "+" is any number.
type Prices = Mapping[str, Price]


def price_to(prices: Prices, number: str) -> Price | None:
    """What a call to a number in full costs, None where no price is stated for it."""
    longest = max((digits for digits in prices if number.startswith(digits)), key=len, default=None)
    return prices[longest] if longest is not None else None


def amount_of(text: str) -> int | None:
    """``0.0075`` in millionths of a dollar; None where it is no amount of at most six digits before and after the
    point."""
    read = _AMOUNT.fullmatch(text)
    return int(read[1]) * DOLLAR + int((read[2] or "").ljust(6, "0")) if read else None


def told(amount: int) -> str:
    """An amount as people read it: ``$0.0075``, with two digits after the point at least."""
    whole, parts = divmod(amount, DOLLAR)
    digits = f"{parts:06}".rstrip("0").ljust(2, "0")
    return f"${whole}.{digits}"
