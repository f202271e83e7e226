"""What provisioning reads and writes of the directory and of the credentials.

Actions: dynamodb:GetItem and dynamodb:PutItem on both tables, dynamodb:DeleteItem on the credentials'; to remove what
is not named, dynamodb:Scan and dynamodb:DeleteItem on both.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.credentials import app_item, app_of, token_item, token_name_item
from faxes.adapters.dynamodb.directory import extension_item, organization_item, prices_item, user_item
from faxes.adapters.dynamodb.items import Item, fingerprint, moment, plain, wire
from faxes.errors import Effect
from faxes.model import Extension, User
from faxes.provisioning.entries import Member, StatedPrices
from faxes.provisioning.plan import Outcome, Step
from faxes.provisioning.stores import StoredToken
from faxes.tokens import App, Token

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What sends goes first, and what others belong to last.
_MEMBERS = {"EXT": "extension", "USER": "user", "ORG": "organization", "PRICES": "prices"}


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

    def all(self) -> list[Item]:
        pages = self._client.get_paginator("scan").paginate(TableName=self._name, ConsistentRead=True)
        try:
            return [plain(item) for page in pages for item in page["Items"]]
        except FAILURES as error:
            raise fault("Scan", Effect.NONE, error) from error

    def put(self, item: Item) -> Step:
        """What writes an item, where it differs."""
        before = self.get(item["pk"], item["sk"])
        items = {item["pk"]: fingerprint(item)}
        if before == item:
            return Step(Outcome.UNCHANGED, items, _nothing)
        return Step(Outcome.CHANGED if before else Outcome.ADDED, items, lambda: self._write(item))

    def delete(self, pk: str, sk: str) -> None:
        try:
            self._client.delete_item(TableName=self._name, Key=wire({"pk": pk, "sk": sk}))
        except FAILURES as error:
            raise fault("DeleteItem", Effect.UNKNOWN, error) from error

    def remove(self, *pks: str) -> Step:
        """What deletes items, in this order."""
        return Step(Outcome.REMOVED, dict.fromkeys(pks), _each(*(self._deleting(pk) for pk in pks)))

    def _deleting(self, pk: str) -> Callable[[], None]:
        return lambda: self.delete(pk, pk.partition("#")[0])

    def _write(self, item: Item) -> None:
        try:
            self._client.put_item(TableName=self._name, Item=wire(item))
        except FAILURES as error:
            raise fault("PutItem", Effect.UNKNOWN, error) from error


class DynamoDBProvisioningDirectory:
    """Writes the directory. Implements ``provisioning.Directory``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = _Table(client, table)

    def put(self, member: Member) -> Step:
        return self._table.put(member_item(member))

    def others(self, kept: Collection[str]) -> Mapping[str, Step]:
        steps: dict[str, Step] = {}
        keys = sorted(item["pk"] for item in self._table.all() if item["pk"] not in kept)
        for kind, word in _MEMBERS.items():
            for key in keys:
                prefix, _, name = key.partition("#")
                if prefix == kind:
                    steps[f"{word} {name}".rstrip()] = self._table.remove(key)
        return steps


class DynamoDBProvisioningCredentials:
    """Reads and writes apps and users' tokens. Implements ``provisioning.Credentials``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = _Table(client, table)

    def app(self, key: str) -> App | None:
        item = self._table.get(f"APP#{key}", "APP")
        return app_of(item) if item else None

    def put_app(self, app: App) -> Step:
        return self._table.put(app_item(app))

    def token_named(self, name: str) -> StoredToken | None:
        label = self._table.get(f"TOKENNAME#{name}", "TOKENNAME")
        item = self._table.get(f"TOKEN#{label['digest']}", "TOKEN") if label else None
        return StoredToken(label["digest"], item["userId"], moment(item["expiresAt"])) if label and item else None

    def put_token(self, name: str, token: Token, instead_of: str | None) -> Step:
        parts = [self._table.put(token_item(token)), self._table.put(token_name_item(name, token))]
        if instead_of is not None:
            parts.insert(0, self._table.remove(f"TOKEN#{instead_of}"))
        items = {key: becomes for part in parts for key, becomes in part.items.items()}
        changes = [part.outcome for part in parts if part.outcome is not Outcome.UNCHANGED]
        return Step(changes[0] if changes else Outcome.UNCHANGED, items, _each(*(part.take for part in parts)))

    def others(self, kept: Collection[str], now: datetime) -> Mapping[str, Step]:
        lives = [item for item in self._table.all() if "expiresAt" not in item or moment(item["expiresAt"]) > now]
        of_apps: dict[str, list[str]] = defaultdict(list)
        users: dict[str, str] = {}
        for item in lives:
            if "appKey" in item:
                of_apps[item["appKey"]] += [item["pk"]] if item["sk"] == "TOKEN" else []
            elif item["sk"] == "TOKEN" and item["pk"] not in kept:
                users[item["pk"]] = item["userId"]
        steps: dict[str, Step] = {}
        for key, tokens in sorted(of_apps.items()):
            if f"APP#{key}" not in kept:
                # Without the app, its tokens are nothing; they go along, so that they stay so.
                app, rest = self._table.remove(f"APP#{key}"), self._table.remove(*tokens)
                steps[f"app {key}"] = Step(Outcome.REMOVED, app.items, _each(app.take, rest.take))
        for item in sorted(lives, key=lambda item: str(item["pk"])):
            if item["sk"] == "TOKENNAME" and item["pk"] not in kept:
                token = f"TOKEN#{item['digest']}"
                users.pop(token, None)
                tokens = [token] if token not in kept else []
                steps[f"token {item['pk'].partition('#')[2]}"] = self._table.remove(*tokens, item["pk"])
        for token, user in sorted(users.items()):
            steps[f"token without a name, of user {user} ({token[6:14]})"] = self._table.remove(token)
        return steps


def _nothing() -> None:
    """What is taken where nothing is to be done."""


def _each(*takes: Callable[[], None]) -> Callable[[], None]:
    """All of these, one after the other."""

    def take() -> None:
        for each in takes:
            each()

    return take


def member_item(member: Member) -> Item:
    """A member as the directory table holds it."""
    match member:
        case User():
            return user_item(member.id, member.organization_id)
        case Extension():
            return extension_item(member)
        case StatedPrices():
            return prices_item(member.prices)
        case _:
            header = member.fax_name, member.time_zone, member.caller_id
            return organization_item(member.id, member.name, *header, member.dial_plan)
