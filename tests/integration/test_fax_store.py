"""The fax store's contract, on the store in memory and on DynamoDB."""

import dataclasses
from datetime import timedelta

import pytest

from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.intake.ports import IdempotencyRecordTaken, IdTaken
from faxes.model import Acceptance, ExtensionNumber, Kind, Status, StoredFile
from tests.support.cloud import Cloud
from tests.support.faxes import NOW, NUMBER, fax, idempotency
from tests.support.memory import MemoryFaxStore


@pytest.fixture(params=["memory", "DynamoDB"])
def store(request: pytest.FixtureRequest) -> MemoryFaxStore | DynamoDBFaxStore:
    if request.param == "memory":
        return MemoryFaxStore()
    cloud: Cloud = request.getfixturevalue("cloud")
    return DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])


type Store = MemoryFaxStore | DynamoDBFaxStore


def test_a_fax_that_was_added_is_found_by_its_id_its_uid_and_its_extension(store: Store) -> None:
    store.insert(fax(1))
    assert store.by_id("1001", NOW) == fax(1)
    assert store.by_uid(fax(1).uid, NOW) == fax(1)
    assert store.of_extension(NUMBER, NOW) == [fax(1)]


def test_a_record_takes_the_place_of_the_one_that_it_names_and_of_no_other(store: Store) -> None:
    store.insert(fax(1), idempotency(1))
    with pytest.raises(IdempotencyRecordTaken):
        store.insert(fax(2), dataclasses.replace(idempotency(1), instead_of="999"))
    store.insert(fax(2), dataclasses.replace(idempotency(1), instead_of=fax(1).id))
    with pytest.raises(IdempotencyRecordTaken) as taken:
        store.insert(fax(3), dataclasses.replace(idempotency(1), instead_of=fax(1).id))
    assert taken.value.by.fax_id == fax(2).id


def test_whether_a_fax_has_failed_or_was_canceled(store: Store) -> None:
    for n, status in enumerate(Status):
        store.insert(fax(n, status=status))
    found = {status for n, status in enumerate(Status) if store.is_given_up(fax(n).id)}
    assert found == {Status.FAILED, Status.CANCELED}
    assert not store.is_given_up("1")


def test_nothing_is_found_where_nothing_was_added(store: Store) -> None:
    store.insert(fax(1))
    assert store.by_id("1", NOW) is None
    assert store.by_uid("f" * 32, NOW) is None
    assert store.of_extension(ExtensionNumber("0003", "21"), NOW) == []
    assert store.of_extension(ExtensionNumber("0004", "210"), NOW) == []


def test_the_largest_fax_comes_back_whole(store: Store) -> None:
    uid = "5d8e2193e92f2d5e31cff1017724cfe9"
    names = ["", 'Übersicht "传真" 😀.pdf', "\0\r\n\x1b", *("n" * 4_000 + str(n) for n in range(7))]
    kinds = list(Kind) * 3
    largest = fax(
        1,
        id=str(2**53 - 1),
        uid=uid,
        recipients=tuple(f"{n:016}*{n:015}" for n in range(999)),
        files=tuple(
            StoredFile(
                position=n,
                name=name,
                kind=kind,
                size=4_613_734,
                sha256=f"{n:064x}",
                key=f"faxes/{uid}/{n}.{kind}",
                pages=90 + n,
                encoding="utf-16-le" if kind is Kind.TXT else None,
            )
            for n, (name, kind) in enumerate(zip(names, kinds, strict=False), start=1)
        ),
        pages=955,
        revision=2,
    )
    store.insert(largest)
    assert len(largest.files) == 10
    assert store.by_id(largest.id, NOW) == largest
    assert store.by_uid(uid, NOW) == largest
    assert store.of_extension(NUMBER, NOW) == [largest]


def test_adding_a_fax_twice_is_the_same_as_once(store: Store) -> None:
    store.insert(fax(1))
    store.insert(fax(1))
    assert store.of_extension(NUMBER, NOW) == [fax(1)]


def test_an_id_that_another_fax_has_is_taken_and_the_other_stays(store: Store) -> None:
    store.insert(fax(1))
    with pytest.raises(IdTaken):
        store.insert(fax(2, id=fax(1).id))
    assert store.of_extension(NUMBER, NOW) == [fax(1)]


def test_an_extensions_faxes_come_newest_first_and_at_most_so_many(store: Store) -> None:
    for n in (3, 1, 4, 2):
        store.insert(fax(n))
    store.insert(fax(5, extension="0003*211"))
    assert store.of_extension(NUMBER, NOW) == [fax(4), fax(3), fax(2), fax(1)]
    assert store.of_extension(NUMBER, NOW, limit=4) == [fax(4), fax(3), fax(2), fax(1)]
    assert store.of_extension(NUMBER, NOW, limit=2) == [fax(4), fax(3)]


