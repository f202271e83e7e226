"""Copying back what a table lost: what is copied, what stays as it is, and what is left out.

Longer than 350 lines: what comes back and what does not is read together.
"""

import inspect
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from faxes.adapters.dynamodb import (
    allowances,
    credentials,
    directory,
    erasure,
    faxes,
    gates,
    jobs,
    keys,
    pending,
    recipients,
    records,
    reports,
    simulated,
)
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.dynamodb.items import wire
from faxes.model import Fax, IdempotencyRecord
from tests.support.cloud import Cloud
from tests.support.faxes import fax
from tools.operations import deployed, erase, restore
from tools.operations.deployed import Stack
from tools.operations.restore import NotRestored, Outcome

# The audit log takes lines of now alone, and what is over is so by a clock that is passed in.
NOW = datetime.now(UTC)
FAXES = tuple(replace(fax(n), expires_at=NOW.replace(microsecond=0) + timedelta(days=1)) for n in range(4))
OVER = replace(fax(5), expires_at=NOW.replace(microsecond=0))
RECORD = IdempotencyRecord("c" * 64, "d" * 64, NOW + timedelta(hours=1))

type Rows = list[dict[str, Any]]


@pytest.fixture(name="stack")
def _stack(cloud: Cloud) -> Stack:
    return cloud.stack()


@pytest.fixture
def backup(cloud: Cloud) -> Callable[[str], str]:
    """Restore a backup of a table, by its logical id, as it is now. Returns the restored table's name."""

    def restored(table: str) -> str:
        taken = cloud.dynamodb.create_backup(TableName=cloud.names[table], BackupName="drill")["BackupDetails"]
        name = f"restored-{table}"
        cloud.dynamodb.restore_table_from_backup(TargetTableName=name, BackupArn=taken["BackupArn"])
        return name

    return restored


def add(cloud: Cloud, *faxes: Fax, idempotency: IdempotencyRecord | None = None) -> None:
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    for each in faxes:
        store.insert(each, idempotency)


def lose(cloud: Cloud, table: str, *pks: str) -> None:
    """Delete items by their pk; all where none is named."""
    for item in cloud.items(table):
        if not pks or item["pk"]["S"] in pks:
            cloud.dynamodb.delete_item(TableName=cloud.names[table], Key={"pk": item["pk"], "sk": item["sk"]})


def ordered(rows: Rows) -> Rows:
    return sorted(rows, key=lambda item: (str(item["pk"]), str(item["sk"])))


def not_due(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ("due", "dueAt")}


def counts(copied: int = 0, there: int = 0, expired: int = 0, erased: int = 0, outdated: int = 0) -> Counter[Outcome]:
    return Counter(dict(zip(Outcome, (copied, there, expired, erased, outdated), strict=True)))


def test_what_was_lost_comes_back_as_it_was(cloud: Cloud, stack: Stack, backup: Callable[[str], str]) -> None:
    add(cloud, *FAXES[1:])
    add(cloud, FAXES[0], idempotency=RECORD)
    before = ordered(cloud.items("FaxTable"))
    source = backup("FaxTable")
    lose(cloud, "FaxTable", "FAX#1001", "FAX#1002", f"IDEMPOTENCY#{RECORD.name}")
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(copied=3, there=2)
    lost = ("FAX#1001", "FAX#1002")
    assert ordered(cloud.items("FaxTable")) == [not_due(item) if item["pk"]["S"] in lost else item for item in before]
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(there=5)


def test_what_the_table_has_is_never_overwritten(cloud: Cloud, stack: Stack, backup: Callable[[str], str]) -> None:
    add(cloud, FAXES[0])
    source = backup("FaxTable")
    lose(cloud, "FaxTable")
    newer = replace(FAXES[0], recipients=("210",))
    add(cloud, newer)
    after = cloud.items("FaxTable")
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(there=1)
    assert cloud.items("FaxTable") == after


def test_what_is_over_stays_away(cloud: Cloud, stack: Stack, backup: Callable[[str], str]) -> None:
    add(cloud, OVER, FAXES[0], idempotency=None)
    add(cloud, FAXES[1], idempotency=replace(RECORD, expires_at=NOW - timedelta(hours=1)))
    source = backup("FaxTable")
    lose(cloud, "FaxTable")
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(copied=2, expired=2)
    assert [item["pk"]["S"] for item in ordered(cloud.items("FaxTable"))] == ["FAX#1000", "FAX#1001"]


def test_a_fax_that_was_erased_stays_away(cloud: Cloud, stack: Stack, backup: Callable[[str], str]) -> None:
    add(cloud, FAXES[0], idempotency=RECORD)
    add(cloud, *FAXES[1:])
    source = backup("FaxTable")
    erase.erase(stack, FAXES[0].uid, lambda: NOW)
    lose(cloud, "FaxTable")
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(copied=3, erased=2)
    assert [item["pk"]["S"] for item in ordered(cloud.items("FaxTable"))] == ["FAX#1001", "FAX#1002", "FAX#1003"]


