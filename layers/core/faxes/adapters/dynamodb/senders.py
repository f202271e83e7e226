"""Who sends a fax, by the directory's table: its organization's item and its extension's.

Actions: dynamodb:GetItem on the table's items ORG#* and EXT#*.
"""

from typing import TYPE_CHECKING

from faxes.adapters.dynamodb.items import get
from faxes.delivery.stamping import Sender
from faxes.model import Fax

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBSenders:
    """Implements ``delivery.stamping.Senders``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def caller(self, fax: Fax) -> str | None:
        """The telephone number that a fax comes from, as far as the directory has one. Raises StorageFault."""
        number = self.sender(fax).number
        return number if number.startswith("+") else None

    def sender(self, fax: Fax) -> Sender:
        organization = get(self._client, self._table, f"ORG#{fax.organization_id}", "ORG") or {}
        extension = get(self._client, self._table, f"EXT#{fax.extension}", "EXT") or {}
        return Sender(
            name=organization.get("faxName") or organization.get("name") or fax.organization_id,
            number=extension.get("callerId") or organization.get("callerId") or fax.extension,
            time_zone=organization.get("timeZone"),
        )
