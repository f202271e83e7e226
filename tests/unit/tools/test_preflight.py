"""What `make deploy` says about an account before it deploys, with clients that answer as AWS does."""

from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from tests.support import template
from tools import preflight


class Gateway:
    def __init__(self, **account: str) -> None:
        self._account = account

    def get_account(self) -> dict[str, str]:
        return self._account


class Functions:
    def __init__(self, total: int, free: int) -> None:
        self._limits = {"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": free}

    def get_account_settings(self) -> dict[str, Any]:
        return {"AccountLimit": self._limits}


READY = Gateway(cloudwatchRoleArn="arn:aws:iam::123456789012:role/writes-logs")


def test_an_account_that_is_ready_needs_nothing() -> None:
    assert list(preflight.findings(READY, Functions(1000, 1000))) == []
    assert list(preflight.findings(READY, Functions(1000, 105))) == []


def test_a_new_account_needs_a_logging_role_and_can_reserve_nothing() -> None:
    assert list(preflight.findings(Gateway(), Functions(10, 10))) == [
        "API Gateway has no role to write logs with in this account and region: answer CreateGatewayLoggingRole with "
        "true, or AccessLogs with false.",
        "Lambda may run 10 functions at a time here, of which 10 are not reserved, and keeps 100 so: answer "
        "RefuseConcurrency and FaxConcurrency with 0, or have AWS raise the quota.",
    ]


def test_others_reservations_count() -> None:
    (found,) = preflight.findings(READY, Functions(1000, 104))
    assert "1000 functions at a time here, of which 104 are not reserved" in found


def test_it_knows_the_templates_default() -> None:
    assert template.load()["Parameters"]["RefuseConcurrency"]["Default"] == preflight.REFUSE_CONCURRENCY


def test_who_may_not_look_is_told_and_may_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody(service: str) -> Any:
        raise NoCredentialsError

    monkeypatch.setattr("tools.preflight.boto3.client", nobody)
    assert preflight.main() == 0
    assert capsys.readouterr().out == (
        "==> looking at the account's own settings\n    SKIP: they cannot be read: Unable to locate credentials\n"
    )
