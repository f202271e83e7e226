"""send_fax is killed between any two AWS calls, and another process goes on: the fax comes out once, and records agree.

Real processes, against a server that outlives them. What was left is due, whatever was under way; where that was a call
to the carrier, the carrier is asked what became of it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.load import items
from faxes.adapters.dynamodb.items import Item, wire
from faxes.adapters.dynamodb.records import fax_item
from faxes.ids import tiff_key
from faxes.model import Status
from tests.support import fax_items, killed, template
from tests.support.faxes import fax
from tests.support.sheets import tiff_of
from tools.local.stack_file import LocalStack

# The fax gets its recipients (4), the recipient its attempt, whose document is put where the carrier fetches it (11),
# and the call has ended (6).
CALLS = 21
# Before the carrier was called, and before what it said was written: what is likely to be broken.
_LIKELY = (12, 14)
# Of this one, the simulated network does not lose the reference.
FAX_ID = fax(1).id
NOW = datetime.now(UTC).replace(microsecond=0)
# When the last call is over, whatever came before it.
OVER = timedelta(hours=1)


@pytest.fixture(scope="module", name="environment")
def _environment(stack: LocalStack) -> Iterator[dict[str, str]]:
    # What is due is done without its messages, which nobody takes.
    queues = stack.client("sqs")
    url = queues.create_queue(QueueName="killed-sending")["QueueUrl"]
    names = {"FaxTable": stack.faxTable, "DirectoryTable": stack.directoryTable, "FileBucket": stack.bucket}
    deployed = killed.deployed(stack, "SendFaxFunction", names | {"SendQueue": url})
    yield deployed | {"CARRIER": "simulator", "SIMULATOR_SPEED": "1"}
    queues.delete_queue(QueueUrl=url)


@pytest.fixture(autouse=True)
def _queued(stack: LocalStack) -> Iterator[None]:
    queued = fax(
        1, status=Status.QUEUED, created_at=NOW, due_at=NOW, revision=3, expires_at=NOW + timedelta(days=30)
    )  # fmt: skip
    stack.client("dynamodb").put_item(TableName=stack.faxTable, Item=wire(fax_item(queued, None, 4)))
    stack.client("s3").put_object(Bucket=stack.bucket, Key=tiff_key(queued.uid), Body=tiff_of(queued.pages))
    yield
    stack.client("s3").delete_object(Bucket=stack.bucket, Key=tiff_key(queued.uid))
    for item in of_the_fax(stack):
        key = wire({"pk": item["pk"], "sk": item["sk"]})
        stack.client("dynamodb").delete_item(TableName=stack.faxTable, Key=key)


def of_the_fax(stack: LocalStack) -> list[Item]:
    """Its items, what the simulated network has of it, and the lines that it holds."""
    return [
        item
        for item in items(stack)
        if item["pk"] == f"FAX#{FAX_ID}"
        or item["pk"].startswith(f"SIM#{FAX_ID}-")
        or item.get("holder", "").startswith(f"{FAX_ID}#")
    ]


def run(environment: dict[str, str], at: int) -> tuple[int, list[str]]:
    """The process's status, and the words of its last line."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killed_sending", FAX_ID, NOW.isoformat(), str(at)],
        env=environment,
        cwd=template.ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.returncode, (done.stdout.splitlines() or [""])[-1].split()


@pytest.mark.parametrize(
    "at", [pytest.param(n, marks=[] if n in _LIKELY else [pytest.mark.full]) for n in range(1, CALLS + 2)]
)
def test_killed_anywhere_it_is_sent_once(stack: LocalStack, environment: dict[str, str], at: int) -> None:
    assert run(environment, at)[0] == -signal.SIGKILL
    assert fax_items.undue(of_the_fax(stack)) == []

    status, said = run(environment, 0)

    assert status == os.EX_OK
    fax_items.assert_ended(of_the_fax(stack), FAX_ID, datetime.fromisoformat(said[0]) + OVER, "sent", (1, 2))


def test_these_are_all_calls(environment: dict[str, str]) -> None:
    """So that each is gone through above."""
    status, said = run(environment, 0)
    assert (status, said[1]) == (os.EX_OK, str(CALLS))
