"""issue_token: its settings, and the login that it calls."""

from faxes.cold_start import connect

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from faxes.adapters.dynamodb.credentials import DynamoDBCredentialStore
from faxes.bootstrap import clients
from faxes.bootstrap.clients import NOBODY
from faxes.bootstrap.environment import VARIABLES, text, whole
from faxes.observability import name_app
from faxes.tokens import Login


@dataclass(frozen=True, slots=True)
class Settings:
    """What issue_token needs to know."""

    credential_table: str
    token_lifetime: timedelta

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            credential_table=text(environ, "CREDENTIAL_TABLE"),
            token_lifetime=timedelta(seconds=whole(environ, "TOKEN_SECONDS", 60, 86_400)),
        )


def login() -> Login:
    """What issue_token calls. Raises ValueError where the environment is incomplete."""
    settings = Settings.from_env()
    store = DynamoDBCredentialStore(clients.dynamodb(), settings.credential_table)
    connect(lambda: store.app(NOBODY), store.rehearse)
    return Login(
        store,
        lifetime=settings.token_lifetime,
        now=clients.now,
        # 256 bits, in characters that every client takes in a header.
        draw=lambda: secrets.token_urlsafe(32),
        name_app=name_app,
    )
