"""Every AWS call that functions make on moto, with what it is billed for: seen on the wire, and not guessed."""

import json
from collections import defaultdict
from typing import Any

import boto3

from benchmarks import units
from tests.support import template
from tests.support.cloud import Cloud

_WRITES = {"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}
_TABLE = "FaxTable"
# Of the simulated network's own items.
_CARRIER = "SIM#"


class Wire:
    """Counts what the clients call that are made from now on, but for what the simulated network keeps, which is the
    carrier's. ``function`` is whose calls they are, ``messages`` is what was sent to queues: the URL, the body, and for
    how many seconds it is kept back."""

    def __init__(self, cloud: Cloud) -> None:
        self.function = ""
        # Of each function, by what is billed.
        self.counted: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.messages: list[tuple[str, str, int]] = []
        self._cloud = cloud
        table = template.resources(template.part("storage.yaml"), "AWS::DynamoDB::Table")[_TABLE]
        self._indexes = units.indexes(table["Properties"])
        events: Any = boto3.DEFAULT_SESSION
        events.events.register("before-call", self._before)
        events.events.register("after-call", self._after)

    def add(self, what: str, number: float = 1) -> None:
        self.counted[self.function][what] += number

    def _before(self, model: Any, params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        service = model.service_model.service_name
        if service == "s3":
            # The simulated network copies what it was sent.
            if model.name != "CopyObject":
                self.add(f"S3 {model.name}")
            return
        sent = json.loads(params["body"])
        if service == "sqs":
            self.add("SQS messages")
            self.messages.append((sent["QueueUrl"], sent["MessageBody"], sent.get("DelaySeconds", 0)))
            return
        if not _is_of_the_carrier(sent):
            context["sent"], context["stood"] = sent, self._items()

    def _after(self, model: Any, parsed: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        if "sent" not in context:
            return
        self.add("DynamoDB calls")
        if model.name in ("GetItem", "Query"):
            items = parsed["Items"] if model.name == "Query" else [parsed.get("Item", {})]
            self.add("read units", units.read(items, latest=context["sent"].get("ConsistentRead", False)))
            return
        stood, stands = context["stood"], self._items()
        for key in _written(context["sent"]):
            taken = units.written(
                stood.get(key), stands.get(key), self._indexes, transaction="TransactItems" in context["sent"]
            )
            for where, number in taken.items():
                self.add(f"write units, {where}", number)

    def _items(self) -> dict[units.Key, units.Item]:
        return {(item["pk"]["S"], item["sk"]["S"]): item for item in self._cloud.items(_TABLE)}


def _is_of_the_carrier(sent: dict[str, Any]) -> bool:
    return "Key" in sent and sent["Key"]["pk"]["S"].startswith(_CARRIER)


def _written(sent: dict[str, Any]) -> list[units.Key]:
    """The keys of the items that a call writes."""
    keys = [write[_WRITES[kind]] for each in sent.get("TransactItems", ()) for kind, write in each.items()]
    keys = keys or [sent["Item"] if "Item" in sent else sent["Key"]]
    return [(key["pk"]["S"], key["sk"]["S"]) for key in keys]
