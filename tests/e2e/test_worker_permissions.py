"""Each right of the workers' roles is needed, but those to take what calls them, which the emulator does by itself.

A statement is taken out of the deployed role, the function is called as the queue or the minute would call it, and the
statement is put back.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import load
from tests.support.curl import NOTE, REQUEST, SEND, Curl
from tests.support.rights import without
from tools.local.stack_file import LocalStack

# Each calls a function anew; tests/template holds the roles to the letter in any case.
pytestmark = pytest.mark.full
LONG_AGO = "2026-11-23T12:00:00.000Z"


@pytest.fixture
def fax_id(curl: Curl) -> str:
    """An accepted fax."""
    return str(curl(SEND, *REQUEST, *NOTE).body["id"])


@pytest.fixture
def call(stack: LocalStack) -> Callable[[str, Any], bool]:
    """Call the function whose name has this in it. Whether it went well."""
    functions = stack.client("lambda")

    def called(name: str, event: Any) -> bool:
        (function,) = [f["FunctionName"] for f in functions.list_functions()["Functions"] if name in f["FunctionName"]]
        return "FunctionError" not in functions.invoke(FunctionName=function, Payload=json.dumps(event))

    return called


def record(stack: LocalStack, fax_id: str) -> dict[str, Any]:
    (found,) = [item for item in load.items(stack) if (item["pk"], item["sk"]) == (f"FAX#{fax_id}", "FAX")]
    return found


def message(fax_id: str) -> dict[str, Any]:
    return {"Records": [{"body": json.dumps({"fax": fax_id})}]}


@pytest.mark.parametrize("sid", ["ReadRecords", "ChangeRecords", "WritePagesAndHistory", "ReadDocuments", "StorePages"])
def test_render_fax_needs(stack: LocalStack, call: Callable[[str, Any], bool], fax_id: str, sid: str) -> None:
    with without(stack, "RenderFaxFunction", sid):
        assert not call("RenderFaxFunction", message(fax_id))
    assert record(stack, fax_id)["status"] in ("accepted", "rendering")
    assert "rendered" not in record(stack, fax_id)


def test_render_fax_does_with_all_of_them(stack: LocalStack, call: Callable[[str, Any], bool], fax_id: str) -> None:
    assert call("RenderFaxFunction", message(fax_id))
    assert record(stack, fax_id)["status"] == "queued"


@pytest.fixture
def uploaded(curl: Curl, stack: LocalStack) -> str:
    """A fax that waits for its file, which is there."""
    body = {"recipients": ["7778888"], "files": [{"name": "fax.txt", "size": 6}]}
    as_json = ("-H", "Content-Type: application/json", "--data", json.dumps(body))
    fax_id = str(curl(SEND, *as_json).body["id"])
    stack.client("s3").put_object(Bucket=stack.bucket, Key=f"uploads/{fax_id}/1", Body=b"A fax.")
    return fax_id


def status(curl: Curl, fax_id: str) -> str:
    return str(curl(f"{SEND}/{fax_id}").body["status"])


@pytest.mark.parametrize(
    "sid",
    [
        "ReadUploads",
        "StoreFiles",
        "ReadPendingFaxes",
        "ChangePendingFaxes",
        "WriteRecord",
        "EndPendingFaxesAndFreeTheirKeys",
    ],
)
def test_check_upload_needs(
    stack: LocalStack, curl: Curl, call: Callable[[str, Any], bool], uploaded: str, sid: str
) -> None:
    with without(stack, "CheckUploadFunction", sid):
        assert not call("CheckUploadFunction", message(uploaded))
    assert status(curl, uploaded) == "uploading"
    assert call("CheckUploadFunction", message(uploaded))
    assert status(curl, uploaded) == "accepted"


def test_check_upload_needs_to_remove_what_it_took(
    stack: LocalStack, curl: Curl, call: Callable[[str, Any], bool], uploaded: str, keys: Callable[[], set[str]]
) -> None:
    with without(stack, "CheckUploadFunction", "RemoveUploadsAndFilesOfAFaxThatEnded"):
        assert call("CheckUploadFunction", message(uploaded))
    assert status(curl, uploaded) == "accepted"
    # It is removed after a day.
    assert f"uploads/{uploaded}/1" in keys()


def have_it_due(stack: LocalStack, fax_id: str) -> None:
    stack.client("dynamodb").update_item(
        TableName=stack.faxTable,
        Key={"pk": {"S": f"FAX#{fax_id}"}, "sk": {"S": "FAX"}},
        UpdateExpression="SET dueAt = :long",
        ExpressionAttributeValues={":long": {"S": LONG_AGO}},
    )


@pytest.mark.parametrize("sid", ["ReadWhatIsDue", "ReadRecords", "ChangeRecords", "SendForWorkers"])
def test_sweep_needs(stack: LocalStack, call: Callable[[str, Any], bool], fax_id: str, sid: str) -> None:
    have_it_due(stack, fax_id)
    with without(stack, "SweepFunction", sid):
        assert call("SweepFunction", {}) == (sid != "ReadWhatIsDue")
    assert record(stack, fax_id)["dueAt"] == LONG_AGO
    assert call("SweepFunction", {})
    assert record(stack, fax_id)["dueAt"] > LONG_AGO


def test_sweep_needs_to_write_history(stack: LocalStack, call: Callable[[str, Any], bool], fax_id: str) -> None:
    """Of a fax whose workers were lost three times."""
    stack.client("dynamodb").update_item(
        TableName=stack.faxTable,
        Key={"pk": {"S": f"FAX#{fax_id}"}, "sk": {"S": "FAX"}},
        UpdateExpression="SET tries = :three",
        ExpressionAttributeValues={":three": {"N": "3"}},
    )
    have_it_due(stack, fax_id)
    with without(stack, "SweepFunction", "WriteHistory"):
        assert call("SweepFunction", {})
    assert record(stack, fax_id)["status"] == "accepted"
    assert call("SweepFunction", {})
    assert record(stack, fax_id)["status"] == "failed"


def test_queue_fax_needs_to_send(stack: LocalStack, call: Callable[[str, Any], bool], fax_id: str) -> None:
    queues = stack.client("sqs")
    (queue,) = [url for url in queues.list_queues()["QueueUrls"] if "RenderQueue" in url]

    def sent() -> int:
        told = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
        return int(told["Attributes"]["ApproximateNumberOfMessages"])

    fields = {"sk": "FAX", "status": "accepted", "dueAt": LONG_AGO, "id": fax_id, "organizationId": "0003"}
    image = {name: {"S": value} for name, value in fields.items()}
    event = {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": image}}]}
    before = sent()
    with without(stack, "QueueFaxFunction", "SendForWorkers"):
        # The sweep sends it.
        assert call("QueueFaxFunction", event)
    assert sent() == before
    assert call("QueueFaxFunction", event)
    assert sent() == before + 1
