"""Faxes whose files are uploaded, on moto: one call of what announces, looks, sweeps or renews meets a fault, or
something else happens before it; the names of the calls, and how each can fail."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from faxes.adapters.dynamodb.items import Item
from faxes.lifecycle import FINAL
from tests.support import asking, fax_items, requests
from tests.support.cloud import cloud
from tests.support.fault_matrix import (
    DYNAMODB,
    FAILED_CONDITION,
    NO_ANSWER,
    NONE,
    OF_A_WORKER,
    READ,
    Fault,
    cancelled,
    closed,
    lost,
    once_and_always,
    read_timeout,
)
from tests.support.faults import Fate, dynamodb_answers, s3_answers
from tests.support.faulty import Deployment, clock_of, header
from tests.support.lambda_context import CONTEXT
from tests.support.uploads import created, entry, request

NOTE, LETTER, OTHER = b"Please call back.\n", b"Dear Sir or Madam,\n\nPage 1\fPage 2\n", b"Other bytes.\n"


def _half(content: bytes) -> Fate:
    """An answer of S3's with an object, which breaks off in its midst."""

    def meet(request: AWSPreparedRequest) -> AWSResponse:
        raw: Any = BytesIO(content[: len(content) // 2])
        raw.stream = lambda: iter([raw.getvalue()])
        etag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
        headers = HTTPHeaders.from_dict({"content-length": str(len(content)), "etag": etag})
        # moto is asked whatever the answer here is; it has nothing at this address.
        request.url = "https://nowhere.invalid/"
        return AWSResponse(request.url, 200, headers, raw)

    return meet


_S3 = NO_ANSWER | once_and_always(
    error_500=s3_answers(500, "InternalError"),
    slow_down_503=s3_answers(503, "SlowDown"),
    denied=s3_answers(403, "AccessDenied"),
)
_S3_AFTER = lost(read_timeout=read_timeout, closed=closed, error_500=s3_answers(500, "InternalError"))
_CONFLICTS = once_and_always(
    # Whoever else writes one of the items.
    conflict=cancelled(NONE, {"Code": "TransactionConflict"}),
    condition=cancelled(NONE, FAILED_CONDITION),
)
FAULTS: dict[str, dict[str, Fault]] = {
    "pending read": READ,
    "key read": READ,
    "record read": READ,
    "due read": READ,
    # What breaks off in the midst of the file is gone on with there.
    "file read": _S3 | once_and_always(cut_off=_half(NOTE)),
    "file noted": OF_A_WORKER
    | once_and_always(conflict=dynamodb_answers(400, "TransactionConflictException"))
    | {"gone once": Fault(dynamodb_answers(400, "ConditionalCheckFailedException"))},
    # What S3 says while it copies, it says with 200.
    "copy": _S3 | _S3_AFTER | once_and_always(error_in_200=s3_answers(200, "InternalError")),
    "accepted": OF_A_WORKER | _CONFLICTS,
    "ended": OF_A_WORKER | _CONFLICTS,
    "removed": _S3 | _S3_AFTER,
    "message": DYNAMODB | lost(read_timeout=read_timeout, closed=closed),
    "put off": OF_A_WORKER,
}


def named(operation: str, sent: dict[str, Any]) -> str | None:
    said = json.dumps(sent)
    match operation:
        case "GetItem":
            kinds = {"IDEMPOTENCY#": "key read", "UPLOAD#": "pending read", "FAX#": "record read"}
            return next((name for kind, name in kinds.items() if kind in said), "directory read")
        case "Query" if "UPLOADS#" in said:
            return "open read"
        case "Query" if sent.get("IndexName"):
            # Its shards are read alike.
            return "due read" if '{"S": "0"}' in said else None
        case "Query":
            return "pending read" if "UPLOAD#" in said else "record read"
        case "PutItem":
            return "kept open"
        case "UpdateItem":
            return "file noted" if "checked." in sent["UpdateExpression"] else "put off"
        case "TransactWriteItems":
            writes = sent["TransactItems"]
            if "Update" in writes[0]:
                return "ended"
            return "accepted" if "FAX#" in json.dumps(writes[0]) else "announced"
        case "SendMessage":
            return "message"
    return {"GetObject": "file read", "CopyObject": "copy", "DeleteObjects": "removed"}.get(operation)


class Uploading(Deployment):
    """``meanwhile`` is what happens before the nth call that is made from now on; what that calls is not looked at."""

    def start(self) -> None:
        self.create_fax: Any = self.watched("create_fax", named)
        self.check_upload: Any = self.watched("check_upload", named)
        self.change_faxes: Any = self.watched("change_faxes", named)
        self.sweep: Any = self.watched("sweep", named)
        self.meanwhile: dict[int, Callable[[], object]] = {}
        self._alone = True

    def begin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().begin(monkeypatch)
        self.cloud.forget_faxes()
        self.cloud.messages("UploadQueue")
        self.meanwhile.clear()

    @property
    def bucket(self) -> str:
        return self.cloud.names["FileBucket"]

    # --- what is asked -----------------------------------------------------------------------------------------------

    def announce(self, *contents: bytes, key: str | None = None, sha256: bool = False) -> dict[str, Any]:
        """A request that announces files of these bytes: the answer's body, and its status as ``answered``."""
        files = [
            entry(f"{n}.txt", content, with_sha256=sha256, type="text/plain") for n, content in enumerate(contents, 1)
        ]
        return self.asked({"recipients": ["7778888"], "files": files}, key)

    def asked(self, body: Mapping[str, Any], key: str | None = None) -> dict[str, Any]:
        """A request with this body, likewise."""
        headers = [f"Idempotency-Key: {key}"] if key else []
        return self._answer(self.create_fax, request(json.dumps(body).encode(), *headers))

    def renew(self, fax_id: str) -> dict[str, Any]:
        """Ask for new addresses, likewise."""
        body = {"action": "RenewUploads"}
        return self._answer(self.change_faxes, asking.request("PUT", "@me", "@self", fax_id, body=body))

    def _answer(self, function: Any, asked: requests.RawRequest) -> dict[str, Any]:
        answer = function.handler(requests.proxy_event(asked, "matrix"), CONTEXT)
        replayed = answer["multiValueHeaders"].get("Idempotent-Replayed") == ["true"]
        self._settle()
        return {"answered": answer["statusCode"], "replayed": replayed, **json.loads(answer["body"])}

    # --- what happens ------------------------------------------------------------------------------------------------

    def upload(self, fax_id: str, position: int, content: bytes) -> None:
        self.cloud.s3.put_object(Bucket=self.bucket, Key=f"uploads/{fax_id}/{position}", Body=content)

    def check(self, fax_id: str, position: int | None = None) -> bool:
        """Hand over the message about one file, or the sweep's about all; whether it was taken."""
        message = {"Records": [{"body": json.dumps({"fax": fax_id})}]}
        return self.invoke(self.check_upload, created(fax_id, position) if position else message)

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """What is called is neither counted nor hit."""
        alone, self._alone = self._alone, False
        try:
            yield
        finally:
            self._alone = alone

    def _settle(self) -> None:
        # What hits a call time and again hits it for as long as the request is at work.
        self.armed.over = self.armed.over or self.armed.met
        assert fax_items.undue(self.items()) == []

    def _meet(self, call: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
        if self._alone:
            happens = self.meanwhile.pop(len(self.made) + 1, None)
            if happens:
                with self.unwatched():
                    happens()
        if operation == "CopyObject" and not self._is_still(request):
            self.made += [call] if self._alone else []
            return s3_answers(412, "PreconditionFailed")(request)
        return super()._meet(call, operation, request) if self._alone else None

    def _is_still(self, request: AWSPreparedRequest) -> bool:
        """Whether what is copied has the ETag that is asked for: moto does not look."""
        source = unquote(header(request, "x-amz-copy-source")).partition("/")[2]
        held = self.cloud.objects().get(source)
        wanted = header(request, "x-amz-copy-source-if-match")
        # What is not there, moto says.
        return held is None or wanted == f'"{hashlib.md5(held, usedforsecurity=False).hexdigest()}"'

    def _take_effect(self, operation: str, request: AWSPreparedRequest) -> None:
        if operation == "DeleteObjects":
            body = request.body if isinstance(request.body, bytes) else b""
            keys = [part.partition(b"</Key>")[0].decode() for part in body.split(b"<Key>")[1:]]
            self.cloud.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in keys]})
        else:
            super()._take_effect(operation, request)

    def run(self, fax_id: str) -> None:
        """From one time that it is due to the next, with a sweep and its messages, until it is accepted or has
        ended."""
        for _ in range(300):
            pending = self.pending(fax_id)
            if pending is None or pending["status"] in FINAL:
                return
            self.clock = max(self.clock, fax_items.time_of(pending))
            self.invoke(self.sweep, {})
            for message in self.messages("UploadQueue"):
                self.invoke(self.check_upload, {"Records": [{"body": json.dumps(message)}]})
        raise AssertionError(f"{fax_id} is still due")

    # --- what is there -----------------------------------------------------------------------------------------------

    def pending(self, fax_id: str) -> Item | None:
        return next((item for item in self.items() if item["pk"] == f"UPLOAD#{fax_id}"), None)

    def waiting(self) -> list[str]:
        """The ids of the faxes that wait for their files."""
        items = [item for item in self.items() if item["sk"] == "UPLOAD" and item["status"] == "uploading"]
        return [item["pk"].partition("#")[2] for item in items]

    def records(self) -> list[Item]:
        return [item for item in self.items() if item["sk"] == "FAX"]

    def assert_accepted(self, fax_id: str, *contents: bytes, others: Mapping[str, str] | None = None) -> None:
        """The fax is accepted, once, with these files, and there is no other but those (by id) that have ended so."""
        [record] = self.records()
        assert (record["id"], record["status"], record["dueAt"] > "", record["revision"]) == (
            fax_id, "accepted", True, 1,
        )  # fmt: skip
        assert [(file["sha256"], file["size"]) for file in record["files"]] == [
            (hashlib.sha256(content).hexdigest(), len(content)) for content in contents
        ]
        keys = [file["key"] for file in record["files"]]
        assert self.faxed() == dict(zip(keys, contents, strict=True))
        self._assert_nothing_waits(others or {}, {record["idempotency"]} if "idempotency" in record else set())

    def assert_ended(self, fax_id: str, status: str, *printed: tuple[int, ...]) -> None:
        """The fax ended so, without a record, without a file, and its key is free."""
        assert printed == ()
        assert self.records() == []
        assert self.faxed() == {}
        self._assert_nothing_waits({fax_id: status}, set())

    def _assert_nothing_waits(self, ended: Mapping[str, str], claims: set[str]) -> None:
        items = self.items()
        pending = {item["pk"].partition("#")[2]: item for item in items if item["sk"] == "UPLOAD"}
        assert {fax_id: item["status"] for fax_id, item in pending.items()} == ended
        assert [item for item in pending.values() if "due" in item or "dueAt" in item] == []
        kinds = {item["pk"].partition("#")[0] for item in items}
        assert "UPLOADS" not in kinds
        assert {item["pk"].partition("#")[2] for item in items if item["sk"] == "IDEMPOTENCY"} == claims

    def faxed(self) -> dict[str, bytes]:
        """What lies in the bucket, but for what was uploaded."""
        return {key: held for key, held in self.cloud.objects().items() if not key.startswith("uploads/")}

    def uploaded(self) -> Sequence[str]:
        return [key for key in self.cloud.objects() if key.startswith("uploads/")]


@contextmanager
def started() -> Iterator[Uploading]:
    """A deployment with the example's directory, and its functions, whose clock it is."""
    with cloud() as made:
        made.import_example()
        uploading = Uploading(made)
        with clock_of(uploading):
            uploading.start()
            yield uploading
