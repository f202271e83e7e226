"""The audit log, in CloudWatch Logs: a log group of its own.

Actions: logs:CreateLogStream and logs:PutLogEvents to write, logs:FilterLogEvents to read, on the log group.
"""

import json
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from faxes.adapters.calls import FAILURES, code, fault
from faxes.audit import ERASE, Line
from faxes.errors import Effect, StorageFault

_STREAM = "erase"


class LogsAuditLog:
    """Writes lines to the log group, and reads from it what was erased. Implements ``audit.AuditLog``.

    ``client`` is the SDK's of CloudWatch Logs, for which no stubs are installed.
    """

    def __init__(self, client: Any, group: str) -> None:
        self._client = client
        self._group = group

    def write(self, line: Line, now: datetime) -> None:
        event = {"timestamp": int(now.timestamp() * 1000), "message": json.dumps(line)}
        try:
            self._make_stream()
            answer = self._client.put_log_events(logGroupName=self._group, logStreamName=_STREAM, logEvents=[event])
        except FAILURES as error:
            raise fault("PutLogEvents", Effect.UNKNOWN, error) from error
        # What it drops, it answers with success.
        if answer.get("rejectedLogEventsInfo"):
            why = "the line was rejected as too old or too new; is this machine's clock right?"
            raise StorageFault("PutLogEvents", Effect.NONE, why)

    def _make_stream(self) -> None:
        try:
            self._client.create_log_stream(logGroupName=self._group, logStreamName=_STREAM)
        except ClientError as error:
            if code(error) != "ResourceAlreadyExistsException":
                raise

    def erased(self) -> set[str]:
        pages = self._client.get_paginator("filter_log_events").paginate(logGroupName=self._group)
        try:
            lines = [_parsed(event["message"]) for page in pages for event in page["events"]]
        except FAILURES as error:
            raise fault("FilterLogEvents", Effect.NONE, error) from error
        return {line["uidSha256"] for line in lines if line.get("action") == ERASE}


def _parsed(message: str) -> dict[str, Any]:
    """A line; an empty one where it is none of ours."""
    try:
        line = json.loads(message)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}
