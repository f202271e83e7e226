"""send_fax and the sweep as they are deployed, on moto, with a queue that is emptied by hand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3

from faxes import lifecycle
from faxes.adapters.dynamodb.items import plain
from faxes.adapters.dynamodb.records import fax_of
from faxes.ids import tiff_key
from faxes.model import Fax, Status
from tests.support import ready
from tests.support.cloud import Cloud
from tests.support.faxes import fax
from tests.support.sheets import tiff_of

SPEED = "10000"
CONTEXT: Any = SimpleNamespace(
    function_name="send",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:send",
    aws_request_id="r",
    get_remaining_time_in_millis=lambda: 55_000,
)

type Log = Callable[[], list[dict[str, Any]]]


class Deployed:
    """The functions with the simulator, and a queue that is emptied by hand."""

    def __init__(self, cloud: Cloud, carrier: str = "simulator") -> None:
        self.cloud = cloud
        self.send_fax: Any = cloud.function("send_fax", CARRIER=carrier, SIMULATOR_SPEED=SPEED)
        self.sweep: Any = cloud.function("sweep", CARRIER=carrier)

    def queued(self, *numbers: str, n: int = 1, **other: Any) -> Fax:
        now = datetime.now(UTC).replace(microsecond=0)
        made = fax(
            n,
            recipients=numbers,
            status=Status.QUEUED,
            created_at=now,
            expires_at=now + timedelta(days=30),
            due_at=now,
            revision=3,
            **other,
        )
        names = self.cloud.names
        ready.put(self.cloud.dynamodb, names["FaxTable"], self.cloud.s3, names["FileBucket"], made)
        pages = {"Key": tiff_key(made.uid), "Body": tiff_of(made.pages), "ContentType": "image/tiff"}
        self.cloud.s3.put_object(Bucket=names["FileBucket"], **pages)  # type: ignore[arg-type]
        return made

    def take(self, *bodies: dict[str, Any]) -> None:
        for body in bodies:
            self.send_fax.handler({"Records": [{"body": json.dumps(body)}]}, CONTEXT)

    def messages(self) -> list[dict[str, Any]]:
        """What the queue has to give now."""
        client: Any = boto3.client
        attributes = {"QueueUrl": self.cloud.names["SendQueue"], "MaxNumberOfMessages": 10}
        found = client("sqs").receive_message(**attributes, AttributeNames=["All"]).get("Messages", [])
        for message in found:
            client("sqs").delete_message(QueueUrl=attributes["QueueUrl"], ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]

    def kept_back(self) -> int:
        """How many messages wait for their time."""
        client: Any = boto3.client
        asked = {"QueueUrl": self.cloud.names["SendQueue"], "AttributeNames": ["ApproximateNumberOfMessagesDelayed"]}
        return int(client("sqs").get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessagesDelayed"])

    def run(self, fax_id: str, *positions: int) -> Fax:
        """Have each recipient looked at until the fax has ended."""
        for _ in range(60):
            self.take(*({"fax": fax_id, "recipient": position} for position in positions))
            if (record := self.record()).status in lifecycle.FINAL:
                return record
        raise AssertionError(record.status)

    def items(self, start: str, within: str = "sk") -> list[dict[str, Any]]:
        return [item for item in map(plain, self.cloud.items("FaxTable")) if item[within].startswith(start)]

    def record(self) -> Fax:
        """Of the fax that is sent."""
        [item] = [item for item in self.items("FAX") if item["sk"] == "FAX" and "direction" not in item]
        return fax_of(item)
