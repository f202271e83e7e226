"""The faxes that the kept events of what is read and changed are about: events/stored/faxes.json."""

import json
from collections.abc import Callable
from typing import Any

from faxes.adapters.dynamodb.items import wire
from tests.support.cloud import Cloud
from tests.support.template import ROOT

type Item = dict[str, Any]

FAXES = ROOT / "events" / "stored" / "faxes.json"


def items() -> list[Item]:
    """All that is stored of them."""
    loaded: list[Item] = json.loads(FAXES.read_text(encoding="utf-8"))
    return loaded


def keep(cloud: Cloud, change: Callable[[Item], Item] = lambda item: item) -> None:
    """Have a deployment hold them, each as ``change`` makes it."""
    for item in items():
        cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(change(item)))
