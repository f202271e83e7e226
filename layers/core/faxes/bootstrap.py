"""The composition root: settings and AWS clients -> use cases. Called once per execution environment."""

from faxes.cold_start import connect

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from faxes.adapters.calls import fail_where_cut_off
from faxes.adapters.dynamodb.credentials import DynamoDBCredentialStore
from faxes.adapters.dynamodb.directory import DynamoDBDirectory
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.s3 import S3FileStore
from faxes.ids import NO_FILE
from faxes.intake.submission import Submission, Timing
from faxes.settings import (
    DYNAMODB_BUDGET,
    S3_BUDGET,
    AuthenticationSettings,
    CallBudget,
    LoginSettings,
    SubmissionSettings,
)
from faxes.tokens import Authentication, Login

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What is asked for to connect: no user and no app has such a name.
_NOBODY = ""


def submission() -> Submission:
    """What create_fax calls. Raises ValueError where the environment is incomplete."""
    settings = SubmissionSettings.from_env()
    tables = _dynamodb()
    files = boto3.client(
        "s3",
        # The checksum that is sent proves the bytes; signing them as well would hash them twice.
        config=_config(S3_BUDGET).merge(Config(s3={"payload_signing_enabled": False})),
    )
    # As many threads as a fax may have files: they are put in one wave, whose length is one put's.
    pool = ThreadPoolExecutor(settings.limits.files_per_fax, thread_name_prefix="put")
    directory = DynamoDBDirectory(tables, settings.directory_table)
    store = S3FileStore(files, settings.bucket, pool, S3_BUDGET.tries)
    connect(lambda: directory.user(_NOBODY), lambda: store.discard([NO_FILE]))
    return Submission(
        directory=directory,
        files=store,
        faxes=DynamoDBFaxStore(tables, settings.fax_table),
        limits=settings.limits,
        timing=Timing(
            put_all=S3_BUDGET.longest,
            write=DYNAMODB_BUDGET.longest,
            retention=settings.retention,
            claim=settings.idempotency,
            repetition=settings.repetition,
        ),
        now=_now,
        random_bits=secrets.randbits,
        wait=time.sleep,
        pool=pool,
    )


def authentication() -> Authentication:
    """What the authorizer calls. Raises ValueError where the environment is incomplete."""
    settings = AuthenticationSettings.from_env()
    return Authentication(_credentials(settings.credential_table), now=_now)


def login() -> Login:
    """What issue_token calls. Raises ValueError where the environment is incomplete."""
    settings = LoginSettings.from_env()
    return Login(
        _credentials(settings.credential_table),
        lifetime=settings.token_lifetime,
        now=_now,
        # 256 bits, in characters that every client takes in a header.
        draw=lambda: secrets.token_urlsafe(32),
    )


def _credentials(table: str) -> DynamoDBCredentialStore:
    store = DynamoDBCredentialStore(_dynamodb(), table)
    connect(lambda: store.app(_NOBODY))
    return store


def _dynamodb() -> "DynamoDBClient":
    client = boto3.client("dynamodb", config=_config(DYNAMODB_BUDGET))
    fail_where_cut_off(client, "dynamodb", "GetItem")
    return client


def _config(budget: CallBudget) -> Config:
    return Config(
        connect_timeout=budget.connect_timeout,
        read_timeout=budget.read_timeout,
        retries={"total_max_attempts": budget.tries, "mode": "standard"},
    )


def _now() -> datetime:
    """UTC in whole milliseconds, as a record keeps it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