def test_milliseconds_decide_which_fax_is_newer(store: Store) -> None:
    moments = [NOW.replace(microsecond=0), NOW.replace(microsecond=9_000), NOW.replace(microsecond=100_000)]
    faxes = [fax(n, created_at=moment) for n, moment in enumerate(moments)]
    for each in faxes:
        store.insert(each)
    assert store.of_extension(NUMBER, NOW) == faxes[::-1]


def test_a_fax_whose_time_is_over_is_not_found_though_it_still_lies_there(store: Store) -> None:
    store.insert(fax(1))
    end = fax(1).expires_at
    last = end - timedelta(milliseconds=1)
    assert (store.by_id("1001", last), store.by_uid(fax(1).uid, last)) == (fax(1), fax(1))
    assert store.of_extension(NUMBER, last) == [fax(1)]
    for moment in (end, end + timedelta(days=2)):
        assert (store.by_id("1001", moment), store.by_uid(fax(1).uid, moment)) == (None, None)
        assert store.of_extension(NUMBER, moment) == []


def test_a_fax_whose_time_is_over_takes_no_place_of_another(store: Store) -> None:
    """Newer faxes may be kept for a shorter time than older ones, where a deployment changed how long it keeps them."""
    for n in (1, 2):
        store.insert(fax(n))
    for n in (3, 4):
        store.insert(fax(n, expires_at=NOW))
    assert store.of_extension(NUMBER, NOW, limit=2) == [fax(2), fax(1)]


def test_an_extensions_faxes_come_whole_however_large_they_are(store: Store) -> None:
    """A page of a query holds 1 MB; these take more."""
    files = tuple(StoredFile(n, "n" * 10_000, Kind.TXT, 1, "ab" * 32, f"faxes/{n}.txt", 1) for n in range(1, 11))
    faxes = [fax(n, files=files, pages=10) for n in range(12)]
    for each in faxes:
        store.insert(each)
    assert store.of_extension(NUMBER, NOW) == faxes[::-1]


def test_what_was_accepted_under_an_idempotency_record_is_found_by_its_name(store: Store) -> None:
    store.insert(fax(1), idempotency(1))
    assert store.acceptance(idempotency(1).name, NOW) == Acceptance("1001", fax(1).uid, "c0" * 32)
    assert store.acceptance(idempotency(2).name, NOW) is None
    assert store.by_id("1001", NOW) == fax(1)
    # It is no fax.
    assert store.by_uid(fax(1).uid, NOW) == fax(1)
    assert store.of_extension(NUMBER, NOW) == [fax(1)]


@pytest.mark.parametrize("fingerprint", ["c0" * 32, "c1" * 32])
def test_under_one_idempotency_record_one_fax_is_added(store: Store, fingerprint: str) -> None:
    store.insert(fax(1), idempotency(1))
    with pytest.raises(IdempotencyRecordTaken) as caught:
        store.insert(fax(2), idempotency(1, fingerprint))
    assert caught.value.by == Acceptance("1001", fax(1).uid, "c0" * 32)
    assert store.of_extension(NUMBER, NOW) == [fax(1)]
    store.insert(fax(2), idempotency(2))
    store.insert(fax(3))
    assert store.of_extension(NUMBER, NOW) == [fax(3), fax(2), fax(1)]


def test_an_idempotency_record_that_is_taken_is_told_before_an_id_that_is(store: Store) -> None:
    store.insert(fax(1), idempotency(1))
    with pytest.raises(IdempotencyRecordTaken):
        store.insert(fax(2, id=fax(1).id), idempotency(1))


def test_an_id_that_is_taken_leaves_its_idempotency_record_free(store: Store) -> None:
    store.insert(fax(1))
    with pytest.raises(IdTaken):
        store.insert(fax(2, id=fax(1).id), idempotency(1))
    assert store.acceptance(idempotency(1).name, NOW) is None


def test_adding_a_fax_and_its_idempotency_record_twice_is_the_same_as_once(store: Store) -> None:
    for _ in range(2):
        store.insert(fax(1), idempotency(1))
    assert store.of_extension(NUMBER, NOW) == [fax(1)]
    assert store.acceptance(idempotency(1).name, NOW) == Acceptance("1001", fax(1).uid, "c0" * 32)


def test_an_idempotency_record_whose_time_is_over_is_free_though_it_still_lies_there(store: Store) -> None:
    end = idempotency(1).expires_at
    store.insert(fax(1), idempotency(1))
    assert store.acceptance(idempotency(1).name, end - timedelta(milliseconds=1)) is not None
    assert store.acceptance(idempotency(1).name, end) is None
    with pytest.raises(IdempotencyRecordTaken):
        store.insert(fax(2, created_at=end - timedelta(seconds=1)), idempotency(1))
    store.insert(fax(3, created_at=end), idempotency(1, "c1" * 32, expires_at=end + timedelta(hours=1)))
    assert store.acceptance(idempotency(1).name, end) == Acceptance("1003", fax(3).uid, "c1" * 32)
