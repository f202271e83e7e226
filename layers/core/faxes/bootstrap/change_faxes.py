"""change_faxes: its settings, and the use cases that it calls."""

from faxes.cold_start import connect

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from faxes.adapters.dynamodb.control import DynamoDBFaxControl
from faxes.adapters.dynamodb.pending import DynamoDBPendingFaxes
from faxes.adapters.dynamodb.records import DUE_SHARDS
from faxes.adapters.s3_addresses import S3Addresses
from faxes.bootstrap import clients
from faxes.bootstrap.clients import DYNAMODB_BUDGET
from faxes.bootstrap.environment import VARIABLES, text
from faxes.bootstrap.origins import origins as origins
from faxes.bootstrap.publication import publication
from faxes.control import Control
from faxes.edge.addresses import Addresses
from faxes.intake.inviting import Inviting, Renewing
from faxes.showing import Publication


@dataclass(frozen=True, slots=True)
class Settings:
    """What change_faxes needs to know. ``public_url`` is where callers reach the API, empty where each event says
    it."""

    bucket: str
    fax_table: str
    public_url: str
    publication: Publication

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            bucket=text(environ, "FILE_BUCKET"),
            fax_table=text(environ, "FAX_TABLE"),
            public_url=environ.get("PUBLIC_URL", ""),
            publication=publication(environ),
        )

    @property
    def addresses(self) -> Addresses:
        """Where what it answers leads to is."""
        return Addresses(self.public_url, self.publication, clients.now)


def control(settings: Settings) -> tuple[Control, Renewing]:
    """What change_faxes calls."""
    tables = clients.dynamodb()
    store = DynamoDBFaxControl(tables, settings.fax_table, DUE_SHARDS, secrets.randbits)
    inviting = Inviting(S3Addresses(clients.s3_signing, settings.bucket), clients.now)
    round_ = 2 * DYNAMODB_BUDGET.longest
    connect(store.rehearse)
    renewing = Renewing(
        store, DynamoDBPendingFaxes(tables, settings.fax_table), inviting, now=clients.now, round=round_
    )
    return Control(store, now=clients.now, round=round_), renewing
