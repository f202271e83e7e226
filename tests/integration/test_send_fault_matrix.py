"""Every AWS and carrier call of send_fax, in its order, x every way that it can fail, before or after it took effect.

The real handler with the real SDK on moto, its own retries included; the simulated network keeps its faxes there, too,
so the calls to the carrier are among these. A fault hits one call of one message. What comes then is what comes in a
deployment: the message may be lost, and what is due is looked at again. In the end the fax is sent, its pages came out
once, no line is held, and until then it was always due.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.retries.quota import RetryQuota

from faxes import lifecycle
from faxes.adapters.dynamodb.deliveries import event_of
from faxes.adapters.dynamodb.items import Item, plain, wire
from faxes.adapters.dynamodb.recipients import DynamoDBRecipients
from faxes.adapters.dynamodb.records import fax_item
from faxes.adapters.dynamodb.simulated import DynamoDBNetwork, taken_of
from faxes.adapters.sqs_bells import SQSBells
from faxes.bootstrap import clients
from faxes.carriers import simulator
from faxes.carriers.simulator import Simulator
from faxes.delivery.dispatch import Dispatch
from faxes.delivery.inbox import Inbox
from faxes.delivery.plan import Plan
from faxes.edge import batch, sending
from faxes.model import Status
from tests.support.cloud import Cloud, cloud
from tests.support.fault_matrix import (
    DYNAMODB,
    READ,
    Fault,
    closed,
    lost,
    once_and_always,
    read_timeout,
    sent_json,
)
from tests.support.faults import dynamodb_answers, dynamodb_cut_off
from tests.support.faxes import NOW, fax

CONTEXT: Any = SimpleNamespace(
    function_name="send",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:send",
    aws_request_id="r",
)
AFTER = lost(
    read_timeout=read_timeout,
    closed=closed,
    answer_cut_off=dynamodb_cut_off(200),
    error_500=dynamodb_answers(500, "InternalServerError"),
)
WRITE = DYNAMODB | AFTER | once_and_always(in_progress=dynamodb_answers(400, "TransactionInProgressException"))
# What a fax to one number calls, in its order: planned, claimed and submitted, asked about and sent. A call of a name
# comes several times, and each time is a row.
CALLS: dict[str, tuple[int, dict[str, Fault]]] = {
    "record read": (3, READ),
    "recipient read": (3, READ),
    "line read": (1, READ),
    "write": (4, WRITE),
    "carrier take": (1, DYNAMODB | AFTER),
    "carrier read": (1, READ),
    "bell": (4, DYNAMODB),
}
CELLS = [(call, n, name) for call, (times, faults) in CALLS.items() for n in range(1, times + 1) for name in faults]
# What is likely to be broken: a call that fails for good, or whose effect nobody is told of. The others search further.
_LIKELY = ("read_timeout always", "denied once", "closed after the effect always", "error_500 after the effect once")


@dataclass
class Armed:
    """The fault that the nth call of a name meets."""

    call: str
    after: int
    fault: Fault
    met: bool = False
    over: bool = False


class Deployed:
    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.clock, self.armed = cloud, NOW, Armed("", 0, Fault(lambda request: None))
        self.table = cloud.names["FaxTable"]
        tables, queues = clients.dynamodb(), clients.sqs()
        numbers = count(1)
        recipients = DynamoDBRecipients(tables, self.table, 4, lambda bits: next(numbers))
        bells = SQSBells(queues, cloud.names["SendQueue"], sending.lost)
        network = DynamoDBNetwork(tables, self.table, lambda bits: next(numbers))
        carrier = Simulator(network, self.now, report=bells.report)
        function: Any = cloud.function("send_fax", CARRIER="simulator")
        self.function = function
        # As the function has it, with a clock that goes from one due time to the next.
        self.function.inbox = Inbox(
            Plan(recipients, bells, self.now, timedelta(hours=24)), Dispatch(recipients, bells, carrier, self.now)
        )
        events: Any = tables.meta.events
        for operation in ("GetItem", "Query", "TransactWriteItems", "UpdateItem"):
            events.register_first(f"before-send.dynamodb.{operation}", self._called)
        queue: Any = queues
        queue.meta.events.register_first(
            "before-send.sqs.SendMessage", lambda request, **_: self._meet("bell", request)
        )

    def now(self) -> datetime:
        return self.clock

    def _called(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        sent, operation = sent_json(request), str(request.headers["X-Amz-Target"])
        if "TransactWriteItems" in operation:
            return self._meet("write", request)
        if "UpdateItem" in operation:
            return self._meet("carrier take", request)
        if "Query" in operation:
            of_line = "DEST#" in json.dumps(sent)
            return self._meet("line read" if of_line else "recipient read", request)
        return self._meet("carrier read" if "SIM#" in json.dumps(sent) else "record read", request)

    def _meet(self, call: str, request: AWSPreparedRequest) -> AWSResponse | None:
        armed = self.armed
        if armed.over or call != armed.call:
            return None
        if not armed.met:
            armed.after -= 1
            if armed.after:
                return None
        armed.met = True
        if not armed.fault.always:
            armed.over = True
        if armed.fault.effective:
            self._take_effect(request)
        return armed.fault.fate(request)

    def _take_effect(self, request: AWSPreparedRequest) -> None:
        sent = sent_json(request)
        if "TransactItems" not in sent:
            self.cloud.dynamodb.update_item(**sent)
            return
        # To AWS, a second try with its token is the first.
        with suppress(self.cloud.dynamodb.exceptions.TransactionCanceledException):
            self.cloud.dynamodb.transact_write_items(
                TransactItems=sent["TransactItems"], ClientRequestToken=sent["ClientRequestToken"]
            )

    def queued(self) -> str:
        # Of this one, the simulated network does not lose the reference.
        made = fax(1, status=Status.QUEUED, due_at=NOW, revision=3, expires_at=NOW + timedelta(days=30))
        self.cloud.dynamodb.put_item(TableName=self.table, Item=wire(fax_item(made, None, 4)))
        return made.id

    def items(self) -> list[Item]:
        return [plain(item) for item in self.cloud.items("FaxTable")]

    def message(self, **body: Any) -> None:
        with suppress(batch.Failed):
            self.function.handler({"Records": [{"body": json.dumps(body)}]}, CONTEXT)
        # What hits a call time and again hits it for as long as the message is at work.
        self.armed.over = self.armed.over or self.armed.met

    def run(self, fax_id: str) -> list[Item]:
        """Have what is due done, from one due time to the next, as the sweep does, until nothing is."""
        for _ in range(60):
            items = [item for item in self.items() if item["pk"] == f"FAX#{fax_id}"]
            due = sorted((item["dueAt"], item["sk"]) for item in items if "dueAt" in item)
            if not due:
                return items
            at, sk = due[0]
            self.clock = max(self.clock, datetime.fromisoformat(at))
            if any(item["sk"] == sk and item["status"] == "sending" for item in items):
                # As far as the end of the call, so that the carrier is asked once.
                self.clock += timedelta(seconds=100)
            if sk == "FAX":
                self.message(fax=fax_id)
            else:
                self.message(fax=fax_id, recipient=1)
        raise AssertionError(f"{fax_id} is still due")


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Deployed]:
    with cloud() as made:
        yield Deployed(made)


@pytest.fixture
def deployed(shared: Deployed, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    # The SDK's waits between its tries pass at once.
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))
    # A client that has failed hundreds of times makes no second tries for a while; each cell is its first failure.
    monkeypatch.setattr(RetryQuota, "acquire", lambda quota, amount: True)
    # What a transaction costs grows with what is there.
    shared.cloud.clear("FaxTable")
    shared.clock = NOW
    return shared


@pytest.mark.parametrize(
    ("call", "n", "name"),
    [
        pytest.param(*cell, id="{} {}, {}".format(*cell), marks=[] if cell[2] in _LIKELY else [pytest.mark.full])
        for cell in CELLS
    ],
)
def test_cell(deployed: Deployed, call: str, n: int, name: str) -> None:
    deployed.armed = Armed(call, n, CALLS[call][1][name])
    fax_id = deployed.queued()
    items = deployed.run(fax_id)
    assert deployed.armed.met
    record = next(item for item in items if item["sk"] == "FAX")
    assert record["status"] == "sent"
    everything = deployed.items()
    taken = [taken_of(item) for item in everything if item["pk"].startswith("SIM#")]
    printed = [pages for each in taken if (pages := simulator.paper(each, deployed.clock + timedelta(hours=1), 1))]
    assert printed == [(1, 2)]
    assert [item for item in everything if item["pk"].startswith("DEST#")] == []
    history = [event_of(item) for item in items if item["sk"].startswith("EVENT#")]
    assert lifecycle.fold_recipient(history, 1) == "sent"


def test_these_are_the_calls(deployed: Deployed) -> None:
    """Without a fault, each call comes as often as the table has rows for it."""
    made: list[str] = []
    deployed.armed = Armed("", 0, Fault(lambda request: None))
    meet = deployed._meet

    def noted(call: str, request: AWSPreparedRequest) -> AWSResponse | None:
        made.append(call)
        return meet(call, request)

    deployed._meet = noted  # type: ignore[method-assign]
    try:
        deployed.run(deployed.queued())
    finally:
        deployed._meet = meet  # type: ignore[method-assign]
    assert {call: made.count(call) for call in CALLS} == {call: times for call, (times, _) in CALLS.items()}
