"""The faxes that the kept events of what is read and changed are about: events/stored/faxes.json."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from faxes.adapters.dynamodb.items import text, wire
from faxes.model import Status
from tests.support.cloud import Cloud
from tests.support.template import ROOT

type Item = dict[str, Any]

FAXES = ROOT / "events" / "stored" / "faxes.json"


def items() -> list[Item]:
    """All that is stored of them."""
    loaded: list[Item] = json.loads(FAXES.read_text(encoding="utf-8"))
    return loaded


def announced(at: datetime) -> Callable[[Item], Item]:
    """What makes of one that waits for its files one that was announced then: after a day, they may come no more."""

    def change(item: Item) -> Item:
        waits = item.get("status") == Status.UPLOADING
        return item | {"fax": item["fax"] | {"createdAt": text(at)}} if waits else item

    return change


def keep(cloud: Cloud, change: Callable[[Item], Item] = lambda item: item) -> None:
    """Have a deployment hold them, each as ``change`` makes it."""
    for item in items():
        cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(change(item)))
