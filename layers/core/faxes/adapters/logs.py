"""The audit log, in CloudWatch Logs: a log group of its own.

Actions: logs:CreateLogStream and logs:PutLogEvents to write, logs:FilterLogEvents to read, on the log group.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from botocore.exceptions import ClientError

from faxes.adapters.calls import FAILURES, code, fault
from faxes.audit import DIRECTORY, ERASE, Line
from faxes.errors import Effect, StorageFault

# A call takes 1 MB. A line has up to a few keys of 512 characters.
_LINES_PER_CALL = 500


class LogsAuditLog:
    """Writes lines to the log group, and reads from it what was erased. Implements ``audit.AuditLog``.

    ``client`` is the SDK's of CloudWatch Logs, for which no stubs are installed.
    """

    def __init__(self, client: Any, group: str) -> None:
        self._client = client
        self._group = group

    def write(self, lines: Sequence[Line], now: datetime) -> None:
        timestamp = int(now.timestamp() * 1000)
        events = [{"timestamp": timestamp, "message": json.dumps(line)} for line in lines]
        for batch in batched(events, _LINES_PER_CALL, strict=False):
            self._put(str(lines[0]["action"]), batch)

    def _put(self, stream: str, events: Sequence[dict[str, Any]]) -> None:
        try:
            self._make_stream(stream)
            answer = self._client.put_log_events(logGroupName=self._group, logStreamName=stream, logEvents=list(events))
        except FAILURES as error:
            raise fault("PutLogEvents", Effect.UNKNOWN, error) from error
        # What it drops, it answers with success.
        if answer.get("rejectedLogEventsInfo"):
            why = "the line was rejected as too old or too new; is this machine's clock right?"
            raise StorageFault("PutLogEvents", Effect.NONE, why)

    def _make_stream(self, stream: str) -> None:
        try:
            self._client.create_log_stream(logGroupName=self._group, logStreamName=stream)
        except ClientError as error:
            if code(error) != "ResourceAlreadyExistsException":
                raise

    def erased(self) -> set[str]:
        return {line["uidSha256"] for line in self._lines(ERASE)}

    def items(self) -> dict[str, str | None]:
        return {key: becomes for line in self._lines(DIRECTORY) for key, becomes in line["items"].items()}

    def _lines(self, action: str) -> Iterator[dict[str, Any]]:
        """The lines of an action, the oldest first."""
        pages = self._client.get_paginator("filter_log_events").paginate(logGroupName=self._group)
        try:
            events = [event for page in pages for event in page["events"]]
        except FAILURES as error:
            raise fault("FilterLogEvents", Effect.NONE, error) from error
        for event in sorted(events, key=lambda event: int(event["timestamp"])):
            line = _parsed(event["message"])
            if line.get("action") == action:
                yield line


def _parsed(message: str) -> dict[str, Any]:
    """A line; an empty one where it is none of ours."""
    try:
        line = json.loads(message)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}
