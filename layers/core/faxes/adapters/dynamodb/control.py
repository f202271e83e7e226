"""What is changed of a fax for a caller, in the faxes' table: the record, with its history item.

Actions: dynamodb:Query, dynamodb:UpdateItem and dynamodb:PutItem on the table, on its items FAX#* alone.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faxes.adapters.calls import FAILURES, Attempts, fault
from faxes.adapters.dynamodb.deliveries import EVENT_RANDOM_BITS, event_item
from faxes.adapters.dynamodb.items import text, wire
from faxes.adapters.dynamodb.keys import due, fax_key
from faxes.adapters.dynamodb.reading import DynamoDBFaxReader
from faxes.adapters.dynamodb.records import RECORD
from faxes.control import Changed
from faxes.errors import Effect, StorageFault
from faxes.lifecycle import HistoryEvent
from faxes.model import Fax

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Of a transaction's parts: a condition that does not hold, and another transaction on the same item.
_CHANGED = {"ConditionalCheckFailed", "TransactionConflict"}


class DynamoDBFaxControl(DynamoDBFaxReader):
    """Reads and changes a fax. Implements ``control.FaxStore``.

    ``shards`` are those of the index by-due; ``random_bits(n)`` gives an integer of n random bits.
    """

    def __init__(self, client: "DynamoDBClient", table: str, shards: int, random_bits: Callable[[int], int]) -> None:
        super().__init__(client, table)
        self._shards = shards
        self._random_bits = random_bits
        self._attempts = Attempts(client, "dynamodb", "TransactWriteItems")

    def change(self, fax: Fax, event: HistoryEvent) -> None:
        self._write(self._update(fax), fax, event)

    def close_page(self, fax: Fax, event: HistoryEvent) -> None:
        closed = {
            "TableName": self._table,
            "Key": wire({"pk": fax_key(fax.id), "sk": RECORD}),
            "UpdateExpression": "SET pageRevokedAt = :now",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(pageRevokedAt)",
            "ExpressionAttributeValues": wire({":now": text(event.at)}),
        }
        self._write(closed, fax, event)

    def _write(self, update: Any, fax: Fax, event: HistoryEvent) -> None:
        """The update of the record, and the event beside it, or neither."""
        history = event_item(fax.id, event, fax.expires_at, self._random_bits(EVENT_RANDOM_BITS))
        try:
            # The SDK gives the transaction a token, so that its own tries are one.
            self._attempts.watch(
                lambda: self._client.transact_write_items(
                    TransactItems=[
                        {"Update": update},
                        {
                            "Put": {
                                "TableName": self._table,
                                "Item": wire(history),
                                "ConditionExpression": "attribute_not_exists(pk)",
                            }
                        },
                    ]
                )
            )
        except self._client.exceptions.TransactionCanceledException as error:
            codes = {reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])} - {"None"}
            if codes and codes <= _CHANGED and self._attempts.refused:
                raise Changed from error
            raise StorageFault(
                "TransactWriteItems", self._effect, f"cancelled for {', '.join(sorted(codes))}"
            ) from error
        except FAILURES as error:
            raise fault("TransactWriteItems", self._effect, error) from error

    @property
    def _effect(self) -> Effect:
        return Effect.NONE if self._attempts.refused else Effect.UNKNOWN

    def _update(self, fax: Fax) -> Any:
        """The update of the record; on the revision before, so that whatever else changes it is noticed."""
        key = {"pk": fax_key(fax.id), "sk": RECORD}
        times = {"cancelRequestedAt": fax.cancel_requested_at, "completedAt": fax.completed_at}
        values: dict[str, Any] = {"status": str(fax.status), "revision": fax.revision}
        values |= {name: text(moment) for name, moment in times.items() if moment}
        values |= due(key["pk"], RECORD, fax.due_at, self._shards)
        remove = "" if fax.due_at else " REMOVE #due, #dueAt"
        names = {*values, "revision", *(() if fax.due_at else ("due", "dueAt"))}
        return {
            "TableName": self._table,
            "Key": wire(key),
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values) + remove,
            "ConditionExpression": "#revision = :read",
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            "ExpressionAttributeValues": wire(
                {":read": fax.revision - 1, **{f":{name}": value for name, value in values.items()}}
            ),
        }
