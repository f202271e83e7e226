"""send_fax with Telnyx is killed between any two calls, of AWS or of the carrier, and another process goes on.

As test_send_killed.py, with a server that speaks Telnyx's wire and outlives the processes: the fax comes out of the
machine once, nothing of it is offered any more, and the carrier keeps nothing of it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from benchmarks.load import items
from faxes.adapters.dynamodb.items import Item, wire
from faxes.adapters.dynamodb.records import fax_item
from faxes.ids import tiff_key
from faxes.model import Status
from tests.support import fax_items, killed, template
from tests.support.faxes import fax
from tests.support.sheets import tiff_of
from tests.support.telnyx.account import Account
from tests.support.telnyx.machines import Machine
from tests.support.telnyx.media import MediaFailed
from tests.support.telnyx.server import TelnyxServer
from tests.support.telnyx_deployed import NUMBER, OWN
from tools.local.stack_file import LocalStack

# The fax gets its recipients (4), the recipient its attempt (5), whose document is put and offered (8), and whose call
# ends (9); then the carrier's copy is deleted (5).
CALLS = 31
# When the carrier has the fax, and nobody has written so.
_LIKELY = (19,)
NOW = datetime.now(UTC).replace(microsecond=0)
# Of no other file's id: what those leave in the stack is not this one's.
FAX = fax(71, recipients=(NUMBER,), status=Status.QUEUED, created_at=NOW, due_at=NOW, revision=3,
          expires_at=NOW + timedelta(days=30))  # fmt: skip


@dataclass
class Killed:
    """A deployment that has Telnyx, and its processes' environment."""

    stack: LocalStack
    server: TelnyxServer
    environment: dict[str, str]

    def run(self, at: int) -> tuple[int, list[str]]:
        """The process's status, and the words of its last line."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.killed_sending", FAX.id, NOW.isoformat(), str(at)],
            env=self.environment,
            cwd=template.ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.returncode, (done.stdout.splitlines() or [""])[-1].split()

    def items(self) -> list[Item]:
        return [
            item
            for item in items(self.stack)
            if item["pk"] == f"FAX#{FAX.id}" or item.get("holder", "").startswith(f"{FAX.id}#")
        ]

    def offered(self) -> list[str]:
        """What of the bucket a carrier can fetch."""
        listed = self.stack.client("s3").list_objects_v2(Bucket=self.stack.bucket, Prefix=f"media/{FAX.id}-")
        return [item["Key"] for item in listed.get("Contents", []) if item["Key"].endswith("/fax.tif")]


@pytest.fixture(scope="module", name="shared")
def _shared(stack: LocalStack) -> Iterator[Killed]:
    queues, secrets, s3 = (stack.client(service) for service in ("sqs", "secretsmanager", "s3"))
    url = queues.create_queue(QueueName="killed-by-telnyx")["QueueUrl"]
    account = Account(numbers=("+12025550100", OWN))
    secret = secrets.create_secret(Name="killed-by-telnyx", SecretString=account.api_key)["ARN"]

    def fetched(address: str) -> bytes:
        key = "media/" + urlsplit(address).path.partition("/media/")[2]
        try:
            content: bytes = s3.get_object(Bucket=stack.bucket, Key=key)["Body"].read()
        except s3.exceptions.NoSuchKey:
            raise MediaFailed("file_download_failed") from None
        return content

    # What it does between two requests, it has done by the second.
    with TelnyxServer(account, now=lambda: NOW + timedelta(minutes=len(server.asked)), send=lambda *_: 200) as server:
        server.exchange._download = fetched
        server.exchange.machines[NUMBER] = Machine(dials=timedelta(), page=timedelta())
        names = {"FaxTable": stack.faxTable, "DirectoryTable": stack.directoryTable, "FileBucket": stack.bucket}
        environment = killed.deployed(stack, "SendFaxFunction", names | {"SendQueue": url}) | {
            "CARRIER": "telnyx",
            "TELNYX_URL": server.url,
            "TELNYX_KEY_SECRET": secret,
            "TELNYX_CONNECTION_ID": account.connection_id,
            "TELNYX_NUMBER": account.numbers[0],
        }
        yield Killed(stack, server, environment)
    queues.delete_queue(QueueUrl=url)
    secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


@pytest.fixture(name="deployed")
def _deployed(shared: Killed) -> Iterator[Killed]:
    stack = shared.stack
    shared.server.exchange.faxes.clear()
    shared.server.asked.clear()
    stack.client("dynamodb").put_item(TableName=stack.faxTable, Item=wire(fax_item(FAX, None, 4)))
    stack.client("s3").put_object(Bucket=stack.bucket, Key=tiff_key(FAX.uid), Body=tiff_of(FAX.pages))
    yield shared
    stack.client("s3").delete_object(Bucket=stack.bucket, Key=tiff_key(FAX.uid))
    for item in shared.items():
        key = wire({"pk": item["pk"], "sk": item["sk"]})
        stack.client("dynamodb").delete_item(TableName=stack.faxTable, Key=key)


@pytest.mark.parametrize(
    "at", [pytest.param(n, marks=[] if n in _LIKELY else [pytest.mark.full]) for n in range(1, CALLS + 2)]
)
def test_killed_anywhere_it_comes_out_once(deployed: Killed, at: int) -> None:
    assert deployed.run(at)[0] == -signal.SIGKILL
    assert fax_items.undue(deployed.items()) == []

    status, said = deployed.run(0)

    assert status == os.EX_OK
    deployed.server.settle()
    assert deployed.server.exchange.paper(NUMBER) == [FAX.pages]
    fax_items.assert_ended(deployed.items(), FAX.id, datetime.fromisoformat(said[0]), "sent")
    assert [each.to for each in deployed.server.exchange.faxes.values() if not each.deleted] == []
    assert deployed.offered() == []


def test_these_are_all_calls(deployed: Killed) -> None:
    """So that each is gone through above."""
    status, said = deployed.run(0)
    assert (status, said[1]) == (os.EX_OK, str(CALLS))
