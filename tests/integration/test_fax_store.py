"""The fax store's contract, on the store in memory and on DynamoDB; and DynamoDB's failures, one try at a time."""

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.endpoint
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from faxes.adapters.calls import fail_where_cut_off
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.bootstrap.clients import DYNAMODB_BUDGET
from faxes.errors import Effect, StorageFault
from faxes.intake.submission import IdempotencyRecordTaken, IdTaken, WriteConflict
from faxes.model import Acceptance, ExtensionNumber, Fax, IdempotencyRecord, Kind, StoredFile
from tests.support.cloud import Cloud
from tests.support.faults import Fate, dynamodb_answers, dynamodb_cut_off, raises
from tests.support.faxes import NOW, NUMBER, fax
from tests.support.memory import MemoryFaxStore


@pytest.fixture(params=["memory", "DynamoDB"])
def store(request: pytest.FixtureRequest) -> MemoryFaxStore | DynamoDBFaxStore:
    if request.param == "memory":
        return MemoryFaxStore()
    cloud: Cloud = request.getfixturevalue("cloud")
    return DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])


type Store = MemoryFaxStore | DynamoDBFaxStore


# --- the contract ----------------------------------------------------------------------------------------------------


def test_a_fax_that_was_added_is_found_by_its_id_its_uid_and_its_extension(store: Store) -> None:
    store.insert(fax(1))
    assert store.by_id("1001", NOW) == fax(1)
    assert store.by_uid(fax(1).uid, NOW) == fax(1)
    assert store.of_extension(NUMBER, NOW) == [fax(1)]


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


def idempotency(n: int, fingerprint: str = "c0" * 32, **other: Any) -> IdempotencyRecord:
    """The nth idempotency record: an hour from the moment of the first fax."""
    values: dict[str, Any] = {
        "name": f"{n:064x}",
        "fingerprint": fingerprint,
        "expires_at": NOW + timedelta(hours=1),
    } | other
    return IdempotencyRecord(values["name"], values["fingerprint"], values["expires_at"].replace(microsecond=0))


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


# --- DynamoDB --------------------------------------------------------------------------------------------------------


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The SDK's waits between its tries, which pass at once."""
    waited: list[float] = []
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=waited.append))
    return waited


@dataclasses.dataclass(frozen=True, slots=True)
class Deployed:
    """The store on DynamoDB, set up as it is deployed, and what becomes of each of its tries to write."""

    cloud: Cloud
    store: DynamoDBFaxStore
    fates: list[Fate]
    waits: list[float]

    def fail(self, added: Fax) -> StorageFault:
        """Add a fax, which fails."""
        with pytest.raises(StorageFault) as caught:
            self.store.insert(added)
        assert self.fates == []
        return caught.value

    def stored(self) -> list[Fax]:
        """What the table holds, as another client sees it."""
        return DynamoDBFaxStore(self.cloud.dynamodb, self.cloud.names["FaxTable"]).of_extension(NUMBER, NOW)

    def takes_effect(self, request: AWSPreparedRequest) -> None:
        """Have a request take effect, whatever its sender hears of it."""
        assert isinstance(request.body, bytes)
        sent = json.loads(request.body)
        self.cloud.dynamodb.transact_write_items(TransactItems=sent["TransactItems"])


@pytest.fixture
def deployed(cloud: Cloud, waits: list[float]) -> Deployed:
    config = Config(retries={"total_max_attempts": DYNAMODB_BUDGET.tries, "mode": "standard"})
    client = boto3.client("dynamodb", config=config)
    fates: list[Fate] = []

    # The SDK's stubs know no handler that answers.
    def meet(request: AWSPreparedRequest, **_: object) -> Any:
        return fates.pop(0)(request) if fates else None

    client.meta.events.register_first("before-send.dynamodb.TransactWriteItems", meet)
    return Deployed(cloud, DynamoDBFaxStore(client, cloud.names["FaxTable"]), fates, waits)


def goes_through(request: AWSPreparedRequest) -> AWSResponse | None:
    """A try that nothing happens to."""
    return None


