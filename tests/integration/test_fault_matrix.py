"""Every AWS call of create_fax x every way that it can fail x 1 and 3 files x with and without an Idempotency-Key.

The real handler with the real SDK on moto, its own retries included. Each cell says what the client hears and what is
then stored; then the client sends the same request again. What always holds: every recorded object lies there with its
recorded SHA-256; a refused fax leaves nothing but what the lifecycle rule removes; with a key there is one fax in the
end; without one, a 400 was never a fax, and a 200 always is one.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.retries.quota import RetryQuota

from faxes.adapters.dynamodb.directory import extension_item
from faxes.adapters.dynamodb.items import plain, wire
from faxes.model import Extension, ExtensionNumber, ExtensionType
from tests.data.requests import make
from tests.support import requests
from tests.support.cloud import Cloud, cloud
from tests.support.fault_matrix import CELLS, EXPECTED, FAULTS, KEY, WRITE, Cell, Fault, sent_json
from tests.support.lambda_context import CONTEXT


def test_every_cell_is_decided() -> None:
    assert {call: set(faults) for call, faults in FAULTS.items()} == {
        call: set(outcomes) for call, outcomes in EXPECTED.items()
    }


def test_the_cells(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{cell}: {cell.outcome}" for cell in CELLS]
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201  (whoever reads the run sees what it covers)
    assert len(set(lines)) == len(lines) == 392


# --- the deployment --------------------------------------------------------------------------------------------------


class Deployed:
    """A deployment on moto and its function. ``faults`` are what its next calls meet; of several files, the second."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        function: Any = cloud.function("create_fax")
        self.function = function
        # A conflict's wait passes at once.
        self.function.submission = dataclasses.replace(self.function.submission, wait=lambda seconds: None)
        self.faults: dict[str, Fault] = {}
        self.files = 1
        tables = self.function.submission.faxes._client.meta.events
        tables.register_first("before-send.dynamodb.GetItem", self._read)
        tables.register_first("before-send.dynamodb.TransactWriteItems", self._write)
        bucket = self.function.submission.files._client.meta.events
        bucket.register_first("before-send.s3.PutObject", self._put)
        bucket.register_first("before-send.s3.DeleteObjects", lambda request, **_: self._meet("discard", request))

    def send(self, files: int, key: str | None) -> tuple[int, dict[str, Any], bool]:
        """Status, body, and whether it is a replay."""
        self.files = files
        parts = [make.file_part(f"page-{n}.txt", b"page %d" % n) for n in range(1, files + 1)]
        event = requests.proxy_event(requests.parse(make.curl(make.request_part(), *parts, key=key)), "matrix")
        answer = self.function.handler(event, CONTEXT)
        replayed = answer["multiValueHeaders"].get("Idempotent-Replayed") == ["true"]
        return answer["statusCode"], json.loads(answer["body"]), replayed

    def faxes(self) -> list[dict[str, Any]]:
        return [item for item in map(plain, self.cloud.items("FaxTable")) if item["sk"] == "FAX"]

    def clear(self) -> None:
        self.faults.clear()
        self.cloud.forget_faxes()

    def _read(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        asked = sent_json(request)["Key"]["pk"]["S"]
        return self._meet("key read" if asked.startswith("IDEMPOTENCY#") else "directory read", request)

    def _write(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        return self._meet("write", request) or self._meet("write of a key", request)

    def _put(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        hit = "/2.txt" if self.files > 1 else "/1.txt"
        return self._meet("put", request) if str(request.url).endswith(hit) else None

    def _meet(self, call: str, request: AWSPreparedRequest) -> AWSResponse | None:
        fault = self.faults.get(call)
        if fault is None:
            return None
        if not fault.always:
            del self.faults[call]
        if fault.effective:
            self._take_effect(call, request)
        return fault.fate(request)

    def _take_effect(self, call: str, request: AWSPreparedRequest) -> None:
        """Have a request take effect, whatever its sender hears of it."""
        if call == "put":
            key = str(request.url)[str(request.url).index("faxes/") :]
            content: Any = request.body
            body = content if isinstance(content, bytes) else content.getvalue()
            self.cloud.s3.put_object(Bucket=self.cloud.names["FileBucket"], Key=key, Body=body)
            return
        # To AWS, a second try with its token is the first.
        with suppress(self.cloud.dynamodb.exceptions.TransactionCanceledException):
            self.cloud.dynamodb.transact_write_items(TransactItems=sent_json(request)["TransactItems"])


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Deployed]:
    with cloud() as made:
        sender = Extension(ExtensionNumber("0003", "210"), "alice", ExtensionType.PHONE_TERMINAL, True)
        made.dynamodb.put_item(TableName=made.names["DirectoryTable"], Item=wire(extension_item(sender)))
        yield Deployed(made)


@pytest.fixture
def deployed(shared: Deployed, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    # The SDK's waits between its tries pass at once.
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))
    # A client that has failed hundreds of times makes no second tries for a while; each cell is its first failure.
    monkeypatch.setattr(RetryQuota, "acquire", lambda quota, amount: True)
    shared.clear()
    return shared


# --- the cells -------------------------------------------------------------------------------------------------------


def assert_stored(deployed: Deployed, faxes: int, files: int, orphans: bool) -> None:
    """So many faxes, whose files all lie there as recorded; and others only where that is said."""
    objects = deployed.cloud.objects()
    recorded: dict[str, str] = {}
    records = deployed.faxes()
    assert len(records) == faxes
    for record in records:
        assert len(record["files"]) == files
        recorded |= {file["key"]: file["sha256"] for file in record["files"]}
    assert {key: hashlib.sha256(objects[key]).hexdigest() for key in recorded} == recorded
    assert bool(set(objects) - set(recorded)) == orphans


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_cell(deployed: Deployed, cell: Cell) -> None:
    key = KEY if cell.keyed else None
    outcome = cell.outcome
    deployed.faults[cell.call] = FAULTS[cell.call][cell.fault]
    if cell.call == "discard":
        deployed.faults["write"] = WRITE["denied always"]

    status, body, replayed = deployed.send(cell.files, key)

    assert (status, body.get("error", {}).get("code"), replayed) == (outcome.status, outcome.code, False)
    assert_stored(deployed, outcome.faxes, cell.files, outcome.orphans)

    # What the fault was, is over; the client sends the same again.
    deployed.faults.clear()
    status, again, replayed = deployed.send(cell.files, key)

    assert status == 200
    assert replayed == (cell.keyed and outcome.faxes == 1)
    if outcome.status == 200:
        assert (again == body) == cell.keyed
    assert_stored(deployed, 1 if cell.keyed else outcome.faxes + 1, cell.files, outcome.orphans)
    assert again in [{"id": fax["id"], "uid": fax["uid"]} for fax in deployed.faxes()]
