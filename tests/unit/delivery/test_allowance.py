"""What an attempt gives back of its organization's day: nothing where pages may have gone."""

import pytest

from faxes.delivery.allowance import Use, left_over
from faxes.model import Attempt, AttemptStatus, Reason
from tests.support.faxes import NOW

PAGES, ESTIMATE = 2, 60_000


def ended(reason: Reason | str | None, carrier_id: str | None = "c-1", pages_sent: int = 0) -> Attempt:
    return Attempt(
        "1001", 1, 1, "telnyx", "1001-001-01", NOW, NOW, status=AttemptStatus.ENDED, carrier_id=carrier_id,
        reason=reason, pages_sent=pages_sent, estimate=ESTIMATE,
    )  # fmt: skip


@pytest.mark.parametrize(
    "reason",
    [
        *(Reason.BUSY, Reason.NO_ANSWER, Reason.NO_ROUTE, Reason.NUMBER_INVALID, Reason.NUMBER_BLOCKED),
        *(Reason.CARRIER_UNAVAILABLE, Reason.CARRIER_REJECTED, Reason.DOCUMENT_TOO_LARGE),
    ],
)
def test_a_call_that_nobody_answered_gives_all_back(reason: Reason) -> None:
    assert left_over(ended(reason), PAGES) == Use(PAGES, ESTIMATE)


@pytest.mark.parametrize(
    "reason",
    [
        Reason.LINE_QUALITY,
        # A person took the call, which is paid all the same.
        Reason.NOT_A_FAX,
        Reason.LAST_PAGE_UNCONFIRMED,
        Reason.REMOTE_HUNG_UP,
        # It was stopped: by who sent it, or since it took too long. Until then pages went, or may have.
        Reason.TIMEOUT,
        Reason.CANCELED,
        # Nobody knows what became of it.
        Reason.OUTCOME_UNKNOWN,
        "of_a_later_release",
    ],
)
def test_a_call_in_which_pages_may_have_gone_gives_nothing_back(reason: Reason | str) -> None:
    assert left_over(ended(reason), PAGES) == Use(0)


def test_a_fax_that_was_sent_gives_nothing_back() -> None:
    assert left_over(ended(None, pages_sent=PAGES), PAGES) == Use(0)


def test_what_the_carrier_never_had_took_nothing_for_certain() -> None:
    assert left_over(ended(Reason.BUSY, carrier_id=None), PAGES) == Use(0)