URL = "https://dynamodb.eu-west-1.amazonaws.com/"
READ_TIMEOUT = raises(ReadTimeoutError(endpoint_url=URL))
CONNECT_TIMEOUT = raises(ConnectTimeoutError(endpoint_url=URL))
REFUSED = raises(EndpointConnectionError(endpoint_url=URL))
CLOSED = raises(ConnectionClosedError(endpoint_url=URL))
DENIED = dynamodb_answers(400, "AccessDeniedException")
THROTTLED = dynamodb_answers(400, "ProvisionedThroughputExceededException")
BROKEN = dynamodb_answers(500, "InternalServerError")
UNAVAILABLE = dynamodb_answers(503, "ServiceUnavailable")


@pytest.mark.parametrize("lost", [READ_TIMEOUT, CLOSED, BROKEN, UNAVAILABLE])
def test_a_fax_whose_first_answer_was_lost_is_added_by_the_second_try(deployed: Deployed, lost: Fate) -> None:
    def effective(request: AWSPreparedRequest) -> AWSResponse | None:
        deployed.takes_effect(request)
        return lost(request)

    deployed.fates[:] = [effective]
    deployed.store.insert(fax(1))
    assert deployed.stored() == [fax(1)]
    assert len(deployed.waits) == 1


@pytest.mark.parametrize("first", [READ_TIMEOUT, CONNECT_TIMEOUT, REFUSED, THROTTLED, BROKEN])
def test_a_fax_whose_first_try_had_no_effect_is_added_by_the_second(deployed: Deployed, first: Fate) -> None:
    deployed.fates[:] = [first]
    deployed.store.insert(fax(1))
    assert deployed.stored() == [fax(1)]


def test_an_id_that_is_found_taken_by_the_second_try_is_taken(deployed: Deployed) -> None:
    deployed.store.insert(fax(1))
    deployed.fates[:] = [READ_TIMEOUT]
    with pytest.raises(IdTaken):
        deployed.store.insert(fax(2, id=fax(1).id))
    assert deployed.stored() == [fax(1)]


@pytest.mark.parametrize(
    ("fates", "cause"),
    [
        ([DENIED], "TransactWriteItems: AccessDeniedException (400)"),
        ([dynamodb_answers(400, "ResourceNotFoundException")], "TransactWriteItems: ResourceNotFoundException (400)"),
        ([THROTTLED, THROTTLED], "TransactWriteItems: ProvisionedThroughputExceededException (400)"),
        ([CONNECT_TIMEOUT, CONNECT_TIMEOUT], "TransactWriteItems: ConnectTimeoutError"),
        ([REFUSED, REFUSED], "TransactWriteItems: EndpointConnectionError"),
        ([CONNECT_TIMEOUT, THROTTLED], "TransactWriteItems: ProvisionedThroughputExceededException (400)"),
        ([THROTTLED, DENIED], "TransactWriteItems: AccessDeniedException (400)"),
    ],
)
def test_where_no_try_can_have_had_an_effect_the_fax_is_surely_not_added(
    deployed: Deployed, fates: list[Fate], cause: str
) -> None:
    deployed.fates[:] = fates
    error = deployed.fail(fax(1))
    assert (error.effect, str(error)) == (Effect.NONE, cause)
    assert deployed.stored() == []


