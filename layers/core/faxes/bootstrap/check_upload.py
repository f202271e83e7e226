"""check_upload: its settings, and the checking that it calls."""

from faxes.cold_start import connect

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from faxes.adapters.dynamodb.pending import DynamoDBPendingFaxes
from faxes.adapters.s3_uploads import S3Uploads
from faxes.bootstrap import clients
from faxes.bootstrap.clients import NOBODY, PATIENT_DYNAMODB_BUDGET, PATIENT_S3_BUDGET
from faxes.bootstrap.environment import MOST_UPLOAD_BYTES, VARIABLES, text, whole
from faxes.ids import NO_FILE
from faxes.intake.checking import Checking
from faxes.model import Limits


@dataclass(frozen=True, slots=True)
class Settings:
    """What check_upload needs to know."""

    bucket: str
    fax_table: str
    limits: Limits

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            bucket=text(environ, "FILE_BUCKET"),
            fax_table=text(environ, "FAX_TABLE"),
            limits=Limits(
                # How many of each, was said when they were announced.
                files_per_fax=10,
                recipients_per_fax=999,
                pages_per_fax=whole(environ, "MAX_PAGES_PER_FAX", 1, 999),
                pixels_per_page=whole(environ, "MAX_PIXELS_PER_PAGE", 1, 1_000_000_000),
                pixels_per_fax=whole(environ, "MAX_PIXELS_PER_FAX", 1, 100_000_000_000),
                file_bytes=whole(environ, "MAX_UPLOAD_BYTES_PER_FILE", 1, MOST_UPLOAD_BYTES),
                body_bytes=MOST_UPLOAD_BYTES,
            ),
        )


def checking() -> Checking:
    """What check_upload calls. Raises ValueError where the environment is incomplete."""
    settings = Settings.from_env()
    pending = DynamoDBPendingFaxes(clients.dynamodb(PATIENT_DYNAMODB_BUDGET), settings.fax_table)
    files = S3Uploads(clients.s3(PATIENT_S3_BUDGET), settings.bucket)
    connect(lambda: pending.pending(NOBODY, clients.now()), lambda: files.remove([NO_FILE]))
    return Checking(pending, files, settings.limits, now=clients.now)
