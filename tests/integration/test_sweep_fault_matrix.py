"""Every AWS call of queue_fax and of sweep x every way that it can fail, before or after it took effect.

A fault hits one call of one event. What comes then is what comes in a deployment: the messages that were sent, however
often, and each time that something is due, a sweep. All other messages are lost. In the end the fax has ended as it
should, its pages came out once at most, no line is held, and until then it was always due.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from faxes.adapters.dynamodb.control import DynamoDBFaxControl
from faxes.adapters.dynamodb.due import MOST_SHARDS
from faxes.adapters.dynamodb.items import wire
from faxes.adapters.dynamodb.jobs import DynamoDBJobStore
from faxes.adapters.dynamodb.keys import WAITING
from faxes.lifecycle import FaxEvent, HistoryEvent
from faxes.model import Fax, Status
from faxes.rendering.jobs import MOST_TRIES
from tests.support import faulty
from tests.support.cloud import cloud
from tests.support.fault_matrix import OF_A_WORKER, READ
from tests.support.faulty import Armed, Deployment
from tests.support.faxes import NOW, fax
from tests.support.jobs import STORED

# Of this one, the simulated network does not lose the reference.
ACCEPTED = fax(1, due_at=NOW, expires_at=NOW + timedelta(days=30))
QUEUED = replace(ACCEPTED, status=Status.QUEUED, revision=3)
# The only recipient of a fax is called while it is planned.
OF_TWO = replace(
    fax(1, recipients=("7778888", "7778889")),
    status=Status.QUEUED,
    revision=3,
    due_at=NOW,
    expires_at=ACCEPTED.expires_at,
)
IN_VAIN = replace(ACCEPTED, status=Status.RENDERING, revision=5)


def named(operation: str, sent: dict[str, Any]) -> str | None:
    match operation:
        case "Query":
            return "waiting read" if WAITING in json.dumps(sent) else "due read"
        case "GetItem":
            return "record read"
        case "UpdateItem":
            return "recipient noted" if "toldAt" in sent["UpdateExpression"] else "fax put off"
        case "TransactWriteItems":
            return "fax failed"
        case "SendMessage":
            body = json.loads(sent["MessageBody"])
            to = "to draw" if sent["QueueUrl"].endswith("/render") else "to send"
            return f"message {to}{' a recipient' if 'recipient' in body else ''}"
    return None


class Working(Deployment):
    """All but what hands over what is lost: whoever draws and whoever sends tell nobody."""

    def start(self) -> None:
        client: Any = boto3.client
        nowhere = client("sqs").create_queue(QueueName="nowhere")["QueueUrl"]
        self._send: Any = self.cloud.function("send_fax", CARRIER="simulator", SEND_QUEUE=nowhere)
        self.queue_fax: Any = self.watched("queue_fax", named)
        self.sweep: Any = self.watched("sweep", named, CARRIER="simulator")
        bits = iter(range(1 << 24)).__next__
        self._jobs = DynamoDBJobStore(self.cloud.dynamodb, self.table, 4, lambda _: bits())
        self._control = DynamoDBFaxControl(self.cloud.dynamodb, self.table, 4, lambda _: bits())

    def plan(self, fax_id: str) -> None:
        """Give a fax its recipients."""
        self.invoke(self._send, {"Records": [{"body": json.dumps({"fax": fax_id})}]})

    def cancel(self, found: Fax) -> None:
        asked = replace(found, revision=found.revision + 1, cancel_requested_at=self.clock, due_at=self.clock)
        self._control.change(asked, HistoryEvent(self.clock, FaxEvent.CANCEL_REQUESTED, revision=asked.revision))

    def stream(self, fax_id: str, event_name: str) -> dict[str, Any]:
        """What the stream has of a fax's record."""
        [image] = [wire(item) for item in self.items(fax_id) if item["sk"] == "FAX"]
        keys = {name: image[name] for name in ("pk", "sk")}
        return {"Records": [{"eventName": event_name, "dynamodb": {"Keys": keys, "NewImage": image}}]}

    def take(self) -> int:
        """Take the messages that lie in the queues; how many."""
        to_draw, to_send = self.messages("RenderQueue"), self.messages("SendQueue")
        for message in to_draw:
            self._draw(message["fax"])
        for message in to_send:
            self.invoke(self._send, {"Records": [{"body": json.dumps(message)}]})
        return len(to_draw) + len(to_send)

    def _draw(self, fax_id: str) -> None:
        """As a worker does."""
        job = self._jobs.job(fax_id, self.clock)
        if job is None or job.status != Status.ACCEPTED:
            return
        taken = self._jobs.take_up(job, self.clock + timedelta(minutes=10), self.clock)
        self._jobs.ready(taken, STORED, self.clock)

    def run(self, fax_id: str) -> None:
        """Until nothing of it is due any more, and no message lies anywhere."""
        for _ in range(60):
            if self.take():
                continue
            if self.next_due(fax_id) is None:
                return
            self.invoke(self.sweep, {})
            # Who was told of a recipient is told again after a while.
            self.clock += timedelta(minutes=5)
        raise AssertionError(f"{fax_id} is still due")


# --- sweep -----------------------------------------------------------------------------------------------------------


def accepted(working: Working) -> str:
    return working.put(ACCEPTED)


