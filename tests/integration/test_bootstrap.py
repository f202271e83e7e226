"""What the functions are made of, as they are deployed: clients, times, threads. Nothing above can see it go wrong."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from faxes.bootstrap import create_fax as bootstrap
from faxes.bootstrap.clients import DYNAMODB_BUDGET, S3_BUDGET, CallBudget
from faxes.intake.claims import Timing
from faxes.intake.submission import Submission
from faxes.model import ExtensionNumber
from tests.support import template
from tests.support.cloud import Cloud
from tools.limits import default_limits


@pytest.fixture(name="submission")
def _submission(cloud: Cloud) -> Submission:
    function: Any = cloud.function("create_fax")
    made: Submission = function.submission
    return made


def bounds(client: Any) -> dict[str, object]:
    """What bounds a client's calls."""
    config = client.meta.config
    return {"connect": config.connect_timeout, "read": config.read_timeout, "retries": config.retries}


def of(budget: CallBudget) -> dict[str, object]:
    retries = {"total_max_attempts": budget.tries, "mode": "standard"}
    return {"connect": budget.connect_timeout, "read": budget.read_timeout, "retries": retries}


def test_each_call_of_a_fax_has_its_budget(submission: Any) -> None:
    assert bounds(submission.files._client) == of(S3_BUDGET)
    assert bounds(submission.faxes._client) == of(DYNAMODB_BUDGET)
    assert bounds(submission.directory._client) == of(DYNAMODB_BUDGET)
    assert submission.files._tries == S3_BUDGET.tries


@pytest.mark.parametrize(("function", "use_case"), [("authorize", "authentication"), ("issue_token", "login")])
def test_each_call_for_a_token_has_its_budget(cloud: Cloud, function: str, use_case: str) -> None:
    made: Any = getattr(cloud.function(function), use_case)
    assert bounds(made.credentials._client) == of(DYNAMODB_BUDGET)


def test_what_is_kept_and_how_long_things_may_take(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = template.environment(template.load(), "CreateFaxFunction", cloud.names)
    environment |= {
        "RETENTION_DAYS": "2",
        "IDEMPOTENCY_HOURS": "3",
        "DEDUPLICATION_MINUTES": "4",
        "MAX_FILES_PER_FAX": "1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    submission = bootstrap.uploading().whole
    assert submission.timing == Timing(
        put_all=S3_BUDGET.longest,
        write=DYNAMODB_BUDGET.longest,
        retention=timedelta(days=2),
        idempotency=timedelta(hours=3),
        deduplication=timedelta(minutes=4),
    )
    assert submission.limits == default_limits(files_per_fax=1)


@pytest.mark.parametrize(("seconds", "reads"), [("0", 2), ("60", 1)])
def test_an_extension_is_remembered_where_an_operator_says_so(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, seconds: str, reads: int
) -> None:
    cloud.import_example()
    environment = template.environment(template.load(), "CreateFaxFunction", cloud.names)
    for name, value in (environment | {"DIRECTORY_CACHE_SECONDS": seconds}).items():
        monkeypatch.setenv(name, value)
    submission = bootstrap.uploading().whole
    asked: list[str] = []
    tables: Any = submission.faxes
    tables._client.meta.events.register("before-send", lambda event_name, **_: asked.append(event_name))
    first, second = (submission.directory.extension(ExtensionNumber("0003", "210")) for _ in range(2))
    assert first is not None
    assert first == second
    assert asked == ["before-send.dynamodb.GetItem"] * reads


def test_all_files_of_a_fax_are_put_in_one_wave(submission: Any) -> None:
    assert submission.files._pool is submission.pool
    assert submission.pool._max_workers == submission.limits.files_per_fax


def test_every_read_sees_what_was_written_last(submission: Submission) -> None:
    asked: list[bool] = []
    faxes: Any = submission.faxes

    def read(request: AWSPreparedRequest, **_: object) -> None:
        assert isinstance(request.body, bytes)
        asked.append(json.loads(request.body).get("ConsistentRead", False))

    faxes._client.meta.events.register_first("before-send.dynamodb.GetItem", read)
    submission.directory.user("alice")
    submission.directory.extension(ExtensionNumber("0003", "210"))
    submission.faxes.acceptance("c0" * 32, submission.now())
    assert asked == [True, True, True]
