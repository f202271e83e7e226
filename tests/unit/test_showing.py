"""What whoever has a fax's uid sees of it, and when that is nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from faxes.errors import Effect, FaxNotFound, StorageFailed, StorageFault
from faxes.model import RecipientStatus, Status
from faxes.showing import Picture, Publication, PublicFax, PublicRecipient, Showing
from tests.support.pages import NOW, UID, MemoryLinks, MemoryPublicFaxes, MemoryTimeZones, public


def showing(*faxes: PublicFax, on: bool = True, days: int = 30, now: datetime = NOW) -> Showing:
    return Showing(MemoryPublicFaxes(*faxes), MemoryTimeZones(), MemoryLinks(), Publication(on, days), now=lambda: now)


def test_a_fax_is_shown_with_its_recipients_and_the_end_of_its_page() -> None:
    made = showing(public(), days=7)
    assert isinstance(made.faxes, MemoryPublicFaxes)
    made.faxes.kept["1001"] = (PublicRecipient("7778888", RecipientStatus.SENT),)
    shown = made.page(UID, None)
    assert (shown.fax, shown.first, shown.recipients) == (public(), 1, made.faxes.kept["1001"])
    assert (shown.until, shown.now) == (public().created_at + timedelta(days=7), NOW)
    assert shown.time_zone == "Europe/Berlin"
    assert shown.pictures == {1: Picture(864, 1144), 2: Picture(864, 1100)}


def test_a_page_ends_with_its_fax_at_the_latest() -> None:
    assert showing(public(), days=90).page(UID, None).until == public().expires_at


@pytest.mark.parametrize(
    ("sent", "first", "pages"),
    [("21", 21, range(21, 41)), ("45", 45, [45]), ("46", 1, range(1, 21)), ("0", 1, range(1, 21))]
    + [(other, 1, range(1, 21)) for other in ("", "x", "-1", "1.5", "²", "1000", "021", "%3Cb%3E")],
)
def test_what_is_more_than_twenty_goes_on_from_a_number(sent: str, first: int, pages: object) -> None:
    made = showing(public(pages=45, pictures=(Picture(864, 1144),) * 45))
    shown = made.page(UID, sent)
    assert (shown.first, list(shown.pictures)) == (first, list(pages))  # type: ignore[call-overload]
    assert isinstance(made.faxes, MemoryPublicFaxes)
    assert made.faxes.reads == [UID, ("1001", first, first + 19)]


NOT_SHOWN = {
    "uploading": replace(public(), status="uploading"),
    "refused": replace(public(), status="refused"),
    "expired upload": replace(public(), status="expired"),
    "of a later release": replace(public(), status="of_a_later_release"),
    "revoked": replace(public(), page_revoked_at=NOW - timedelta(seconds=1)),
    "page ended": replace(public(), created_at=NOW - timedelta(days=30)),
    "fax ended": replace(public(), expires_at=NOW),
    "another's": replace(public(), uid="b" * 32),
}


@pytest.mark.parametrize("fax", NOT_SHOWN.values(), ids=list(NOT_SHOWN))
def test_what_is_not_shown_is_alike_after_the_same_read(fax: PublicFax) -> None:
    of_nobody = showing()
    made = showing()
    assert isinstance(made.faxes, MemoryPublicFaxes)
    assert isinstance(of_nobody.faxes, MemoryPublicFaxes)
    made.faxes.faxes[UID] = fax
    asks: list[Callable[[Showing], object]] = [
        lambda it: it.page(UID, None),
        lambda it: it.picture(UID, "1.png"),
        lambda it: it.document(UID, "document.pdf"),
    ]
    for ask in asks:
        errors = []
        for each in (made, of_nobody):
            with pytest.raises(FaxNotFound) as caught:
                ask(each)
            errors.append((caught.value.message, caught.value.reason))
        assert errors[0] == errors[1]
    assert made.faxes.reads == of_nobody.faxes.reads == [UID] * 3


# What is still uploaded, or ended without its files, has no record, by which a page is found.
PENDING = {Status.UPLOADING, Status.REFUSED, Status.EXPIRED}


@pytest.mark.parametrize("status", sorted(set(Status) - PENDING))
def test_every_other_state_is_shown(status: str) -> None:
    assert showing(public(status=status)).page(UID, None).fax.status == status


def test_nothing_is_read_where_no_fax_has_a_page_nor_for_what_is_no_uid() -> None:
    for made, uid in (
        (showing(public(), on=False), UID),
        *((showing(public()), no_uid) for no_uid in (UID.upper(), UID[1:], f"{UID}0", "", "../x", "é" * 32)),
    ):
        with pytest.raises(FaxNotFound):
            made.page(uid, None)
        assert isinstance(made.faxes, MemoryPublicFaxes)
        assert made.faxes.reads == []


def test_a_picture_and_both_documents_are_shown() -> None:
    made = showing(public())
    at = f"https://files.example/faxes/{UID}"
    assert made.picture(UID, "2.png") == f"{at}/page-2.png"
    assert made.document(UID, "document.tif") == f"{at}/pages.tif?image/tiff&fax.tif"
    assert made.document(UID, "document.pdf") == f"{at}/pages.pdf?application/pdf&fax.pdf"


@pytest.mark.parametrize(
    "name", ["0.png", "3.png", "01.png", "1.PNG", "1", "1.tif", "².png", "1.png.png", "-1.png", ""]
)
def test_there_is_no_other_picture(name: str) -> None:
    with pytest.raises(FaxNotFound):
        showing(public()).picture(UID, name)


@pytest.mark.parametrize("name", ["1.pdf", "document.txt", "document", "Document.pdf", "document.pdf/", ".pdf", ""])
def test_there_is_no_other_document(name: str) -> None:
    with pytest.raises(FaxNotFound):
        showing(public()).document(UID, name)


def test_before_the_pages_are_ready_there_is_neither() -> None:
    early = public(status=Status.RENDERING, pictures=(), sizes={})
    for name in ("document.pdf", "document.tif"):
        with pytest.raises(FaxNotFound):
            showing(early).document(UID, name)
    with pytest.raises(FaxNotFound):
        showing(early).picture(UID, "1.png")


def test_a_fax_that_cannot_be_read_is_a_fault() -> None:
    made = showing(public())
    assert isinstance(made.faxes, MemoryPublicFaxes)
    made.faxes.failure = StorageFault("Query", Effect.NONE, "how")
    with pytest.raises(StorageFailed) as caught:
        made.page(UID, None)
    assert (caught.value.reason, caught.value.cause) == ("fax_not_read", "Query: how")