def test_a_fax_whose_files_were_erased_while_its_record_was_lost_stays_away(
    cloud: Cloud, stack: Stack, backup: Callable[[str], str]
) -> None:
    add(cloud, *FAXES)
    cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=FAXES[0].files[0].key, Body=b"content")
    source = backup("FaxTable")
    lose(cloud, "FaxTable")
    # S3 sets a file's time itself, long after this module was read.
    erase.erase(stack, FAXES[0].uid, lambda: datetime.now(UTC) + timedelta(minutes=5))
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(copied=3, erased=1)


def test_an_erasure_that_was_interrupted_counts(cloud: Cloud, stack: Stack, backup: Callable[[str], str]) -> None:
    add(cloud, *FAXES)
    source = backup("FaxTable")

    def client(service: str) -> Any:
        made = stack.client(service)
        if service == "dynamodb":
            made.meta.events.register("provide-client-params.dynamodb.DeleteItem", no_answer)
        return made

    with pytest.raises(erase.NotErased):
        erase.erase(replace(stack, client=client), FAXES[0].uid, lambda: NOW)
    lose(cloud, "FaxTable")
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(copied=3, erased=1)


def no_answer(**_: object) -> None:
    raise EndpointConnectionError(endpoint_url="https://127.0.0.1")


def test_other_lines_in_the_audit_log_are_no_erasures(cloud: Cloud, stack: Stack, backup: Callable[[str], str]) -> None:
    add(cloud, *FAXES)
    source = backup("FaxTable")
    lose(cloud, "FaxTable")
    logs = stack.client("logs")
    logs.create_log_stream(logGroupName="audit", logStreamName="other")
    messages = ["a text", "[]", '"erase"', '{"action": "other", "uidSha256": "x"}', "{}"]
    events = [{"timestamp": int(NOW.timestamp() * 1000), "message": message} for message in messages]
    logs.put_log_events(logGroupName="audit", logStreamName="other", logEvents=events)
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(copied=4)


def test_all_pages_are_read(cloud: Cloud, stack: Stack, backup: Callable[[str], str]) -> None:
    # A page has 1 MB; 4 faxes of 300 KB are two.
    big = tuple(replace(each, recipients=("7" * 300_000,)) for each in FAXES)
    add(cloud, *big)
    source = backup("FaxTable")
    cloud.clear("FaxTable")
    pages: list[int] = []
    cloud.dynamodb.meta.events.register("after-call.dynamodb.Scan", lambda parsed, **_: pages.append(parsed["Count"]))
    listing = replace(stack, client=lambda service: cloud.dynamodb if service == "dynamodb" else stack.client(service))
    assert restore.restore(listing, "FaxTable", source, NOW) == counts(copied=4)
    assert (len(pages), sum(pages)) == (2, 4)


@pytest.mark.parametrize("table", ["DirectoryTable", "CredentialTable"])
def test_the_other_tables_come_back_as_well(
    cloud: Cloud, stack: Stack, backup: Callable[[str], str], table: str
) -> None:
    cloud.import_example()
    before = ordered(cloud.items(table))
    source = backup(table)
    lose(cloud, table)
    assert restore.restore(stack, table, source, NOW) == counts(copied=len(before))
    assert ordered(cloud.items(table)) == before


def test_another_tables_items_are_refused_before_anything_is_copied(
    cloud: Cloud, stack: Stack, backup: Callable[[str], str]
) -> None:
    cloud.import_example()
    source = backup("CredentialTable")
    with pytest.raises(NotRestored) as refused:
        restore.restore(stack, "FaxTable", source, NOW)
    assert str(refused.value) == (
        "restored-CredentialTable is no FaxTable: it has items of other kinds than FAX, PAGES, RECIPIENT, EVENT, "
        "IDEMPOTENCY, ERASED, LEASE, WAIT, SIM, UPLOAD, UPLOADS, REPORT, CARRIER, ALLOWANCE."
    )
    assert cloud.items("FaxTable") == []


def test_every_kind_of_item_is_of_one_table() -> None:
    sources = "".join(map(inspect.getsource, (faxes, directory, credentials, erasure, jobs)))
    named = [records.RECORD, keys.RECIPIENT, keys.EVENT, recipients.LEASE, recipients.WAIT, directory.PRICES]
    kinds = {*re.findall(r'"sk": "([A-Z]+)"', sources), *(name.rstrip("#") for name in named), simulated.SIMULATED}
    others = "".join(map(inspect.getdoc, (pending, reports, gates, allowances)))  # type: ignore[arg-type]
    kinds |= set(re.findall(r"^ *pk ([A-Z]+)#", others, re.MULTILINE))
    assert sorted(kinds) == sorted(kind for its in restore.KINDS.values() for kind in its)


def test_all_that_is_kept_of_a_fax_comes_back_and_is_due_no_more(
    cloud: Cloud, stack: Stack, backup: Callable[[str], str]
) -> None:
    add(cloud, replace(FAXES[0], due_at=NOW))
    taken_up(cloud, FAXES[0].id)
    before = ordered(cloud.items("FaxTable"))
    assert {"due", "dueAt"} <= {name for item in before for name in item}
    source = backup("FaxTable")
    lose(cloud, "FaxTable")
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(copied=2)
    assert ordered(cloud.items("FaxTable")) == [not_due(item) for item in before]


