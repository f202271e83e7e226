"""What provisioning reads and writes of the directory and of the credentials.

Actions: dynamodb:GetItem and dynamodb:PutItem on both tables, dynamodb:DeleteItem on the credentials'.
"""

from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.credentials import app_item, token_item, token_name_item
from faxes.adapters.dynamodb.directory import extension_item, organization_item, user_item
from faxes.adapters.dynamodb.items import Item, moment, plain, wire
from faxes.errors import Effect
from faxes.model import Extension, User
from faxes.provisioning import Member, Outcome, StoredApp, StoredToken
from faxes.tokens import App, Token

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class _Table:
    """A table whose items are written where they differ. Its calls raise StorageFault."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def get(self, pk: str, sk: str) -> Item | None:
        try:
            answer = self._client.get_item(TableName=self._name, Key=wire({"pk": pk, "sk": sk}), ConsistentRead=True)
        except FAILURES as error:
            raise fault("GetItem", Effect.NONE, error) from error
        return plain(answer["Item"]) if "Item" in answer else None

    def put(self, item: Item) -> Outcome:
        before = self.get(item["pk"], item["sk"])
        if before == item:
            return Outcome.UNCHANGED
        try:
            self._client.put_item(TableName=self._name, Item=wire(item))
        except FAILURES as error:
            raise fault("PutItem", Effect.UNKNOWN, error) from error
        return Outcome.CHANGED if before else Outcome.ADDED

    def delete(self, pk: str, sk: str) -> None:
        try:
            self._client.delete_item(TableName=self._name, Key=wire({"pk": pk, "sk": sk}))
        except FAILURES as error:
            raise fault("DeleteItem", Effect.UNKNOWN, error) from error


class DynamoDBProvisioningDirectory:
    """Writes the directory. Implements ``provisioning.Directory``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = _Table(client, table)

    def put(self, member: Member) -> Outcome:
        return self._table.put(member_item(member))


class DynamoDBProvisioningCredentials:
    """Reads and writes apps and named tokens. Implements ``provisioning.Credentials``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = _Table(client, table)

    def app(self, key: str) -> StoredApp | None:
        item = self._table.get(f"APP#{key}", "APP")
        return StoredApp(item["userId"], item["secretDigest"]) if item else None

    def put_app(self, app: App) -> Outcome:
        return self._table.put(app_item(app))

    def token_named(self, name: str) -> StoredToken | None:
        label = self._table.get(f"TOKENNAME#{name}", "TOKENNAME")
        item = self._table.get(f"TOKEN#{label['digest']}", "TOKEN") if label else None
        return StoredToken(label["digest"], item["userId"], moment(item["expiresAt"])) if label and item else None

    def put_token(self, token: Token) -> Outcome:
        return self._table.put(token_item(token))

    def put_name(self, name: str, token: Token) -> None:
        self._table.put(token_name_item(name, token))

    def delete_token(self, digest: str) -> None:
        self._table.delete(f"TOKEN#{digest}", "TOKEN")


def member_item(member: Member) -> Item:
    """A member as the directory table holds it."""
    match member:
        case User():
            return user_item(member.id, member.organization_id)
        case Extension():
            return extension_item(member)
        case _:
            return organization_item(member.id, member.name)
