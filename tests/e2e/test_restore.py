"""The drill of docs/operations/backup.md: a table loses items, a backup of it is restored, and everything is back but
what was erased since."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from benchmarks import load
from faxes.adapters.dynamodb.items import wire
from faxes.audit import uid_digest
from tests.support.curl import NOTE, REQUEST, SEND, Curl, assert_accepted
from tests.support.rights import Operator
from tools.local.local_stack import STACK_NAME
from tools.local.stack_file import LocalStack
from tools.operations import erase, restore

BACKUP = "restored-faxes"


@pytest.fixture
def back_up(stack: LocalStack) -> Iterator[Callable[[], None]]:
    """Back the table of faxes up, and restore that to another table."""
    dynamodb = stack.client("dynamodb")

    def taken() -> None:
        backup = dynamodb.create_backup(TableName=stack.faxTable, BackupName="drill")["BackupDetails"]["BackupArn"]
        dynamodb.restore_table_from_backup(TargetTableName=BACKUP, BackupArn=backup)
        dynamodb.get_waiter("table_exists").wait(TableName=BACKUP)

    yield taken
    dynamodb.delete_table(TableName=BACKUP)


def items(stack: LocalStack) -> list[dict[str, Any]]:
    """Everything in the table of faxes, in the order of its keys."""
    return sorted(load.items(stack), key=lambda item: (str(item["pk"]), str(item["sk"])))


def not_due(item: dict[str, Any]) -> dict[str, Any]:
    """As it comes back."""
    return {name: value for name, value in item.items() if name not in ("due", "dueAt")}


def lose(stack: LocalStack, lost: list[dict[str, Any]]) -> None:
    for item in lost:
        key = wire({"pk": item["pk"], "sk": item["sk"]})
        stack.client("dynamodb").delete_item(TableName=stack.faxTable, Key=key)


@pytest.fixture(autouse=True)
def _alone(stack: LocalStack) -> None:
    """What other tests left, some of it past its time, is not restored here."""
    lose(stack, items(stack))


def counted(copied: int = 0, there: int = 0) -> str:
    """What a restore prints that leaves the erased fax out."""
    return (
        f"    copied        {copied}\n    there already {there}\n    expired       0\n    erased        1\n"
        "    changed since 0\n"
    )


@pytest.mark.usefixtures("local")
def test_everything_is_back_but_the_erased_fax(
    stack: LocalStack, curl: Curl, back_up: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    erased = assert_accepted(curl(SEND, *REQUEST, *NOTE))
    lost = curl(SEND, *REQUEST, *NOTE, "-H", "Idempotency-Key: drill")
    back_up()
    kept = [item for item in items(stack) if item.get("uid") != erased]
    said = f"ERASED#{uid_digest(erased)}"
    assert erase.main(["--fax", erased]) == 0
    later = assert_accepted(curl(SEND, *REQUEST, *NOTE))
    lose(stack, kept)
    assert [item["uid"] for item in items(stack) if item["pk"] != said] == [later]
    capsys.readouterr()

    assert restore.main(["--table", "FaxTable", "--from", BACKUP]) == 0
    assert capsys.readouterr().out == counted(copied=len(kept))
    assert [item for item in items(stack) if item.get("uid") != later and item["pk"] != said] == list(
        map(not_due, kept)
    )
    # What its key has accepted is known again.
    assert curl(SEND, *REQUEST, *NOTE, "-H", "Idempotency-Key: drill") == lost

    assert restore.main(["--table", "FaxTable", "--from", BACKUP]) == 0
    assert capsys.readouterr().out == counted(there=len(kept))


# --- an operator's rights: as docs/operations/backup.md has them, in the order of their need -------------------------

RIGHTS = {
    "cloudformation:DescribeStacks": "*",
    "logs:FilterLogEvents": "arn:aws:logs:{region}:*:log-group:{auditLogGroup}*",
    "dynamodb:Scan": "arn:aws:dynamodb:{region}:*:table/" + BACKUP,
    # Of both tables.
    "dynamodb:GetItem": "arn:aws:dynamodb:{region}:*:table/*",
    "dynamodb:PutItem": "arn:aws:dynamodb:{region}:*:table/{faxTable}",
}
# For what is erased while it runs.
IN_A_RACE = {"dynamodb:DeleteItem": "arn:aws:dynamodb:{region}:*:table/{faxTable}"}


def test_an_operator_needs_these_rights_and_no_others(
    stack: LocalStack,
    curl: Curl,
    back_up: Callable[[], None],
    operator: Operator,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert_accepted(curl(SEND, *REQUEST, *NOTE))
    back_up()
    before = items(stack)
    lose(stack, before)
    command = ["--table", "FaxTable", "--from", BACKUP, "--stack", STACK_NAME]
    for missing in RIGHTS:
        operator(IN_A_RACE | {right: on for right, on in RIGHTS.items() if right != missing})
        assert restore.main(command) == 1
        assert f"is not authorized to perform: {missing}" in capsys.readouterr().err
        # What is no fax needs no look at what was erased.
        assert [item for item in items(stack) if item["sk"] == "FAX"] == []
    operator(RIGHTS | IN_A_RACE)
    assert restore.main(command) == 0
    assert items(stack) == list(map(not_due, before))
