"""Every AWS call of send_fax where the recipient is an extension, x every way that it can fail, before or after it took
effect. In the end the extension has the fax exactly once, with all its pages, and nothing else lies anywhere."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.directory import extension_item, organization_item
from faxes.adapters.dynamodb.items import Item, wire
from faxes.ids import page_keys
from faxes.model import Status
from tests.support import faulty, ready
from tests.support.cloud import cloud
from tests.support.fault_matrix import (
    NO_ANSWER,
    READ,
    WRITE,
    Fault,
    closed,
    lost,
    once_and_always,
    read_timeout,
)
from tests.support.faults import s3_answers
from tests.support.faulty import Armed, Deployment
from tests.support.faxes import NOW, fax

COPY = (
    NO_ANSWER
    | once_and_always(
        error_500=s3_answers(500, "InternalError"),
        slow_down_503=s3_answers(503, "SlowDown"),
        denied=s3_answers(403, "AccessDenied"),
    )
    | lost(read_timeout=read_timeout, closed=closed, error_500=s3_answers(500, "InternalError"))
)
# What a fax to one extension calls: planned, claimed, copied and received. A call of a name comes several times, and
# each time is a row; no message is needed in between. Of the copies, which are made at once, one is looked at.
CALLS: dict[str, tuple[int, dict[str, Fault]]] = {
    "record read": (2, READ),
    "recipient read": (3, READ),
    "directory read": (2, READ),
    "copy": (1, COPY),
    "write": (3, WRITE),
}
CELLS = [(call, n, name) for call, (times, faults) in CALLS.items() for n in range(1, times + 1) for name in faults]
# What is likely to be broken: a call that fails for good, or whose effect nobody is told of. The others search further.
_LIKELY = ("read_timeout always", "denied once", "closed after the effect always", "error_500 after the effect once")


def named(operation: str, sent: dict[str, Any]) -> str | None:
    match operation:
        case "TransactWriteItems":
            return "write"
        case "Query":
            return "recipient read"
        case "GetItem":
            return "record read" if "FAX#" in json.dumps(sent) else "directory read"
        case "CopyObject":
            return "copy" if sent["url"].endswith("/page-2.png") else None
    return None


class Receiving(Deployment):
    function: Any

    def queued(self) -> str:
        made = fax(1, recipients=("0003*211",), status=Status.QUEUED, due_at=NOW, revision=3)
        made = replace(made, expires_at=(NOW + timedelta(days=30)).replace(microsecond=0))
        names = self.cloud.names
        ready.put(self.cloud.dynamodb, names["FaxTable"], self.cloud.s3, names["FileBucket"], made)
        return made.id

    def run(self, fax_id: str) -> None:
        """Have what is due done, from one due time to the next, as the sweep does, until nothing is."""
        for _ in range(60):
            sk = self.next_due(fax_id)
            if sk is None:
                return
            message = {"fax": fax_id} if sk == "FAX" else {"fax": fax_id, "recipient": 1}
            self.invoke(self.function, {"Records": [{"body": json.dumps(message)}]})
        raise AssertionError(f"{fax_id} is still due")

    def received(self, fax_id: str) -> list[Item]:
        return [item for item in self.items() if item["pk"] != f"FAX#{fax_id}"]


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Receiving]:
    with cloud() as made:
        for item in (organization_item("0003", "Example Ltd"), extension_item(ready.extension("0003*211", "bob"))):
            made.dynamodb.put_item(TableName=made.names["DirectoryTable"], Item=wire(item))
        receiving = Receiving(made)
        with faulty.clock_of(receiving):
            receiving.function = receiving.watched("send_fax", named, CARRIER="none")
            yield receiving


@pytest.fixture
def deployed(shared: Receiving, monkeypatch: pytest.MonkeyPatch) -> Receiving:
    shared.begin(monkeypatch)
    shared.cloud.forget_faxes()
    return shared


@pytest.mark.parametrize(
    ("call", "n", "name"),
    [
        pytest.param(*cell, id="{} {}, {}".format(*cell), marks=[] if cell[2] in _LIKELY else [pytest.mark.full])
        for cell in CELLS
    ],
)
def test_cell(deployed: Receiving, call: str, n: int, name: str) -> None:
    deployed.armed = Armed(call, n, CALLS[call][1][name])
    fax_id = deployed.queued()
    deployed.run(fax_id)
    deployed.assert_ended(fax_id, "sent")
    items = deployed.received(fax_id)
    assert sorted(item["sk"].partition("#")[0] for item in items) == ["EVENT", "FAX", "PAGES"]
    assert len({item["pk"] for item in items}) == 1
    record = next(item for item in items if item["sk"] == "FAX")
    assert (record["status"], record["extension"], record["sender"]) == (
        "received",
        "0003*211",
        {"extension": "0003*210", "organization": "Example Ltd"},
    )
    sent = page_keys(fax(1).uid, 2)
    assert deployed.cloud.objects() == {key: ready.content(key) for key in [*sent, *page_keys(record["uid"], 2)]}


def test_these_are_the_calls(deployed: Receiving) -> None:
    """Without a fault, each call comes as often as the table has rows for it."""
    deployed.run(deployed.queued())
    assert {call: deployed.made.count(call) for call in CALLS} == {call: times for call, (times, _) in CALLS.items()}
    assert len(deployed.made) == sum(times for times, _ in CALLS.values())
