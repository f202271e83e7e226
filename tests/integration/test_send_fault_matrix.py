"""Every AWS and carrier call of send_fax, in its order, x every way that it can fail, before or after it took effect.

A fault hits one call of one message. What comes then is what comes in a deployment: the message may be lost, and what
is due is looked at again. In the end the fax is sent, its pages came out once, no line is held, and until then it was
always due.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.items import Item
from faxes.model import Status
from tests.support import faulty
from tests.support.cloud import cloud
from tests.support.fault_matrix import (
    DYNAMODB,
    NO_ANSWER,
    READ,
    Fault,
    closed,
    lost,
    once_and_always,
    read_timeout,
)
from tests.support.faults import dynamodb_answers, dynamodb_cut_off, s3_answers
from tests.support.faulty import Armed, Deployment
from tests.support.faxes import NOW, fax

AFTER = lost(
    read_timeout=read_timeout,
    closed=closed,
    answer_cut_off=dynamodb_cut_off(200),
    error_500=dynamodb_answers(500, "InternalServerError"),
)
S3 = NO_ANSWER | once_and_always(
    error_500=s3_answers(500, "InternalError"),
    slow_down_503=s3_answers(503, "SlowDown"),
    denied=s3_answers(403, "AccessDenied"),
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
    # Whether it is an extension, and who sends it.
    "directory read": (3, READ),
    # Each of these is the same when it is made twice.
    "pages read": (1, S3),
    "document put": (1, S3),
    "paper kept": (1, S3),
    "document removed": (1, S3),
    "bell": (3, DYNAMODB),
}
CELLS = [(call, n, name) for call, (times, faults) in CALLS.items() for n in range(1, times + 1) for name in faults]
# What is likely to be broken: a call that fails for good, or whose effect nobody is told of. The others search further.
_LIKELY = ("read_timeout always", "denied once", "closed after the effect always", "error_500 after the effect once")


_OF_FILES = {
    "GetObject": "pages read",
    "PutObject": "document put",
    "CopyObject": "paper kept",
    "DeleteObject": "document removed",
}


def named(operation: str, sent: dict[str, Any]) -> str | None:
    match operation:
        case "TransactWriteItems":
            return "write"
        case "UpdateItem":
            return "carrier take"
        case "Query":
            return "line read" if "DEST#" in json.dumps(sent) else "recipient read"
        case "GetItem" if any(f"{kind}#" in json.dumps(sent) for kind in ("ORG", "EXT")):
            return "directory read"
        case "GetItem":
            return "carrier read" if "SIM#" in json.dumps(sent) else "record read"
        case "SendMessage":
            return "bell"
    return _OF_FILES.get(operation)


class Sending(Deployment):
    function: Any

    def queued(self) -> str:
        # Of this one, the simulated network does not lose the reference.
        return self.put(fax(1, status=Status.QUEUED, due_at=NOW, revision=3, expires_at=NOW + timedelta(days=30)))

    def run(self, fax_id: str) -> list[Item]:
        """Have what is due done, from one due time to the next, as the sweep does, until nothing is."""
        for _ in range(60):
            sk = self.next_due(fax_id)
            if sk is None:
                return self.items(fax_id)
            message = {"fax": fax_id} if sk == "FAX" else {"fax": fax_id, "recipient": 1}
            self.invoke(self.function, {"Records": [{"body": json.dumps(message)}]})
        raise AssertionError(f"{fax_id} is still due")


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Sending]:
    with cloud() as made:
        sending = Sending(made)
        with faulty.clock_of(sending):
            sending.function = sending.watched("send_fax", named, CARRIER="simulator")
            yield sending


@pytest.fixture
def deployed(shared: Sending, monkeypatch: pytest.MonkeyPatch) -> Sending:
    shared.begin(monkeypatch)
    return shared


@pytest.mark.parametrize(
    ("call", "n", "name"),
    [
        pytest.param(*cell, id="{} {}, {}".format(*cell), marks=[] if cell[2] in _LIKELY else [pytest.mark.full])
        for cell in CELLS
    ],
)
def test_cell(deployed: Sending, call: str, n: int, name: str) -> None:
    deployed.armed = Armed(call, n, CALLS[call][1][name])
    fax_id = deployed.queued()
    deployed.run(fax_id)
    deployed.assert_ended(fax_id, "sent", (1, 2))


def test_these_are_the_calls(deployed: Sending) -> None:
    """Without a fault, each call comes as often as the table has rows for it."""
    deployed.run(deployed.queued())
    assert {call: deployed.made.count(call) for call in CALLS} == {call: times for call, (times, _) in CALLS.items()}
