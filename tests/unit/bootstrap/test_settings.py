"""The environment: what is missing or out of range fails the cold start, by name."""

import re
from datetime import timedelta

import pytest

from faxes.bootstrap import authorize, change_faxes, check_upload, create_fax, issue_token, read_faxes
from faxes.bootstrap.clients import CallBudget
from faxes.bootstrap.origins import origins
from faxes.edge.authorizer import SharedKeys
from faxes.model import Limits, UploadLimits
from faxes.showing import Publication

ENVIRONMENT = {
    "FILE_BUCKET": "bucket",
    "FAX_TABLE": "faxes",
    "DIRECTORY_TABLE": "directory",
    "RETENTION_DAYS": "30",
    "IDEMPOTENCY_HOURS": "24",
    "DEDUPLICATION_MINUTES": "10",
    "DIRECTORY_CACHE_SECONDS": "20",
    "MAX_FILES_PER_FAX": "5",
    "MAX_RECIPIENTS_PER_FAX": "6",
    "MAX_PAGES_PER_FAX": "7",
    "MAX_PIXELS_PER_PAGE": "8",
    "MAX_PIXELS_PER_FAX": "10",
    "MAX_BYTES_PER_FILE": "9",
    "MAX_BODY_BYTES": "4613734",
    "MAX_UPLOAD_BYTES_PER_FAX": "13",
    "MAX_UPLOAD_BYTES_PER_FILE": "12",
    "MAX_OPEN_UPLOADS_PER_APP": "11",
    "CARRIER": "simulator",
}
RANGES = {
    "RETENTION_DAYS": (1, 3650),
    "IDEMPOTENCY_HOURS": (1, 168),
    "DEDUPLICATION_MINUTES": (0, 1440),
    "DIRECTORY_CACHE_SECONDS": (0, 3600),
    "MAX_FILES_PER_FAX": (1, 10),
    "MAX_RECIPIENTS_PER_FAX": (1, 999),
    "MAX_PAGES_PER_FAX": (1, 999),
    "MAX_PIXELS_PER_PAGE": (1, 1_000_000_000),
    "MAX_PIXELS_PER_FAX": (1, 100_000_000_000),
    "MAX_BYTES_PER_FILE": (1, 4_613_734),
    "MAX_BODY_BYTES": (1, 4_613_734),
    "MAX_UPLOAD_BYTES_PER_FAX": (1, 262_144_000),
    "MAX_UPLOAD_BYTES_PER_FILE": (1, 262_144_000),
    "MAX_OPEN_UPLOADS_PER_APP": (1, 1_000),
}


def test_what_create_fax_reads() -> None:
    assert create_fax.Settings.from_env(ENVIRONMENT) == create_fax.Settings(
        bucket="bucket",
        fax_table="faxes",
        directory_table="directory",
        retention=timedelta(days=30),
        idempotency=timedelta(hours=24),
        deduplication=timedelta(minutes=10),
        directory_cache=timedelta(seconds=20),
        carrier="simulator",
        limits=Limits(
            files_per_fax=5,
            recipients_per_fax=6,
            pages_per_fax=7,
            pixels_per_page=8,
            pixels_per_fax=10,
            file_bytes=9,
            body_bytes=4_613_734,
        ),
        uploads=UploadLimits(fax_bytes=13, file_bytes=12, open=11),
    )


def test_what_the_authorizer_reads() -> None:
    environment = {"CREDENTIAL_TABLE": "credentials", "SHARED_USAGE_KEY": "51af3dc0da77"}
    assert authorize.Settings.from_env(environment) == authorize.Settings(
        "credentials", SharedKeys(users="51af3dc0da77users", apps="51af3dc0da77apps")
    )


def test_what_the_token_endpoint_reads() -> None:
    environment = {"CREDENTIAL_TABLE": "credentials", "TOKEN_SECONDS": "3600"}
    assert issue_token.Settings.from_env(environment) == issue_token.Settings("credentials", timedelta(hours=1))


def test_what_the_functions_of_a_faxs_status_read() -> None:
    settings = read_faxes.Settings
    publication = Publication(on=True, days=7)
    least = {"FAX_TABLE": "faxes", "PUBLIC_PAGE": "true", "PUBLIC_PAGE_DAYS": "7"}
    assert settings.from_env(least) == settings("faxes", "", publication)
    with_url = least | {"PUBLIC_URL": "https://127.0.0.1:4566/v1"}
    assert settings.from_env(with_url) == settings("faxes", "https://127.0.0.1:4566/v1", publication)
    with pytest.raises(ValueError, match=r"^the environment variable FAX_TABLE is not set$"):
        settings.from_env({"PUBLIC_URL": "https://127.0.0.1"})
    assert change_faxes.Settings.from_env(with_url | {"FILE_BUCKET": "bucket"}) == change_faxes.Settings(
        bucket="bucket", fax_table="faxes", public_url="https://127.0.0.1:4566/v1", publication=publication
    )


