"""Having recipients go on at once that wait for a carrier, or for its better times, once their operator says so.

Actions: dynamodb:Query on the index by-due, dynamodb:UpdateItem on the table's items FAX#*.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from faxes.adapters.dynamodb.due import DynamoDBDueIndex
from faxes.adapters.dynamodb.items import text, update_if
from faxes.adapters.dynamodb.keys import RECIPIENT, due, fax_key
from faxes.adapters.dynamodb.records import DUE_SHARDS
from faxes.delivery.policy import NO_CARRIER
from faxes.model import Reason, RecipientStatus
from faxes.sweeping import Due, by_turns

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Of each shard: what else is due soon lies between them.
_LOOKED_AT = 2_000
# Of these no line was used, so that no law has them wait.
_REASONS = (Reason.NO_CARRIER, Reason.CARRIER_UNAVAILABLE)


class DynamoDBWaitingRecipients:
    """Those that look again whether they can be sent, within a quarter of an hour."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._index = DynamoDBDueIndex(client, table)

    def go_on(self, now: datetime, most: int) -> tuple[int, bool]:
        """Have at most so many be due now, of each organization in turn, the longest waiting first; the next sweep
        rings them. How many, and whether there may be more. Raises StorageFault; what is due by then stays so."""
        made = 0
        found = self._index.soon(now, now + NO_CARRIER, _LOOKED_AT)
        for each in by_turns(each for each in found if each.sort_key.startswith(RECIPIENT)):
            if made == most:
                return made, True
            made += self._made_due(each, now)
        return made, False

    def _made_due(self, waiting: Due, now: datetime) -> bool:
        """Whether it was; not where it does not wait so any more."""
        pk, sk = fax_key(waiting.fax_id), waiting.sort_key
        words = {f":{n}": reason.value for n, reason in enumerate(_REASONS)}
        values = {f":{name}": value for name, value in due(pk, sk, now, DUE_SHARDS).items()}
        values |= {":was": text(waiting.at), ":waiting": RecipientStatus.WAITING.value, **words}
        condition = f"dueAt = :was AND #status = :waiting AND reason IN ({', '.join(words)})"
        names = {"#status": "status"}
        # No change that anybody is told of, so the revision stays.
        update = "SET due = :due, dueAt = :dueAt"
        return update_if(self._client, self._table, (pk, sk), update, condition, values, names)
