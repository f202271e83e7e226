"""What reading and canceling a fax come to where DynamoDB does not answer as it should: never to one that is not
there."""

import itertools
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.endpoint
import pytest
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError

from faxes.adapters.dynamodb.items import plain
from tests.support import requests, stored
from tests.support.cloud import Cloud, cloud
from tests.support.faults import Fate, Faults, dynamodb_answers, dynamodb_cut_off, raises

URL = "https://nowhere.invalid/"
READS = ["read-fax", "read-history"]
LOST: dict[str, Fate] = {
    "not reached": raises(ConnectTimeoutError(endpoint_url=URL)),
    "no answer": raises(ReadTimeoutError(endpoint_url=URL)),
    "hung up": raises(ConnectionClosedError(endpoint_url=URL)),
    "throttled": dynamodb_answers(400, "ProvisionedThroughputExceededException"),
    "denied": dynamodb_answers(400, "AccessDeniedException"),
    "internal": dynamodb_answers(500, "InternalServerError"),
    "cut off, by its checksum": dynamodb_cut_off(200),
    "cut off, by its length": dynamodb_cut_off(200, "content-length"),
}


class Deployed:
    """The functions with the kept events' faxes behind them, and what becomes of their calls."""

    def __init__(self, made: Cloud) -> None:
        assert boto3.DEFAULT_SESSION is not None
        self.cloud = made
        self.faults = Faults(boto3.DEFAULT_SESSION)
        self.handlers = {name: made.function(name).handler for name in ("read_faxes", "change_faxes")}

    def answer(self, name: str, context: Any) -> tuple[int, str, str]:
        request = requests.read(name)
        answer = self.handlers[request.route.function](requests.proxy_event(request, name), context)
        error = json.loads(answer["body"]).get("error", {"code": "", "message": ""})
        return answer["statusCode"], error["code"], error["message"]

    def items(self) -> list[dict[str, Any]]:
        return sorted(map(plain, self.cloud.items("FaxTable")), key=lambda item: (str(item["pk"]), str(item["sk"])))


@pytest.fixture(name="shared", scope="module")
def _shared() -> Iterator[Deployed]:
    with cloud() as made:
        yield Deployed(made)


@pytest.fixture(name="deployed")
def _deployed(shared: Deployed, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    # The SDK's waits between its tries pass at once.
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
    shared.cloud.forget_faxes()
    stored.keep(shared.cloud)
    return shared


@pytest.mark.parametrize("fate", LOST)
@pytest.mark.parametrize("name", READS)
def test_a_read_that_fails_is_a_fault_of_ours(deployed: Deployed, name: str, fate: str, context: Any) -> None:
    with deployed.faults.of("dynamodb.Query", LOST[fate]):
        answered = deployed.answer(name, context)
    message = "The fax could not be read because of a fault on our side; try again."
    assert answered == (500, "internal_server_error", message)
    assert deployed.answer(name, context)[0] == 200


@pytest.mark.parametrize("fate", LOST)
def test_a_fax_that_cannot_be_read_is_not_canceled(deployed: Deployed, fate: str, context: Any) -> None:
    before = deployed.items()
    with deployed.faults.of("dynamodb.Query", LOST[fate]):
        status, _, message = deployed.answer("change-cancel", context)
    assert (status, "Nothing was changed" in message) == (500, True)
    assert deployed.items() == before


NO_EFFECT = {"not reached", "throttled", "denied"}


# A transaction's answer has nothing to cut off: with 200, it was written.
@pytest.mark.parametrize("fate", [fate for fate in LOST if not fate.startswith("cut off")])
def test_a_change_that_does_not_arrive_says_what_is_known(deployed: Deployed, fate: str, context: Any) -> None:
    before = deployed.items()
    with deployed.faults.of("dynamodb.TransactWriteItems", LOST[fate]):
        status, code, message = deployed.answer("change-cancel", context)
    assert (status, code) == (500, "internal_server_error")
    assert message.startswith("The fax could not be" if fate in NO_EFFECT else "It is not known whether")
    assert deployed.items() == before
    # Sent again, it is done, once.
    assert deployed.answer("change-cancel", context)[0] == 200
    assert len(deployed.items()) == len(before) + 1


def test_a_change_whose_first_answer_is_lost_is_one_change(deployed: Deployed, context: Any) -> None:
    """The SDK tries again with the same token."""
    before = deployed.items()
    fates = iter([LOST["no answer"], None])

    def once(request: Any) -> Any:
        fate = next(fates)
        return fate(request) if fate else None

    with deployed.faults.of("dynamodb.TransactWriteItems", once):
        assert deployed.answer("change-cancel", context)[0] == 200
    assert len(deployed.items()) == len(before) + 1


def canceled_for(*codes: str) -> Fate:
    reasons = [{"Code": code} for code in codes]
    return dynamodb_answers(400, "TransactionCanceledException", CancellationReasons=reasons)


@pytest.mark.parametrize(
    "codes",
    [("ConditionalCheckFailed", "None"), ("None", "ConditionalCheckFailed"), ("TransactionConflict", "None")],
)
def test_what_others_are_writing_is_read_again(deployed: Deployed, codes: tuple[str, str], context: Any) -> None:
    counted = itertools.count(1)

    def twice(request: Any) -> Any:
        return canceled_for(*codes)(request) if next(counted) <= 2 else None

    with deployed.faults.of("dynamodb.TransactWriteItems", twice):
        assert deployed.answer("change-cancel", context)[0] == 200


def test_what_others_are_writing_for_ever_is_not_changed(deployed: Deployed, context: Any) -> None:
    before = deployed.items()
    with deployed.faults.of("dynamodb.TransactWriteItems", canceled_for("TransactionConflict", "None")):
        status, _, message = deployed.answer("change-cancel", context)
    assert (status, "Nothing was changed" in message) == (500, True)
    assert deployed.items() == before


@pytest.mark.parametrize("codes", [("ThrottlingError", "None"), ("ValidationError", "None"), ()])
def test_a_transaction_that_is_canceled_otherwise_is_a_fault(
    deployed: Deployed, codes: tuple[str, ...], context: Any, log: Callable[[], list[dict[str, Any]]]
) -> None:
    with deployed.faults.of("dynamodb.TransactWriteItems", canceled_for(*codes)):
        assert deployed.answer("change-cancel", context)[0] == 500
    assert log()[-1]["reason"] == "fax_not_written"
