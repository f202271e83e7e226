"""Transactions of one table: what is written, on which conditions, and what is raised where one does not hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.items import Item, plain, wire
from faxes.errors import Effect

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient

_CONDITION, _CONFLICT = "ConditionalCheckFailed", "TransactionConflict"


@dataclass(frozen=True, slots=True)
class Op:
    """One write of a transaction. ``refused`` makes what is raised where its condition does not hold, of the item that
    stands there; None: what is raised for the transaction as a whole."""

    write: dict[str, Any]
    refused: Callable[[Item], Exception] | None = None


class Writes:
    """Writes of one table, made together or not at all."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def put(
        self,
        item: Item,
        condition: str | None = None,
        values: Item | None = None,
        names: dict[str, str] | None = None,
    ) -> Op:
        return self._op("Put", {"Item": wire(item)}, condition, values, names)

    def update(self, key: Item, update: str, condition: str, values: Item, names: dict[str, str] | None = None) -> Op:
        return self._op("Update", {"Key": wire(key), "UpdateExpression": update}, condition, values, names)

    def delete(self, key: Item, condition: str | None = None, values: Item | None = None) -> Op:
        return self._op("Delete", {"Key": wire(key)}, condition, values)

    def check(self, key: Item, condition: str) -> Op:
        return self._op("ConditionCheck", {"Key": wire(key)}, condition)

    def _op(
        self,
        kind: str,
        write: dict[str, Any],
        condition: str | None,
        values: Item | None = None,
        names: dict[str, str] | None = None,
    ) -> Op:
        write["TableName"] = self._table
        if condition:
            write |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if values:
            write["ExpressionAttributeValues"] = wire(values)
        if names:
            write["ExpressionAttributeNames"] = names
        return Op({kind: write})

    def transact(self, ops: Sequence[Op], refused: Callable[[], Exception]) -> None:
        """Make them. Raises what ``refused`` makes, or the write has, where a condition does not hold, or others are
        writing the same items just now, which is as good as another change; else StorageFault."""
        writes: Any = [op.write for op in ops]
        try:
            # The SDK gives the transaction a token, so that its own tries are one.
            self._client.transact_write_items(TransactItems=writes)
        except self._client.exceptions.TransactionCanceledException as error:
            raise _canceled(error, ops, refused) from error
        except FAILURES as error:
            raise fault("TransactWriteItems", Effect.UNKNOWN, error) from error


def _canceled(error: "ClientError", ops: Sequence[Op], refused: Callable[[], Exception]) -> Exception:
    reasons: list[Any] = error.response.get("CancellationReasons", [])
    for op, reason in zip(ops, reasons, strict=False):
        if reason.get("Code") == _CONDITION:
            return op.refused(plain(reason.get("Item") or {})) if op.refused else refused()
    if any(reason.get("Code") == _CONFLICT for reason in reasons):
        return refused()
    return fault("TransactWriteItems", Effect.NONE, error)
