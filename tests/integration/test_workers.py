"""The functions behind the queue, as they are deployed: a record becomes a message, a message pages, and what was lost
comes again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from faxes.adapters.dynamodb.items import text, wire
from faxes.adapters.dynamodb.reading import DynamoDBFaxReader
from faxes.edge import batch, fax_view
from faxes.model import Kind, Status
from faxes.rendering.jobs import WORKER_LOST
from tests.support.accepted import CONTEXT, accept, record, render
from tests.support.cloud import Cloud

type Log = Callable[[], list[dict[str, Any]]]


def inserted(cloud: Cloud, **other: Any) -> dict[str, Any]:
    """The stream's record of the fax."""
    image = wire(record(cloud)) | other
    keys = {name: image[name] for name in ("pk", "sk")}
    return {"eventName": "INSERT", "dynamodb": {"Keys": keys, "NewImage": image}}


def messages(cloud: Cloud) -> list[dict[str, Any]]:
    """What lies in the queue, each with its body and group."""
    client: Any = boto3.client
    answer = client("sqs").receive_message(
        QueueUrl=cloud.names["RenderQueue"], MaxNumberOfMessages=10, AttributeNames=["All"]
    )
    return [
        {"body": json.loads(message["Body"]), "group": message["Attributes"].get("MessageGroupId")}
        for message in answer.get("Messages", [])
    ]


def said(log: Log, message: str) -> list[dict[str, Any]]:
    return [line for line in log() if line.get("message") == message]


# --- queue_fax -------------------------------------------------------------------------------------------------------


def test_an_accepted_fax_becomes_a_message_in_its_organizations_group(cloud: Cloud, log: Log) -> None:
    accepted = accept(cloud)
    cloud.function("queue_fax").handler({"Records": [inserted(cloud)]}, CONTEXT)
    assert messages(cloud) == [{"body": {"fax": accepted.id}, "group": "0003"}]
    [line] = said(log, "queued")
    assert line["fax_id"] == accepted.id


@pytest.mark.parametrize(
    "change",
    [
        # Of an earlier release's, which is never sent by itself.
        {"dueAt": {"NULL": True}},
        {"status": {"S": "queued"}},
        {"sk": {"S": "PAGES"}},
    ],
)
def test_another_record_of_the_stream_is_passed_over(cloud: Cloud, change: dict[str, Any]) -> None:
    accept(cloud)
    other = inserted(cloud, **change)
    changed = inserted(cloud) | {"eventName": "MODIFY"}
    event = {"Records": [other, changed, {"eventName": "REMOVE", "dynamodb": {"Keys": {}}}, inserted(cloud)]}
    cloud.function("queue_fax").handler(event, CONTEXT)
    assert len(messages(cloud)) == 1


def test_what_cannot_be_sent_is_left_to_the_sweep_and_the_stream_goes_on(cloud: Cloud, log: Log) -> None:
    accepted = accept(cloud)
    function: Any = cloud.function("queue_fax")
    function.queues.draw._url += "-gone"
    function.handler({"Records": [inserted(cloud)]}, CONTEXT)
    [line] = said(log, "not queued")
    assert (line["fax_id"], line["cause"].split(" ")[0]) == (accepted.id, "SendMessage:")


# --- render_fax ------------------------------------------------------------------------------------------------------


def test_a_message_becomes_pages(cloud: Cloud, log: Log) -> None:
    accepted = accept(cloud)
    render(cloud, accepted.id)
    found = record(cloud)
    assert (found["status"], found.get("reason"), found["tries"]) == ("queued", None, 1)
    assert to_send(cloud) == [{"fax": accepted.id}]
    assert found["rendered"]["tiff"]["sha256"]
    assert sorted(key.rpartition("/")[2] for key in cloud.objects()) == [
        "1.txt",
        "page-1.png",
        "pages.pdf",
        "pages.tif",
    ]
    [line] = said(log, "worked")
    size = int(found["rendered"]["tiff"]["size"])
    told = {name: line[name] for name in ("fax_id", "outcome", "try", "pages", "bytes")}
    assert told == {"fax_id": accepted.id, "outcome": "rendered", "try": 1, "pages": 1, "bytes": size}


