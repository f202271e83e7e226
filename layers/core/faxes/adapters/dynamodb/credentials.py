"""Apps and tokens, in the credentials' table."""

from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault, rehearse
from faxes.adapters.dynamodb.items import Item, get, moment, wire
from faxes.errors import Effect
from faxes.model import Context, Principal
from faxes.tokens import App, AppLogin, FormerSecret, Token, UsageKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBCredentialStore:
    """Reads apps, reads and writes tokens. Implements ``tokens.CredentialStore``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def app(self, key: str) -> App | None:
        item = get(self._client, self._table, f"APP#{key}", "APP")
        return app_of(item) if item else None

    def token(self, digest: str) -> Token | None:
        item = get(self._client, self._table, f"TOKEN#{digest}", "TOKEN")
        if item is None:
            return None
        bearer = (
            AppLogin(item["appKey"], item["secretDigest"])
            if "appKey" in item
            else Principal(item["userId"], item["organizationId"], Context(item["context"]))
        )
        return Token(digest, bearer, moment(item["expiresAt"]))

    def insert(self, token: Token) -> None:
        try:
            self._client.put_item(TableName=self._table, Item=wire(token_item(token)))
        except FAILURES as error:
            raise fault("PutItem", Effect.UNKNOWN, error) from error

    def rehearse(self) -> None:
        """Go through an insert but for sending it, so that the first one takes no longer than the next."""
        item = wire({"pk": "", "expiresAt": 0})
        rehearse(self._client, "put_item", {"TableName": self._table, "Item": item})


def app_of(item: Item) -> App:
    """The app that an item of the credential table holds."""
    former = FormerSecret(item["formerDigest"], moment(item["formerUntil"])) if "formerDigest" in item else None
    usage_key = UsageKey(item["usageKey"], moment(item["usageKeySince"])) if "usageKey" in item else None
    return App(
        key=item["appKey"],
        secret_digest=item["secretDigest"],
        user_id=item["userId"],
        organization_id=item["organizationId"],
        context=Context(item["context"]),
        enabled=item["enabled"],
        former=former,
        usage_key=usage_key,
        sandbox=item.get("sandbox", False),
    )


def app_item(app: App) -> Item:
    """An app as the credential table holds it."""
    former: Item = {}
    if app.former:
        former = {"formerDigest": app.former.digest, "formerUntil": int(app.former.until.timestamp())}
    counted: Item = {}
    if app.usage_key:
        counted = {"usageKey": app.usage_key.value, "usageKeySince": int(app.usage_key.since.timestamp())}
    return {
        "pk": f"APP#{app.key}",
        "sk": "APP",
        "appKey": app.key,
        "secretDigest": app.secret_digest,
        "userId": app.user_id,
        "organizationId": app.organization_id,
        "context": app.context.value,
        "enabled": app.enabled,
        **({"sandbox": True} if app.sandbox else {}),
        **former,
        **counted,
    }


def token_item(token: Token) -> Item:
    """A token as the credential table holds it."""
    bearer = token.bearer
    if isinstance(bearer, AppLogin):
        stands_for = {"appKey": bearer.key, "secretDigest": bearer.secret_digest}
    else:
        stands_for = {
            "userId": bearer.user_id,
            "organizationId": bearer.organization_id,
            "context": bearer.context.value,
        }
    return {
        "pk": f"TOKEN#{token.digest}",
        "sk": "TOKEN",
        **stands_for,
        "expiresAt": int(token.expires_at.timestamp()),
    }


def token_name_item(name: str, token: Token) -> Item:
    """A token's name as the credential table holds it."""
    return {
        "pk": f"TOKENNAME#{name}",
        "sk": "TOKENNAME",
        "digest": token.digest,
        "expiresAt": int(token.expires_at.timestamp()),
    }
