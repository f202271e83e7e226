"""send_fax on moto, of which one call meets a fault: the names of its calls, and how each can fail."""

import json
from datetime import timedelta
from typing import Any

from faxes.adapters.dynamodb.items import Item
from faxes.model import Status
from tests.support.fault_matrix import (
    DYNAMODB,
    NO_ANSWER,
    READ,
    Fault,
    closed,
    lost,
    once_and_always,
    read_timeout,
)
from tests.support.faults import dynamodb_answers, dynamodb_cut_off, s3_answers
from tests.support.faulty import Deployment
from tests.support.faxes import NOW, fax

_AFTER = lost(
    read_timeout=read_timeout,
    closed=closed,
    answer_cut_off=dynamodb_cut_off(200),
    error_500=dynamodb_answers(500, "InternalServerError"),
)
_S3 = NO_ANSWER | once_and_always(
    error_500=s3_answers(500, "InternalError"),
    slow_down_503=s3_answers(503, "SlowDown"),
    denied=s3_answers(403, "AccessDenied"),
)
_WRITE = DYNAMODB | _AFTER | once_and_always(in_progress=dynamodb_answers(400, "TransactionInProgressException"))
FAULTS: dict[str, dict[str, Fault]] = {
    "record read": READ,
    "recipient read": READ,
    "line read": READ,
    "write": _WRITE,
    "carrier take": DYNAMODB | _AFTER,
    "carrier read": READ,
    # Whether it is an extension, and who sends it.
    "directory read": READ,
    # Each of these is the same when it is made twice.
    "pages read": _S3,
    "document put": _S3,
    "paper kept": _S3,
    "document removed": _S3,
    "bell": DYNAMODB,
    # Of what the carrier said when it was asked to delete, and before it is asked anything.
    "attempt read": READ,
    "attempt write": DYNAMODB | _AFTER,
    "key read": DYNAMODB,
    "gate read": READ,
}
# What is likely to be broken: a call that fails for good, or whose effect nobody is told of. The others search further.
LIKELY = ("read_timeout always", "denied once", "closed after the effect always", "error_500 after the effect once")
_OF_FILES = {
    "GetObject": "pages read",
    "PutObject": "document put",
    "CopyObject": "paper kept",
    "DeleteObject": "document removed",
}


def named(operation: str, sent: dict[str, Any]) -> str | None:
    match operation:
        case "TransactWriteItems":
            return "write"
        case "UpdateItem":
            return "carrier take" if "SIM#" in json.dumps(sent) else "attempt write"
        case "Query":
            return "line read" if "DEST#" in json.dumps(sent) else "recipient read"
        case "GetItem" if any(kind in json.dumps(sent) for kind in ("ORG#", "EXT#", "PRICES")):
            return "directory read"
        case "GetItem" if "CARRIER#" in json.dumps(sent):
            return "gate read"
        case "GetItem" if "#ATTEMPT#" in json.dumps(sent):
            return "attempt read"
        case "GetItem":
            return "carrier read" if "SIM#" in json.dumps(sent) else "record read"
        case "SendMessage":
            return "bell"
        case "GetSecretValue":
            return "key read"
    return _OF_FILES.get(operation)


class Sending(Deployment):
    function: Any

    def queued(self, number: str = "7778888") -> str:
        # Of this one, the simulated network does not lose the reference.
        return self.put(
            fax(
                1,
                recipients=(number,),
                status=Status.QUEUED,
                due_at=NOW,
                revision=3,
                expires_at=NOW + timedelta(days=30),
            )
        )

    def run(self, fax_id: str) -> list[Item]:
        """Have what is due done, from one due time to the next, as the sweep does, until nothing is."""
        for _ in range(60):
            sk = self.next_due(fax_id)
            if sk is None:
                return self.items(fax_id)
            message = {"fax": fax_id} if sk == "FAX" else {"fax": fax_id, "recipient": 1}
            self.invoke(self.function, {"Records": [{"body": json.dumps(message)}]})
        raise AssertionError(f"{fax_id} is still due")
