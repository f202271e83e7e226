"""What an attempt sends: the fax's pages, with the header line of this attempt."""

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

import pytest

from faxes.delivery.ports import NotOffered
from faxes.delivery.stamping import Sender, StampedDocuments
from faxes.delivery.steps import Delivery
from faxes.errors import Effect, StorageFault
from faxes.ids import document_key, tiff_key
from faxes.model import Attempt, Counts, Fax, Reason, Recipient, Status
from faxes.pages import Resolution, tiff
from faxes.pages.header import COLUMNS, drawn
from tests.support.faxes import NOW, fax
from tests.support.sheets import beneath, halves, tiff_of

FAX = fax(1, status=Status.SENDING, counts=Counts(open=1), pages=3)
RECIPIENT = Recipient(
    fax_id=FAX.id,
    position=1,
    organization_id="0003",
    number="+12125550001",
    destination="+12125550001",
    pages=3,
    created_at=NOW,
    deadline_at=NOW,
    expires_at=FAX.expires_at,
    due_at=NOW,
    sandbox=True,
)
ATTEMPT = Attempt(
    fax_id=FAX.id,
    position=1,
    number=1,
    carrier="simulator",
    reference="1001-001-01",
    started_at=datetime(2026, 7, 1, 22, 30, 59, tzinfo=UTC),
    expires_at=FAX.expires_at,
)
FOUND = Delivery(FAX, RECIPIENT, ATTEMPT)
KEY = document_key(ATTEMPT.reference)
BROKEN = StorageFault("GetObject", Effect.NONE, "broken")


class Reading(io.BytesIO):
    """A file, each read of which may fail."""

    def __init__(self, content: bytes, call: Callable[[str], None]) -> None:
        super().__init__(content)
        self.call = call

    def read(self, count: int | None = -1, /) -> bytes:
        self.call("read")
        return super().read(count)


class Around:
    """Where files are, and who sends; ``breaks`` are the calls that fail. ``read_up_to`` is how far a file was read
    when each part of another was written."""

    def __init__(self, content: bytes, *breaks: str) -> None:
        self.files = {tiff_key(FAX.uid): content}
        self.breaks = breaks
        self.time_zone: str | None = "Europe/Berlin"
        self.failed: list[Exception] = []
        self.read_up_to: list[int] = []
        self.documents = StampedDocuments(self, self, self.failed.append)

    def _call(self, name: str) -> None:
        if name in self.breaks:
            raise BROKEN

    def sender(self, fax: Fax) -> Sender:
        self._call("sender")
        return Sender("Example Ltd", "+493023125000", self.time_zone)

    @contextmanager
    def open(self, key: str) -> Iterator[Reading]:
        self._call("open")
        self.reading = Reading(self.files[key], self._call)
        yield self.reading
        self.reading.close()

    def put(self, key: str, parts: Iterable[bytes]) -> None:
        content = b""
        for part in parts:
            content += part
            self.read_up_to.append(self.reading.tell())
        self._call("put")
        self.files[key] = content

    def delete(self, key: str) -> None:
        self._call("delete")
        self.files.pop(key, None)


def line(at: str, page: int, *words: str) -> str:
    right = "  ".join((f"page {page} of 3", *words))
    return f"{at}  Example Ltd  +493023125000  to +12125550001".ljust(COLUMNS - len(right)) + right


@pytest.mark.parametrize("resolution", Resolution)
def test_each_page_says_who_sends_it_when_to_whom_and_which_it_is(resolution: Resolution) -> None:
    around = Around(tiff_of(3, resolution))
    assert around.documents.offer(FOUND, stamped=True) == KEY
    assert halves(around.files[KEY]) == [
        (drawn(line("2026-07-02 00:30 +0200", page, "SIMULATED"), resolution), beneath(page)) for page in (1, 2, 3)
    ]
    # The fax's own pages are for the next attempt.
    assert around.files[tiff_key(FAX.uid)] == tiff_of(3, resolution)
    again = around.files[KEY]
    assert around.documents.offer(FOUND, stamped=True) == KEY
    assert around.files[KEY] == again


