"""Telnyx as the functions have it: its settings, its key, and the adapter made of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from faxes.adapters.secrets_manager import SecretKey
from faxes.bootstrap import clients
from faxes.bootstrap.environment import NO_CARRIER, VARIABLES, text
from faxes.carriers import TELNYX
from faxes.carriers.https import Host
from faxes.carriers.simulator import Simulator
from faxes.carriers.telnyx import Telnyx

CARRIERS = (NO_CARRIER, Simulator.name, TELNYX)


@dataclass(frozen=True, slots=True)
class Settings:
    """``url`` is the API's address; ``secret`` names the secret that holds its key; ``connection`` is the id of the fax
    application, ``number`` the one that is sent from (E.164)."""

    url: str
    secret: str
    connection: str
    number: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            url=text(environ, "TELNYX_URL"),
            secret=text(environ, "TELNYX_KEY_SECRET"),
            connection=text(environ, "TELNYX_CONNECTION_ID"),
            number=text(environ, "TELNYX_NUMBER"),
        )


def carrier(address: Callable[[str], str], settings: Settings | None = None) -> Telnyx:
    """The adapter; ``address`` says where a document can be fetched. Raises ValueError where a setting is missing."""
    read = settings or Settings.from_env()
    key = SecretKey(clients.secrets(), read.secret)
    return Telnyx(Host(read.url), key, read.connection, read.number, address)
