"""What `make deploy` says about an account before it deploys, with clients that answer as AWS does."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from tests.support import template
from tools.operations import preflight


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
        "Lambda may run 10 functions at a time here, of which 10 are not reserved, and keeps 100 so where it can: "
        "unless this stack reserves already, answer RefuseConcurrency, FaxConcurrency, AuthorizeConcurrency and "
        "TokenConcurrency with 0, or have AWS raise the quota.",
    ]


def test_others_reservations_count() -> None:
    (found,) = preflight.findings(READY, Functions(1000, 104))
    assert "1000 functions at a time here, of which 104 are not reserved" in found


def test_it_knows_the_templates_default() -> None:
    assert template.load()["Parameters"]["RefuseConcurrency"]["Default"] == preflight.REFUSE_CONCURRENCY


def config(folder: Path, **deployed: str) -> Path:
    """A samconfig.toml, with what an earlier deployment has kept in it."""
    file = folder / "samconfig.toml"
    kept = "".join(f'{name} = "{value}"\n' for name, value in deployed.items())
    file.write_text(f'[default.global.parameters]\nstack_name = "fax-api"\n[default.deploy.parameters]\n{kept}')
    return file


@pytest.mark.parametrize(("kept", "region"), [({}, "us-east-1"), ({"region": "eu-west-1"}, "eu-west-1")])
def test_it_looks_where_the_last_deployment_went_and_who_may_not_look_may_go_on(
    kept: dict[str, str],
    region: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def nobody(session: Any, service: str) -> Any:
        raise NoCredentialsError

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr("boto3.Session.client", nobody)
    assert preflight.main(config(tmp_path, **kept)) == 0
    assert capsys.readouterr().out == (
        f"==> looking at the account's own settings\n    in {region}\n"
        "    SKIP: they cannot be read: Unable to locate credentials\n"
    )


def test_a_profile_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert preflight.main(config(tmp_path, profile="nobody-has-this")) == 0
    assert capsys.readouterr().out == (
        "==> looking at the account's own settings\n"
        "    SKIP: they cannot be read: The config profile (nobody-has-this) could not be found\n"
    )
