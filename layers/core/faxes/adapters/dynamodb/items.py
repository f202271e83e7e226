"""Items as DynamoDB has them, and reading one; what is in which, each store's module says."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from faxes.adapters.calls import FAILURES, fault
from faxes.errors import Effect, StorageFault

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = dict[str, Any]

_to_wire = TypeSerializer()
_from_wire = TypeDeserializer()


def wire(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item in DynamoDB's own JSON: ``{"S": "text"}`` for every ``"text"``."""
    return {name: _to_wire.serialize(value) for name, value in item.items()}


def plain(item: Mapping[str, Any]) -> Item:
    """The reverse of ``wire``; numbers come back as Decimal."""
    # Nearly all are a text, which a call for each would take twice as long.
    return {name: node["S"] if "S" in node else _value(node) for name, node in item.items()}


def _value(node: Any) -> Any:
    # Of what is left nearly all are one of these, which the SDK takes many times as long to look up.
    if "N" in node:
        return Decimal(node["N"])
    if "M" in node:
        return plain(node["M"])
    return _from_wire.deserialize(node)


def fingerprint(item: Mapping[str, Any]) -> str:
    """The SHA-256 in hex of an item's content, whatever the order of its attributes."""
    return hashlib.sha256(json.dumps(wire(item), sort_keys=True).encode("utf-8")).hexdigest()


def moment(seconds: Any) -> datetime:
    """The time (UTC) of an attribute such as ``expiresAt``."""
    return datetime.fromtimestamp(int(seconds), UTC)


def text(moment: datetime) -> str:
    """A time (UTC) as an attribute such as ``createdAt`` has it: ISO 8601 with milliseconds, which sorts as text."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def time(written: str) -> datetime:
    """The time of such an attribute."""
    return datetime.fromisoformat(written)


@lru_cache(maxsize=256)
def word[Words: StrEnum](words: type[Words], stored: str) -> Words | str:
    """One of ours, or as it is one that a later release wrote."""
    return words(stored) if stored in words else stored


def get(client: "DynamoDBClient", table: str, pk: str, sk: str) -> Item | None:
    """One item, as last written, or None. Raises StorageFault where it cannot be read."""
    try:
        answer = client.get_item(TableName=table, Key=wire({"pk": pk, "sk": sk}), ConsistentRead=True)
    except FAILURES as error:
        raise fault("GetItem", Effect.NONE, error) from error
    return plain(answer["Item"]) if "Item" in answer else None


def update_if(
    client: "DynamoDBClient",
    table: str,
    key: tuple[str, str],
    update: str,
    condition: str,
    values: Item,
    names: dict[str, str] | None = None,
) -> bool:
    """Change one item, its pk and sk; whether it was changed, which it is not where the condition does not hold.

    Raises StorageFault where nobody knows.
    """
    named: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
    try:
        client.update_item(
            TableName=table,
            Key=wire({"pk": key[0], "sk": key[1]}),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=wire(values),
            **named,
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    except FAILURES as error:
        raise fault("UpdateItem", Effect.UNKNOWN, error) from error
    return True


def updated(answer: Mapping[str, Any]) -> Item:
    """The item as UpdateItem answers it that is asked for ALL_NEW. Raises StorageFault where the answer was cut off: to
    the SDK that is an empty one, and the item was changed."""
    if "Attributes" not in answer:
        raise StorageFault("UpdateItem", Effect.UNKNOWN, "the answer was cut off")
    return plain(answer["Attributes"])
