"""authorize: its settings, the authentication that it calls, and the keys of who has none of their own."""

from faxes.cold_start import connect

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from faxes.adapters.dynamodb.credentials import DynamoDBCredentialStore
from faxes.bootstrap import clients
from faxes.bootstrap.clients import NOBODY
from faxes.bootstrap.environment import VARIABLES, text
from faxes.edge.authorizer import SharedKeys
from faxes.observability import name_app
from faxes.tokens import Authentication


@dataclass(frozen=True, slots=True)
class Settings:
    """What the authorizer needs to know."""

    credential_table: str
    shared_keys: SharedKeys

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        key = text(environ, "SHARED_USAGE_KEY")
        return cls(
            credential_table=text(environ, "CREDENTIAL_TABLE"),
            # As budgets.yaml has them.
            shared_keys=SharedKeys(users=f"{key}users", apps=f"{key}apps"),
        )


def authentication() -> Authentication:
    """What the authorizer calls. Raises ValueError where the environment is incomplete."""
    settings = Settings.from_env()
    store = DynamoDBCredentialStore(clients.dynamodb(), settings.credential_table)
    connect(lambda: store.app(NOBODY))
    return Authentication(store, now=clients.now, name_app=name_app)


def shared_keys() -> SharedKeys:
    """What the authorizer counts requests by whose caller has no key of its own. Raises ValueError likewise."""
    return Settings.from_env().shared_keys
