"""sweep: its settings, and the sweep that it calls."""

from faxes.cold_start import connect

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from faxes.adapters.dynamodb.deliveries import position_of
from faxes.adapters.dynamodb.due import DynamoDBDueIndex
from faxes.adapters.dynamodb.jobs import DynamoDBJobStore
from faxes.adapters.dynamodb.recipients import DynamoDBRecipients
from faxes.adapters.dynamodb.records import DUE_SHARDS
from faxes.adapters.sqs import SQSQueue
from faxes.adapters.sqs_bells import SQSBells
from faxes.bootstrap import clients
from faxes.bootstrap.clients import NOBODY
from faxes.bootstrap.environment import NO_CARRIER, VARIABLES, text, whole
from faxes.errors import StorageFault
from faxes.rendering.repair import Repair
from faxes.sweeping import Sweep

# Until somebody else is told of a recipient that is due: a message that waits in a long queue is not lost.
_AGAIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Settings:
    """What sweep needs to know."""

    fax_table: str
    render_queue: str
    send_queue: str
    carrier: str
    deadline: timedelta

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            fax_table=text(environ, "FAX_TABLE"),
            render_queue=text(environ, "RENDER_QUEUE"),
            send_queue=text(environ, "SEND_QUEUE"),
            carrier=text(environ, "CARRIER"),
            deadline=timedelta(hours=whole(environ, "DELIVERY_HOURS", 1, 72)),
        )


def sweep(lost: Callable[[StorageFault], None]) -> Sweep:
    """What sweep calls; ``lost`` is told of messages that it cannot send. Raises ValueError where the environment is
    incomplete."""
    settings = Settings.from_env()
    tables = clients.dynamodb()
    jobs = DynamoDBJobStore(tables, settings.fax_table, DUE_SHARDS, secrets.randbits)
    queues = clients.sqs()
    bells = SQSBells(queues, settings.send_queue, lost)
    carrier = settings.carrier != NO_CARRIER
    deadline = None if carrier else settings.deadline
    repair = Repair(jobs, SQSQueue(queues, settings.render_queue), clients.now, bells.ready, deadline)
    recipients = DynamoDBRecipients(tables, settings.fax_table, DUE_SHARDS, secrets.randbits)

    def ring(fax_id: str, sort_key: str) -> None:
        position, now = position_of(sort_key), clients.now()
        organization_id = recipients.taken_up(fax_id, position, now, _AGAIN)
        if organization_id is not None:
            bells.ring(fax_id, position, organization_id, timedelta())

    connect(lambda: jobs.job(NOBODY, clients.now()))
    return Sweep(
        DynamoDBDueIndex(tables, settings.fax_table),
        {"FAX": lambda fax_id, _: repair.repair(fax_id), "RECIPIENT": ring},
        clients.now,
        carrier,
    )
