"""What takes uploads and what looks into them is killed between any two AWS calls, and another goes on; and one
environment looks into file after file. Real processes, against a server that outlives them."""

import hashlib
import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from faxes.adapters.dynamodb.directory import extension_item
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.dynamodb.items import Item, plain, wire
from faxes.model import ExpectedFile, Extension, ExtensionNumber, ExtensionType, PendingFax, Status
from tests.support import fax_items, pdfs, requests, template
from tests.support.cloud import create_table
from tests.support.faulty_uploads import LETTER, NOTE
from tests.support.faxes import fax, idempotency
from tests.support.full import FULL
from tests.support.one_environment import Environment, environment
from tests.support.uploads import created, entry, request
from tools.local.emulator import Emulator, emulator

# Of the check by which a fax of two files is accepted, and of a request that announces one under a key.
CHECKED, ANNOUNCED = 7, 4
_BUCKET = "files"
_NAMES = {"FileBucket": _BUCKET, "FaxTable": "FaxTable", "DirectoryTable": "DirectoryTable"}


@dataclass(frozen=True, slots=True)
class World:
    """The server, with the tables and the bucket, and the two functions' environments."""

    s3: Any
    dynamodb: Any
    check_upload: Environment
    create_fax: Environment
    folder: Path

    def announce(self, *contents: bytes, name: str = "txt") -> str:
        """A fax that waits for these files, which are there: its id."""
        now = datetime.now(UTC).replace(microsecond=0)
        ends = now + timedelta(days=9)
        waits = fax(1, status=Status.UPLOADING, files=(), pages=0, created_at=now, due_at=now, expires_at=ends)
        files = tuple(
            ExpectedFile(n, f"{n}.{name}", len(content), "text/plain", str(n)) for n, content in enumerate(contents, 1)
        )
        claim = replace(idempotency(1), expires_at=now + timedelta(hours=1))
        pending = PendingFax(waits, files, now + timedelta(hours=1), now + timedelta(days=2), claim=claim.name)
        DynamoDBFaxStore(self.dynamodb, "FaxTable").insert_pending(pending, claim)
        for n, content in enumerate(contents, 1):
            self.s3.put_object(Bucket=_BUCKET, Key=f"uploads/{waits.id}/{n}", Body=content)
        return waits.id

    def items(self) -> list[Item]:
        return [plain(item) for item in self.dynamodb.scan(TableName="FaxTable", ConsistentRead=True)["Items"]]

    def objects(self) -> dict[str, bytes]:
        keys = [item["Key"] for item in self.s3.list_objects_v2(Bucket=_BUCKET).get("Contents", [])]
        return {key: self.s3.get_object(Bucket=_BUCKET, Key=key)["Body"].read() for key in keys}

    def clear(self) -> None:
        for item in self.items():
            self.dynamodb.delete_item(TableName="FaxTable", Key=wire({"pk": item["pk"], "sk": item["sk"]}))
        for item in self.s3.list_objects_v2(Bucket=_BUCKET).get("Contents", []):
            self.s3.delete_object(Bucket=_BUCKET, Key=item["Key"])

    def assert_accepted(self, fax_id: str, *contents: bytes) -> None:
        items = self.items()
        [record] = [item for item in items if item["sk"] == "FAX"]
        assert (record["id"], record["status"], record["revision"]) == (fax_id, "accepted", 1)
        assert sorted(item["pk"].partition("#")[0] for item in items) == ["FAX", "IDEMPOTENCY"]
        keys = {file["key"]: file["sha256"] for file in record["files"]}
        objects = self.objects()
        assert {key: hashlib.sha256(content).hexdigest() for key, content in objects.items()} == keys
        assert list(objects.values()) == list(contents)


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("emulator"), tls=False, iam=False) as running:
        running.client("s3").create_bucket(Bucket=_BUCKET)
        tables = template.resources(template.part("storage.yaml"), "AWS::DynamoDB::Table")
        for name in ("FaxTable", "DirectoryTable"):
            create_table(running.client("dynamodb"), name, tables[name]["Properties"])
        sender = Extension(ExtensionNumber("0003", "210"), "alice", ExtensionType.PHONE_TERMINAL, True)
        running.client("dynamodb").put_item(TableName="DirectoryTable", Item=wire(extension_item(sender)))
        yield running


