"""What a call costs: exact amounts, and the price of the longest digits that a number begins with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.prices import DOLLAR, Price, amount_of, price_to, told

PRICES = {"+": Price(1), "+1": Price(2), "+1876": Price(3, 4), "+49": Price(5)}


@pytest.mark.parametrize(
    ("number", "price"),
    [
        ("+12025550101", Price(2)),
        ("+18765550101", Price(3, 4)),
        ("+493023125000", Price(5)),
        ("+4", Price(1)),
        # What no full number could be made of, the carrier refuses.
        ("112", None),
    ],
)
def test_the_longest_digits_count(number: str, price: Price | None) -> None:
    assert price_to(PRICES, number) == price


def test_without_a_price_for_any_number_some_have_none() -> None:
    assert price_to({"+1": Price(2)}, "+493023125000") is None
    assert price_to({}, "+493023125000") is None


def test_a_call_costs_its_pages_and_itself() -> None:
    assert [Price(3, 4).of(pages) for pages in (1, 2, 999)] == [7, 10, 3_001]


@pytest.mark.parametrize(
    ("text", "amount", "said"),
    [
        ("0", 0, "$0.00"),
        ("0.0075", 7_500, "$0.0075"),
        ("0.000001", 1, "$0.000001"),
        ("12", 12 * DOLLAR, "$12.00"),
        ("12.5", 12_500_000, "$12.50"),
        ("999999.999999", 10**12 - 1, "$999999.999999"),
    ],
)
def test_an_amount_is_exact(text: str, amount: int, said: str) -> None:
    assert (amount_of(text), told(amount)) == (amount, said)


@pytest.mark.parametrize(
    "text", ["", ".5", "5.", "-1", "1e3", "0.0000001", "1000000", "1,5", "0.5 ", "\u0665", "$1", "nan"]
)
def test_what_is_no_amount(text: str) -> None:
    assert amount_of(text) is None


@given(st.integers(0, 10**12 - 1))
def test_what_is_said_is_read_again(amount: int) -> None:
    assert amount_of(told(amount).removeprefix("$")) == amount
