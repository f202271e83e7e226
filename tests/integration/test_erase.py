"""Erasing a fax: what goes, what stays, in which order, and what is said where something fails."""

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.dynamodb.items import wire
from faxes.erasure import Erased
from faxes.ids import document_key
from faxes.model import IdempotencyRecord
from faxes.tokens import digest_of
from tests.support.cloud import Cloud
from tests.support.erasing import Calls, answered
from tests.support.faxes import beside, fax
from tools.operations import deployed, erase
from tools.operations.deployed import Stack
from tools.operations.erase import NotErased

FAX, OTHER = fax(1), fax(2)
CALLER = "arn:aws:sts::123456789012:user/moto"


@pytest.fixture(name="stack")
def _stack(cloud: Cloud) -> Stack:
    """A deployment with two faxes, the first of two files, each with an Idempotency-Key."""
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    store.insert(FAX, IdempotencyRecord("c" * 64, "d" * 64, FAX.expires_at))
    store.insert(OTHER, IdempotencyRecord("e" * 64, "d" * 64, OTHER.expires_at))
    for key in (f"faxes/{FAX.uid}/1.txt", f"faxes/{FAX.uid}/2.pdf", f"faxes/{OTHER.uid}/1.txt"):
        cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=key, Body=b"content")
    return cloud.stack()


def clock(later: timedelta = timedelta()) -> Callable[[], datetime]:
    """Seconds that begin now, or later: the log takes no line of another day, and S3 sets a file's time itself."""
    start = datetime.now(UTC).replace(microsecond=0) + later
    return (start + timedelta(seconds=n) for n in itertools.count()).__next__


def line(state: str, time: str, fax_id: str | None, files: int, size: int, uid: str = FAX.uid) -> dict[str, Any]:
    """A whole line of the audit log."""
    return {
        "action": "erase",
        "state": state,
        "time": time,
        "caller": CALLER,
        "id": fax_id,
        "uidSha256": digest_of(uid),
        "files": files,
        "bytes": size,
        "record": fax_id is not None,
    }


def lines(cloud: Cloud) -> list[tuple[str, str | None, int, int]]:
    """The audit log in short: states, ids, files, bytes."""
    return [(each["state"], each["id"], each["files"], each["bytes"]) for each in cloud.audit()]


def keys(cloud: Cloud) -> list[str]:
    """What is in the table, but for what says to a restore which fax was erased."""
    return sorted(item["pk"]["S"] for item in cloud.items("FaxTable") if item["sk"]["S"] != "ERASED")


ALL_KEYS = [f"FAX#{FAX.id}", f"FAX#{OTHER.id}", f"IDEMPOTENCY#{'c' * 64}", f"IDEMPOTENCY#{'e' * 64}"]
OTHERS_FILE = {f"faxes/{OTHER.uid}/1.txt": b"content"}


NO_ANSWER = 'Could not connect to the endpoint URL: "https://127.0.0.1"'


def test_a_fax_goes_with_its_files_and_its_record_and_nothing_else_does(cloud: Cloud, stack: Stack) -> None:
    now = clock()
    assert erase.erase(stack, FAX.uid, now) == Erased(FAX.id, 2, 14)
    assert cloud.objects() == OTHERS_FILE
    assert keys(cloud) == ALL_KEYS[1::2]


def test_the_audit_log_has_a_line_of_before_and_one_of_after(cloud: Cloud, stack: Stack) -> None:
    times = [datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=n) for n in range(4)]
    erase.erase(stack, FAX.uid, iter(times).__next__)
    begun, _, done, _ = (time.strftime("%Y-%m-%dT%H:%M:%S.000Z") for time in times)
    assert cloud.audit() == [line("begun", begun, FAX.id, 2, 14), line("done", done, FAX.id, 2, 14)]


def test_the_audit_log_holds_nothing_of_the_fax_but_its_id(cloud: Cloud, stack: Stack) -> None:
    erase.erase(stack, FAX.uid, clock())
    written = json.dumps(cloud.audit())
    held = [FAX.uid, *FAX.recipients, FAX.extension, FAX.user_id, *(file.name for file in FAX.files if file.name)]
    assert [each for each in held if each in written] == []


