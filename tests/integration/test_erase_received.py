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
from tests.support.sending import Deployed, Log
from tools.operations import deployed as found_stack
from tools.operations import erase

# Some time after the files were written.
LATER = timedelta(minutes=5)
# Sent, busy and then sent, and a call that never ends.
PHONE, TWICE, ENDLESS = ("4915550192837", "+15005550004", "+15005550013")
NUMBERS = {PHONE, TWICE, ENDLESS}


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


def kept(cloud: Cloud, log: Log, messages: list[dict[str, Any]]) -> dict[str, str]:
    """All that is kept, as text, by what keeps it."""
    versions = cloud.s3.list_object_versions(Bucket=cloud.names["FileBucket"])
    return {
        **{name: json.dumps(cloud.items(name)) for name in ("FaxTable", "DirectoryTable", "CredentialTable")},
        "keys": json.dumps([*versions.get("Versions", []), *versions.get("DeleteMarkers", [])], default=str),
        "objects": "".join(content.decode("latin-1") for content in cloud.objects().values()),
        "queue": json.dumps(messages),
        "functions' log": json.dumps(log()),
        "audit log": json.dumps(cloud.audit()),
    }


def test_a_search_over_every_store_queue_and_log_finds_nothing(cloud: Cloud, deployed: Deployed, log: Log) -> None:
    """Of two faxes whose calls are under way, one in line behind the other, with all that a fax can have."""
    first = deployed.queued(ENDLESS, n=1)
    second = deployed.queued(PHONE, "0003*211", TWICE, ENDLESS, n=2)
    deployed.take({"fax": second.id})
    for _ in range(60):
        deployed.take(*({"fax": second.id, "recipient": position} for position in (1, 2, 3)))
        if [item["status"] for item in deployed.items("RECIPIENT#") if "ATTEMPT" not in item["sk"]].count("sent") == 3:
            break
    messages = deployed.messages()
    deployed.take({"fax": first.id}, {"fax": second.id, "recipient": 4})
    uids = {first.uid, second.uid, *received(cloud).values()}
    ids = {first.id, second.id, *received(cloud)}
    names = {first.files[0].name, first.files[0].sha256}
    before = kept(cloud, log, [*messages, *deployed.messages()])
    # That the search finds what is there: the numbers' lines, attempts, the simulated machines' own, copies, messages.
    assert len(uids) == len(ids) == 3
    assert {uid for uid in uids if uid in before["keys"]} == uids
    assert {fax_id for fax_id in ids if f"FAX#{fax_id}" in before["FaxTable"]} == ids
    assert f"media/{second.id}-001-01/paper.tif" in before["keys"]
    assert f"media/{first.id}-001-01/fax.tif" in before["keys"]
    for what in (PHONE, TWICE, ENDLESS, "DEST#", "SIM#", "#ATTEMPT#02", *names):
        assert what in before["FaxTable"]
    assert second.id in before["queue"]

    for uid in (first.uid, second.uid):
        erase.erase(cloud.stack(), uid, clock())
    # What was in the queue comes now, for nothing.
    deployed.take(*messages, {"fax": first.id}, {"fax": first.id, "recipient": 1}, {"fax": second.id, "recipient": 4})
    late = deployed.messages()
    after = kept(cloud, log, late)
    found = [(where, what) for where, text in after.items() for what in uids | names | NUMBERS if what in text]
    # By its id, an operator finds a fax in the logs; a message that was kept back has nothing else, and then ends.
    stores = set(after) - {"functions' log", "audit log", "queue"}
    found += [(where, fax_id) for where in stores for fax_id in ids if fax_id in after[where]]
    assert found == []
    deployed.take(*late)
    assert left(cloud) == []


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
    dispatch = deployed.send_fax.inbox.dispatch
    write, calls = dispatch.recipients.write, itertools.count(1)

    def ends(change: Any) -> Any:
        if next(calls) == 2:
            raise StorageFault("TransactWriteItems", Effect.NONE, "memory")
        return write(change)

    dispatch.recipients.write = ends
    with pytest.raises(batch.Failed):
        deployed.take({"fax": queued.id})
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
