"""send_fax as it is deployed, where the recipient is an extension: it gets a fax of its own."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.deliveries import recipient_of
from faxes.adapters.dynamodb.directory import extension_item, organization_item
from faxes.adapters.dynamodb.items import plain, wire
from faxes.ids import page_keys
from faxes.model import Reason, Status
from tests.data.requests import make
from tests.support import ready, requests
from tests.support.accepted import render
from tests.support.cloud import Cloud
from tests.support.sending import CONTEXT, Deployed, Log
from tests.support.template import ROOT


def directory(cloud: Cloud) -> None:
    """Example Ltd, with bob's 0003*211."""
    for item in (organization_item("0003", "Example Ltd"), extension_item(ready.extension("0003*211", "bob"))):
        cloud.dynamodb.put_item(TableName=cloud.names["DirectoryTable"], Item=wire(item))


@pytest.mark.parametrize("carrier", ["none", "simulator"])
def test_an_extension_gets_a_fax_of_its_own(cloud: Cloud, log: Log, carrier: str) -> None:
    directory(cloud)
    deployed = Deployed(cloud, carrier)
    queued = deployed.queued("0003*211")
    deployed.take({"fax": queued.id}, {"fax": queued.id, "recipient": 1})
    assert deployed.record().status == Status.SENT
    items = [item for item in map(plain, cloud.items("FaxTable")) if item["pk"] != f"FAX#{queued.id}"]
    record, pages, event = (
        next(item for item in items if item["sk"].startswith(start)) for start in ("FAX", "PAGES", "EVENT#")
    )
    assert len(items) == 3
    uid, now = record["uid"], record["createdAt"]
    assert uid != queued.uid
    expires = int(record["expiresAt"])
    assert record == {
        "pk": f"FAX#{record['id']}",
        "sk": "FAX",
        "schema": 1,
        "revision": 1,
        "id": record["id"],
        "uid": uid,
        "userId": "bob",
        "organizationId": "0003",
        "extension": "0003*211",
        "recipients": ["0003*211"],
        "files": [],
        "pages": 2,
        "status": "received",
        "direction": "in",
        "sender": {"extension": "0003*210", "organization": "Example Ltd"},
        "createdAt": now,
        "completedAt": now,
        "expiresAt": expires,
        "rendered": ready.rendered(uid),
        **({"sandbox": True} if carrier == "simulator" else {}),
    }
    assert timedelta(0) <= datetime.fromisoformat(now) - queued.created_at < timedelta(minutes=1)
    assert expires == int(datetime.fromisoformat(now).timestamp()) + 30 * 86_400
    assert pages == ready.pages_item(queued) | {"pk": record["pk"], "expiresAt": expires}
    assert event == {
        "pk": record["pk"],
        "sk": event["sk"],
        "event": "received",
        "revision": 1,
        "pages": 2,
        "expiresAt": expires,
    }
    objects = cloud.objects()
    copied = {key: content for key, content in objects.items() if key.startswith(f"faxes/{uid}/")}
    sent = zip(page_keys(uid, 2), page_keys(queued.uid, 2), strict=True)
    assert copied == {to: objects[key] for to, key in sent}
    kinds = [
        cloud.s3.head_object(Bucket=cloud.names["FileBucket"], Key=key)["ContentType"] for key in page_keys(uid, 2)
    ]
    assert kinds == ["image/tiff", "application/pdf", "image/png", "image/png"]
    # Nothing of it is due, nobody's line was used, and what was sent stays as it is.
    assert [item["pk"] for item in map(plain, cloud.items("FaxTable")) if "dueAt" in item] == []
    assert deployed.items("DEST#", "pk") + deployed.items("SIM#", "pk") == []
    assert len(cloud.objects()) == 2 * len(copied)
    assert "0003*211" not in json.dumps(log())


def test_a_short_number_is_an_extension_where_there_is_one(cloud: Cloud) -> None:
    directory(cloud)
    deployed = Deployed(cloud)
    queued = deployed.queued("211", "212", "+211")
    deployed.take({"fax": queued.id})
    recipients = [recipient_of(item) for item in deployed.items("RECIPIENT#")]
    assert [each.destination for each in recipients] == ["0003*211", "212", "+211"]


@pytest.mark.parametrize("number", ["0003*213", "0004*999"])
def test_an_extension_that_takes_no_fax_has_none(cloud: Cloud, number: str) -> None:
    off = extension_item(ready.extension("0003*213", "bob", fax=False))
    cloud.dynamodb.put_item(TableName=cloud.names["DirectoryTable"], Item=wire(off))
    deployed = Deployed(cloud)
    queued = deployed.queued(number)
    deployed.take({"fax": queued.id}, {"fax": queued.id, "recipient": 1})
    assert (deployed.record().status, deployed.record().reason) == (Status.FAILED, Reason.NUMBER_INVALID)
    assert len(cloud.objects()) == 4


def test_pages_that_are_gone_are_no_fax(cloud: Cloud) -> None:
    """It stays due, and fails at its deadline."""
    directory(cloud)
    deployed = Deployed(cloud)
    queued = deployed.queued("0003*211")
    cloud.s3.delete_object(Bucket=cloud.names["FileBucket"], Key=f"faxes/{queued.uid}/page-2.png")
    deployed.take({"fax": queued.id}, {"fax": queued.id, "recipient": 1})
    assert deployed.record().status == Status.SENDING
    [recipient] = [recipient_of(item) for item in deployed.items("RECIPIENT#") if "#ATTEMPT#" not in item["sk"]]
    assert (recipient.status, recipient.due_at is None) == ("sending", False)


def test_what_the_vendors_mcp_server_sends_arrives(cloud: Cloud) -> None:
    """Its recorded request: it can send to extensions alone. Accepted, drawn, received, and read by whose it is."""
    cloud.import_example()
    event = json.loads((ROOT / "events" / "mcp-server.json").read_bytes())
    accepted = json.loads(cloud.function("create_fax").handler(event, CONTEXT)["body"])
    render(cloud, accepted["id"])
    deployed = Deployed(cloud, carrier="none")
    deployed.take({"fax": accepted["id"]}, {"fax": accepted["id"], "recipient": 1})
    assert deployed.record().status == Status.SENT
    [received] = [item for item in map(plain, cloud.items("FaxTable")) if item.get("direction") == "in"]

    def read(user: str) -> dict[str, Any]:
        sent = requests.parse(make.get(f"/uapi/faxes/@me/211/{received['id']}"))
        caller = {"userId": user, "organizationId": "0003", "context": "user"}
        answer: dict[str, Any] = cloud.function("read_faxes").handler(requests.proxy_event(sent, "r", caller), CONTEXT)
        return answer

    shown = json.loads(read("bob")["body"])
    assert (shown["status"], shown["direction"], shown["extension"]) == ("received", "in", "0003*211")
    assert shown["from"] == {"extension": "0003*210", "organization": "Example Ltd"}
    assert len(shown["readyPages"]) == shown["pages"]
    # Neither the sender's nor anybody else's.
    assert read("alice")["statusCode"] == read("carol")["statusCode"] == 404