@pytest.mark.parametrize("meanwhile", [False, True])
def test_all_that_is_kept_beside_the_record_goes(cloud: Cloud, stack: Stack, meanwhile: bool) -> None:
    """Also what a worker writes while the record is still there."""
    table, others_document = cloud.names["FaxTable"], document_key(f"{OTHER.id}-001-01")

    def add(params: Any = None, **_: object) -> None:
        if params and params["Key"]["sk"] != {"S": "FAX"}:
            return
        for item in (*beside(FAX), *beside(OTHER)):
            cloud.dynamodb.put_item(TableName=table, Item=wire(item))
        for key in (f"faxes/{FAX.uid}/pages.tif", document_key(f"{FAX.id}-001-01"), others_document):
            cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=key, Body=b"pages")

    if not meanwhile:
        add()
    calls = Calls(stack)
    calls.watch = {"dynamodb.DeleteItem": add} if meanwhile else {}
    erase.erase(calls.stack, FAX.uid, clock())
    assert [key for key in keys(cloud) if FAX.id in key] == []
    others = [f"DEST#{OTHER.id}"] * 2 + [f"FAX#{OTHER.id}"] * 5 + [f"SIM#{OTHER.id}-001-01"]
    assert [key for key in keys(cloud) if OTHER.id in key] == others
    assert cloud.objects() == OTHERS_FILE | {others_document: b"pages"}


def test_an_idempotency_record_that_another_fax_has_by_now_stays(cloud: Cloud, stack: Stack) -> None:
    """The same key, once its time was over."""
    another = IdempotencyRecord("c" * 64, "f" * 64, FAX.expires_at + timedelta(days=1))
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(fax(3, created_at=FAX.expires_at), another)
    erase.erase(stack, FAX.uid, clock())
    assert keys(cloud) == [ALL_KEYS[1], "FAX#1003", *ALL_KEYS[2:]]


def test_a_second_time_there_is_nothing_and_the_log_stays_as_it_is(cloud: Cloud, stack: Stack) -> None:
    erase.erase(stack, FAX.uid, clock())
    with pytest.raises(NotErased, match=rf"^There is nothing of fax {FAX.uid}: "):
        erase.erase(stack, FAX.uid, clock())
    assert lines(cloud) == [("begun", FAX.id, 2, 14), ("done", FAX.id, 2, 14)]


def test_a_record_whose_time_is_over_goes_too(cloud: Cloud, stack: Stack) -> None:
    # The table removes it up to days later.
    late = fax(3, expires_at=datetime(2026, 11, 1, tzinfo=UTC))
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(late)
    assert erase.erase(stack, late.uid, clock()) == Erased(late.id, 0, 0)
    assert keys(cloud) == ALL_KEYS


def test_files_without_a_record_go_too(cloud: Cloud, stack: Stack) -> None:
    cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=f"faxes/{'e' * 32}/1.txt", Body=b"rest")
    assert erase.erase(stack, "e" * 32, clock(timedelta(minutes=2))) == Erased(None, 1, 4)
    assert len(cloud.objects()) == 3
    assert lines(cloud) == [("begun", None, 1, 4), ("done", None, 1, 4)]
    assert [each["uidSha256"] for each in cloud.audit()] == [digest_of("e" * 32)] * 2


def test_files_that_may_be_about_to_get_their_record_stay(cloud: Cloud, stack: Stack) -> None:
    cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=f"faxes/{'e' * 32}/1.txt", Body=b"rest")
    with pytest.raises(NotErased, match=rf"^Nothing was erased: fax {'e' * 32} has no record yet, but a file from "):
        erase.erase(stack, "e" * 32, clock())
    assert len(cloud.objects()) == 4
    assert cloud.audit() == []


def test_more_files_than_one_call_takes(cloud: Cloud, stack: Stack) -> None:
    for n in range(1001):
        cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=f"faxes/{FAX.uid}/rest-{n}", Body=b"x")
    calls = Calls(stack)
    assert erase.erase(calls.stack, FAX.uid, clock()) == Erased(FAX.id, 1003, 1015)
    assert calls.made.count("DeleteObjects") == 2
    assert cloud.objects() == OTHERS_FILE