def test_a_document_that_cannot_be_drawn_is_told_by_its_place(cloud: Cloud, log: Log) -> None:
    accepted = accept(cloud, b"%PDF-1.4 none", Kind.PDF)
    render(cloud, accepted.id)
    found = record(cloud)
    assert (found["status"], found["reason"]) == ("failed", "render_failed")
    assert found["failure"] == {
        "word": "document_unreadable",
        "text": "File 1 of 1, a, cannot be opened.",
        "document": 1,
    }
    [line] = said(log, "worked")
    assert (line["outcome"], line["reason"], line["document"], line["page"]) == ("failed", "document_unreadable", 1, 0)
    # What its sender is told.
    reader = DynamoDBFaxReader(cloud.dynamodb, cloud.names["FaxTable"])
    shown = reader.in_full(accepted.id, accepted.created_at, lambda _: True)
    assert shown
    assert fax_view.fax(shown, "https://host/fax", None)["failure"] == {
        "why": "document_unreadable",
        "message": "File 1 of 1, a, cannot be opened.",
        "file": 1,
    }


def test_a_message_for_nothing_changes_nothing(cloud: Cloud, log: Log) -> None:
    accepted = accept(cloud)
    render(cloud, accepted.id, accepted.id, "404")
    assert [line["outcome"] for line in said(log, "worked")] == ["rendered", "not_wanted", "gone"]
    assert record(cloud)["revision"] == 3


def test_a_store_that_fails_has_the_message_come_again(cloud: Cloud, log: Log) -> None:
    accepted = accept(cloud)
    cloud.s3.delete_object(Bucket=cloud.names["FileBucket"], Key=accepted.files[0].key)
    cloud.s3.delete_bucket(Bucket=cloud.names["FileBucket"])
    with pytest.raises(batch.Failed, match=r"^see the line above$"):
        render(cloud, accepted.id)
    [line] = said(log, "failed")
    assert (line["reason"], line["cause"]) == ("storage", "NoSuchBucket (404)")
    assert (record(cloud)["status"], record(cloud)["tries"]) == ("rendering", 1)


def test_a_message_that_is_none_fails_without_its_text(cloud: Cloud, log: Log) -> None:
    worker: Any = cloud.function("render_fax")
    with pytest.raises(batch.Failed):
        worker.handler({"Records": [{"body": "a secret, no JSON"}]}, CONTEXT)
    [line] = said(log, "failed")
    assert (line["reason"], line["cause"]) == ("unexpected", "JSONDecodeError")
    assert "secret" not in str(log())


# --- sweep -----------------------------------------------------------------------------------------------------------


def overdue() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=5)


def test_a_lost_message_comes_again_once(cloud: Cloud, log: Log) -> None:
    accepted = accept(cloud, due_at=overdue())
    sweep: Any = cloud.function("sweep")
    sweep.handler({}, CONTEXT)
    sweep.handler({}, CONTEXT)
    assert [message["body"] for message in messages(cloud)] == [{"fax": accepted.id}]
    # The second sweep found nothing, and writes nothing.
    assert [(line["handled"], line["not_handled"]) for line in said(log, "swept")] == [(1, 0)]
    assert (record(cloud)["status"], record(cloud)["revision"]) == ("accepted", 1)


@pytest.mark.parametrize("other", [{"due_at": None}, {}])
def test_what_is_not_due_is_not_touched(cloud: Cloud, other: dict[str, Any]) -> None:
    accept(cloud, **other)
    before = record(cloud)
    cloud.function("sweep").handler({}, CONTEXT)
    assert (messages(cloud), record(cloud)) == ([], before)


def test_after_three_lost_workers_the_sweep_has_it_fail(cloud: Cloud) -> None:
    accept(cloud, status=Status.RENDERING, due_at=overdue())
    item = record(cloud)
    cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(item | {"tries": 3}))
    cloud.function("sweep").handler({}, CONTEXT)
    found = record(cloud)
    failure = {"word": "worker_lost", "text": WORKER_LOST.text}
    assert (found["status"], found["reason"], found["failure"]) == ("failed", "render_failed", failure)
    assert "due" not in found


