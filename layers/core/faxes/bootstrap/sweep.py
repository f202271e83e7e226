"""sweep: its settings, and the sweep that it calls."""

from faxes.cold_start import connect

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from faxes.adapters.dynamodb.due import DynamoDBDueIndex
from faxes.adapters.dynamodb.jobs import DynamoDBJobStore
from faxes.adapters.dynamodb.keys import position_of
from faxes.adapters.dynamodb.pending import PENDING, DynamoDBPendingFaxes
from faxes.adapters.dynamodb.recipients import DynamoDBRecipients
from faxes.adapters.dynamodb.records import DUE_SHARDS
from faxes.adapters.sqs import SQSQueue
from faxes.adapters.sqs_bells import SQSBells
from faxes.bootstrap import clients
from faxes.bootstrap.clients import NOBODY
from faxes.bootstrap.environment import NO_CARRIER, VARIABLES, text, whole
from faxes.errors import StorageFault
from faxes.intake.inviting import LOOKED_AT
from faxes.intake.pending import Changed
from faxes.model import Status
from faxes.rendering.repair import Repair
from faxes.sweeping import Due, Sweep


@dataclass(frozen=True, slots=True)
class Settings:
    """What sweep needs to know."""

    fax_table: str
    render_queue: str
    send_queue: str
    upload_queue: str
    carrier: str
    deadline: timedelta

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            fax_table=text(environ, "FAX_TABLE"),
            render_queue=text(environ, "RENDER_QUEUE"),
            send_queue=text(environ, "SEND_QUEUE"),
            upload_queue=text(environ, "UPLOAD_QUEUE"),
            carrier=text(environ, "CARRIER"),
            deadline=timedelta(hours=whole(environ, "DELIVERY_HOURS", 1, 72)),
        )


def sweep() -> Sweep:
    """What sweep calls. Raises ValueError where the environment is incomplete."""
    settings = Settings.from_env()
    tables = clients.dynamodb()
    jobs = DynamoDBJobStore(tables, settings.fax_table, DUE_SHARDS, secrets.randbits)
    queues = clients.sqs()
    bells = SQSBells(queues, settings.send_queue, _raised)
    carrier = settings.carrier != NO_CARRIER
    deadline = None if carrier else settings.deadline
    repair = Repair(jobs, SQSQueue(queues, settings.render_queue), clients.now, bells.ready, deadline)
    recipients = DynamoDBRecipients(tables, settings.fax_table, DUE_SHARDS, secrets.randbits)

    def ring(due: Due) -> None:
        position = position_of(due.sort_key)
        # Before it is noted: where the message is lost, the next sweep sends another.
        bells.ring(due.fax_id, position, due.organization_id, timedelta())
        recipients.told(due.fax_id, position, clients.now())

    pending = DynamoDBPendingFaxes(tables, settings.fax_table)
    uploads = SQSQueue(queues, settings.upload_queue)

    def look(due: Due) -> None:
        now = clients.now()
        found = pending.pending(due.fax_id, now)
        if found and found.fax.status == Status.UPLOADING:
            # Before it is noted, likewise.
            uploads.send(found.fax.id, found.fax.organization_id)
            with suppress(Changed):
                pending.put_off(found, now + LOOKED_AT)

    connect(lambda: jobs.job(NOBODY, clients.now()))
    return Sweep(
        DynamoDBDueIndex(tables, settings.fax_table),
        {"FAX": lambda due: repair.repair(due.fax_id), "RECIPIENT": ring, PENDING: look},
        clients.now,
        carrier,
    )


def _raised(fault: StorageFault) -> None:
    """A message that cannot be sent is one that the next sweep sends."""
    raise fault
