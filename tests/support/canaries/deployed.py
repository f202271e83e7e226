"""A deployment whose directory and credentials are canaries, and whose draws can be told in a text."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType

from faxes.adapters.dynamodb.credentials import app_item, token_item
from faxes.adapters.dynamodb.directory import extension_item, user_item
from faxes.adapters.dynamodb.items import wire
from faxes.adapters.dynamodb.records import fax_item
from faxes.model import Context, Extension, ExtensionNumber, ExtensionType, Principal
from faxes.tokens import App, AppLogin, Token, UsageKey, digest_of
from tests.support import requests, stored
from tests.support.canaries import status, uploads
from tests.support.canaries.texts import (
    COLLEAGUE,
    COLLEAGUES,
    EXTENSION,
    FAX_OFF,
    ISSUED,
    KEYS,
    OTHER_EXTENSION,
    QUEUE,
    SECRET,
    TOKENS,
    UID,
    USAGE_KEY,
    USER,
)
from tests.support.cloud import API_ID, Cloud
from tests.support.faults import Faults


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment whose directory and credentials are canaries; its functions' AWS calls can be made to fail."""

    cloud: Cloud
    faults: Faults
    functions: dict[str, ModuleType]


class Drawn:
    """Randomness of which every draw can be told in a text: uids and tokens."""

    def __init__(self) -> None:
        self._draws = 0

    def randbits(self, bits: int) -> int:
        self._draws += 1
        return int(UID.ljust(32, "0"), 16) + self._draws if bits == 128 else self._draws % 2**bits

    def token_urlsafe(self, _: int) -> str:
        self._draws += 1
        return f"{ISSUED}-{self._draws % 50}"


# What the authorizer hands to the gateway, and writes nowhere.
COUNTED_BY = UsageKey(f"{API_ID}{USAGE_KEY}", datetime(2026, 11, 23, tzinfo=UTC))


def fill(running: Cloud) -> None:
    running.import_example(draw=lambda: requests.EXAMPLE.secret)
    terminal, queue = ExtensionType.PHONE_TERMINAL, ExtensionType.QUEUE
    ends = datetime.now(UTC) + timedelta(hours=1)
    apps = [
        App(KEYS["enabled"], digest_of(SECRET), USER, "0003", Context.USER, enabled=True, usage_key=COUNTED_BY),
        App(KEYS["disabled"], digest_of(SECRET), USER, "0003", Context.USER, enabled=False),
        App(KEYS["rotated"], digest_of(f"{SECRET}-new"), USER, "0003", Context.USER, enabled=True),
    ]
    tokens = {
        "users": Token(digest_of(TOKENS["users"]), Principal(USER, "0003"), ends),
        "apps": Token(digest_of(TOKENS["apps"]), AppLogin(KEYS["enabled"], digest_of(SECRET)), ends),
        "expired": Token(digest_of(TOKENS["expired"]), Principal(USER, "0003"), ends - timedelta(days=1)),
        "disabled": Token(digest_of(TOKENS["disabled"]), AppLogin(KEYS["disabled"], digest_of(SECRET)), ends),
        "deleted": Token(digest_of(TOKENS["deleted"]), AppLogin(KEYS["deleted"], digest_of(SECRET)), ends),
        "rotated": Token(digest_of(TOKENS["rotated"]), AppLogin(KEYS["rotated"], digest_of(SECRET)), ends),
    }
    items = {
        "DirectoryTable": [
            user_item(USER, "0003"),
            user_item(COLLEAGUE, "0003"),
            extension_item(Extension(ExtensionNumber("0003", EXTENSION), USER, terminal, True)),
            extension_item(Extension(ExtensionNumber("0003", QUEUE), USER, queue, True)),
            extension_item(Extension(ExtensionNumber("0003", FAX_OFF), USER, terminal, False)),
            extension_item(Extension(ExtensionNumber("0003", COLLEAGUES), COLLEAGUE, terminal, True)),
            extension_item(Extension(ExtensionNumber(*OTHER_EXTENSION.split("*")), COLLEAGUE, terminal, True)),
        ],
        "CredentialTable": [*map(app_item, apps), *map(token_item, tokens.values())],
    }
    stored.keep(running, stored.announced(datetime.now(UTC)))
    items["FaxTable"] = [*(fax_item(fax, None, 1) for fax in status.kept()), *uploads.items()]
    for key, content in uploads.UPLOADED.items():
        running.s3.put_object(Bucket=running.names["FileBucket"], Key=key, Body=content)
    for table, each in ((table, item) for table, listed in items.items() for item in listed):
        running.dynamodb.put_item(TableName=running.names[table], Item=wire(each))