# --- order, and what fails -------------------------------------------------------------------------------------------


def test_the_order_is_log_files_record_log(stack: Stack) -> None:
    calls = Calls(stack)
    erase.erase(calls.stack, FAX.uid, clock())
    written = ["CreateLogStream", "PutLogEvents"]
    # The idempotency record, and the record that names it.
    assert calls.made == [*written, "DeleteObjects", "DeleteItem", "DeleteItem", *written]


@pytest.mark.parametrize("stopped", ["CreateLogStream", "PutLogEvents"])
def test_nothing_goes_where_the_log_cannot_be_written(cloud: Cloud, stack: Stack, stopped: str) -> None:
    with pytest.raises(NotErased) as refused:
        erase.erase(Calls(stack, stopped).stack, FAX.uid, clock())
    assert str(refused.value) == f"Nothing was erased, since the audit log cannot be written: {NO_ANSWER}"
    assert (len(cloud.objects()), keys(cloud)) == (3, ALL_KEYS)


def test_nothing_goes_where_the_log_drops_the_line(cloud: Cloud, stack: Stack) -> None:
    with pytest.raises(NotErased, match="rejected as too old or too new; is this machine's clock right"):
        erase.erase(stack, FAX.uid, clock(-timedelta(days=30)))
    assert (len(cloud.objects()), keys(cloud)) == (3, ALL_KEYS)


@pytest.mark.parametrize(("stopped", "left"), [("DeleteItem", ALL_KEYS), ("DeleteItem#2", ALL_KEYS[:2] + ALL_KEYS[3:])])
def test_a_run_that_was_interrupted_before_the_record_is_run_again(
    cloud: Cloud, stack: Stack, stopped: str, left: list[str]
) -> None:
    with pytest.raises(NotErased) as interrupted:
        erase.erase(Calls(stack, stopped).stack, FAX.uid, clock())
    assert str(interrupted.value) == (
        f"Fax {FAX.uid} was not erased to its end. AWS said: {NO_ANSWER}\nErase it again when that is mended."
    )
    assert (cloud.objects(), keys(cloud)) == (OTHERS_FILE, left)
    assert erase.erase(stack, FAX.uid, clock()) == Erased(FAX.id, 0, 0)
    assert keys(cloud) == ALL_KEYS[1::2]
    assert lines(cloud) == [("begun", FAX.id, 2, 14), ("begun", FAX.id, 0, 0), ("done", FAX.id, 0, 0)]


def test_the_record_stays_where_a_file_does(cloud: Cloud, stack: Stack) -> None:
    refusing = answered(stack, "s3", "DeleteObjects", {"Errors": [{"Key": "a", "Code": "AccessDenied"}]})
    with pytest.raises(NotErased) as stopped:
        erase.erase(refusing, FAX.uid, clock())
    assert str(stopped.value) == (
        f"Fax {FAX.uid} was not erased to its end. AWS said: 1 of the files stay: AccessDenied\n"
        "Erase it again when that is mended."
    )
    assert keys(cloud) == ALL_KEYS
    assert erase.erase(stack, FAX.uid, clock()) == Erased(FAX.id, 2, 14)


def test_a_line_that_cannot_be_written_afterwards_is_said_for_keeping(cloud: Cloud, stack: Stack) -> None:
    times = [datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=n) for n in range(4)]
    with pytest.raises(NotErased) as unsaid:
        erase.erase(Calls(stack, "PutLogEvents#2").stack, FAX.uid, iter(times).__next__)
    done = times[2].strftime("%Y-%m-%dT%H:%M:%S.000Z")
    loud, keep, kept = str(unsaid.value).split("\n")
    assert loud == f"ERASED, BUT THE AUDIT LOG DOES NOT SAY SO: {NO_ANSWER}"
    assert keep == "Keep this line in its place:"
    assert json.loads(kept) == line("done", done, FAX.id, 2, 14)
    assert (cloud.objects(), keys(cloud)) == (OTHERS_FILE, ALL_KEYS[1::2])
    # Enough for a restore.
    assert lines(cloud) == [("begun", FAX.id, 2, 14)]


