"""render_fax: its settings, and the worker that it calls."""

from faxes.cold_start import connect

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from faxes.adapters.dynamodb.jobs import DynamoDBJobStore
from faxes.adapters.dynamodb.records import DUE_SHARDS
from faxes.adapters.s3_pages import S3PageFiles
from faxes.adapters.sqs_bells import SQSBells
from faxes.bootstrap import clients
from faxes.bootstrap.clients import NOBODY, PATIENT_DYNAMODB_BUDGET, PATIENT_S3_BUDGET
from faxes.bootstrap.environment import VARIABLES, text
from faxes.errors import StorageFault
from faxes.ids import NO_FILE
from faxes.rendering.worker import Worker

# Pages that are put at a time.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Settings:
    """What render_fax needs to know."""

    bucket: str
    fax_table: str
    send_queue: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            bucket=text(environ, "FILE_BUCKET"),
            fax_table=text(environ, "FAX_TABLE"),
            send_queue=text(environ, "SEND_QUEUE"),
        )


def worker(lost: Callable[[StorageFault], None]) -> Worker:
    """What render_fax calls; ``lost`` is told of messages that it cannot send. Raises ValueError where the environment
    is incomplete."""
    settings = Settings.from_env()
    tables = clients.dynamodb(PATIENT_DYNAMODB_BUDGET)
    jobs = DynamoDBJobStore(tables, settings.fax_table, DUE_SHARDS, secrets.randbits)
    bells = SQSBells(clients.sqs(), settings.send_queue, lost)
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="put")
    files = S3PageFiles(clients.s3(PATIENT_S3_BUDGET), settings.bucket, pool, _AT_ONCE)
    connect(lambda: jobs.job(NOBODY, clients.now()), lambda: files.delete([NO_FILE]))
    return Worker(jobs=jobs, files=files, now=clients.now, fonts=fonts(), hand_over=bells.ready)


def fonts() -> Path:
    """The folder of the fonts: in their layer, beside the folder of the packages."""
    spec = find_spec("PIL")
    return Path(next(iter(spec.submodule_search_locations or ()))).parents[1] / "fonts" if spec else Path()
