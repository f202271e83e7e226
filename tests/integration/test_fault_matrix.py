"""Every AWS call of create_fax x every way that it can fail x 1 and 3 files x with and without an Idempotency-Key.

The real handler with the real SDK on moto, its own retries included. Each cell says what the client hears and what is
then stored; then the client sends the same request again. What always holds: every recorded object lies there with its
recorded SHA-256; a refused fax leaves nothing but what the lifecycle rule removes; with a key there is one fax in the
end; without one, a 400 was never a fax, and a 200 always is one.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.retries.quota import RetryQuota

from faxes.adapters.dynamodb.directory import extension_item
from faxes.adapters.dynamodb.items import plain, wire
from faxes.model import Extension, ExtensionNumber, ExtensionType
from tests.data.requests import make
from tests.support import requests
from tests.support.cloud import Cloud, cloud
from tests.support.faults import Fate, dynamodb_answers, dynamodb_cut_off, raises, s3_answers
from tests.support.lambda_context import CONTEXT

URL = "https://aws.invalid/"
KEY = "3f0c8e7a-5a3e-4f52-9d6e-1c1f4f1f6c11"


# --- what can happen -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of a call's tries: of the first, or of all; and whether they took effect behind their sender's
    back."""

    fate: Fate
    always: bool = False
    effective: bool = False


def _once_and_always(**fates: Fate) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    for name, fate in fates.items():
        faults[f"{name} once"] = Fault(fate)
        faults[f"{name} always"] = Fault(fate, always=True)
    return faults


def _lost(**fates: Fate) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    for name, fate in fates.items():
        faults[f"{name} after the effect once"] = Fault(fate, effective=True)
        faults[f"{name} after the effect always"] = Fault(fate, always=True, effective=True)
    return faults


def cancelled(*reasons: dict[str, Any]) -> Fate:
    """A transaction that is cancelled: a reason for each of its writes."""

    def meet(request: AWSPreparedRequest) -> AWSResponse | None:
        # Without a key, the transaction has the record alone.
        writes = len(_json(request)["TransactItems"])
        return dynamodb_answers(400, "TransactionCanceledException", CancellationReasons=list(reasons[:writes]))(
            request
        )

    return meet


refused = raises(EndpointConnectionError(endpoint_url=URL))
connect_timeout = raises(ConnectTimeoutError(endpoint_url=URL))
read_timeout = raises(ReadTimeoutError(endpoint_url=URL))
# An answer that does not come: the connection is closed before it, or within its first lines. Once its length is told,
# the SDK takes what came for all of it.
closed = raises(ConnectionClosedError(endpoint_url=URL))
NONE = {"Code": "None"}
FAILED_CONDITION = {"Code": "ConditionalCheckFailed"}
ANOTHERS = {"uid": {"S": "f" * 32}, "faxUid": {"S": "f" * 32}, "faxId": {"S": "7"}, "fingerprint": {"S": "another"}}

