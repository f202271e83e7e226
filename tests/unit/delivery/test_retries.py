"""The retry table: what the law allows, and that each reason has its row."""

from datetime import timedelta

import pytest

from faxes.delivery import retries
from faxes.model import Reason

# No attempt ends for one of these.
NO_ATTEMPT = {Reason.NO_CARRIER, Reason.RENDER_FAILED, Reason.CANCELED}


def test_each_reason_of_an_attempt_has_a_row() -> None:
    assert set(retries.TABLE) == set(Reason) - NO_ATTEMPT


@pytest.mark.parametrize("reason", retries.TABLE)
def test_a_series_stays_within_the_law(reason: Reason) -> None:
    """At most 15 calls, a minute apart; where something else than a fax machine answers, one further call."""
    row = retries.TABLE[reason]
    count, total = 0, timedelta()
    while count < 200:
        count += 1
        wait = retries.wait({reason: count}, reason, f"1-001-{count:02}")
        if wait is None:
            break
        total += wait
        assert wait >= timedelta(seconds=60) or row.tries or not row.dials
    assert not row.dials or count <= 15
    assert reason is not Reason.NOT_A_FAX or count == 2
    assert row.most is None or count <= row.most


def test_a_mixed_series_ends_with_what_was_dialled_and_what_was_answered() -> None:
    assert retries.wait({Reason.BUSY: 11, Reason.NO_ANSWER: 3}, Reason.BUSY, "1-001-14") is not None
    assert retries.wait({Reason.BUSY: 12, Reason.NO_ANSWER: 3}, Reason.BUSY, "1-001-15") is None
    assert retries.wait({Reason.LINE_QUALITY: 2, Reason.REMOTE_HUNG_UP: 1}, Reason.LINE_QUALITY, "1-001-03") is not None
    assert retries.wait({Reason.LINE_QUALITY: 2, Reason.REMOTE_HUNG_UP: 2}, Reason.LINE_QUALITY, "1-001-04") is None
    # What reached nobody's line does not count.
    assert retries.wait({Reason.CARRIER_UNAVAILABLE: 40, Reason.BUSY: 1}, Reason.BUSY, "1-001-41") is not None


def test_a_word_of_a_later_release_counts_as_nothing() -> None:
    assert retries.wait({"beamed": 40, Reason.BUSY: 1}, Reason.BUSY, "1-001-41") is not None


def test_the_wait_of_an_attempt_is_always_the_same_and_others_differ() -> None:
    waits = {retries.wait({Reason.BUSY: 1}, Reason.BUSY, f"{fax}-001-01") for fax in range(100) for _ in range(2)}
    assert len(waits) == 100
    assert all(wait and timedelta(seconds=96) <= wait <= timedelta(seconds=144) for wait in waits)