@pytest.fixture(scope="module", name="shared")
def _shared(server: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("tmp")
    with (
        environment(server, "check_upload:CheckUploadFunction", _NAMES, folder) as check_upload,
        environment(server, "create_fax:CreateFaxFunction", _NAMES, folder) as create_fax,
    ):
        yield World(server.client("s3"), server.client("dynamodb"), check_upload, create_fax, folder)


@pytest.fixture
def world(shared: World) -> World:
    shared.clear()
    return shared


# After one is before the next.
@pytest.mark.parametrize("n", range(1, CHECKED + 2))
def test_check_upload_is_killed_and_called_again(world: World, n: int) -> None:
    fax_id = world.announce(NOTE, LETTER)
    world.check_upload.call(created(fax_id, 1))
    done = world.check_upload.call(created(fax_id, 2), n)
    assert (done["signal"], done["files"]) == (signal.SIGKILL, [])
    assert fax_items.undue(world.items()) == []
    for position in (2, 1):
        assert world.check_upload.call(created(fax_id, position))["answer"] is None
    world.assert_accepted(fax_id, NOTE, LETTER)


@pytest.mark.parametrize("n", range(1, ANNOUNCED + 2))
def test_create_fax_is_killed_and_asked_again(world: World, n: int) -> None:
    body = json.dumps({"recipients": ["7778888"], "files": [entry("note.txt", NOTE)]}).encode()
    asked = requests.proxy_event(request(body, "Idempotency-Key: one"), "killed")
    assert world.create_fax.call(asked, n)["signal"] == signal.SIGKILL
    assert len(world.items()) == (0 if n <= ANNOUNCED else 3)
    # A thread of the environment's own would not be there in the next that is killed.
    answer = world.create_fax.call(asked, 0)["answer"]
    assert answer["statusCode"] == 200
    assert ("Idempotent-Replayed" in answer["multiValueHeaders"]) == (n > ANNOUNCED)
    fax_id = json.loads(answer["body"])["id"]
    [pending] = [item for item in world.items() if item["sk"] == "UPLOAD"]
    assert pending["pk"] == f"UPLOAD#{fax_id}"
    world.s3.put_object(Bucket=_BUCKET, Key=f"uploads/{fax_id}/1", Body=NOTE)
    world.check_upload.call(created(fax_id, 1))
    world.assert_accepted(fax_id, NOTE)


# A file of the limit's size where there is time; a leak of one is seen in either case.
_SIZE = 262_144_000 if FULL else 2_000_000
_CHECKS = 20


def test_check_after_check_in_one_environment(world: World) -> None:
    """One is killed midway. Nothing stays on the disk, and memory does not grow by as much as a file."""
    document = pdfs.pdf([*pdfs.pages(2), pdfs.stream(bytes(_SIZE - 1_000))])
    held = []
    for n in range(_CHECKS):
        world.clear()
        fax_id = world.announce(document, name="pdf")
        if n == _CHECKS // 2:
            done = world.check_upload.call(created(fax_id, 1), "midway")
            assert (done["signal"], done["files"]) == (signal.SIGKILL, [])
        done = world.check_upload.call(created(fax_id, 1))
        assert (done["answer"], done["files"], done["open"], done["mapped"]) == (None, [], [], [])
        held.append(done["memory"])
        world.assert_accepted(fax_id, document)
    print(f"KiB after each check of {len(document)} bytes: {held}")  # noqa: T201  (for whoever measures)
    # Some of the first take what is kept.
    assert max(held[5:]) - held[4] < 2_000_000 // 1024
