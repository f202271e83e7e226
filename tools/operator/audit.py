"""The audit log: a log group of its own, which says what operators erased, and holds no content.

A line is one JSON object: ``action`` and ``state``, ``time``, the ``caller``'s ARN, and what the action adds. Of a fax
it has the ``id``, and of the uid its SHA-256 alone (``uidSha256``), by which a restore knows the fax again.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

_STREAM = "erase"


class AuditFailed(Exception):
    """A line was not taken; the message says why."""


class AuditLog:
    """Writes lines to the log group, and reads from it what was erased."""

    def __init__(self, logs: Any, group: str) -> None:
        self._logs = logs
        self._group = group

    def write(self, line: Mapping[str, object], now: datetime) -> None:
        """Write a line. Needs logs:CreateLogStream and logs:PutLogEvents; raises botocore's errors, and AuditFailed
        where the log takes no line of that time."""
        try:
            self._logs.create_log_stream(logGroupName=self._group, logStreamName=_STREAM)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise
        event = {"timestamp": int(now.timestamp() * 1000), "message": json.dumps(line)}
        answer = self._logs.put_log_events(logGroupName=self._group, logStreamName=_STREAM, logEvents=[event])
        # What it drops, it answers with success.
        if answer.get("rejectedLogEventsInfo"):
            raise AuditFailed("the line was rejected as too old or too new; is this machine's clock right?")

    def erased(self) -> set[str]:
        """The SHA-256 of each uid whose fax was erased, or was going to be. Needs logs:FilterLogEvents."""
        pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=self._group)
        lines = [_parsed(event["message"]) for page in pages for event in page["events"]]
        return {line["uidSha256"] for line in lines if line.get("action") == "erase"}


def _parsed(message: str) -> dict[str, Any]:
    """A line; an empty one where it is none of ours."""
    try:
        line = json.loads(message)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}
