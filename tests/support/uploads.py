"""Faxes whose files come later: announced, uploaded and looked into, through the functions as they are deployed."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from faxes.adapters.dynamodb.items import plain
from tests.support import asking, requests
from tests.support.cloud import Cloud


def entry(name: str, content: bytes, *, with_sha256: bool = True, **other: Any) -> dict[str, Any]:
    """A file as it is announced."""
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode("ascii")
    said = {"name": name, "size": len(content), "type": "application/pdf"}
    return said | ({"sha256": digest} if with_sha256 else {}) | other


def request(body: bytes, *headers: str, user: str = "@me", extension: str = "0003*210") -> requests.RawRequest:
    """POST of a JSON body."""
    lines = (
        f"POST /uapi/faxes/{user}/{extension} HTTP/1.1",
        "Host: HOST",
        "Authorization: Bearer TOKEN",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    )
    return requests.parse("\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body)


def created(fax_id: str, position: int) -> dict[str, Any]:
    """The message about a file that was uploaded, as a rule of EventBridge's puts it into the queue."""
    event = {
        "version": "0",
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": "files"}, "object": {"key": f"uploads/{fax_id}/{position}", "size": 1}},
    }
    return {"Records": [{"body": json.dumps(event)}]}


class Deployed:
    """What takes, checks, reads and changes faxes; files are put and messages handed over by hand."""

    def __init__(self, cloud: Cloud, context: Any, **other: str) -> None:
        self.cloud, self.context = cloud, context
        self.create_fax: Any = cloud.function("create_fax", **other)
        self.check_upload: Any = cloud.function("check_upload")
        self._read, self._change = cloud.function("read_faxes"), cloud.function("change_faxes")
        self.bucket = cloud.names["FileBucket"]

    def answer(self, body: Mapping[str, Any] | bytes, *headers: str, **path: str) -> dict[str, Any]:
        """What a request is answered."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        event = requests.proxy_event(request(sent, *headers, **path), "uploads")
        answer: dict[str, Any] = self.create_fax.handler(event, self.context)
        return answer

    def announce(self, files: Sequence[Mapping[str, Any]], *headers: str, **members: Any) -> dict[str, Any]:
        """Announce a fax; what it is answered."""
        answer = self.answer({"recipients": ["7778888"], "files": files, **members}, *headers)
        assert answer["statusCode"] == 200, answer
        made: dict[str, Any] = json.loads(answer["body"])
        return made

    def put(self, fax_id: str, position: int, content: bytes) -> None:
        self.cloud.s3.put_object(Bucket=self.bucket, Key=f"uploads/{fax_id}/{position}", Body=content)

    def check(self, fax_id: str, position: int | None = None) -> None:
        """Hand over the message about one file, or the sweep's about all."""
        message = {"Records": [{"body": json.dumps({"fax": fax_id})}]}
        self.check_upload.handler(created(fax_id, position) if position else message, self.context)

    def ask(
        self, fax_id: str, method: str = "GET", body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """What is shown of a fax, or a change of it answered."""
        handler = (self._change if method == "PUT" else self._read).handler
        asked = asking.request(method, "@me", "@self", fax_id, body=body)
        answer = handler(requests.proxy_event(asked, "uploads"), self.context)
        shown: dict[str, Any] = json.loads(answer["body"])
        return answer["statusCode"], shown

    def items(self) -> dict[str, dict[str, Any]]:
        """All that the faxes' table holds, by the first word of its partition."""
        return {item["pk"].partition("#")[0]: item for item in map(plain, self.cloud.items("FaxTable"))}
