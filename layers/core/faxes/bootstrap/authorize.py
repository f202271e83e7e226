"""authorize: its settings, and the authentication that it calls."""

from faxes.cold_start import connect

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from faxes.adapters.dynamodb.credentials import DynamoDBCredentialStore
from faxes.bootstrap import clients
from faxes.bootstrap.clients import NOBODY
from faxes.bootstrap.environment import VARIABLES, text
from faxes.observability import name_app
from faxes.tokens import Authentication


@dataclass(frozen=True, slots=True)
class Settings:
    """What the authorizer needs to know."""

    credential_table: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(credential_table=text(environ, "CREDENTIAL_TABLE"))


def authentication() -> Authentication:
    """What the authorizer calls. Raises ValueError where the environment is incomplete."""
    settings = Settings.from_env()
    store = DynamoDBCredentialStore(clients.dynamodb(), settings.credential_table)
    connect(lambda: store.app(NOBODY))
    return Authentication(store, now=clients.now, name_app=name_app)
