"""What the functions have in common: the SDK's clients, the budgets of their calls, and the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import botocore
from botocore.config import Config

from faxes.adapters.calls import fail_where_cut_off

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from faxes.adapters.secrets_manager import SecretsClient
    from faxes.adapters.sqs import SQSClient

# The SDK puts its own together of some thirty parts, twice for each call, which takes an eighth of a call's processor
# time; it says the same each time.
_USER_AGENT = f"Boto3/{boto3.__version__} md/Botocore#{botocore.__version__}"

# What is asked for to connect: no user and no app has such a name.
NOBODY = ""


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
SQS_BUDGET = CallBudget(connect_timeout=1, read_timeout=2, tries=2)
# For pages that S3 copies by itself: those of a long fax take it seconds.
COPY_BUDGET = CallBudget(connect_timeout=1, read_timeout=10, tries=2)
# For who has minutes, and whom no client waits for: a fax's pages may have some ten megabytes, and to begin anew costs
# more than to wait.
PATIENT_DYNAMODB_BUDGET = CallBudget(connect_timeout=1, read_timeout=3, tries=4)
PATIENT_S3_BUDGET = CallBudget(connect_timeout=2, read_timeout=20, tries=4)


def s3(budget: CallBudget = S3_BUDGET) -> "S3Client":
    """A client of S3."""
    return boto3.client(
        "s3",
        # The checksum that is sent proves the bytes; signing them as well would hash them twice.
        config=config(budget).merge(Config(s3={"payload_signing_enabled": False})),
    )


def s3_signing() -> "S3Client":
    """A client of S3 that signs addresses for whoever has no rights of their own: by the version of the signature that
    every region takes, for the bucket's own host in its region."""
    signing = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return boto3.client("s3", config=config(S3_BUDGET).merge(signing))


def s3_for_others() -> "S3Client":
    """A client of S3 that signs addresses: those of the bucket's own region, since another answers with a redirect,
    which not everybody follows."""
    signing = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return boto3.client("s3", config=config(S3_BUDGET).merge(signing))


def dynamodb(budget: CallBudget = DYNAMODB_BUDGET) -> "DynamoDBClient":
    """A client of DynamoDB whose reads are whole or fail."""
    client = boto3.client("dynamodb", config=config(budget))
    for read in ("GetItem", "Query"):
        fail_where_cut_off(client, "dynamodb", read)
    return client


def sqs() -> "SQSClient":
    """A client of SQS."""
    # The SDK's stubs that are installed know no SQS.
    client: SQSClient = boto3.client("sqs", config=config(SQS_BUDGET))
    return client


def secrets() -> "SecretsClient":
    """A client of Secrets Manager."""
    # As with SQS.
    client: SecretsClient = boto3.client("secretsmanager", config=config(SQS_BUDGET))
    return client


def config(budget: CallBudget) -> Config:
    """What bounds a client's calls."""
    return Config(
        user_agent=_USER_AGENT,
        connect_timeout=budget.connect_timeout,
        read_timeout=budget.read_timeout,
        retries={"total_max_attempts": budget.tries, "mode": "standard"},
    )


def now() -> datetime:
    """UTC in whole milliseconds, as a record keeps it."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
