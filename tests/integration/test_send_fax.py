"""send_fax and the sweep as they are deployed: a fax whose pages are ready reaches its recipients on the simulator."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from faxes import lifecycle
from faxes.adapters.dynamodb.deliveries import attempt_of, event_of, recipient_of
from faxes.adapters.dynamodb.items import plain, text, wire
from faxes.adapters.dynamodb.simulated import taken_of
from faxes.carriers import simulator
from faxes.edge import batch
from faxes.ids import document_key, page_keys, paper_key, tiff_key
from faxes.model import Reason, Status
from faxes.pages import Resolution
from faxes.pages.header import Header, drawn
from tests.support.cloud import Cloud
from tests.support.sending import CONTEXT, SPEED, Deployed, Log
from tests.support.sheets import beneath, halves


@pytest.fixture
def deployed(cloud: Cloud) -> Deployed:
    return Deployed(cloud)


def test_a_queued_fax_is_sent_and_its_paper_comes_out_once(deployed: Deployed, log: Log) -> None:
    queued = deployed.queued("7778888", "7778889")
    deployed.take({"fax": queued.id})
    assert deployed.messages() == [{"fax": queued.id, "recipient": 1}, {"fax": queued.id, "recipient": 2}]
    sent = deployed.run(queued.id, 1, 2)
    assert (sent.status, sent.sandbox) == (Status.SENT, True)
    recipients = [recipient_of(item) for item in deployed.items("RECIPIENT#") if "#ATTEMPT#" not in item["sk"]]
    assert [(each.status, each.pages_sent, each.attempt, each.sandbox) for each in recipients] == [
        ("sent", 2, 1, True)
    ] * 2
    now = datetime.now(UTC) + timedelta(hours=1)
    taken = [taken_of(item) for item in deployed.items("SIM#", "pk")]
    assert [simulator.paper(each, now, float(SPEED)) for each in taken] == [(1, 2), (1, 2)]
    history = [event_of(item) for item in deployed.items("EVENT#")]
    assert [lifecycle.fold_recipient(history, position) for position in (1, 2)] == ["sent", "sent"]
    assert {str(each.event) for each in history if each.recipient is None} == {"sending_started", "ended_sent"}
    # No line is held, and nobody is due.
    assert deployed.items("DEST#", "pk") == []
    assert [item["pk"] for item in map(plain, deployed.cloud.items("FaxTable")) if "dueAt" in item] == []
    lines = [line for line in log() if line.get("message") == "taken"]
    assert {event for line in lines for event in line["events"]} == {"planned", "claimed", "submitted", "sent"}
    assert "7778888" not in json.dumps(log())


def test_what_comes_out_says_who_sent_it(deployed: Deployed) -> None:
    deployed.cloud.import_example()
    queued = deployed.queued("7778888", "7778889")
    deployed.take({"fax": queued.id})
    deployed.take({"fax": queued.id, "recipient": 1})
    offered, paper = document_key(f"{queued.id}-001-01"), paper_key(f"{queued.id}-001-01")
    objects = deployed.cloud.objects()
    assert objects[offered] == objects[paper]
    deployed.run(queued.id, 1, 2)
    # What was offered is gone; what the machines were sent stays for a while.
    objects = deployed.cloud.objects()
    assert set(objects) == {*page_keys(queued.uid, 2), paper, paper_key(f"{queued.id}-002-01")}
    [attempt] = [attempt_of(item) for item in deployed.items("RECIPIENT#001#ATTEMPT#")]
    header = Header(
        attempt.started_at.astimezone(ZoneInfo("Europe/Berlin")),
        "Example Ltd, Berlin",
        "+493023125000",
        "7778888",
        pages=2,
        simulated=True,
    )
    assert halves(objects[paper]) == [(drawn(header.line(page), Resolution.FINE), beneath(page)) for page in (1, 2)]


def test_where_the_line_breaks_after_a_page_the_rest_follows_and_says_so(deployed: Deployed) -> None:
    queued = deployed.queued("+15005550007")
    deployed.take({"fax": queued.id})
    deployed.run(queued.id, 1)
    first, second = [attempt_of(item) for item in deployed.items("RECIPIENT#001#ATTEMPT#")]
    assert [(each.first_page, each.pages_sent, each.reason) for each in (first, second)] == [
        (1, 1, "line_quality"),
        (2, 1, None),
    ]
    [item] = [item for item in deployed.items("RECIPIENT#001") if "#ATTEMPT#" not in item["sk"]]
    assert (recipient_of(item).status, recipient_of(item).pages_sent) == ("sent", 2)
    now = datetime.now(UTC) + timedelta(hours=1)
    taken = {each.reference: each for each in map(taken_of, deployed.items("SIM#", "pk"))}
    assert [simulator.paper(taken[each.reference], now, float(SPEED)) for each in (first, second)] == [(1,), (1,)]
    objects = deployed.cloud.objects()
    sheets = [halves(objects[paper_key(each.reference)]) for each in (first, second)]
    assert [rows for _, rows in sheets[0]] == [beneath(1), beneath(2)]
    header = Header(second.started_at, "0003", "0003*210", "+15005550007", pages=2, first=2, simulated=True)
    assert "page 2 of 2  resumed  SIMULATED" in header.line(2)
    assert sheets[1] == [(drawn(header.line(2), Resolution.FINE), beneath(2))]


def test_a_fax_whose_pages_are_gone_waits_and_that_is_told(deployed: Deployed, log: Log) -> None:
    queued = deployed.queued("7778888")
    deployed.cloud.s3.delete_object(Bucket=deployed.cloud.names["FileBucket"], Key=tiff_key(queued.uid))
    deployed.take({"fax": queued.id})
    [attempt] = [attempt_of(item) for item in deployed.items("RECIPIENT#001#ATTEMPT#")]
    assert (attempt.reason, attempt.carrier_code) == ("carrier_unavailable", "document_not_offered")
    [line] = [line for line in log() if line.get("message") == "document not stored"]
    assert line["level"] == "ERROR"
    assert queued.uid not in json.dumps(log())


def test_what_is_later_than_the_queue_can_wait_is_the_sweeps(deployed: Deployed) -> None:
    queued = deployed.queued("7778888", "7778889")
    deployed.take({"fax": queued.id})
    deployed.messages()
    deployed.sweep.handler({}, CONTEXT)
    told = sorted(deployed.messages(), key=lambda message: int(message["recipient"]))
    assert told == [{"fax": queued.id, "recipient": position} for position in (1, 2)]
    # They are told once: a message that waits in a long queue is not lost.
    deployed.sweep.handler({}, CONTEXT)
    assert deployed.messages() == []
    assert deployed.run(queued.id, 1, 2).status == Status.SENT


def test_a_fax_whose_pages_are_ready_is_handed_over_by_the_sweep(deployed: Deployed) -> None:
    queued = deployed.queued("7778888")
    deployed.sweep.handler({}, CONTEXT)
    assert deployed.messages() == [{"fax": queued.id}]


@pytest.mark.parametrize("by", ["the stream", "the sweep"])
def test_a_canceled_fax_is_canceled_to_all_who_wait(deployed: Deployed, by: str) -> None:
    queued = deployed.queued("7778888", "7778889")
    deployed.take({"fax": queued.id})
    deployed.cloud.dynamodb.update_item(
        TableName=deployed.cloud.names["FaxTable"],
        Key=wire({"pk": f"FAX#{queued.id}", "sk": "FAX"}),
        UpdateExpression="SET cancelRequestedAt = :now, dueAt = :now, revision = revision + :one",
        ExpressionAttributeValues=wire({":now": text(datetime.now(UTC)), ":one": 1}),
    )
    deployed.messages()
    if by == "the sweep":
        deployed.sweep.handler({}, CONTEXT)
    else:
        [image] = [item for item in deployed.cloud.items("FaxTable") if item["sk"] == {"S": "FAX"}]
        record = {"eventName": "MODIFY", "dynamodb": {"NewImage": image}}
        deployed.cloud.function("queue_fax").handler({"Records": [record]}, CONTEXT)
    told = deployed.messages()
    assert {"fax": queued.id} in told
    deployed.take(*told)
    deployed.take(*deployed.messages())
    assert deployed.record().status == Status.CANCELED
    assert deployed.items("SIM#", "pk") == []


def test_without_a_carrier_a_fax_waits_for_one(cloud: Cloud) -> None:
    deployed = Deployed(cloud, carrier="none")
    queued = deployed.queued("7778888")
    deployed.sweep.handler({}, CONTEXT)
    deployed.take(*deployed.messages())
    assert deployed.messages() == []
    record = deployed.record()
    assert (record.status, record.reason, record.counts) == (Status.QUEUED, Reason.NO_CARRIER, None)
    assert record.due_at == queued.created_at + timedelta(hours=24)


def test_a_report_has_the_attempt_asked_about(deployed: Deployed) -> None:
    queued = deployed.queued("7778888")
    deployed.take({"fax": queued.id}, {"fax": queued.id, "recipient": 1})
    # The report; and when the carrier is asked next, unless that is now, at this network's speed.
    assert deployed.kept_back() in (1, 2)
    reports = [{"report": f"{queued.id}-001-01"}]
    deployed.take(*reports * 3)
    assert deployed.run(queued.id, 1).status == Status.SENT
    deployed.take(*reports)
    assert deployed.record().revision == 6


@pytest.mark.parametrize("body", [{"fax": "1"}, {"fax": "1", "recipient": 1}, {"report": "1-001-01"}])
def test_what_is_gone_is_nothing_to_do(deployed: Deployed, body: dict[str, Any]) -> None:
    deployed.take(body)
    assert deployed.cloud.items("FaxTable") == []


def test_a_message_that_is_none_of_ours_fails_and_is_told_without_its_text(deployed: Deployed, log: Log) -> None:
    with pytest.raises(batch.Failed):
        deployed.take({"report": "secret"})
    [line] = [line for line in log() if line.get("message") == "failed"]
    assert line["reason"] == "unexpected"
    assert "secret" not in json.dumps(log())
