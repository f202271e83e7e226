"""The use case: every check in the contract's order, and what is stored when they pass, or when storing fails."""

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes.errors import (
    Effect,
    ExtensionInvalid,
    FaxError,
    FileInvalid,
    OutcomeUnknown,
    RecipientsInvalid,
    StorageFailed,
    StorageFault,
    TooManyFiles,
    UserInvalid,
)
from faxes.ids import new_id
from faxes.model import Fax, IdempotencyRecord, Kind, Status, StoredFile, Upload
from tests.support.memory import MemoryFaxStore
from tests.support.submitting import NOTE, NOW, SCAN, TO_ONE, UID, Service
from tools.limits import default_limits


def test_an_accepted_fax_is_stored_whole() -> None:
    service = Service()
    fax = service.submit({"recipients": ["+49 (30) 123-456", "0003*211"]}, NOTE, SCAN)
    assert fax == Fax(
        id=str(28_211_415_123 << 12 | 7 << 1),
        uid=UID,
        user_id="alice",
        organization_id="0003",
        extension="0003*210",
        recipients=("+4930123456", "0003*211"),
        files=(
            StoredFile(1, "note.txt", Kind.TXT, 14, hashlib.sha256(NOTE.content).hexdigest(), f"faxes/{UID}/1.txt", 1),
            StoredFile(
                2,
                "scan.tif",
                Kind.TIF,
                len(SCAN.content),
                hashlib.sha256(SCAN.content).hexdigest(),
                f"faxes/{UID}/2.tif",
                3,
            ),
        ),
        pages=4,
        status=Status.ACCEPTED,
        created_at=NOW,
        # In whole seconds, as the table's time to live is.
        expires_at=datetime(2026, 12, 23, 12, 30, 15, tzinfo=UTC),
        revision=1,
        due_at=NOW + timedelta(minutes=1),
    )
    assert service.files.objects == {f"faxes/{UID}/1.txt": NOTE.content, f"faxes/{UID}/2.tif": SCAN.content}
    assert service.faxes.faxes == {fax.id: fax}


def test_nothing_of_what_the_client_sent_is_in_a_key() -> None:
    service = Service()
    service.submit(TO_ONE, Upload("../../secret.exe", b"x"))
    assert list(service.files.objects) == [f"faxes/{UID}/1.txt"]


def test_a_valid_request_without_a_file_stores_nothing() -> None:
    service = Service()
    assert service.submit(TO_ONE) is None
    assert (service.files.objects, service.faxes.faxes) == ({}, {})


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 5, 10])
def test_as_many_files_as_the_limit_are_taken_and_one_more_is_refused(limit: int) -> None:
    service = Service(default_limits(files_per_fax=limit))
    assert service.refusal(TO_ONE, *[NOTE] * (limit + 1)) == (
        TooManyFiles,
        "too_many_files",
        f"The fax has {limit + 1} files; the limit is {limit}.",
    )
    fax = service.submit(TO_ONE, *[NOTE] * limit)
    assert fax is not None
    assert [file.position for file in fax.files] == list(range(1, limit + 1))


def test_as_many_pages_as_the_limit_are_taken_and_one_more_is_refused() -> None:
    """Over all files, in their order: here the third has one too many."""
    files = [NOTE, SCAN, SCAN, Upload("two.txt", b"x" * 10_000)]
    assert Service(default_limits(pages_per_fax=6)).refusal(TO_ONE, *files) == (
        FileInvalid,
        "too_many_pages",
        "File 3 of 4, scan.tif, makes the fax at least 7 pages long; the limit is 6.",
    )
    fax = Service(default_limits(pages_per_fax=10)).submit(TO_ONE, *files)
    assert fax is not None
    assert ([file.pages for file in fax.files], fax.pages) == ([1, 3, 3, 3], 10)


def test_a_files_limits_are_the_services() -> None:
    assert Service(default_limits(file_bytes=13)).refusal(TO_ONE, NOTE)[1] == "file_too_large"
    assert Service(default_limits(pixels_per_page=63)).refusal(TO_ONE, SCAN)[1] == "tif_size"


def test_the_first_bad_file_answers_and_no_file_is_stored() -> None:
    assert Service().refusal(TO_ONE, NOTE, Upload("two.txt", b""), Upload(None, b"")) == (
        FileInvalid,
        "file_empty",
        "File 2 of 3, two.txt, is empty.",
    )


# --- the order of checks ---------------------------------------------------------------------------------------------

_BAD_FILE = Upload("bad.txt", b"")
# Each mistake by the code that it is answered with, in the contract's order.
_MISTAKES: dict[str, dict[str, Any]] = {
    "user_invalid": {"user": "@nobody"},
    "extension_invalid": {"number": "@self"},
    "fx_recipients_invalid": {"request": {"recipients": ["@self"]}},
    "fx_max_files_reached": {"uploads": [NOTE] * 4 + [_BAD_FILE] * 2},
    "fx_file_invalid": {"uploads": [NOTE, _BAD_FILE]},
}


@pytest.mark.parametrize("first", range(len(_MISTAKES)))
def test_of_several_mistakes_the_first_in_the_contracts_order_answers(first: int) -> None:
    sent: dict[str, Any] = {"request": TO_ONE, "uploads": [NOTE]}
    for code, mistake in reversed(list(_MISTAKES.items())[first:]):
        sent |= mistake
        service = Service()
        uploads = sent["uploads"]
        named = {name: value for name, value in sent.items() if name in ("user", "number")}
        error, _, _ = service.refusal(sent["request"], *uploads, **named)
        assert error.code == code


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        ({"user": "@nobody"}, UserInvalid),
        ({"number": "999"}, ExtensionInvalid),
        ({"request": {"recipients": []}}, RecipientsInvalid),
        ({"request": None}, RecipientsInvalid),
    ],
)
def test_a_form_without_a_file_is_checked_before_it_is_nothing_to_send(
    mistake: dict[str, Any], expected: type[FaxError]
) -> None:
    sent: dict[str, Any] = {"request": TO_ONE} | mistake
    assert Service().refusal(sent.pop("request"), **sent)[0] is expected


