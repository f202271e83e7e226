"""send_fax: its settings, and the inbox that it calls."""

from faxes.cold_start import connect

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from faxes.adapters.dynamodb.allowances import DynamoDBAllowances
from faxes.adapters.dynamodb.directory import DynamoDBDirectory
from faxes.adapters.dynamodb.gates import DynamoDBGates
from faxes.adapters.dynamodb.recipients import DynamoDBRecipients
from faxes.adapters.dynamodb.records import DUE_SHARDS
from faxes.adapters.dynamodb.senders import DynamoDBSenders
from faxes.adapters.dynamodb.simulated import DynamoDBNetwork
from faxes.adapters.s3_copies import S3PageCopies
from faxes.adapters.s3_media import S3Media
from faxes.adapters.sqs_bells import SQSBells
from faxes.bootstrap import clients, telnyx
from faxes.bootstrap.clients import COPY_BUDGET, NOBODY
from faxes.bootstrap.environment import VARIABLES, one_of, text, whole
from faxes.bootstrap.telnyx import CARRIERS
from faxes.carriers import TELNYX
from faxes.carriers.simulator import Simulator
from faxes.delivery.carrier import Carrier
from faxes.delivery.dispatch import Dispatch
from faxes.delivery.inbox import Inbox
from faxes.delivery.lines import Lines
from faxes.delivery.plan import Plan
from faxes.delivery.receiving import Receiving
from faxes.delivery.stamping import StampedDocuments
from faxes.dialing import Dialing
from faxes.errors import StorageFault
from faxes.ids import document_key

# Pages that are copied at a time.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Settings:
    """What send_fax needs to know. ``speed`` divides every wait; it is the simulated network's, and 1 for any other."""

    bucket: str
    fax_table: str
    directory_table: str
    send_queue: str
    carrier: str
    speed: int
    deadline: timedelta
    retention: timedelta

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            bucket=text(environ, "FILE_BUCKET"),
            fax_table=text(environ, "FAX_TABLE"),
            directory_table=text(environ, "DIRECTORY_TABLE"),
            send_queue=text(environ, "SEND_QUEUE"),
            carrier=one_of(environ, "CARRIER", CARRIERS),
            speed=whole(environ, "SIMULATOR_SPEED", 1, 10_000),
            deadline=timedelta(hours=whole(environ, "DELIVERY_HOURS", 1, 72)),
            retention=timedelta(days=whole(environ, "RETENTION_DAYS", 1, 3650)),
        )


def inbox(lost: Callable[[StorageFault], None], failed: Callable[[Exception], None]) -> Inbox:
    """What send_fax calls; ``lost`` is told of messages that it cannot send, ``failed`` of documents that it cannot
    offer or take away. Raises ValueError where the environment is incomplete."""
    settings = Settings.from_env()
    tables = clients.dynamodb()
    recipients = DynamoDBRecipients(tables, settings.fax_table, DUE_SHARDS, secrets.randbits)
    bells = SQSBells(clients.sqs(), settings.send_queue, lost)
    media = S3Media(clients.s3(), settings.bucket)
    senders = DynamoDBSenders(tables, settings.directory_table)
    documents = StampedDocuments(media, senders, failed)
    directory = DynamoDBDirectory(tables, settings.directory_table)
    copies = S3PageCopies(
        clients.s3(COPY_BUDGET), settings.bucket, ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="copy")
    )
    receiving = Receiving(directory, copies, recipients, clients.now, secrets.randbits, settings.retention)
    connect(lambda: recipients.fax(NOBODY, clients.now()), lambda: media.delete(document_key(NOBODY)))
    network = DynamoDBNetwork(tables, settings.fax_table, secrets.randbits)
    simulator = Simulator(network, media, clients.now, settings.speed, bells.report)
    simulated = settings.carrier == Simulator.name
    carrier: Carrier | None = simulator if simulated else None
    lines = Lines(carrier, simulator, settings.speed)
    if settings.carrier == TELNYX:
        carrier = telnyx.carrier(S3Media(clients.s3_for_others(), settings.bucket).address)
        lines = Lines(
            carrier,
            simulator,
            settings.speed,
            dialing=lambda organization: Dialing(organization, directory.dial_plan, directory.extension),
            caller=senders.caller,
            allowances=DynamoDBAllowances(tables, settings.fax_table),
            prices=directory.prices,
            gates=DynamoDBGates(tables, settings.fax_table),
        )
    return Inbox(
        Plan(recipients, bells, lines, receiving, clients.now, settings.deadline, sandbox=simulated),
        Dispatch(recipients, documents, bells, lines, receiving, clients.now),
    )
