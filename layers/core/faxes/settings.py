"""The environment -> frozen settings. The only reader of os.environ; a missing or wrong value fails the cold start.

The names are the ones that template.yaml sets; a test holds the two together.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from faxes.model import Limits


@dataclass(frozen=True, slots=True)
class CallBudget:
    """Bounds of one AWS call, in seconds and tries. The sum over the longest path stays under the function's timeout,
    which stays under API Gateway's 29 s; a test adds it up."""

    connect_timeout: float
    read_timeout: float
    tries: int

    @property
    def longest(self) -> float:
        """The longest that one call can take without an answer, the SDK's waits (up to 1, 2, 4 ... s) included.

        A service that throttles may ask the SDK to wait up to 5 s more, which is left out. The times are for one
        operation of the network's each: a service that answers a byte at a time, or at whose several addresses none
        answers, takes longer. Before each further step it is therefore asked how much time is left.
        """
        return self.tries * (self.connect_timeout + self.read_timeout) + sum(2.0**n for n in range(self.tries - 1))


# DynamoDB answers in milliseconds, so a second try soon is worth more than a long wait. S3 gets one try more, because
# the answer to the first may be a conflict with a put of our own that timed out.
DYNAMODB_BUDGET = CallBudget(connect_timeout=1, read_timeout=1, tries=2)
S3_BUDGET = CallBudget(connect_timeout=1, read_timeout=2, tries=3)


@dataclass(frozen=True, slots=True)
class SubmissionSettings:
    """What create_fax needs to know."""

    bucket: str
    fax_table: str
    directory_table: str
    retention: timedelta
    idempotency: timedelta
    repetition: timedelta
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        return cls(
            bucket=_text(environ, "FILE_BUCKET"),
            fax_table=_text(environ, "FAX_TABLE"),
            directory_table=_text(environ, "DIRECTORY_TABLE"),
            retention=timedelta(days=_whole(environ, "RETENTION_DAYS", 1, 3650)),
            idempotency=timedelta(hours=_whole(environ, "IDEMPOTENCY_HOURS", 1, 168)),
            repetition=timedelta(minutes=_whole(environ, "REPETITION_MINUTES", 0, 1440)),
            limits=Limits(
                files_per_fax=_whole(environ, "MAX_FILES_PER_FAX", 1, 10),
                recipients_per_fax=_whole(environ, "MAX_RECIPIENTS_PER_FAX", 1, 999),
                pages_per_fax=_whole(environ, "MAX_PAGES_PER_FAX", 1, 999),
                pixels_per_page=_whole(environ, "MAX_PIXELS_PER_PAGE", 1, 1_000_000_000),
                file_bytes=_whole(environ, "MAX_BYTES_PER_FILE", 1, 4_613_734),
                body_bytes=_whole(environ, "MAX_BODY_BYTES", 1, 4_613_734),
            ),
        )


@dataclass(frozen=True, slots=True)
class AuthenticationSettings:
    """What the authorizer needs to know."""

    credential_table: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        return cls(credential_table=_text(environ, "CREDENTIAL_TABLE"))


@dataclass(frozen=True, slots=True)
class LoginSettings:
    """What issue_token needs to know."""

    credential_table: str
    token_lifetime: timedelta

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        return cls(
            credential_table=_text(environ, "CREDENTIAL_TABLE"),
            token_lifetime=timedelta(seconds=_whole(environ, "TOKEN_SECONDS", 60, 86_400)),
        )


def _text(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise ValueError(f"the environment variable {name} is not set")
    return value


def _whole(environ: Mapping[str, str], name: str, low: int, high: int) -> int:
    text = _text(environ, name)
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise ValueError(f"the environment variable {name} is {text!r}; it must be a number from {low} to {high}")
    return int(text)
