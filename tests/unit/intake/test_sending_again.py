"""A request that comes again: with its key, without one, at the same time, and where something fails."""

import dataclasses
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from faxes.errors import (
    Effect,
    KeyReused,
    OutcomeUnknown,
    RecipientsInvalid,
    StorageFailed,
    StorageFault,
)
from faxes.model import Acceptance, Context, Fax, IdempotencyRecord, Principal, Receipt, Status, Upload
from tests.support.memory import MemoryFaxStore
from tests.support.submitting import ALICE, NOT_READ, NOTE, OFFICE, SCAN, UID, Service, again
from tools.limits import default_limits

REUSED = (
    KeyReused,
    "idempotency_key_reused",
    "This Idempotency-Key was sent before with another fax: another user, extension, recipients, "
    "rendering, resolution or files. Use a new key for a new fax.",
)


def test_a_request_that_comes_again_with_its_key_is_the_same_fax() -> None:
    service = Service()
    first = again(service)
    assert first is not None
    assert first.fax is not None
    stored = dict(service.files.objects)
    service.now += timedelta(hours=24) - timedelta(seconds=1)
    assert again(service) == Receipt(first.id, first.uid, None)
    assert (service.files.objects, list(service.faxes.faxes)) == (stored, [first.id])


@pytest.mark.parametrize(
    "other",
    [
        {"number": "210", "user": "alice"},
        {"request": {"recipients": ["0003*211", "0003*211"], "cover": True}},
        {"request": b' {"recipients":["0003*211"]}'},
    ],
)
def test_what_is_the_same_in_other_words_is_the_same_fax(other: dict[str, Any]) -> None:
    service = Service()
    first, second = again(service), again(service, **other)
    assert first is not None
    assert second == Receipt(first.id, first.uid, None)


@pytest.mark.parametrize(
    "other",
    [
        {"request": {"recipients": ["0003*212"]}},
        {"request": {"recipients": ["0003*211", "1"]}},
        {"uploads": (NOTE, NOTE)},
        {"uploads": (Upload("note.txt", b"This is my fax."),)},
        {"uploads": (Upload("other.txt", NOTE.content),)},
        {"principal": OFFICE, "user": "bob", "number": "211"},
    ],
)
def test_a_key_that_comes_again_with_another_fax_is_refused(other: dict[str, Any]) -> None:
    service = Service(bits=(7, 8))
    again(service, principal=other.get("principal", ALICE))
    stored = dict(service.files.objects), dict(service.faxes.faxes)
    with pytest.raises(KeyReused) as caught:
        again(service, **other)
    assert (type(caught.value), caught.value.reason, caught.value.message) == REUSED
    assert (service.files.objects, service.faxes.faxes) == stored


def test_the_order_of_recipients_and_of_files_is_part_of_a_fax() -> None:
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"request": {"recipients": ["1", "2"]}}, {"request": {"recipients": ["2", "1"]}}),
        ({"uploads": (NOTE, SCAN)}, {"uploads": (SCAN, NOTE)}),
    ]
    for first, second in pairs:
        service = Service()
        again(service, **first)
        with pytest.raises(KeyReused):
            again(service, **second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ALICE, Principal("bob", "0003")),
        # An app and a user of the same name; two apps of one user; a user with and without an app.
        (Principal("alice", "0003", app_key="one"), Principal("alice", "0003", app_key="two")),
        (ALICE, Principal("alice", "0003", app_key="alice")),
    ],
)
def test_a_key_is_its_callers_alone(first: Principal, second: Principal) -> None:
    service = Service(bits=(7, 8))
    one = again(service, principal=first, user="@me", number="210" if first.user_id == "alice" else "211")
    two = again(service, principal=second, user="@me", number="210" if second.user_id == "alice" else "211")
    assert one is not None
    assert two is not None
    assert one.id != two.id
    assert len(service.faxes.faxes) == 2


def test_a_key_is_the_apps_whoever_the_app_acts_for_and_whatever_its_token() -> None:
    service = Service()
    first = again(service, principal=OFFICE)
    assert first is not None
    assert again(service, principal=dataclasses.replace(OFFICE, context=Context.USER)) == Receipt(
        first.id, first.uid, None
    )


def test_a_key_lives_for_its_time() -> None:
    service = Service(bits=(7, 7))
    first = again(service)
    service.now += timedelta(hours=24)
    second = again(service)
    assert first is not None
    assert second is not None
    assert second.fax is not None
    assert first.id != second.id


@pytest.mark.parametrize("key", ["a-key", None])
def test_no_idempotency_record_outlives_its_fax(key: str | None) -> None:
    service = Service(deduplication=timedelta(hours=2))
    service.submission = dataclasses.replace(
        service.submission, timing=dataclasses.replace(service.submission.timing, retention=timedelta(hours=1))
    )
    receipt = again(service, key=key)
    assert receipt is not None
    assert receipt.fax is not None
    assert [ends for ends, _ in service.faxes.idempotency.values()] == [receipt.fax.expires_at]


def test_a_fingerprint_is_of_no_use_without_its_key() -> None:
    """Who has the document would try out recipients: a digest of what is known must not be found."""
    kept = []
    for key in ("a-key", "another-key", None):
        service = Service(deduplication=timedelta(minutes=10))
        again(service, key=key)
        kept += [accepted.fingerprint for _, accepted in service.faxes.idempotency.values()]
    what = json.dumps(["alice", "0003*210", ["0003*211"], [["note.txt", hashlib.sha256(NOTE.content).hexdigest()]]])
    assert kept == [
        hmac.new(b"a-key", what.encode(), "sha256").hexdigest(),
        hmac.new(b"another-key", what.encode(), "sha256").hexdigest(),
        # By which alone a repetition without a key is known.
        hashlib.sha256(what.encode()).hexdigest(),
    ]