@pytest.mark.parametrize(
    ("fates", "cause"),
    [
        ([READ_TIMEOUT, READ_TIMEOUT], "TransactWriteItems: ReadTimeoutError"),
        ([CLOSED, CLOSED], "TransactWriteItems: ConnectionClosedError"),
        ([BROKEN, BROKEN], "TransactWriteItems: InternalServerError (500)"),
        ([UNAVAILABLE, UNAVAILABLE], "TransactWriteItems: ServiceUnavailable (503)"),
        # The last try alone would say that nothing was written.
        ([READ_TIMEOUT, REFUSED], "TransactWriteItems: EndpointConnectionError"),
        ([READ_TIMEOUT, CONNECT_TIMEOUT], "TransactWriteItems: ConnectTimeoutError"),
        ([READ_TIMEOUT, THROTTLED], "TransactWriteItems: ProvisionedThroughputExceededException (400)"),
        ([BROKEN, DENIED], "TransactWriteItems: AccessDeniedException (400)"),
        ([THROTTLED, READ_TIMEOUT], "TransactWriteItems: ReadTimeoutError"),
        ([CONNECT_TIMEOUT, BROKEN], "TransactWriteItems: InternalServerError (500)"),
    ],
)
def test_where_one_try_may_have_had_an_effect_the_outcome_is_unknown(
    deployed: Deployed, fates: list[Fate], cause: str
) -> None:
    deployed.fates[:] = fates
    error = deployed.fail(fax(1))
    assert (error.effect, str(error)) == (Effect.UNKNOWN, cause)


