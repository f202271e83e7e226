"""carrier_report: its settings, and the use case that it calls."""

from faxes.cold_start import connect

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from faxes.adapters.dynamodb.reports import DynamoDBReports
from faxes.adapters.sqs_bells import SQSReports
from faxes.bootstrap import clients
from faxes.bootstrap.clients import NOBODY
from faxes.bootstrap.environment import VARIABLES, one_of, text
from faxes.bootstrap.telnyx import CARRIERS
from faxes.carriers import TELNYX
from faxes.carriers.telnyx_reports import TelnyxReports
from faxes.delivery.reports import Notice, Reports
from faxes.errors import ResourceNotFound


@dataclass(frozen=True, slots=True)
class Settings:
    """What carrier_report needs to know. ``public_key`` is Telnyx's, empty where another has the lines."""

    fax_table: str
    send_queue: str
    carrier: str
    public_key: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        carrier = one_of(environ, "CARRIER", CARRIERS)
        return cls(
            fax_table=text(environ, "FAX_TABLE"),
            send_queue=text(environ, "SEND_QUEUE"),
            carrier=carrier,
            public_key=text(environ, "TELNYX_PUBLIC_KEY") if carrier == TELNYX else "",
        )


def reports() -> Reports:
    """What carrier_report calls. Raises ValueError where the environment is incomplete."""
    settings = Settings.from_env()
    seen = DynamoDBReports(clients.dynamodb(), settings.fax_table)
    connect(lambda: seen.has(NOBODY, NOBODY))
    verified = TelnyxReports(settings.public_key) if settings.carrier == TELNYX else _nobody
    return Reports(settings.carrier, verified, seen, SQSReports(clients.sqs(), settings.send_queue), clients.now)


def _nobody(headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
    raise ResourceNotFound("No carrier reports to this deployment.", reason="no_such_carrier")
