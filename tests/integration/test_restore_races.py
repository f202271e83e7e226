"""A restore brings nothing back that was erased, removed or changed since: before it, and at whatever step of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes import audit
from faxes.adapters.dynamodb.erasure import DynamoDBErasureFaxes
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.logs import LogsAuditLog
from faxes.erasure import Found
from faxes.model import IdempotencyRecord
from faxes.provisioning.plan import Report
from faxes.tokens import Denial
from tests.support.cloud import Cloud
from tests.support.faxes import fax
from tests.support.imports import Imports
from tools.operations import erase, restore
from tools.operations.deployed import Stack
from tools.operations.restore import Outcome

NOW = datetime.now(UTC).replace(microsecond=0)
# Of files that S3 has from this minute, an erasure would say that they may be about to be accepted. These tests may run
# long after this module was imported; CloudWatch Logs takes no line from more than two hours ahead.
LATER = NOW + timedelta(minutes=100)
ERASED, KEPT = replace(fax(1), expires_at=LATER), replace(fax(2), expires_at=LATER)
RECORD = IdempotencyRecord("c" * 64, "d" * 64, LATER)


def backup(cloud: Cloud, table: str) -> str:
    """Restore a backup of a table, by its logical id, as it is now. Returns the restored table's name."""
    taken = cloud.dynamodb.create_backup(TableName=cloud.names[table], BackupName="drill")["BackupDetails"]
    cloud.dynamodb.restore_table_from_backup(TargetTableName=f"restored-{table}", BackupArn=taken["BackupArn"])
    return f"restored-{table}"


class Steps:
    """A stack whose n-th call to AWS (from 0) waits for something else to be done. ``made`` are the calls."""

    def __init__(self, stack: Stack, n: int, meanwhile: Callable[[], object]) -> None:
        self.made: list[str] = []
        self._n = n
        self._meanwhile = meanwhile
        self._make = stack.client
        self.stack = replace(stack, client=self._client)

    def _client(self, service: str) -> Any:
        client = self._make(service)
        client.meta.events.register("before-call", self._called)
        return client

    def _called(self, model: Any, **_: object) -> None:
        self.made.append(model.name)
        if len(self.made) == self._n + 1:
            self._meanwhile()


# --- faxes -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def lost(cloud: Cloud) -> Stack:
    """A deployment that has lost the records of two faxes, and has their files and a table that was restored."""
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    for each in (ERASED, KEPT):
        store.insert(each)
        cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=f"faxes/{each.uid}/1.txt", Body=b"content")
    backup(cloud, "FaxTable")
    cloud.clear("FaxTable")
    return cloud.stack()


def erase_it(stack: Stack) -> None:
    erase.erase(stack, ERASED.uid, lambda: LATER)


def restore_it(stack: Stack) -> Counter[Outcome]:
    return restore.restore(stack, "FaxTable", "restored-FaxTable", NOW)


def left(cloud: Cloud) -> tuple[list[str], list[str]]:
    """The faxes that have a record, and the files."""
    return [item["uid"]["S"] for item in cloud.items("FaxTable") if item["sk"]["S"] == "FAX"], list(cloud.objects())


ALONE = ([KEPT.uid], [f"faxes/{KEPT.uid}/1.txt"])
# FilterLogEvents, Scan, and for each fax a look at what is erased, its put, and a last look.
RESTORE_CALLS = 8
# Who asks, the files, the index, the log's stream and line, what keeps a restore from it, the index again, the files,
# and the log's stream and line again.
ERASE_CALLS = 10


@pytest.mark.parametrize("n", range(RESTORE_CALLS))
def test_an_erasure_at_any_step_of_a_restore_is_for_good(cloud: Cloud, lost: Stack, n: int) -> None:
    steps = Steps(lost, n, lambda: erase_it(lost))
    counts = restore_it(steps.stack)
    assert left(cloud) == ALONE
    # An erasure that finds the record that was copied by then erases it itself.
    assert counts[Outcome.COPIED] + counts[Outcome.ERASED] == 2
    again = restore_it(lost)
    assert (again[Outcome.THERE], again[Outcome.ERASED]) == (1, 1)
    assert left(cloud) == ALONE