def cancelled(*codes: str) -> Fate:
    """A transaction that DynamoDB cancels: a code for each of its writes."""
    return dynamodb_answers(400, "TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


CONFLICT = cancelled("None", "TransactionConflict")
IN_PROGRESS = dynamodb_answers(400, "TransactionInProgressException")


def test_a_conflict_with_another_write_says_that_nothing_was_written(deployed: Deployed) -> None:
    deployed.fates[:] = [CONFLICT]
    with pytest.raises(WriteConflict):
        deployed.store.insert(fax(1), idempotency(1))
    assert deployed.stored() == []


@pytest.mark.parametrize(
    ("fates", "effect", "cause"),
    [
        ([cancelled("ThrottlingError", "None")], Effect.NONE, "cancelled for ThrottlingError, None"),
        ([cancelled("None", "ValidationError")], Effect.NONE, "cancelled for None, ValidationError"),
        # Of the try before it, nothing is known: the conflict may be with that.
        ([READ_TIMEOUT, CONFLICT], Effect.UNKNOWN, "cancelled for None, TransactionConflict"),
        ([BROKEN, cancelled("None", "None")], Effect.UNKNOWN, "cancelled for None, None"),
        ([IN_PROGRESS, IN_PROGRESS], Effect.UNKNOWN, "TransactionInProgressException (400)"),
        ([READ_TIMEOUT, IN_PROGRESS], Effect.UNKNOWN, "TransactionInProgressException (400)"),
    ],
)
def test_a_transaction_that_is_cancelled_or_in_progress(
    deployed: Deployed, fates: list[Fate], effect: Effect, cause: str
) -> None:
    deployed.fates[:] = fates
    with pytest.raises(StorageFault) as caught:
        deployed.store.insert(fax(1), idempotency(1))
    assert (caught.value.effect, str(caught.value)) == (effect, f"TransactWriteItems: {cause}")
    assert deployed.stored() == []


def test_an_idempotency_record_that_is_found_taken_by_the_second_try_is_taken(deployed: Deployed) -> None:
    deployed.store.insert(fax(1), idempotency(1))
    deployed.fates[:] = [READ_TIMEOUT]
    with pytest.raises(IdempotencyRecordTaken):
        deployed.store.insert(fax(2), idempotency(1))
    assert deployed.stored() == [fax(1)]


@pytest.mark.parametrize("lost", [READ_TIMEOUT, CLOSED, BROKEN, UNAVAILABLE])
def test_a_fax_and_its_idempotency_record_whose_first_answer_was_lost_are_added_by_the_second_try(
    deployed: Deployed, lost: Fate
) -> None:
    def effective(request: AWSPreparedRequest) -> AWSResponse | None:
        deployed.takes_effect(request)
        return lost(request)

    deployed.fates[:] = [effective]
    deployed.store.insert(fax(1), idempotency(1))
    assert deployed.stored() == [fax(1)]
    assert deployed.store.acceptance(idempotency(1).name, NOW) == Acceptance("1001", fax(1).uid, "c0" * 32)


def test_the_tries_of_one_write_are_one_to_dynamodb(deployed: Deployed) -> None:
    """A token of its own for each write, the same for each of its tries."""
    tokens: list[str] = []

    def note(request: AWSPreparedRequest) -> AWSResponse | None:
        assert isinstance(request.body, bytes)
        tokens.append(json.loads(request.body)["ClientRequestToken"])
        return THROTTLED(request) if len(tokens) == 1 else None

    deployed.fates[:] = [note, note]
    deployed.store.insert(fax(1), idempotency(1))
    deployed.fates[:] = [note]
    deployed.store.insert(fax(2), idempotency(2))
    assert (len(tokens), tokens[0] == tokens[1], len(set(tokens))) == (3, True, 2)


def test_a_call_that_fails_before_its_first_try_surely_adds_nothing(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("dynamodb")

    def unsigned(**_: object) -> None:
        raise NoCredentialsError

    client.meta.events.register_first("before-sign.dynamodb.TransactWriteItems", unsigned)
    with pytest.raises(StorageFault) as caught:
        DynamoDBFaxStore(client, deployed.cloud.names["FaxTable"]).insert(fax(1))
    assert (caught.value.effect, str(caught.value)) == (Effect.NONE, "TransactWriteItems: NoCredentialsError")


def test_an_earlier_calls_lost_answer_does_not_colour_the_next_call(deployed: Deployed) -> None:
    deployed.fates[:] = [READ_TIMEOUT, READ_TIMEOUT]
    assert deployed.fail(fax(1)).effect is Effect.UNKNOWN
    deployed.fates[:] = [DENIED]
    assert deployed.fail(fax(1)).effect is Effect.NONE


@pytest.mark.parametrize(
    ("operation", "read"),
    [
        ("GetItem", lambda store: store.by_id("1001", NOW)),
        ("GetItem", lambda store: store.acceptance("c0" * 32, NOW)),
        ("Query", lambda store: store.by_uid("f" * 32, NOW)),
        ("Query", lambda store: store.of_extension(NUMBER, NOW)),
    ],
)
def test_a_read_that_fails_is_a_fault_without_an_effect(
    cloud: Cloud, operation: str, read: Callable[[DynamoDBFaxStore], object]
) -> None:
    def deny(request: AWSPreparedRequest, **_: object) -> Any:
        return DENIED(request)

    client = boto3.client("dynamodb")
    client.meta.events.register_first(f"before-send.dynamodb.{operation}", deny)
    with pytest.raises(StorageFault) as caught:
        read(DynamoDBFaxStore(client, cloud.names["FaxTable"]))
    assert (caught.value.effect, str(caught.value)) == (Effect.NONE, f"{operation}: AccessDeniedException (400)")


@pytest.mark.parametrize("told_by", ["x-amz-crc32", "content-length"])
def test_a_read_that_is_cut_off_has_not_found_nothing(cloud: Cloud, waits: list[float], told_by: str) -> None:
    """The SDK compares no lengths, and does not heed a checksum after its last try."""

    def cut_off(request: AWSPreparedRequest, **_: object) -> Any:
        return dynamodb_cut_off(200, told_by)(request)

    client = boto3.client("dynamodb")
    client.meta.events.register_first("before-send.dynamodb.GetItem", cut_off)
    store = DynamoDBFaxStore(client, cloud.names["FaxTable"])
    assert store.acceptance("c0" * 32, NOW) is None
    fail_where_cut_off(client, "dynamodb", "GetItem")
    with pytest.raises(StorageFault) as caught:
        store.acceptance("c0" * 32, NOW)
    assert str(caught.value) == "GetItem: ConnectionClosedError"


def test_an_idempotency_record_as_it_lies_in_the_table(cloud: Cloud) -> None:
    """Not in the indexes, which are for faxes."""
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(fax(1), idempotency(1))
    record, item = sorted(cloud.items("FaxTable"), key=lambda item: str(item["sk"]))
    assert record["idempotency"] == {"S": f"{1:064x}"}
    assert item == {
        "pk": {"S": f"IDEMPOTENCY#{1:064x}"},
        "sk": {"S": "IDEMPOTENCY"},
        "fingerprint": {"S": "c0" * 32},
        "faxId": {"S": "1001"},
        "faxUid": {"S": fax(1).uid},
        "expiresAt": {"N": str(int(NOW.timestamp()) + 3600)},
    }


def test_an_item_as_it_lies_in_the_table(cloud: Cloud) -> None:
    """Others read it: the table's stream, its time to live, its indexes."""
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(fax(1))
    assert cloud.items("FaxTable") == [
        {
            "pk": {"S": "FAX#1001"},
            "sk": {"S": "FAX"},
            "schema": {"N": "1"},
            "revision": {"N": "1"},
            "id": {"S": "1001"},
            "uid": {"S": "00000000000000000000000000000001"},
            "userId": {"S": "alice"},
            "organizationId": {"S": "0003"},
            "extension": {"S": "0003*210"},
            "recipients": {"L": [{"S": "7778888"}]},
            "files": {
                "L": [
                    {
                        "M": {
                            "position": {"N": "1"},
                            "name": {"S": "a.txt"},
                            "kind": {"S": "txt"},
                            "size": {"N": "14"},
                            "sha256": {"S": "ab" * 32},
                            "key": {"S": "faxes/00000000000000000000000000000001/1.txt"},
                            "pages": {"N": "2"},
                        }
                    }
                ]
            },
            "pages": {"N": "2"},
            "status": {"S": "accepted"},
            "createdAt": {"S": "2026-11-23T12:30:16.120Z"},
            "expiresAt": {"N": "1798029016"},
        }
    ]


def test_what_a_later_release_wrote_is_read(cloud: Cloud) -> None:
    """A release may be rolled back. Attributes and words that are unknown here stand for nothing that is known."""
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    store.insert(fax(1))
    [item] = cloud.items("FaxTable")
    item |= {"schema": {"N": "2"}, "revision": {"N": "7"}, "status": {"S": "teleported"}, "sandbox": {"BOOL": True}}
    item["files"]["L"][0]["M"] |= {"kind": {"S": "papyrus"}, "font": {"S": "Garamond"}}
    item |= {"due": {"S": "3"}, "dueAt": {"S": "2026-11-23T12:31:16.120Z"}, "routes": {"L": [{"NULL": True}]}}
    cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=item)
    [file] = fax(1).files
    later = fax(1, status="teleported", revision=7, files=(dataclasses.replace(file, kind="papyrus"),))
    assert store.by_id("1001", NOW) == later
    assert store.by_uid(fax(1).uid, NOW) == later
    assert store.of_extension(NUMBER, NOW) == [later]


def test_the_app_that_sent_it_is_kept(cloud: Cloud) -> None:
    """A fax of a user's token has none, and so has one that an earlier release wrote."""
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    store.insert(fax(1, app_key="office.app~1"))
    [item] = cloud.items("FaxTable")
    assert item["app"] == {"S": "office.app~1"}
    assert store.by_id("1001", NOW) == fax(1, app_key="office.app~1")


@pytest.mark.parametrize(
    ("index", "key", "value", "held"),
    [
        ("by-uid", "uid", "00000000000000000000000000000001", set()),
        ("by-extension", "extension", "0003*210", {"id", "userId", "status", "recipients", "pages", "revision"}),
        ("by-user", "userId", "alice", {"id", "extension", "status", "recipients", "pages", "revision"}),
    ],
)
def test_an_index_holds_its_faxes_and_no_idempotency_record(
    cloud: Cloud, index: str, key: str, value: str, held: set[str]
) -> None:
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(fax(1), idempotency(1))
    [item] = cloud.dynamodb.scan(TableName=cloud.names["FaxTable"], IndexName=index)["Items"]
    assert item[key] == {"S": value}
    shown = {"uid", "createdAt", "expiresAt"} if held else set()
    assert set(item) == {"pk", "sk", key} | shown | held


def test_nothing_is_due(cloud: Cloud) -> None:
    """Only what has a due time is ever taken up: what an earlier release accepted is not sent by surprise."""
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(fax(1), idempotency(1))
    assert cloud.dynamodb.scan(TableName=cloud.names["FaxTable"], IndexName="by-due")["Items"] == []