def test_what_check_upload_reads() -> None:
    environment = {
        "FILE_BUCKET": "bucket",
        "FAX_TABLE": "faxes",
        "MAX_PAGES_PER_FAX": "7",
        "MAX_PIXELS_PER_PAGE": "8",
        "MAX_PIXELS_PER_FAX": "10",
        "MAX_UPLOAD_BYTES_PER_FILE": "12",
    }
    read = check_upload.Settings.from_env(environment)
    assert (read.bucket, read.fax_table) == ("bucket", "faxes")
    assert (read.limits.pages_per_fax, read.limits.pixels_per_page) == (7, 8)
    assert (read.limits.pixels_per_fax, read.limits.file_bytes) == (10, 12)


@pytest.mark.parametrize("value", ["59", "86401", "0", "-3600", "1h", "", "\u0663600"])
def test_a_tokens_life_is_a_minute_to_a_day(value: str) -> None:
    with pytest.raises(ValueError, match="the environment variable TOKEN_SECONDS is"):
        issue_token.Settings.from_env({"CREDENTIAL_TABLE": "credentials", "TOKEN_SECONDS": value})


@pytest.mark.parametrize("name", ENVIRONMENT)
@pytest.mark.parametrize("rest", [{}, {"present": ""}])
def test_a_name_that_is_missing_or_empty_is_named(name: str, rest: dict[str, str]) -> None:
    environment = {key: value for key, value in ENVIRONMENT.items() if key != name} | dict.fromkeys(
        [name] if rest else [], ""
    )
    with pytest.raises(ValueError, match=f"^the environment variable {name} is not set$"):
        create_fax.Settings.from_env(environment)


@pytest.mark.parametrize("name", ["CREDENTIAL_TABLE", "SHARED_USAGE_KEY"])
@pytest.mark.parametrize("rest", [{}, {"CREDENTIAL_TABLE": "credentials", "SHARED_USAGE_KEY": "51af3dc0da77"}])
def test_the_authorizer_needs_its_table_and_a_key(name: str, rest: dict[str, str]) -> None:
    whole = {"CREDENTIAL_TABLE": "credentials", "SHARED_USAGE_KEY": "51af3dc0da77"}
    environment = {key: value for key, value in whole.items() if key != name} | ({name: ""} if rest else {})
    with pytest.raises(ValueError, match=rf"^the environment variable {name} is not set$"):
        authorize.Settings.from_env(environment)


@pytest.mark.parametrize("name", RANGES)
def test_a_number_may_be_at_the_ends_of_its_range(name: str) -> None:
    low, high = (create_fax.Settings.from_env(ENVIRONMENT | {name: str(end)}) for end in RANGES[name])
    assert low != high


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, (low, high) in RANGES.items() for value in (str(low - 1), str(high + 1))]
    + [("RETENTION_DAYS", value) for value in ("x", "-1", "+1", "1.5", " 1", "1 ", "1_0", "0x1", "٣", "³", "1e1")],
)
def test_a_number_out_of_range_is_named_with_its_range(name: str, value: str) -> None:
    low, high = RANGES[name]
    message = f"the environment variable {name} is {value!r}; it must be a number from {low} to {high}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        create_fax.Settings.from_env(ENVIRONMENT | {name: value})


@pytest.mark.parametrize(
    ("budget", "longest"),
    [(CallBudget(1, 2, 1), 3), (CallBudget(1, 2, 2), 7), (CallBudget(1, 2, 3), 12), (CallBudget(0.5, 1, 4), 13)],
)
def test_the_longest_that_a_call_can_take(budget: CallBudget, longest: float) -> None:
    assert budget.longest == longest


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, set()),
        ("", set()),
        ("https://a.example", {"https://a.example"}),
        ("https://a, https://b", {"https://a", "https://b"}),
    ],
)
def test_which_origins_pages_may_call(value: str | None, read: set[str]) -> None:
    variables = {} if value is None else {"UPLOAD_ORIGINS": value}
    assert origins(variables) == read