def test_nothing_that_was_kept_of_an_erased_fax_comes_back(
    cloud: Cloud, stack: Stack, backup: Callable[[str], str]
) -> None:
    add(cloud, replace(FAXES[0], due_at=NOW), FAXES[1])
    taken_up(cloud, FAXES[0].id)
    source = backup("FaxTable")
    erase.erase(stack, FAXES[0].uid, lambda: NOW)
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(there=1, erased=2)
    assert [item["pk"]["S"] for item in cloud.items("FaxTable") if item["sk"]["S"] != "ERASED"] == ["FAX#1001"]


def test_what_was_of_the_moment_stays_away(cloud: Cloud, stack: Stack, backup: Callable[[str], str]) -> None:
    for sk in ("LEASE", "WAIT#2026-11-30T07:00:00.000Z#1#001"):
        cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire({"pk": "DEST#+1", "sk": sk}))
    source = backup("FaxTable")
    lose(cloud, "FaxTable")
    assert restore.restore(stack, "FaxTable", source, NOW) == counts(expired=2)
    assert cloud.items("FaxTable") == []


def taken_up(cloud: Cloud, fax_id: str) -> None:
    """A worker has the fax: its record has changed, and its history has an item."""
    store = jobs.DynamoDBJobStore(cloud.dynamodb, cloud.names["FaxTable"], 4, lambda bits: 0)
    found = store.job(fax_id, NOW)
    assert found is not None
    store.take_up(found, NOW + timedelta(minutes=10), NOW)


def test_a_foreign_item_behind_others_stops_it(cloud: Cloud, stack: Stack, backup: Callable[[str], str]) -> None:
    cloud.import_example()
    source = backup("DirectoryTable")
    cloud.dynamodb.put_item(TableName=source, Item=wire({"pk": "APP#x", "sk": "APP"}))
    with pytest.raises(NotRestored, match="is no DirectoryTable: it has items of other kinds than ORG, USER, EXT"):
        restore.restore(stack, "DirectoryTable", source, NOW)


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def found(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The stack, found by the command under its name."""
    monkeypatch.setattr(deployed, "find", {"fax-api": stack}.__getitem__)
    return stack


def command(table: str, source: str) -> int:
    return restore.main(["--table", table, "--from", source, "--stack", "fax-api"])


@pytest.mark.usefixtures("found")
def test_the_command_prints_the_counts(
    cloud: Cloud, backup: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    add(cloud, *FAXES, OVER)
    source = backup("FaxTable")
    lose(cloud, "FaxTable", "FAX#1001")
    assert command("FaxTable", source) == 0
    assert capsys.readouterr().out == (
        "    copied        1\n    there already 3\n    expired       1\n    erased        0\n    changed since 0\n"
    )


@pytest.mark.usefixtures("found")
def test_the_command_reminds_of_what_was_deleted_by_hand(
    cloud: Cloud, backup: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.import_example()
    source = backup("CredentialTable")
    lose(cloud, "CredentialTable", "APP#example-app")
    assert command("CredentialTable", source) == 0
    there = "    there already 4\n    expired       0\n    erased        0\n    changed since 0\n"
    assert capsys.readouterr().out == (
        f"    copied        1\n{there}"
        "what was deleted by hand since then, or has left your file while it was lost, is back as well:\n"
        "make directory FILE=directory.yaml PLAN=1 shows it, PRUNE=1 removes it\n"
    )
    assert command("CredentialTable", source) == 0
    assert capsys.readouterr().out == f"    copied        0\n{there.replace('4', '5')}"


@pytest.mark.usefixtures("found")
def test_the_command_says_where_it_stopped(
    cloud: Cloud, backup: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("FaxTable", "nowhere") == 1
    assert capsys.readouterr() == (
        "    copied        0\n    there already 0\n    expired       0\n    erased        0\n    changed since 0\n",
        "FaxTable was not restored to its end. AWS said: An error occurred (ResourceNotFoundException) when calling "
        "the Scan operation: Requested resource not found\n",
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            [],
            "Say which: make restore TABLE=FaxTable|DirectoryTable|CredentialTable FROM=restored-table [STACK=name].",
        ),
        (
            ["--table", "faxes", "--from", "x"],
            "TABLE is 'faxes'; it must be one of FaxTable, DirectoryTable, CredentialTable.",
        ),
        (
            ["--table", "FaxTable", "--from", "a/b"],
            "FROM is 'a/b'; it must be a table's name: 3 to 255 of A-Za-z0-9_.-",
        ),
        (
            ["--table", "FaxTable", "--from", "FaxTable", "--stack", "fax-api"],
            "FROM is the stack's own FaxTable; it must be the table that was restored.",
        ),
    ],
)
@pytest.mark.usefixtures("found")
def test_the_command_says_what_is_wrong(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert restore.main(arguments) == 1
    assert capsys.readouterr() == ("", f"{said}\n")
