"""A new operator's day: a fax is stuck, made so on purpose. `make stuck` finds it and says why, and the commands of
docs/operations/stuck.md get it moving, until it is sent."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks import load
from faxes.adapters.dynamodb.deliveries import attempt_item, recipient_item
from faxes.adapters.dynamodb.items import text, wire
from faxes.adapters.dynamodb.keys import recipient_key
from faxes.model import Attempt, AttemptStatus, Recipient, RecipientStatus
from tests.support import alarms, pipeline
from tests.support.curl import NOTE, REQUEST, SEND, Curl
from tools.local.stack_file import LocalStack
from tools.local.sweeping import swept_each_second
from tools.operations import deployed, faxes, queues, redrive, stuck

SECONDS = 120.0

type Typed = Callable[..., str]


@pytest.fixture
def typed(local: None, capsys: pytest.CaptureFixture[str]) -> Typed:
    """What one of the commands prints."""

    def call(command: Callable[[list[str]], int], *arguments: str) -> str:
        capsys.readouterr()
        assert command([*arguments]) == 0, capsys.readouterr()
        return capsys.readouterr().out

    return call


@pytest.fixture
def newest(stack: LocalStack, curl: Curl) -> str:
    """What was accepted until now is left as it is."""
    return str(curl(SEND, *REQUEST, *NOTE).body["id"])


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC)


def wait(stack: LocalStack, fax_id: str, *statuses: str, reason: str | None = None) -> dict[str, Any]:
    """The fax's record, as soon as it has one of these statuses, and this reason where one is given."""
    deadline = time.monotonic() + SECONDS
    while True:
        record = _record(stack, fax_id)
        if record["status"] in statuses and reason in (None, record.get("reason")):
            return record
        assert time.monotonic() < deadline, record
        time.sleep(0.5)


def _record(stack: LocalStack, fax_id: str) -> dict[str, Any]:
    [record] = [item for item in load.items(stack) if (item["pk"], item["sk"]) == (f"FAX#{fax_id}", "FAX")]
    return record


def _change(stack: LocalStack, fax_id: str, update: str, **values: Any) -> None:
    stack.client("dynamodb").update_item(
        TableName=stack.faxTable,
        Key=wire({"pk": f"FAX#{fax_id}", "sk": "FAX"}),
        UpdateExpression=update,
        ExpressionAttributeValues=wire({f":{name}": value for name, value in values.items()}),
    )


def _sweep(stack: LocalStack) -> None:
    functions = stack.client("lambda")
    (name,) = [f["FunctionName"] for f in functions.list_functions()["Functions"] if "Sweep" in f["FunctionName"]]
    assert "FunctionError" not in functions.invoke(FunctionName=name)


def why(said: str, fax_id: str) -> str:
    """Under which heading `make stuck` has a fax."""
    heading = ""
    for line in said.splitlines():
        if line.startswith("  "):
            if line.split()[0] == fax_id:
                return heading
        else:
            heading = line.partition(":")[0]
    return ""


def test_there_is_no_carrier(stack: LocalStack, curl: Curl, typed: Typed, newest: str, since: datetime) -> None:
    with pipeline.at_work(stack, newest, sending=True):
        fax_id = curl(SEND, *REQUEST, *NOTE).body["id"]
        wait(stack, fax_id, "queued", reason="no_carrier")
        assert why(typed(stuck.main), fax_id) == "no carrier"
        assert "    queued, no_carrier\n" in typed(faxes.main, f"--fax={fax_id}")
        _sweep(stack)
        [counted] = [each for each in alarms.counted(stack, since) if each["MetricName"] == "WaitingForCarrier"]
        assert counted["Values"][0] >= 1
        # The operator sets the parameter; the first sweep after that has it go on.
        with pipeline.on_the_simulator(stack, speed=100):
            _sweep(stack)
            wait(stack, fax_id, "sent")
            assert f"{fax_id} " in typed(faxes.main, "--extension=0003*210", "--status=sent", "--count=5")
    assert why(typed(stuck.main), fax_id) == ""


@pytest.fixture
def sending(stack: LocalStack, newest: str) -> Iterator[None]:
    """The workers are at work, and the simulated network has the lines."""
    working = pipeline.at_work(stack, newest, sending=True)
    with pipeline.on_the_simulator(stack, speed=100), working, swept_each_second(stack):
        yield


