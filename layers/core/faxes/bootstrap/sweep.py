"""sweep: its settings, and the sweep that it calls."""

from faxes.cold_start import connect

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from faxes.adapters.dynamodb.due import DynamoDBDueIndex
from faxes.adapters.dynamodb.jobs import DynamoDBJobStore
from faxes.adapters.dynamodb.records import DUE_SHARDS
from faxes.adapters.sqs import SQSQueue
from faxes.bootstrap import clients
from faxes.bootstrap.clients import NOBODY
from faxes.bootstrap.environment import VARIABLES, text
from faxes.rendering.repair import Repair
from faxes.sweeping import Sweep


@dataclass(frozen=True, slots=True)
class Settings:
    """What sweep needs to know."""

    fax_table: str
    render_queue: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(fax_table=text(environ, "FAX_TABLE"), render_queue=text(environ, "RENDER_QUEUE"))


def sweep() -> Sweep:
    """What sweep calls. Raises ValueError where the environment is incomplete."""
    settings = Settings.from_env()
    tables = clients.dynamodb()
    jobs = DynamoDBJobStore(tables, settings.fax_table, DUE_SHARDS, secrets.randbits)
    repair = Repair(jobs, SQSQueue(clients.sqs(), settings.render_queue), clients.now)
    connect(lambda: jobs.job(NOBODY, clients.now()))
    return Sweep(
        DynamoDBDueIndex(tables, settings.fax_table),
        {"FAX": lambda fax_id, _: repair.repair(fax_id)},
        clients.now,
    )
