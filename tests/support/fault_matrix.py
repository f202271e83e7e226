"""Every AWS call of create_fax, every way that it can fail, and what must come of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from tests.support.faults import Fate, dynamodb_answers, dynamodb_cut_off, raises, s3_answers

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


def once_and_always(**fates: Fate) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    for name, fate in fates.items():
        faults[f"{name} once"] = Fault(fate)
        faults[f"{name} always"] = Fault(fate, always=True)
    return faults


def lost(**fates: Fate) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    for name, fate in fates.items():
        faults[f"{name} after the effect once"] = Fault(fate, effective=True)
        faults[f"{name} after the effect always"] = Fault(fate, always=True, effective=True)
    return faults


def cancelled(*reasons: dict[str, Any]) -> Fate:
    """A transaction that is cancelled: a reason for each of its writes."""

    def meet(request: AWSPreparedRequest) -> AWSResponse | None:
        # Without a key, the transaction has the record alone.
        writes = len(sent_json(request)["TransactItems"])
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

NO_ANSWER = once_and_always(refused=refused, connect_timeout=connect_timeout, read_timeout=read_timeout, closed=closed)
DYNAMODB = NO_ANSWER | once_and_always(
    error_500=dynamodb_answers(500, "InternalServerError"),
    error_503=dynamodb_answers(503, "ServiceUnavailable"),
    throttled=dynamodb_answers(400, "ThrottlingException"),
    denied=dynamodb_answers(400, "AccessDeniedException"),
)
READ = DYNAMODB | once_and_always(answer_cut_off=dynamodb_cut_off(200), error_cut_off=dynamodb_cut_off(400))
# A write that is cut off when it is answered took effect.
_TOLD = {
    "refused": refused,
    "connect_timeout": connect_timeout,
    "read_timeout": read_timeout,
    "closed": closed,
    "error_500": dynamodb_answers(500, "InternalServerError"),
    "error_503": dynamodb_answers(503, "ServiceUnavailable"),
    "throttled": dynamodb_answers(400, "ThrottlingException"),
    "denied": dynamodb_answers(400, "AccessDeniedException"),
    "error_cut_off": dynamodb_cut_off(400),
}
OF_A_WORKER = once_and_always(**_TOLD) | lost(**_TOLD, answer_cut_off=dynamodb_cut_off(200))
PUT = (
    NO_ANSWER
    | once_and_always(
        error_500=s3_answers(500, "InternalError"),
        slow_down_503=s3_answers(503, "SlowDown"),
        denied=s3_answers(403, "AccessDenied"),
        conflict_409=s3_answers(409, "ConditionalRequestConflict"),
        precondition_412=s3_answers(412, "PreconditionFailed"),
    )
    | lost(read_timeout=read_timeout, closed=closed, error_500=s3_answers(500, "InternalError"))
)
WRITE = (
    DYNAMODB
    | lost(
        read_timeout=read_timeout,
        closed=closed,
        answer_cut_off=dynamodb_cut_off(200),
        error_500=dynamodb_answers(500, "InternalServerError"),
        in_progress=dynamodb_answers(400, "TransactionInProgressException"),
    )
    | once_and_always(
        in_progress=dynamodb_answers(400, "TransactionInProgressException"),
        error_cut_off=dynamodb_cut_off(400),
        conflict=cancelled({"Code": "TransactionConflict"}, NONE),
        id_taken=cancelled(FAILED_CONDITION | {"Item": ANOTHERS}, NONE),
    )
)
# Only where there is a key.
WRITE_OF_A_KEY = once_and_always(
    conflict_of_the_key=cancelled(NONE, {"Code": "TransactionConflict"}),
    key_taken=cancelled(NONE, FAILED_CONDITION | {"Item": ANOTHERS}),
)
DISCARD = once_and_always(
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

# Of a read and of a put alike. Once: the first try fails, and the SDK's next one, where it makes one, succeeds.
HARMLESS = {
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
    "denied once": SAFE,
    "denied always": SAFE,
}
READS = HARMLESS | {
    "error_503 once": ACCEPTED,
    "error_503 always": SAFE,
    "throttled once": ACCEPTED,
    "throttled always": SAFE,
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
    "put": HARMLESS
    | {
        "slow_down_503 once": ACCEPTED,
        "slow_down_503 always": SAFE,
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


def sent_json(request: AWSPreparedRequest) -> dict[str, Any]:
    assert isinstance(request.body, bytes)
    sent: dict[str, Any] = json.loads(request.body)
    return sent
