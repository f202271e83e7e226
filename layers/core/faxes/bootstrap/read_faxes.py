"""read_faxes: its settings, and the reading that it calls."""

from faxes.cold_start import connect

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from faxes.adapters.dynamodb.reading import DynamoDBFaxReader
from faxes.bootstrap import clients
from faxes.bootstrap.environment import VARIABLES, text
from faxes.bootstrap.origins import origins as origins
from faxes.bootstrap.publication import publication
from faxes.edge.addresses import Addresses
from faxes.reading import Reading
from faxes.showing import Publication


@dataclass(frozen=True, slots=True)
class Settings:
    """What read_faxes needs to know. ``public_url`` is where callers reach the API, empty where each event says it."""

    fax_table: str
    public_url: str
    publication: Publication

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            fax_table=text(environ, "FAX_TABLE"),
            public_url=environ.get("PUBLIC_URL", ""),
            publication=publication(environ),
        )

    @property
    def addresses(self) -> Addresses:
        """Where what it answers leads to is."""
        return Addresses(self.public_url, self.publication, clients.now)


def reading(settings: Settings) -> Reading:
    """What read_faxes calls."""
    reader = DynamoDBFaxReader(clients.dynamodb(), settings.fax_table)
    connect(reader.rehearse)
    return Reading(reader, now=clients.now)