@pytest.mark.parametrize("is_stamped", [True, False])
def test_a_page_is_written_before_the_next_is_read(is_stamped: bool) -> None:
    around = Around(tiff_of(50))
    around.documents.offer(FOUND, stamped=is_stamped)
    assert len(tiff.read(around.files[KEY])) == 50
    beginning, *ends = accumulate(map(len, tiff.written(tiff.read(tiff_of(50)), 50)))
    # The first page's directory says how many there are.
    assert around.read_up_to == [beginning + 214, *ends]


@pytest.mark.parametrize("is_stamped", [True, False])
def test_a_call_that_is_resumed_sends_the_rest_with_its_own_numbers(is_stamped: bool) -> None:
    around = Around(tiff_of(3))
    found = Delivery(FAX, RECIPIENT, replace(ATTEMPT, first_page=3))
    [(header, rows)] = halves(around.files[around.documents.offer(found, stamped=is_stamped)])
    assert rows == beneath(3)
    said = drawn(line("2026-07-02 00:30 +0200", 3, "resumed", "SIMULATED"), Resolution.FINE)
    assert header == (said if is_stamped else bytes(len(said)))
    # Of a file with less pages than the fax has, nothing is sent.
    with pytest.raises(NotOffered):
        Around(tiff_of(2)).documents.offer(found, stamped=is_stamped)


def test_the_line_is_the_attempts() -> None:
    around = Around(tiff_of(3))
    later = replace(ATTEMPT, number=2, reference="1001-001-02", started_at=datetime(2026, 12, 24, 8, 0, tzinfo=UTC))
    found = Delivery(FAX, replace(RECIPIENT, sandbox=False), later)
    (first, _), *_ = halves(around.files[around.documents.offer(found, stamped=True)])
    assert first == drawn(line("2026-12-24 09:00 +0100", 1), Resolution.FINE)


@pytest.mark.parametrize("zone", [None, "", "Atlantis/Capital", "../zone", "Europe"])
def test_a_time_zone_that_is_not_known_is_utc(zone: str | None) -> None:
    around = Around(tiff_of(3))
    around.time_zone = zone
    (first, _), *_ = halves(around.files[around.documents.offer(FOUND, stamped=True)])
    assert first == drawn(line("2026-07-01 22:30 +0000", 1, "SIMULATED"), Resolution.FINE)


def test_where_the_carrier_stamps_pages_go_as_they_are() -> None:
    around = Around(tiff_of(3), "sender")
    assert around.documents.offer(FOUND, stamped=False) == KEY
    assert around.files[KEY] == tiff_of(3)


@pytest.mark.parametrize("breaks", ["open", "read", "put", "sender"])
def test_what_passes_is_tried_again_and_told(breaks: str) -> None:
    around = Around(tiff_of(3), breaks)
    with pytest.raises(NotOffered) as caught:
        around.documents.offer(FOUND, stamped=True)
    assert caught.value.reason is Reason.CARRIER_UNAVAILABLE
    assert around.failed == [BROKEN]


@pytest.mark.parametrize("content", [b"", b"not pages", tiff_of(3)[:-1], tiff_of(3) + b"\0"])
def test_pages_that_are_none_are_never_sent(content: bytes) -> None:
    around = Around(content)
    with pytest.raises(NotOffered) as caught:
        around.documents.offer(FOUND, stamped=True)
    assert caught.value.reason is Reason.INTERNAL
    assert KEY not in around.files
    assert len(around.failed) == 1


def test_a_document_is_withdrawn_or_it_is_said_that_it_may_be_there() -> None:
    around: Any = Around(tiff_of(3))
    around.documents.offer(FOUND, stamped=True)
    around.documents.withdraw(ATTEMPT.reference)
    assert set(around.files) == {tiff_key(FAX.uid)}
    around.breaks = ("delete",)
    with pytest.raises(StorageFault):
        around.documents.withdraw(ATTEMPT.reference)


def test_a_document_that_nobody_fetches_any_more_goes_or_that_is_told() -> None:
    around: Any = Around(tiff_of(3))
    around.documents.offer(FOUND, stamped=True)
    around.documents.forget(ATTEMPT.reference)
    assert set(around.files) == {tiff_key(FAX.uid)}
    around.breaks = ("delete",)
    around.documents.forget(ATTEMPT.reference)
    assert around.failed == [BROKEN]