# --- storing ---------------------------------------------------------------------------------------------------------

DEFINITE = StorageFault("write", Effect.NONE, "memory")
UNKNOWN = StorageFault("write", Effect.UNKNOWN, "memory")


@pytest.mark.parametrize("position", [1, 2, 3])
def test_where_one_file_cannot_be_stored_neither_record_nor_files_stay(position: int) -> None:
    service = Service()
    service.files.failing_position = position
    assert service.refusal(TO_ONE, NOTE, SCAN, NOTE) == (
        StorageFailed,
        "file_not_stored",
        "",
    )


def test_where_the_record_is_surely_not_written_no_files_stay() -> None:
    service = Service()
    service.faxes.failure = DEFINITE
    assert service.refusal(TO_ONE, NOTE, SCAN) == (
        StorageFailed,
        "record_not_written",
        "",
    )


def test_where_the_records_fate_is_unknown_its_files_stay() -> None:
    service = Service()
    service.faxes.failure = UNKNOWN
    with pytest.raises(OutcomeUnknown) as caught:
        service.submit(TO_ONE, NOTE, SCAN)
    assert (caught.value.reason, caught.value.cause) == ("record_not_written", "write: memory")
    assert service.files.objects == {f"faxes/{UID}/1.txt": NOTE.content, f"faxes/{UID}/2.tif": SCAN.content}


def test_the_record_is_written_when_every_file_lies_there() -> None:
    """The record is the acceptance, so it never points at bytes that are not there."""
    service = Service()
    found: list[set[str]] = []

    class Watching(MemoryFaxStore):
        def insert(self, fax: Fax, idempotency: IdempotencyRecord | None = None) -> None:
            found.append(set(service.files.objects))
            super().insert(fax, idempotency)

    service.submission = dataclasses.replace(service.submission, faxes=Watching())
    fax = service.submit(TO_ONE, NOTE, SCAN)
    assert fax is not None
    assert found == [{file.key for file in fax.files}]


def others(*bits: int) -> dict[str, Fax]:
    """Faxes of this same millisecond that were given these bits."""
    fax = Service(bits=bits).submit(TO_ONE, NOTE)
    assert fax is not None
    ids = [new_id(NOW, bit) for bit in bits]
    return {fax_id: dataclasses.replace(fax, id=fax_id, uid="f" * 32) for fax_id in ids}


def test_an_id_that_is_taken_is_drawn_anew() -> None:
    service = Service(bits=(1, 2, 3, 4, 5))
    service.faxes.faxes = taken = others(1, 2, 3, 4)
    receipt = service.receipt(TO_ONE, NOTE)
    assert receipt is not None
    assert receipt.fax is not None
    assert (receipt.id, receipt.uid, receipt.ids_redrawn) == (new_id(NOW, 5), UID, 4)
    assert service.faxes.faxes == taken | {receipt.id: receipt.fax}


def test_after_five_ids_that_are_taken_the_fax_is_surely_not_stored() -> None:
    service = Service(bits=(1, 2, 3, 4, 5, 6))
    service.faxes.faxes = dict(taken := others(1, 2, 3, 4, 5))
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE)
    assert (caught.value.reason, caught.value.cause) == ("writes_in_vain", "5 writes, 5 ids were taken")
    assert service.files.objects == {}
    assert service.faxes.faxes == taken


# --- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "stored"), [(17.0, True), (16.9, False), (0.0, False)])
def test_what_may_not_be_stored_in_time_is_not_begun(left: float, stored: bool) -> None:
    service = Service()
    service.remaining = lambda: left
    if stored:
        assert service.submit(TO_ONE, NOTE) is not None
        return
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE)
    assert (caught.value.reason, caught.value.cause) == (
        "out_of_time",
        f"{left} s are left, 17.0 s may be needed",
    )
    assert (service.files.objects, service.faxes.faxes) == ({}, {})


def test_files_are_not_looked_into_beyond_the_time_that_storing_may_need() -> None:
    service = Service()
    left = iter([28.0, 17.0, 16.9])
    service.remaining = lambda: next(left)
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE, NOTE, Upload("note.pdf", b"none"))
    assert caught.value.reason == "out_of_time"
    assert list(left) == []


def test_a_record_that_may_not_be_written_in_time_is_not_begun() -> None:
    service = Service()
    left = iter([28.0, 28.0, 4.9, 13.0])
    service.remaining = lambda: next(left)
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE)
    assert caught.value.reason == "out_of_time"
    assert (service.files.objects, service.faxes.faxes) == ({}, {})


def test_a_record_that_may_not_be_written_again_in_time_is_not_begun_again() -> None:
    service = Service(bits=(1, 2))
    service.faxes.faxes = others(1)
    left = iter([28.0, 28.0, 5.0, 4.9, 13.0])
    service.remaining = lambda: next(left)
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE)
    assert caught.value.reason == "out_of_time"
    assert service.files.objects == {}


def test_where_no_time_is_left_to_clean_up_the_answer_goes_first() -> None:
    service = Service()
    left = iter([28.0, 28.0, 28.0, 16.0, 12.0])
    service.remaining = lambda: next(left)
    service.faxes.failure = DEFINITE
    with pytest.raises(StorageFailed) as caught:
        service.submit(TO_ONE, NOTE)
    assert caught.value.reason == "record_not_written"
    # The lifecycle rule removes it.
    assert list(service.files.objects) == [f"faxes/{UID}/1.txt"]