def queued(working: Working) -> str:
    return working.put(QUEUED)


def planned(working: Working) -> str:
    fax_id = working.put(OF_TWO)
    working.plan(fax_id)
    return fax_id


def waiting_for_a_carrier(working: Working) -> str:
    return working.put(replace(QUEUED, due_at=NOW + timedelta(hours=24)), due=WAITING)


def in_vain(working: Working) -> str:
    return working.put(IN_VAIN, tries=MOST_TRIES)


# What a sweep finds, how the fax ends, what comes out, and the sweep's calls, each as often as it is made.
EACH_TIME = {"due read": MOST_SHARDS, "waiting read": 1}
SWEPT: dict[str, tuple[Callable[[Working], str], str, tuple[tuple[int, ...], ...], dict[str, int]]] = {
    "accepted": (accepted, "sent", ((1, 2),), {"record read": 1, "message to draw": 1, "fax put off": 1}),
    "queued": (queued, "sent", ((1, 2),), {"record read": 1, "message to send": 1, "fax put off": 1}),
    "waiting": (waiting_for_a_carrier, "sent", ((1, 2),), {"record read": 1, "message to send": 1, "fax put off": 1}),
    "planned": (planned, "sent", ((1, 2), (1, 2)), {"recipient noted": 2, "message to send a recipient": 2}),
    "drawn in vain": (in_vain, "failed", (), {"record read": 1, "fax failed": 1}),
}
READS = {"due read", "waiting read", "record read"}
CELLS = [
    (found, call, n, name)
    for found, (*_, calls) in SWEPT.items()
    # That what is due is read is the same whatever is found.
    for call, times in (calls if found != "accepted" else calls | EACH_TIME).items()
    # One shard is read, and one recipient told, as the other is.
    for n in sorted({1, times})
    for name in (READ if call in READS else OF_A_WORKER)
]
# What is likely to be broken: a call that fails for good, or whose effect nobody is told of. The others search further.
_LIKELY = ("read_timeout always", "closed after the effect always")


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Working]:
    with cloud() as made:
        working = Working(made)
        with faulty.clock_of(working):
            working.start()
            yield working


@pytest.fixture
def deployed(shared: Working, monkeypatch: pytest.MonkeyPatch) -> Working:
    shared.begin(monkeypatch)
    return shared


@pytest.mark.parametrize(
    ("found", "call", "n", "name"),
    [
        pytest.param(*cell, id="{}: {} {}, {}".format(*cell), marks=[] if cell[3] in _LIKELY else [pytest.mark.full])
        for cell in CELLS
    ],
)
def test_sweep(deployed: Working, found: str, call: str, n: int, name: str) -> None:
    put, status, printed, _ = SWEPT[found]
    fax_id = put(deployed)
    deployed.armed = Armed(call, n, (READ | OF_A_WORKER)[name])
    deployed.invoke(deployed.sweep, {})
    deployed.run(fax_id)
    deployed.assert_ended(fax_id, status, *printed)


@pytest.mark.parametrize("found", SWEPT)
def test_these_are_the_calls_of_sweep(deployed: Working, found: str) -> None:
    put, *_, calls = SWEPT[found]
    put(deployed)
    deployed.invoke(deployed.sweep, {})
    assert {call: deployed.made.count(call) for call in deployed.made} == calls | EACH_TIME


# --- queue_fax -------------------------------------------------------------------------------------------------------


def inserted(working: Working) -> tuple[str, dict[str, Any]]:
    fax_id = working.put(ACCEPTED)
    return fax_id, working.stream(fax_id, "INSERT")


def asked_to_cancel(working: Working) -> tuple[str, dict[str, Any]]:
    fax_id = planned(working)
    [record] = [item for item in working.items(fax_id) if item["sk"] == "FAX"]
    working.cancel(replace(OF_TWO, revision=int(record["revision"])))
    return fax_id, working.stream(fax_id, "MODIFY")


QUEUED_ON: dict[str, tuple[Callable[[Working], tuple[str, dict[str, Any]]], str, tuple[tuple[int, ...], ...], str]] = {
    "accepted": (inserted, "sent", ((1, 2),), "message to draw"),
    "to cancel": (asked_to_cancel, "canceled", (), "message to send"),
}


@pytest.mark.parametrize(
    ("found", "name"),
    [
        pytest.param(found, name, marks=[] if name in _LIKELY else [pytest.mark.full])
        for found in QUEUED_ON
        for name in OF_A_WORKER
    ],
)
def test_queue_fax(deployed: Working, found: str, name: str) -> None:
    put, status, printed, call = QUEUED_ON[found]
    fax_id, event = put(deployed)
    deployed.armed = Armed(call, 1, OF_A_WORKER[name])
    # The stream does not stand still for it.
    assert deployed.invoke(deployed.queue_fax, event)
    deployed.run(fax_id)
    deployed.assert_ended(fax_id, status, *printed)


@pytest.mark.parametrize("found", QUEUED_ON)
def test_this_is_the_call_of_queue_fax(deployed: Working, found: str) -> None:
    put, *_, call = QUEUED_ON[found]
    _, event = put(deployed)
    deployed.invoke(deployed.queue_fax, event)
    assert deployed.made == [call]
