"""create_fax: its settings, and the submission that it calls."""

from faxes.cold_start import connect

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from faxes.adapters.dynamodb.directory import DynamoDBDirectory
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.remembered_directory import RememberedDirectory
from faxes.adapters.s3 import S3FileStore
from faxes.adapters.s3_addresses import S3Addresses
from faxes.bootstrap import clients
from faxes.bootstrap.clients import DYNAMODB_BUDGET, NOBODY, S3_BUDGET
from faxes.bootstrap.environment import MOST_UPLOAD_BYTES, NO_CARRIER, VARIABLES, one_of, text, whole
from faxes.bootstrap.origins import origins as origins
from faxes.carriers import TELNYX
from faxes.carriers.sandbox_numbers import SIMULATOR, why_refused
from faxes.dialing import Dialing
from faxes.ids import NO_FILE
from faxes.intake.claims import Timing
from faxes.intake.inviting import Inviting
from faxes.intake.rehearsal import rehearse
from faxes.intake.submission import Submission
from faxes.intake.uploading import Uploading
from faxes.model import Limits, UploadLimits


@dataclass(frozen=True, slots=True)
class Settings:
    """What create_fax needs to know."""

    bucket: str
    fax_table: str
    directory_table: str
    retention: timedelta
    idempotency: timedelta
    deduplication: timedelta
    directory_cache: timedelta
    carrier: str
    limits: Limits
    uploads: UploadLimits

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            bucket=text(environ, "FILE_BUCKET"),
            fax_table=text(environ, "FAX_TABLE"),
            directory_table=text(environ, "DIRECTORY_TABLE"),
            retention=timedelta(days=whole(environ, "RETENTION_DAYS", 1, 3650)),
            idempotency=timedelta(hours=whole(environ, "IDEMPOTENCY_HOURS", 1, 168)),
            deduplication=timedelta(minutes=whole(environ, "DEDUPLICATION_MINUTES", 0, 1440)),
            directory_cache=timedelta(seconds=whole(environ, "DIRECTORY_CACHE_SECONDS", 0, 3600)),
            carrier=one_of(environ, "CARRIER", (NO_CARRIER, SIMULATOR, TELNYX)),
            limits=Limits(
                files_per_fax=whole(environ, "MAX_FILES_PER_FAX", 1, 10),
                recipients_per_fax=whole(environ, "MAX_RECIPIENTS_PER_FAX", 1, 999),
                pages_per_fax=whole(environ, "MAX_PAGES_PER_FAX", 1, 999),
                pixels_per_page=whole(environ, "MAX_PIXELS_PER_PAGE", 1, 1_000_000_000),
                pixels_per_fax=whole(environ, "MAX_PIXELS_PER_FAX", 1, 100_000_000_000),
                file_bytes=whole(environ, "MAX_BYTES_PER_FILE", 1, 4_613_734),
                body_bytes=whole(environ, "MAX_BODY_BYTES", 1, 4_613_734),
            ),
            uploads=UploadLimits(
                fax_bytes=whole(environ, "MAX_UPLOAD_BYTES_PER_FAX", 1, MOST_UPLOAD_BYTES),
                file_bytes=whole(environ, "MAX_UPLOAD_BYTES_PER_FILE", 1, MOST_UPLOAD_BYTES),
                open=whole(environ, "MAX_OPEN_UPLOADS_PER_APP", 1, 1_000),
            ),
        )


@dataclass(frozen=True, slots=True)
class Lines:
    """Implements ``intake.ports.Lines``: ``dialing`` where a real carrier has the lines; the numbers of the simulated
    network are its own."""

    dialing: Dialing | None
    simulated: bool

    def why_refused(self, number: str) -> str | None:
        why = why_refused(number, simulated=self.simulated)
        return self.dialing.why_refused(number) if why is None and self.dialing else why

    def pages_per_day(self, numbers: Sequence[str]) -> int | None:
        return self.dialing.pages_per_day(numbers) if self.dialing else None


def lines(carrier: str, directory: DynamoDBDirectory) -> Callable[[str, bool], Lines]:
    """Whoever has the lines, for an organization and for whether a sandbox app sends."""

    def of(organization_id: str, sandbox: bool) -> Lines:
        has_them = SIMULATOR if sandbox else carrier
        dialing = Dialing(organization_id, directory.dial_plan, directory.extension) if has_them == TELNYX else None
        return Lines(dialing, simulated=has_them == SIMULATOR)

    return of


def uploading() -> Uploading:
    """What create_fax calls. Raises ValueError where the environment is incomplete."""
    settings = Settings.from_env()
    tables = clients.dynamodb()
    # As many threads as a fax may have files: they are put in one wave, whose length is one put's.
    pool = ThreadPoolExecutor(settings.limits.files_per_fax, thread_name_prefix="put")
    read = DynamoDBDirectory(tables, settings.directory_table)
    lifetime = settings.directory_cache
    directory = RememberedDirectory(read, lifetime, clients.now) if lifetime else read
    store = S3FileStore(clients.s3(), settings.bucket, pool, S3_BUDGET.tries)
    faxes = DynamoDBFaxStore(tables, settings.fax_table)
    connect(
        lambda: directory.user(NOBODY),
        lambda: store.delete([NO_FILE]),
        store.rehearse,
        faxes.rehearse,
        lambda: rehearse(settings.limits),
    )
    submission = Submission(
        directory=directory,
        files=store,
        faxes=faxes,
        limits=settings.limits,
        timing=Timing(
            put_all=S3_BUDGET.longest,
            write=DYNAMODB_BUDGET.longest,
            retention=settings.retention,
            idempotency=settings.idempotency,
            deduplication=settings.deduplication,
        ),
        now=clients.now,
        random_bits=secrets.randbits,
        wait=time.sleep,
        pool=pool,
        lines=lines(settings.carrier, read),
    )
    return Uploading(
        submission, settings.uploads, faxes, Inviting(S3Addresses(clients.s3_signing, settings.bucket), clients.now)
    )