@pytest.mark.full
def test_the_stream_lost_a_record(stack: LocalStack, curl: Curl, typed: Typed, request: pytest.FixtureRequest) -> None:
    """Nobody was told of the fax, and no sweep came either; `make redrive` need not wait for its time."""
    fax_id = str(curl(SEND, *REQUEST, *NOTE).body["id"])
    _change(stack, fax_id, "SET dueAt = :then", then=text(datetime.now(UTC) - timedelta(minutes=3)))
    assert why(typed(stuck.main), fax_id) == "overdue"
    _change(stack, fax_id, "SET dueAt = :then", then=text(datetime.now(UTC) + timedelta(minutes=30)))
    request.getfixturevalue("sending")
    assert _record(stack, fax_id)["status"] == "accepted"
    assert typed(redrive.main, f"--fax={fax_id}").startswith(f"due now: fax {fax_id}; the sweep takes it up")
    wait(stack, fax_id, "sent")


@pytest.mark.full
@pytest.mark.usefixtures("sending")
def test_a_worker_died_thrice(stack: LocalStack, curl: Curl, typed: Typed) -> None:
    """It has ended, and the operator is told why; nothing gets it moving but its sender."""
    fax_id = str(curl(SEND, *REQUEST, *NOTE).body["id"])
    _change(stack, fax_id, "SET tries = :three, dueAt = :then", three=3, then=text(datetime.now(UTC)))
    record = wait(stack, fax_id, "failed")
    assert record["failure"]["word"] == "worker_lost"
    said = typed(faxes.main, f"--fax={fax_id}")
    assert "It could not be drawn in 3 tries, because of a fault on our side." in said
    assert redrive.main([f"--fax={fax_id}"]) == 1


@pytest.mark.full
def test_messages_were_given_up(stack: LocalStack, curl: Curl, typed: Typed, request: pytest.FixtureRequest) -> None:
    """One that a fault of ours kept from being taken, and one that is none of ours."""
    fax_id = str(curl(SEND, *REQUEST, *NOTE).body["id"])
    sqs, url = stack.client("sqs"), queues.urls(deployed.find(None))["RenderDeadLetters"]
    for body in (json.dumps({"fax": fax_id}), "poison"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    assert "given up: 2 messages of the queue render; what is behind it is due all the same\n" in typed(stuck.main)
    request.getfixturevalue("sending")
    assert (
        typed(redrive.main, "--queue=render")
        == "messages that are taken again: 1; removed, since they name no fax: 1\n"
    )
    wait(stack, fax_id, "sent")
    assert "given up" not in typed(stuck.main)


@pytest.mark.full
@pytest.mark.usefixtures("sending")
def test_the_carrier_did_not_say_whether_it_took_it(
    stack: LocalStack, curl: Curl, typed: Typed, since: datetime
) -> None:
    """A worker ended two hours ago between its claim and its call, and the carrier is asked again only in an hour."""
    fax_id = str(curl(SEND, *REQUEST, *NOTE).body["id"])
    record = wait(stack, fax_id, "sent")
    now = datetime.now(UTC).replace(microsecond=0)
    expires = datetime.fromtimestamp(int(record["expiresAt"]), UTC)
    then = now - timedelta(hours=2)
    recipient = Recipient(
        fax_id, 1, "0003", "7778888", "7778888", 1, then, now + timedelta(hours=22), expires,
        now + timedelta(hours=1), status=RecipientStatus.IN_DOUBT, attempt=1,
    )  # fmt: skip
    attempt = Attempt(fax_id, 1, 1, "simulator", f"{fax_id}-001-99", then, expires, AttemptStatus.IN_DOUBT)
    tables = stack.client("dynamodb")
    for item in (recipient_item(recipient, 4), attempt_item(attempt)):
        tables.put_item(TableName=stack.faxTable, Item=wire(item))
    again = {"status": "sending", "counts": {"open": 1, "sent": 0, "partially": 0, "failed": 0, "canceled": 0}}
    again |= {"due": "0", "dueAt": text(now + timedelta(hours=22))}
    tables.put_item(TableName=stack.faxTable, Item=wire({**record, **again, "revision": int(record["revision"]) + 1}))
    assert why(typed(stuck.main), fax_id) == "in doubt"
    assert "to 7778888: in_doubt" in typed(faxes.main, f"--fax={fax_id}")
    assert typed(redrive.main, f"--fax={fax_id}").startswith("due now: 1 of its recipients; ")
    wait(stack, fax_id, "sent")
    longest = [each["Values"] for each in alarms.counted(stack, since) if each["MetricName"] == "DoubtSeconds"]
    assert max(value for values in longest for value in values) >= 3_600
    [recipient_now] = [
        item for item in load.items(stack) if (item["pk"], item["sk"]) == (f"FAX#{fax_id}", recipient_key(1))
    ]
    # The first attempt was abandoned when the carrier knew nothing of it; the second one sent it.
    assert (recipient_now["status"], int(recipient_now["attempt"])) == ("sent", 2)
