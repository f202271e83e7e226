"""What DynamoDB's store of faxes says where an answer is an error, is lost, or does not come: one try at a time."""

import dataclasses
import json
from collections.abc import Callable
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
from faxes.intake.ports import IdempotencyRecordTaken, IdTaken, WriteConflict
from faxes.model import Acceptance, Fax
from tests.support.cloud import Cloud
from tests.support.faults import Fate, dynamodb_answers, dynamodb_cut_off, raises
from tests.support.faxes import NOW, NUMBER, fax, idempotency


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