@pytest.mark.parametrize("n", range(ERASE_CALLS))
def test_a_restore_at_any_step_of_an_erasure_brings_nothing_back(cloud: Cloud, lost: Stack, n: int) -> None:
    steps = Steps(lost, n, lambda: restore_it(lost))
    erase_it(steps.stack)
    assert left(cloud) == ALONE


# FilterLogEvents, Scan, and for each of a fax and its idempotency record a look, its put, and a last look.
@pytest.mark.parametrize("n", range(8))
def test_an_erasure_that_begins_at_any_step_of_a_restore_finds_the_idempotency_record(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    """It has said what it erases, and goes on when the restore has ended."""
    # One after the other, the idempotency record first.
    monkeypatch.setattr(restore, "_AT_ONCE", 1)
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(ERASED, RECORD)
    backup(cloud, "FaxTable")
    cloud.clear("FaxTable")
    erasing = DynamoDBErasureFaxes(cloud.dynamodb, cloud.names["FaxTable"])
    steps = Steps(cloud.stack(), n, lambda: erasing.keep_out(ERASED.uid, LATER))

    def client(service: str) -> Any:
        made = steps.stack.client(service)
        made.meta.events.register("after-call.dynamodb.Scan", lambda parsed, **_: parsed["Items"].reverse())
        return made

    restore_it(replace(steps.stack, client=client))
    found = erasing.find(ERASED.uid)
    erasing.delete(found or Found(ERASED.id, record=True), ERASED.uid)
    assert [item["sk"]["S"] for item in cloud.items("FaxTable")] == ["ERASED"]


def test_every_step_is_tried(cloud: Cloud, lost: Stack) -> None:
    restoring, erasing = (Steps(lost, -1, lambda: None) for _ in range(2))
    restore_it(restoring.stack)
    cloud.clear("FaxTable")
    erase_it(erasing.stack)
    assert (len(restoring.made), len(erasing.made)) == (RESTORE_CALLS, ERASE_CALLS)


# --- the directory ---------------------------------------------------------------------------------------------------

ALL = """
organizations: [{id: "0003"}]
users: [{id: alice, organization: "0003"}, {id: bob, organization: "0003"}]
extensions: [{number: 0003*210, owner: alice}, {number: 0003*211, owner: bob}]
apps: [{key: office, owner: alice}, {key: bobs, owner: bob}]
tokens: [{name: alices, user: alice}, {name: bobs, user: bob}]
"""
LEFT = """
organizations: [{id: "0003"}]
users: [{id: alice, organization: "0003"}]
extensions: [{number: 0003*210, owner: alice}]
apps: [{key: office, owner: alice}]
tokens: [{name: alices, user: alice}]
"""
TABLES = ("DirectoryTable", "CredentialTable")


@pytest.fixture
def load(cloud: Cloud) -> Imports:
    return Imports(cloud)


def imported(load: Imports, text: str, *, rotate: tuple[str, ...] = (), prune: bool = False) -> Report:
    return load(text, NOW, rotate, prune=prune)


def lose_and_restore(cloud: Cloud, stack: Stack) -> list[Counter[Outcome]]:
    for table in TABLES:
        cloud.clear(table)
    return [restore.restore(stack, table, f"restored-{table}", NOW) for table in TABLES]


def pks(cloud: Cloud) -> set[str]:
    found = {item["pk"]["S"] for table in TABLES for item in cloud.items(table)}
    return {pk for pk in found if not pk.startswith("TOKEN#")}


def test_whoever_was_removed_stays_away(cloud: Cloud, load: Imports) -> None:
    drawn = imported(load, ALL)
    token = load.log_in("bobs", drawn.secrets["bobs"], NOW) or ""
    for table in TABLES:
        backup(cloud, table)
    imported(load, LEFT, prune=True)
    members, credentials = lose_and_restore(cloud, load.stack)
    # A user and an extension; an app and its token, a name and its token.
    assert (members[Outcome.COPIED], members[Outcome.OUTDATED]) == (3, 2)
    assert (credentials[Outcome.COPIED], credentials[Outcome.OUTDATED]) == (3, 4)
    assert pks(cloud) == {"ORG#0003", "USER#alice", "EXT#0003*210", "APP#office", "TOKENNAME#alices"}
    assert load.log_in("bobs", drawn.secrets["bobs"], NOW) is None
    assert [load.caller(each, NOW) for each in (token, drawn.tokens["bobs"])] == [Denial.UNKNOWN] * 2
    assert load.log_in("office", drawn.secrets["office"], NOW)


def test_whoever_was_removed_and_came_back_comes_back(cloud: Cloud, load: Imports) -> None:
    imported(load, ALL)
    imported(load, LEFT, prune=True)
    again = imported(load, ALL)
    for table in TABLES:
        backup(cloud, table)
    assert [counts[Outcome.OUTDATED] for counts in lose_and_restore(cloud, load.stack)] == [0, 0]
    assert load.log_in("bobs", again.secrets["bobs"], NOW)


def test_a_secret_that_was_rotated_since_does_not_come_back(cloud: Cloud, load: Imports) -> None:
    old = imported(load, ALL).secrets["office"]
    for table in TABLES:
        backup(cloud, table)
    imported(load, ALL, rotate=("office",))
    _, credentials = lose_and_restore(cloud, load.stack)
    assert credentials[Outcome.OUTDATED] == 1
    assert load.log_in("office", old, NOW) is None
    # The file has the app still: it comes back with a secret that the old one's holder does not know.
    assert imported(load, ALL).added == ("app office",)


def test_an_app_that_was_disabled_since_does_not_come_back(cloud: Cloud, load: Imports) -> None:
    secret = imported(load, ALL).secrets["office"]
    for table in TABLES:
        backup(cloud, table)
    imported(load, ALL.replace("key: office", "enabled: false, key: office"))
    lose_and_restore(cloud, load.stack)
    assert load.log_in("office", secret, NOW) is None


def test_what_no_line_is_about_comes_back(cloud: Cloud, load: Imports) -> None:
    """As it was imported before there were any."""
    imported(load, ALL)
    before = load.tables()
    for table in TABLES:
        backup(cloud, table)
    logs = load.stack.client("logs")
    logs.delete_log_group(logGroupName="audit")
    logs.create_log_group(logGroupName="audit")
    lose_and_restore(cloud, load.stack)
    assert load.tables() == before


def test_whoever_is_removed_while_a_restore_runs_is_gone_at_its_end(cloud: Cloud, load: Imports) -> None:
    imported(load, ALL)
    backup(cloud, "CredentialTable")
    cloud.clear("CredentialTable")

    def removed() -> None:
        line = audit.directory_line(
            "begun", "app bobs", "removed", items={"APP#bobs": None}, caller="olga", time=datetime.now(UTC)
        )
        LogsAuditLog(load.stack.client("logs"), "audit").write([line], datetime.now(UTC))

    # Between the first look at the audit log and the copies.
    steps = Steps(replace(cloud.stack()), 1, removed)
    counts = restore.restore(steps.stack, "CredentialTable", "restored-CredentialTable", NOW)
    assert (counts[Outcome.COPIED], counts[Outcome.OUTDATED]) == (5, 1)
    assert "APP#bobs" not in pks(cloud)


def test_what_is_written_anew_while_a_restore_runs_stays(cloud: Cloud, load: Imports) -> None:
    imported(load, ALL)
    backup(cloud, "CredentialTable")
    cloud.clear("CredentialTable")
    steps = Steps(cloud.stack(), 8, lambda: imported(load, ALL, rotate=("office", "bobs")))
    restore.restore(steps.stack, "CredentialTable", "restored-CredentialTable", NOW)
    assert {"APP#office", "APP#bobs"} <= pks(cloud)
