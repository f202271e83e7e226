"""A fax that is canceled over the API while it is being sent: what its recipients come to, and what a caller sees."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes import lifecycle
from faxes.adapters.dynamodb.deliveries import event_of
from faxes.adapters.dynamodb.items import plain, wire
from faxes.adapters.dynamodb.records import fax_item
from faxes.ids import tiff_key
from faxes.model import Fax, Status
from tests.support import asking, requests
from tests.support.cloud import Cloud
from tests.support.faxes import fax
from tests.support.sheets import tiff_of


class Deployed:
    """What sends, reads and changes faxes; messages are handed over by hand."""

    def __init__(self, cloud: Cloud, context: Any) -> None:
        self.cloud, self.context = cloud, context
        self.send_fax: Any = cloud.function("send_fax", CARRIER="simulator", SIMULATOR_SPEED="10000")
        self._read, self._change = cloud.function("read_faxes"), cloud.function("change_faxes")
        now = datetime.now(UTC).replace(microsecond=0)
        self.fax: Fax = fax(
            1, recipients=("7778888", "7778889"), status=Status.QUEUED, created_at=now, due_at=now, revision=3,
            expires_at=now + timedelta(days=30),
        )  # fmt: skip
        cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(fax_item(self.fax, None, 4)))
        pages = tiff_of(self.fax.pages)
        cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=tiff_key(self.fax.uid), Body=pages)

    def take(self, **body: Any) -> None:
        self.send_fax.handler({"Records": [{"body": json.dumps({"fax": self.fax.id, **body})}]}, self.context)

    def ask(self, method: str, ending: str = "") -> dict[str, Any]:
        handler = (self._change if method == "PUT" else self._read).handler
        request = asking.request(method, "@me", "@self", self.fax.id + ending)
        answer = handler(requests.proxy_event(request, "canceled"), self.context)
        assert answer["statusCode"] == 200, answer
        shown: dict[str, Any] = json.loads(answer["body"])
        return shown


@pytest.fixture
def deployed(cloud: Cloud, context: Any) -> Deployed:
    return Deployed(cloud, context)


def test_a_fax_is_canceled_to_all_who_wait_and_says_so(deployed: Deployed) -> None:
    deployed.take()
    assert [each["status"] for each in deployed.ask("GET")["deliveries"]] == ["waiting", "waiting"]

    asked = deployed.ask("PUT")
    assert (asked["status"], "cancelRequestedAt" in asked, "completedAt" in asked) == ("queued", True, False)
    # What is due is told so, and those who wait are looked at.
    deployed.take()
    deployed.take(recipient=1)
    deployed.take(recipient=2)

    ended = deployed.ask("GET")
    assert (ended["status"], ended["cancelRequestedAt"]) == ("canceled", asked["cancelRequestedAt"])
    assert [(each["status"], each["attempts"]) for each in ended["deliveries"]] == [("canceled", [])] * 2
    events = [each["event"] for each in deployed.ask("GET", "/events")["entry"]]
    assert sorted(events) == ["cancel_requested", "canceled", "canceled", "ended_canceled"]
    assert deployed.ask("PUT") == ended


def test_what_was_sent_before_it_was_canceled_stays_sent(deployed: Deployed) -> None:
    deployed.take()
    for _ in range(60):
        deployed.take(recipient=1)
        if deployed.ask("GET")["deliveries"][0]["status"] == "sent":
            break
    assert deployed.ask("PUT")["status"] == "sending"
    deployed.take()
    deployed.take(recipient=2)
    ended = deployed.ask("GET")
    assert ended["status"] == "partially_sent"
    assert [each["status"] for each in ended["deliveries"]] == ["sent", "canceled"]
    # To cancel it again is answered with what has become of it.
    assert deployed.ask("PUT") == ended
    items = map(plain, deployed.cloud.items("FaxTable"))
    history = [event_of(item) for item in items if item["sk"].startswith("EVENT#")]
    of_the_fax = sorted((each for each in history if each.recipient is None), key=lambda each: each.revision)
    assert [str(each.event) for each in of_the_fax] == ["sending_started", "cancel_requested", "ended_partially_sent"]
    assert [lifecycle.fold_recipient(history, position) for position in (1, 2)] == ["sent", "canceled"]
