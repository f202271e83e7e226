"""Delivery's functions on moto, of which one has calls that meet a fault: what the fault matrices of them share.

Real handlers with the real SDK, its own retries included; the simulated network keeps its faxes there, too. The
functions' clock is this one's, which goes from one due time to the next.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import boto3
import botocore.endpoint
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.retries.quota import RetryQuota

from faxes.adapters.dynamodb.items import Item, plain, wire
from faxes.adapters.dynamodb.records import fax_item
from faxes.bootstrap import clients
from faxes.edge import batch
from faxes.ids import tiff_key
from faxes.model import Fax
from tests.support import fax_items
from tests.support.accepted import CONTEXT
from tests.support.cloud import Cloud
from tests.support.fault_matrix import Fault, sent_json
from tests.support.faxes import NOW
from tests.support.sheets import tiff_of

# How a call is named, by its operation and what it sends; None: it is none that is looked at.
type Naming = Callable[[str, dict[str, Any]], str | None]


_NONE = Fault(lambda request: None)


@dataclass
class Armed:
    """The fault that the nth call of a name meets, and, where it is one for good, the calls of the name after it."""

    call: str = ""
    after: int = 1
    fault: Fault = _NONE
    met: bool = False
    over: bool = False


class Deployment:
    """``made`` are the names of the calls that were seen, ``clock`` is what the functions take for the time."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.clock = cloud, NOW
        self.armed, self.made = Armed(), list[str]()
        self.table = cloud.names["FaxTable"]
        self._queues: Any = boto3.client("sqs")

    def now(self) -> datetime:
        return self.clock

    def begin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What each cell begins with: an empty table, and an SDK that does not wait."""
        # The SDK's waits between its tries pass at once.
        monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))
        # A client that has failed hundreds of times makes no second tries for a while; each cell is its first failure.
        monkeypatch.setattr(RetryQuota, "acquire", lambda quota, amount: True)
        # What a transaction costs grows with what is there.
        self.cloud.clear("FaxTable")
        self.clock, self.armed = NOW, Armed()
        self.made.clear()

    def watched(self, name: str, naming: Naming, **environment: str) -> ModuleType:
        """A function whose calls are seen, and meet the fault that is armed."""

        def seen(request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse | None:
            service, operation = event_name.split(".")[1:]
            # S3's bodies are no JSON, and what is asked for stands in the address.
            sent: dict[str, Any] = {"url": str(request.url)} if service == "s3" else sent_json(request)
            call = naming(operation, sent)
            return self._meet(call, operation, request) if call else None

        session: Any = boto3.DEFAULT_SESSION
        session.events.register_first("before-send", seen)
        try:
            return self.cloud.function(name, **environment)
        finally:
            session.events.unregister("before-send", seen)

    def _meet(self, call: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
        self.made.append(call)
        armed = self.armed
        if armed.over or call != armed.call:
            return None
        if not armed.met:
            armed.after -= 1
            if armed.after:
                return None
        armed.met = True
        if not armed.fault.always:
            armed.over = True
        if armed.fault.effective:
            self._take_effect(operation, request)
        return armed.fault.fate(request)

    def _take_effect(self, operation: str, request: AWSPreparedRequest) -> None:
        if operation == "CopyObject":
            bucket, key = self.cloud.names["FileBucket"], str(request.url)[str(request.url).index("faxes/") :]
            source = {"Bucket": bucket, "Key": header(request, "x-amz-copy-source").partition("/")[2]}
            self.cloud.s3.copy_object(Bucket=bucket, Key=key, CopySource=source)  # type: ignore[arg-type]
            return
        sent = sent_json(request)
        match operation:
            case "UpdateItem":
                with suppress(self.cloud.dynamodb.exceptions.ConditionalCheckFailedException):
                    self.cloud.dynamodb.update_item(**sent)
            case "PutItem":
                with suppress(self.cloud.dynamodb.exceptions.ConditionalCheckFailedException):
                    self.cloud.dynamodb.put_item(**sent)
            case "SendMessage":
                self._queues.send_message(**sent)
            case "TransactWriteItems":
                # To AWS, a second try with its token is the first.
                with suppress(self.cloud.dynamodb.exceptions.TransactionCanceledException):
                    self.cloud.dynamodb.transact_write_items(**sent)
            case _:
                raise NotImplementedError(operation)

    def invoke(self, function: Any, event: dict[str, Any]) -> bool:
        """Have a function take an event; whether it did. What is not final is due then, whatever happened."""
        try:
            function.handler(event, CONTEXT)
            return True
        except batch.Failed:
            return False
        finally:
            # What hits a call time and again hits it for as long as the event is at work.
            self.armed.over = self.armed.over or self.armed.met
            assert fax_items.undue(self.items()) == []

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """What lies in a queue (by logical id), taken out of it."""
        url = self.cloud.names[queue]
        found = self._queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self._queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]

    def put(self, made: Fax, **attributes: Any) -> str:
        """A fax as it is stored by now: its id."""
        item = fax_item(made, None, 4) | attributes
        self.cloud.dynamodb.put_item(TableName=self.table, Item=wire(item))
        pages = tiff_of(made.pages)
        self.cloud.s3.put_object(Bucket=self.cloud.names["FileBucket"], Key=tiff_key(made.uid), Body=pages)
        return made.id

    def items(self, fax_id: str | None = None) -> list[Item]:
        """Those of a fax, or of all and of the simulated network."""
        items = map(plain, self.cloud.items("FaxTable"))
        return [item for item in items if fax_id is None or item["pk"] == f"FAX#{fax_id}"]

    def next_due(self, fax_id: str) -> str | None:
        """Go to when something of a fax is due next: its sort key, None where nothing is."""
        due = fax_items.next_due(self.items(fax_id), self.clock)
        if due is None:
            return None
        sk, self.clock = due
        return sk

    def assert_ended(self, fax_id: str, status: str, *printed: tuple[int, ...]) -> None:
        """The fault was met, and the fax has ended so, with these pages printed."""
        assert self.armed.met
        fax_items.assert_ended(self.items(), fax_id, self.clock + timedelta(hours=1), status, *printed)


def header(request: AWSPreparedRequest, name: str) -> str:
    """A request's header, which the SDK has as bytes or as text."""
    value = request.headers[name]
    return value.decode() if isinstance(value, bytes) else str(value)


def clock_of(deployment: Deployment) -> Any:
    """While this patch lasts, the functions' clock is the deployment's."""
    return mock.patch.object(clients, "now", deployment.now)
