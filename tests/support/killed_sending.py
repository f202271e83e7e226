"""Runs send_fax's handler in a process of its own, which is killed at its nth call, of AWS or of the carrier.

`python -m tests.support.killed_sending <fax> <time> <n>`: what is due of the fax is done, from one due time to the
next, until nothing is; then what the carrier keeps is deleted there. The time is the process's clock; the last line on
standard output says what it is at the end, and how many calls were made. The process kills itself before the nth call
leaves; with n one more than there are calls, at the end. 0 kills nothing. The environment is the function's; what lists
what is due has calls that are not counted.
"""

import json
import os
import sys
from datetime import datetime
from typing import Any

import boto3

from faxes.adapters.dynamodb.items import plain, wire
from faxes.bootstrap import clients
from faxes.carriers.https import Answer, Host
from faxes.carriers.telnyx import Telnyx
from tests.support import fax_items
from tests.support.killed import Killer, function
from tests.support.lambda_context import CONTEXT

_MOST = 60


class Clock:
    """What goes from one due time to the next."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


class Watched:
    """A carrier's host, of which each call is counted with AWS's."""

    def __init__(self, host: Host, killer: Killer) -> None:
        self._host, self._killer = host, killer

    def ask(self, *asked: Any, **also: Any) -> Answer:
        self._killer.before()
        return self._host.ask(*asked, **also)


def _ended(table: Any, fax_id: str) -> list[str]:
    """The attempts of which the carrier may still have something, as the queue's messages name them."""
    pages = table.get_paginator("query").paginate(
        TableName=os.environ["FAX_TABLE"],
        KeyConditionExpression="pk = :pk AND begins_with(sk, :recipient)",
        ExpressionAttributeValues=wire({":pk": f"FAX#{fax_id}", ":recipient": "RECIPIENT#"}),
        ConsistentRead=True,
    )
    items = [plain(item) for page in pages for item in page["Items"]]
    return [item["reference"] for item in items if "carrierId" in item and "erased" not in item]


def main(fax_id: str, clock: Clock, at: int) -> None:
    # Before the function takes it.
    clients.now = clock.now
    module, killer = function("send_fax"), Killer(at)
    killer.watch(module.inbox.plan.recipients._client)
    killer.watch(module.inbox.plan.bells._client)
    killer.watch(module.inbox.dispatch.documents.media._client)
    live = module.inbox.dispatch.lines.live
    if isinstance(live, Telnyx):
        key: Any = live._key
        killer.watch(key._client)
        live._host = Watched(live._host, killer)  # type: ignore[assignment]
    table, key = boto3.client("dynamodb"), wire({":pk": f"FAX#{fax_id}"})
    for _ in range(_MOST):
        answer = table.query(
            TableName=os.environ["FAX_TABLE"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=key,
            ConsistentRead=True,
        )
        due = fax_items.next_due([plain(item) for item in answer["Items"]], clock.time)
        if due is None:
            break
        sk, clock.time = due
        message = {"fax": fax_id} if sk == "FAX" else {"fax": fax_id, "recipient": 1}
        module.handler({"Records": [{"body": json.dumps(message)}]}, CONTEXT)
    if isinstance(live, Telnyx):
        for reference in _ended(table, fax_id):
            module.handler({"Records": [{"body": json.dumps({"over": reference})}]}, CONTEXT)
    killer.at_the_end()
    # Behind what is logged on the same stream.
    print(f"\n{clock.time.isoformat()} {killer.calls}")  # noqa: T201  (for the process that started this one)


if __name__ == "__main__":
    main(sys.argv[1], Clock(datetime.fromisoformat(sys.argv[2])), int(sys.argv[3]))