DYNAMODB = _once_and_always(
    refused=refused,
    connect_timeout=connect_timeout,
    read_timeout=read_timeout,
    closed=closed,
    error_500=dynamodb_answers(500, "InternalServerError"),
    error_503=dynamodb_answers(503, "ServiceUnavailable"),
    throttled=dynamodb_answers(400, "ThrottlingException"),
    denied=dynamodb_answers(400, "AccessDeniedException"),
)
READ = DYNAMODB | _once_and_always(answer_cut_off=dynamodb_cut_off(200), error_cut_off=dynamodb_cut_off(400))
PUT = _once_and_always(
    refused=refused,
    connect_timeout=connect_timeout,
    read_timeout=read_timeout,
    closed=closed,
    error_500=s3_answers(500, "InternalError"),
    slow_down_503=s3_answers(503, "SlowDown"),
    denied=s3_answers(403, "AccessDenied"),
    conflict_409=s3_answers(409, "ConditionalRequestConflict"),
    precondition_412=s3_answers(412, "PreconditionFailed"),
) | _lost(
    read_timeout=read_timeout,
    closed=closed,
    error_500=s3_answers(500, "InternalError"),
)
WRITE = (
    DYNAMODB
    | _lost(
        read_timeout=read_timeout,
        closed=closed,
        answer_cut_off=dynamodb_cut_off(200),
        error_500=dynamodb_answers(500, "InternalServerError"),
        in_progress=dynamodb_answers(400, "TransactionInProgressException"),
    )
    | _once_and_always(
        in_progress=dynamodb_answers(400, "TransactionInProgressException"),
        error_cut_off=dynamodb_cut_off(400),
        conflict=cancelled({"Code": "TransactionConflict"}, NONE),
        id_taken=cancelled(FAILED_CONDITION | {"Item": ANOTHERS}, NONE),
    )
)
# Only where there is a key.
WRITE_OF_A_KEY = _once_and_always(
    conflict_of_the_key=cancelled(NONE, {"Code": "TransactionConflict"}),
    key_taken=cancelled(NONE, FAILED_CONDITION | {"Item": ANOTHERS}),
)
DISCARD = _once_and_always(
    refused=refused,
    read_timeout=read_timeout,
    error_500=s3_answers(500, "InternalError"),
    denied=s3_answers(403, "AccessDenied"),
)
FAULTS: dict[str, dict[str, Fault]] = {
    "directory read": READ,
    "key read": READ,
    "put": PUT,
    "write": WRITE,
    "write of a key": WRITE_OF_A_KEY,
    # After a write that was denied.
    "discard": DISCARD,
}
NEEDS_A_KEY = {"key read", "write of a key"}


# --- what must come of it --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the client hears, how many faxes are recorded, and whether files may lie there that no record names."""

    status: int
    code: str | None
    faxes: int
    orphans: bool = False

    def __str__(self) -> str:
        orphans = " and orphans" if self.orphans else ""
        return f"{self.status} {self.code or 'accepted'}, {self.faxes} faxes{orphans}"


ACCEPTED = Outcome(200, None, 1)
SAFE = Outcome(400, "internal_server_error", 0)
SAFE_WITH_ORPHANS = Outcome(400, "internal_server_error", 0, orphans=True)
UNKNOWN = Outcome(500, "internal_server_error", 0)
UNKNOWN_AND_WRITTEN = Outcome(500, "internal_server_error", 1)
UNKNOWN_AND_NOT_WRITTEN = Outcome(500, "internal_server_error", 0, orphans=True)
REUSED = Outcome(409, "idempotency_key_reused", 0)

# Once: the first try fails, and the SDK's next one, where it makes one, succeeds.
READS = {
    "refused once": ACCEPTED,
    "refused always": SAFE,
    "connect_timeout once": ACCEPTED,
    "connect_timeout always": SAFE,
    "read_timeout once": ACCEPTED,
    "read_timeout always": SAFE,
    "closed once": ACCEPTED,
    "closed always": SAFE,
    "error_500 once": ACCEPTED,
    "error_500 always": SAFE,
    "error_503 once": ACCEPTED,
    "error_503 always": SAFE,
    "throttled once": ACCEPTED,
    "throttled always": SAFE,
    "denied once": SAFE,
    "denied always": SAFE,
    "answer_cut_off once": ACCEPTED,
    "answer_cut_off always": SAFE,
    "error_cut_off once": ACCEPTED,
    "error_cut_off always": SAFE,
}

