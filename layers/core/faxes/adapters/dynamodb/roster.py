"""Who may send, out of the directory's table and the credentials'.

Actions: dynamodb:Scan on both.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.credentials import app_of
from faxes.adapters.dynamodb.directory import extension_of
from faxes.adapters.dynamodb.items import Item, moment, plain
from faxes.errors import Effect
from faxes.model import Context, Principal
from faxes.roster import Credential, Roster

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def read(client: "DynamoDBClient", directory_table: str, credential_table: str, now: datetime) -> Roster:
    """Who may send now. Raises StorageFault."""
    members = _all(client, directory_table)
    return Roster(
        organizations={item["organizationId"]: item["name"] for item in members if item["sk"] == "ORG"},
        users={item["userId"]: item["organizationId"] for item in members if item["sk"] == "USER"},
        extensions=tuple(extension_of(item) for item in members if item["sk"] == "EXT"),
        credentials=tuple(_credentials(_all(client, credential_table), now)),
    )


def caller_ids(client: "DynamoDBClient", directory_table: str) -> list[str]:
    """The telephone numbers that faxes say they come from, each once, in order. Raises StorageFault."""
    return sorted({item["callerId"] for item in _all(client, directory_table) if "callerId" in item})


def _credentials(items: list[Item], now: datetime) -> Iterator[Credential]:
    names = {item["digest"]: item["pk"].partition("#")[2] for item in items if item["sk"] == "TOKENNAME"}
    for item in items:
        if item["sk"] == "APP":
            app = app_of(item)
            until = app.former.until if app.former and app.former.until > now else None
            yield Credential(app.key, True, app.principal, app.enabled, until)
        # An app's token is the app's.
        elif item["sk"] == "TOKEN" and "appKey" not in item and moment(item["expiresAt"]) > now:
            principal = Principal(item["userId"], item["organizationId"], Context(item["context"]))
            name = names.get(item["pk"].partition("#")[2], "")
            yield Credential(name, False, principal, True, moment(item["expiresAt"]))


def _all(client: "DynamoDBClient", table: str) -> list[Item]:
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    try:
        return [plain(item) for page in pages for item in page["Items"]]
    except FAILURES as error:
        raise fault("Scan", Effect.NONE, error) from error
