"""Which stack an operator's command works on; tests/e2e has a deployed one found by its name."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.local import LOCAL
from tools import places
from tools.local import stack_file
from tools.operations import deployed
from tools.operations.deployed import NoStack, Stack


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the local stack would be described; nothing runs."""
    monkeypatch.setattr(places, "STACK_FILE", tmp_path / "stack.json")
    return tmp_path / "stack.json"


def test_without_a_name_it_is_the_local_one(path: Path) -> None:
    stack_file.write(LOCAL, path)
    found = deployed.find(None)
    assert replace(found, client=deployed.find) == Stack(
        "of `make run`",
        {
            "FileBucketName": "bucket",
            "FaxTableName": "faxes",
            "DirectoryTableName": "directory",
            "CredentialTableName": "credentials",
            "AuditLogGroupName": "audit",
            "AppPlanId": "plan",
        },
        deployed.find,
        LOCAL,
    )


def test_where_none_runs_it_says_what_to_do() -> None:
    with pytest.raises(NoStack) as none:
        deployed.find("")
    assert str(none.value) == (
        "No local stack is running. Start one with `make run`, or name a deployed one with STACK=name."
    )


def test_an_output_that_a_stack_lacks_is_named() -> None:
    with pytest.raises(NoStack) as lacking:
        Stack("old", {"FaxTableName": "faxes"}, deployed.find).output("AuditLogGroupName")
    assert str(lacking.value) == (
        "The stack old has no output AuditLogGroupName; is it one of this project's, and up to date?"
    )