# Two of them: with a key, and without one.
EXPECTED: dict[str, Mapping[str, Outcome | tuple[Outcome, Outcome]]] = {
    "directory read": READS,
    # Where it cannot be told, a fax may have been accepted before.
    "key read": {fault: UNKNOWN if outcome == SAFE else outcome for fault, outcome in READS.items()},
    "put": {
        "refused once": ACCEPTED,
        "refused always": SAFE,
        "connect_timeout once": ACCEPTED,
        "connect_timeout always": SAFE,
        "read_timeout once": ACCEPTED,
        "read_timeout always": SAFE,
        "closed once": ACCEPTED,
        "closed always": SAFE,
        "error_500 once": ACCEPTED,
        "error_500 always": SAFE,
        "slow_down_503 once": ACCEPTED,
        "slow_down_503 always": SAFE,
        "denied once": SAFE,
        "denied always": SAFE,
        # A put of ours that timed out is still at work.
        "conflict_409 once": ACCEPTED,
        "conflict_409 always": SAFE,
        # On a first try, it cannot be ours that stands there.
        "precondition_412 once": SAFE,
        "precondition_412 always": SAFE,
        "read_timeout after the effect once": ACCEPTED,
        "read_timeout after the effect always": SAFE,
        "closed after the effect once": ACCEPTED,
        "closed after the effect always": SAFE,
        "error_500 after the effect once": ACCEPTED,
        "error_500 after the effect always": SAFE,
    },
    "write": {
        "refused once": ACCEPTED,
        "refused always": SAFE,
        "connect_timeout once": ACCEPTED,
        "connect_timeout always": SAFE,
        "read_timeout once": ACCEPTED,
        "read_timeout always": UNKNOWN_AND_NOT_WRITTEN,
        "closed once": ACCEPTED,
        "closed always": UNKNOWN_AND_NOT_WRITTEN,
        "error_500 once": ACCEPTED,
        "error_500 always": UNKNOWN_AND_NOT_WRITTEN,
        "error_503 once": ACCEPTED,
        "error_503 always": UNKNOWN_AND_NOT_WRITTEN,
        "throttled once": ACCEPTED,
        "throttled always": SAFE,
        "denied once": SAFE,
        "denied always": SAFE,
        "read_timeout after the effect once": ACCEPTED,
        "read_timeout after the effect always": UNKNOWN_AND_WRITTEN,
        "closed after the effect once": ACCEPTED,
        "closed after the effect always": UNKNOWN_AND_WRITTEN,
        "error_500 after the effect once": ACCEPTED,
        "error_500 after the effect always": UNKNOWN_AND_WRITTEN,
        "in_progress after the effect once": ACCEPTED,
        "in_progress after the effect always": UNKNOWN_AND_WRITTEN,
        # What is left of it says that it was written.
        "answer_cut_off after the effect once": ACCEPTED,
        "answer_cut_off after the effect always": ACCEPTED,
        "in_progress once": ACCEPTED,
        "in_progress always": UNKNOWN_AND_NOT_WRITTEN,
        "error_cut_off once": ACCEPTED,
        "error_cut_off always": UNKNOWN_AND_NOT_WRITTEN,
        "conflict once": ACCEPTED,
        # Those who are writing under the same key may be accepted; where there is none, nothing of this one can be.
        "conflict always": (UNKNOWN, SAFE),
        "id_taken once": ACCEPTED,
        "id_taken always": SAFE,
    },
    "write of a key": {
        "conflict_of_the_key once": ACCEPTED,
        "conflict_of_the_key always": UNKNOWN,
        # Another fax has the key: what comes of the next try is seen in the integration tests of the store.
        "key_taken once": REUSED,
        "key_taken always": REUSED,
    },
    "discard": {
        "refused once": SAFE,
        "refused always": SAFE_WITH_ORPHANS,
        "read_timeout once": SAFE,
        "read_timeout always": SAFE_WITH_ORPHANS,
        "error_500 once": SAFE,
        "error_500 always": SAFE_WITH_ORPHANS,
        "denied once": SAFE_WITH_ORPHANS,
        "denied always": SAFE_WITH_ORPHANS,
    },
}


@dataclass(frozen=True, slots=True)
class Cell:
    call: str
    fault: str
    files: int
    keyed: bool

    @property
    def outcome(self) -> Outcome:
        expected = EXPECTED[self.call][self.fault]
        return expected if isinstance(expected, Outcome) else expected[0 if self.keyed else 1]

    def __str__(self) -> str:
        return f"{self.call}, {self.fault}, {self.files} files, {'with' if self.keyed else 'without'} key"


CELLS = [
    Cell(call, fault, files, keyed)
    for call, faults in FAULTS.items()
    for fault in faults
    for files in (1, 3)
    for keyed in ((True,) if call in NEEDS_A_KEY else (True, False))
]


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
        asked = _json(request)["Key"]["pk"]["S"]
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
            self.cloud.dynamodb.transact_write_items(TransactItems=_json(request)["TransactItems"])


def _json(request: AWSPreparedRequest) -> dict[str, Any]:
    assert isinstance(request.body, bytes)
    sent: dict[str, Any] = json.loads(request.body)
    return sent


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