def test_a_queue_that_is_gone_is_told_and_the_fax_stays_due(cloud: Cloud, log: Log) -> None:
    accept(cloud, due_at=overdue())
    before = record(cloud)
    sweep: Any = cloud.function("sweep")
    client: Any = boto3.client
    client("sqs").delete_queue(QueueUrl=cloud.names["RenderQueue"])
    sweep.handler({}, CONTEXT)
    [line] = said(log, "not handled")
    assert line["cause"].startswith("SendMessage: ")
    assert record(cloud) == before


# --- without a carrier -----------------------------------------------------------------------------------------------


def sweep_at(cloud: Cloud, **other: str) -> None:
    cloud.function("sweep", **other).handler({}, CONTEXT)


def to_send(cloud: Cloud) -> list[dict[str, Any]]:
    """What lies in the send queue, for 30 s no more."""
    client: Any = boto3.client
    asked = {"QueueUrl": cloud.names["SendQueue"], "MaxNumberOfMessages": 10}
    return [json.loads(message["Body"]) for message in client("sqs").receive_message(**asked).get("Messages", [])]


def plan(cloud: Cloud) -> None:
    """Have who sends take what lies in the queue, without a carrier."""
    client: Any = boto3.client
    for message in to_send(cloud):
        cloud.function("send_fax").handler({"Records": [{"body": json.dumps(message)}]}, CONTEXT)
    client("sqs").purge_queue(QueueUrl=cloud.names["SendQueue"])


def test_a_fax_waits_for_a_carrier_and_goes_on_with_the_first_sweep_that_has_one(cloud: Cloud, log: Log) -> None:
    accepted = accept(cloud)
    render(cloud, accepted.id)
    plan(cloud)
    found = record(cloud)
    assert (found["status"], found["reason"]) == ("queued", "no_carrier")
    assert (found["due"], found["dueAt"]) == ("carrier", text(accepted.created_at + timedelta(hours=24)))
    sweep_at(cloud)
    assert (record(cloud), to_send(cloud)) == (found, [])
    [line] = said(log, "swept")
    assert [line[name] for name in ("handled", "not_handled", "waiting_for_carrier")] == [0, 0, 1]
    sweep_at(cloud, CARRIER="simulator")
    assert to_send(cloud) == [{"fax": accepted.id}]
    after = record(cloud)
    assert (after["due"].isdecimal(), after["revision"]) == (True, found["revision"])
    # Whoever was told of it has time.
    sweep_at(cloud, CARRIER="simulator")
    assert to_send(cloud) == []


def test_a_fax_that_waited_for_a_carrier_until_its_deadline_fails(cloud: Cloud, log: Log) -> None:
    accepted = accept(cloud, created_at=datetime.now(UTC).replace(microsecond=0) - timedelta(hours=25))
    render(cloud, accepted.id)
    plan(cloud)
    sweep_at(cloud)
    found = record(cloud)
    assert (found["status"], found["reason"], "due" in found) == ("failed", "no_carrier", False)
    reader = DynamoDBFaxReader(cloud.dynamodb, cloud.names["FaxTable"])
    shown = reader.in_full(accepted.id, accepted.created_at, lambda _: True)
    assert shown
    seen = fax_view.fax(shown, "https://host/fax", None)
    assert [seen["status"], seen["reason"], [each["status"] for each in seen["deliveries"]]] == [
        "failed",
        "no_carrier",
        ["failed"] * len(accepted.recipients),
    ]
    assert [line["handled"] for line in said(log, "swept")] == [1]


def test_a_sweep_that_finds_nothing_writes_nothing(cloud: Cloud, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    accept(cloud)
    sweep = cloud.function("sweep")
    capsys.readouterr()
    sweep.handler({}, CONTEXT)
    assert (log(), capsys.readouterr()) == ([], ("", ""))