def test_without_a_key_each_request_is_another_fax() -> None:
    service = Service(bits=(7, 8))
    faxes = [again(service, key=None) for _ in range(2)]
    assert [receipt.fax is not None for receipt in faxes if receipt] == [True, True]
    assert (len(service.faxes.faxes), service.faxes.idempotency) == (2, {})


def test_where_it_is_set_up_the_same_content_is_the_same_fax_for_a_while() -> None:
    service = Service(bits=(7, 8, 9), deduplication=timedelta(minutes=10))
    first = again(service, key=None)
    assert first is not None
    assert first.fax is not None
    service.now += timedelta(minutes=10) - timedelta(seconds=1)
    assert again(service, key=None) == Receipt(first.id, first.uid, None)
    # What was put for nothing is gone.
    assert list(service.files.objects) == [f"faxes/{UID}/1.txt"]
    service.now += timedelta(seconds=1)
    second = again(service, key=None)
    assert second is not None
    assert second.fax is not None
    assert len(service.faxes.faxes) == 2


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED])
def test_a_fax_that_has_failed_or_was_canceled_ends_its_window(status: Status) -> None:
    """Whoever sends it again means another one; the earlier one has its number, and keeps it."""
    service = Service(bits=(7, 8, 9, 10, 11, 12), deduplication=timedelta(minutes=10))
    first = again(service, key=None)
    assert first is not None
    service.faxes.faxes[first.id] = dataclasses.replace(service.faxes.faxes[first.id], status=status)
    second = again(service, key=None)
    assert second is not None
    assert second.fax is not None
    assert second.id != first.id
    # From now on, this is the one.
    assert again(service, key=None) == Receipt(second.id, second.uid, None)


def test_where_it_cannot_be_learned_whether_the_earlier_fax_has_failed_nothing_is_accepted() -> None:
    service = Service(bits=(7, 8, 9), deduplication=timedelta(minutes=10))
    again(service, key=None)

    def broken(fax_id: str) -> bool:
        raise StorageFault("GetItem", Effect.NONE, "broken")

    service.faxes.is_given_up = broken  # type: ignore[method-assign]
    with pytest.raises(StorageFailed) as failed:
        again(service, key=None)
    assert failed.value.reason == "record_not_read"
    assert (len(service.faxes.faxes), len(service.files.objects)) == (1, 1)


def test_a_client_that_sends_keys_decides_by_itself_what_is_the_same_fax() -> None:
    service = Service(bits=(7, 8, 9), deduplication=timedelta(minutes=10))
    for key in ("one", "two", None):
        receipt = again(service, key=key)
        assert receipt is not None
        assert receipt.fax is not None
    assert len(service.faxes.faxes) == 3


@pytest.mark.parametrize("content", ["same", "other"])
def test_of_two_at_once_the_write_decides(content: str) -> None:
    """Neither finds the key when it looks; the other is written first."""
    service = Service(bits=(7, 8))
    rival = again(service)
    assert rival is not None

    class Late(MemoryFaxStore):
        def acceptance(self, name: str, now: datetime) -> Acceptance | None:
            return None

        def insert(self, fax: Fax, idempotency: IdempotencyRecord | None = None) -> None:
            service.faxes.insert(fax, idempotency)

    service.submission = dataclasses.replace(service.submission, faxes=Late())
    if content == "same":
        assert again(service) == Receipt(rival.id, rival.uid, None)
    else:
        with pytest.raises(KeyReused):
            again(service, request={"recipients": ["1"]})
    assert list(service.files.objects) == [f"faxes/{UID}/1.txt"]
    assert list(service.faxes.faxes) == [rival.id]


def test_a_refused_request_leaves_its_key_free() -> None:
    service = Service()
    with pytest.raises(RecipientsInvalid):
        again(service, request={"recipients": []})
    assert again(service, uploads=()) is None
    receipt = again(service)
    assert receipt is not None
    assert receipt.fax is not None


NOT_FOUND_OUT = StorageFault("read a record", Effect.NONE, "memory")


@pytest.mark.parametrize("directory", [None, NOT_FOUND_OUT])
def test_where_a_key_cannot_be_looked_up_nobody_knows(directory: StorageFault | None) -> None:
    """Its fax may have been accepted before: "nothing was accepted" would have the client send it under another key."""
    service = Service()
    service.faxes.read_failure = NOT_READ
    service.directory.failure = directory
    with pytest.raises(OutcomeUnknown) as caught:
        again(service)
    assert caught.value.reason == "key_not_read"
    assert service.files.objects == {}


def test_where_the_directory_cannot_be_read_an_accepted_fax_is_not_denied() -> None:
    service = Service()
    service.directory.failure = NOT_FOUND_OUT
    with pytest.raises(StorageFailed):
        again(service)
    service.directory.failure = None
    again(service)
    service.directory.failure = NOT_FOUND_OUT
    with pytest.raises(OutcomeUnknown) as caught:
        again(service)
    assert (caught.value.reason, caught.value.cause) == ("record_not_read", "read a record: memory")
    assert len(service.faxes.faxes) == 1


def test_what_was_accepted_is_not_looked_into_again() -> None:
    """Whatever would be said of it now, with other limits or on a busy machine: it was accepted."""
    service = Service()
    first = again(service, uploads=(NOTE, SCAN))
    assert first is not None
    limits = default_limits(files_per_fax=1, pages_per_fax=1, recipients_per_fax=0)
    service.submission = dataclasses.replace(service.submission, limits=limits)
    assert again(service, uploads=(NOTE, SCAN)) == Receipt(first.id, first.uid, None)
    for other in ((Upload(None, NOTE.content),), ()):
        with pytest.raises(KeyReused):
            again(service, uploads=other)
