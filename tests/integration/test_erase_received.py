"""An erasure of a fax that extensions received: theirs go along, and nothing of it is left in any store."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.directory import extension_item, organization_item
from faxes.adapters.dynamodb.items import plain, wire
from faxes.edge import batch
from faxes.errors import Effect, StorageFault
from faxes.model import Status
from tests.support import ready
from tests.support.cloud import Cloud
from tests.support.sending import Deployed
from tools.operations import deployed as found_stack
from tools.operations import erase

# Some time after the files were written.
LATER = timedelta(minutes=5)


def clock() -> Callable[[], datetime]:
    start = datetime.now(UTC).replace(microsecond=0) + LATER
    return (start + timedelta(seconds=n) for n in itertools.count()).__next__


@pytest.fixture(name="deployed")
def _deployed(cloud: Cloud) -> Deployed:
    for item in (
        organization_item("0003", "Example Ltd"),
        extension_item(ready.extension("0003*211", "bob")),
        extension_item(ready.extension("0004*210", "carol")),
    ):
        cloud.dynamodb.put_item(TableName=cloud.names["DirectoryTable"], Item=wire(item))
    return Deployed(cloud)


def sent(deployed: Deployed, *numbers: str) -> tuple[str, str]:
    """A fax that has been sent: its id and uid."""
    queued = deployed.queued(*numbers)
    deployed.take({"fax": queued.id})
    deployed.run(queued.id, *range(1, len(numbers) + 1))
    return queued.id, queued.uid


def received(cloud: Cloud) -> dict[str, str]:
    """The uids of received faxes, by their ids."""
    records = [item for item in map(plain, cloud.items("FaxTable")) if item.get("direction") == "in"]
    return {item["id"]: item["uid"] for item in records}


def left(cloud: Cloud) -> list[str]:
    """The keys of what is in the table, but for what tells a restore what was erased."""
    return [f"{item['pk']['S']} {item['sk']['S']}" for item in cloud.items("FaxTable") if item["sk"]["S"] != "ERASED"]


def test_what_extensions_received_goes_along_and_nothing_is_left(cloud: Cloud, deployed: Deployed) -> None:
    fax_id, uid = sent(deployed, "0003*211", "0004*210", "7778888")
    copies = received(cloud)
    assert len(copies) == 2
    erased = erase.erase(cloud.stack(), uid, clock())
    assert erased.fax_id == fax_id
    assert {(copy.fax_id, copy.files) for copy in erased.received} == {(copy, 4) for copy in copies}
    assert (left(cloud), cloud.objects()) == ([], {})
    done = [line["id"] for line in cloud.audit() if line["state"] == "done"]
    assert sorted(done) == sorted([fax_id, *copies])
    # A search for what was in it, over all that is kept.
    tables = json.dumps([cloud.items(name) for name in ("FaxTable", "CredentialTable")] + cloud.audit())
    for secret in (uid, *copies.values(), "7778888", "0003*211", "0004*210"):
        assert secret not in tables


def test_one_that_was_erased_before_is_no_hindrance(cloud: Cloud, deployed: Deployed) -> None:
    _, uid = sent(deployed, "0003*211", "0004*210")
    first, second = received(cloud).values()
    erase.erase(cloud.stack(), first, clock())
    assert sorted(received(cloud).values()) == [second]
    erased = erase.erase(cloud.stack(), uid, clock())
    assert len(erased.received) == 1
    assert (left(cloud), cloud.objects()) == ([], {})


def test_the_sender_keeps_theirs_where_the_received_one_is_erased(cloud: Cloud, deployed: Deployed) -> None:
    fax_id, uid = sent(deployed, "0003*211")
    [(copy, copied)] = received(cloud).items()
    erased = erase.erase(cloud.stack(), copied, clock())
    assert (erased.fax_id, erased.files, erased.received) == (copy, 4, ())
    assert (deployed.record().id, deployed.record().status) == (fax_id, Status.SENT)
    assert {key.split("/")[1] for key in cloud.objects()} == {uid}


def test_what_is_copied_and_not_received_yet_goes_too(cloud: Cloud, deployed: Deployed) -> None:
    """A worker ended between the two; another one that comes afterwards finds no record, and stops."""
    queued = deployed.queued("0003*211")
    deployed.take({"fax": queued.id})
    dispatch = deployed.send_fax.inbox.dispatch
    write, calls = dispatch.recipients.write, itertools.count(1)

    def ends(change: Any) -> Any:
        if next(calls) == 2:
            raise StorageFault("TransactWriteItems", Effect.NONE, "memory")
        return write(change)

    dispatch.recipients.write = ends
    with pytest.raises(batch.Failed):
        deployed.take({"fax": queued.id, "recipient": 1})
    dispatch.recipients.write = write
    assert len(cloud.objects()) == 8
    erased = erase.erase(cloud.stack(), queued.uid, clock())
    assert [(copy.fax_id, copy.files) for copy in erased.received] == [(None, 4)]
    assert (left(cloud), cloud.objects()) == ([], {})
    deployed.take({"fax": queued.id, "recipient": 1}, {"fax": queued.id})
    assert (left(cloud), cloud.objects()) == ([], {})


def test_the_command_says_what_went_along(
    cloud: Cloud, deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fax_id, uid = sent(deployed, "0003*211")
    [copy] = received(cloud)
    monkeypatch.setattr(found_stack, "find", lambda name: cloud.stack())
    assert erase.main(["--fax", uid], clock()) == 0
    said = capsys.readouterr().out
    assert f"erased fax {fax_id}: 4 files, " in said
    assert f"\nwith it, what an extension had received of it: fax {copy}, 4 files, " in said
