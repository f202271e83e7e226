"""New addresses for a fax that waits for its files: with all their time, or refused in words."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from faxes.errors import StateInvalid
from faxes.intake.inviting import ADDRESS_SECONDS, Invited, Inviting, Renewing
from faxes.intake.pending import Address
from faxes.lifecycle import FaxInFull
from faxes.model import Context, ExpectedFile, PendingFax, Principal, Status
from tests.support.faxes import NOW, fax
from tests.support.shown import MemoryFaxes

ALICE = Principal("alice", "0003", Context.USER, "her-app")
FILE = ExpectedFile(1, "scan.pdf", 1_000, "application/pdf", "1")
UPLOADING = fax(0, status=Status.UPLOADING, files=(), pages=0)
PENDING = PendingFax(UPLOADING, (FILE,), NOW + timedelta(hours=1, minutes=30), NOW + timedelta(days=2))


class Stores:
    """Where addresses are made and pending faxes kept open."""

    def __init__(self) -> None:
        self.closes_at: datetime | None = None

    def address(self, fax_id: str, file: ExpectedFile, seconds: int) -> Address:
        return Address(f"https://files/{fax_id}/{file.position}?{seconds}", {})

    def keep_open(self, pending: PendingFax, closes_at: datetime) -> PendingFax:
        self.closes_at = closes_at
        return replace(pending, closes_at=closes_at)


def renewed(stores: Any, age: timedelta) -> Invited:
    faxes = MemoryFaxes()
    faxes.keep(FaxInFull(UPLOADING, pending=PENDING))
    now = lambda: NOW + age  # noqa: E731
    renewing = Renewing(faxes, stores, Inviting(stores, now), now, 10.0)
    return renewing.renew(ALICE, "@me", "0003*210", UPLOADING.id, lambda: 28.0)


@pytest.mark.parametrize("age", [timedelta(0), timedelta(hours=2), timedelta(hours=19)], ids=str)
def test_new_addresses_have_all_their_time(age: timedelta) -> None:
    stores = Stores()
    made = renewed(stores, age)
    assert made.addresses == {1: Address(f"https://files/{UPLOADING.id}/1?{ADDRESS_SECONDS}", {})}
    assert made.ends_at == (NOW + age + timedelta(minutes=30)).replace(microsecond=0)
    # Until then an upload may begin; one on a slow line goes on for some time. The bytes lie there for a day.
    assert stores.closes_at is not None
    assert made.ends_at + timedelta(minutes=30) <= stores.closes_at <= NOW + timedelta(hours=20)


def test_a_fax_of_long_ago_gets_none_in_words() -> None:
    stores = Stores()
    with pytest.raises(StateInvalid) as raised:
        renewed(stores, timedelta(hours=19, milliseconds=1))
    assert (raised.value.reason, raised.value.message) == (
        "fax_uploading_for_too_long",
        f"Fax {UPLOADING.id} was announced more than 19 hours ago, and gets no new addresses; announce its files as a "
        "new fax.",
    )
    assert stores.closes_at is None