STALE = {"Items": [{"pk": {"S": f"FAX#{OTHER.id}"}, "sk": {"S": "FAX"}, "uid": {"S": FAX.uid}}]}


def test_another_fax_that_has_the_id_by_now_stays(cloud: Cloud, stack: Stack) -> None:
    cloud.dynamodb.delete_item(
        TableName=cloud.names["FaxTable"], Key={"pk": {"S": f"FAX#{FAX.id}"}, "sk": {"S": "FAX"}}
    )
    lagging = answered(stack, "dynamodb", "Query", STALE)
    assert erase.erase(lagging, FAX.uid, clock(timedelta(minutes=2))) == Erased(None, 2, 14)
    assert keys(cloud) == ALL_KEYS[1:]


def test_a_record_that_changed_hands_meanwhile_stays(cloud: Cloud, stack: Stack) -> None:
    read = {"Item": {"id": {"S": OTHER.id}, "uid": {"S": FAX.uid}}}
    lagging = answered(stack, "dynamodb", "Query", STALE)
    said = (SimpleNamespace(status_code=200), read)
    events = lagging.client("dynamodb").meta.events
    # What was announced is looked for as well, and is not there.
    events.register("before-call.dynamodb.GetItem", lambda params, **_: said if b'"FAX"' in params["body"] else None)
    assert erase.erase(lagging, FAX.uid, clock()) == Erased(OTHER.id, 2, 14)
    assert keys(cloud) == ALL_KEYS


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def found(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The stack, found by the command under its name."""
    monkeypatch.setattr(deployed, "find", {"fax-api": stack}.__getitem__)
    return stack


@pytest.mark.usefixtures("found")
def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert erase.main(["--fax", FAX.uid, "--stack", "fax-api"], clock()) == 0
    assert capsys.readouterr().out == (
        "erased fax 1001: 2 files, 14 bytes, and its record\n"
        "point-in-time recovery can bring the record back for up to 35 days, the files never;\n"
        "make restore leaves it out\n"
        "the audit line: in log group audit\n"
    )
    assert erase.main(["--fax", FAX.uid, "--stack", "fax-api"], clock()) == 1
    assert capsys.readouterr().err == (
        f"There is nothing of fax {FAX.uid}: no file, no record, and nothing that was announced. If its client got the "
        "uid within this minute, try again in a minute.\n"
    )


@pytest.mark.usefixtures("found")
def test_the_command_says_that_there_was_no_record(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.s3.put_object(Bucket=cloud.names["FileBucket"], Key=f"faxes/{'e' * 32}/1.txt", Body=b"rest")
    assert erase.main(["--fax", "e" * 32, "--stack", "fax-api"], clock(timedelta(minutes=2))) == 0
    assert capsys.readouterr().out == (
        f"erased what lay there of fax {'e' * 32}: 1 file, 4 bytes; it had no record\n"
        "the audit line: in log group audit\n"
    )


def test_the_command_says_that_nothing_was_erased(
    found: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = replace(found, outputs={**found.outputs, "FaxTableName": "gone"})
    monkeypatch.setattr(deployed, "find", {"fax-api": gone}.__getitem__)
    assert erase.main(["--fax", FAX.uid, "--stack", "fax-api"], clock()) == 1
    assert capsys.readouterr().err == (
        "Nothing was erased. AWS said: An error occurred (ResourceNotFoundException) when calling the Query "
        "operation: Requested resource not found\n"
    )


@pytest.mark.parametrize(
    "wrong", ["", FAX.uid[1:], f"{FAX.uid}0", FAX.uid[:-1] + "A", FAX.uid[:-1] + "/", FAX.id, f"{FAX.uid}\n", "../x"]
)
def test_what_is_no_uid_is_named_before_anything_else(
    wrong: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deployed, "find", None)
    assert erase.main([f"--fax={wrong}"]) == 1
    assert capsys.readouterr() == (
        "",
        f"FAX is {wrong!r}; it must be a fax's uid: 32 characters of 0-9 and a-f.\n",
    )


def test_the_command_asks_for_a_fax(capsys: pytest.CaptureFixture[str]) -> None:
    assert erase.main([]) == 1
    assert capsys.readouterr() == ("", "Say which: make erase FAX=uid [STACK=name].\n")
