"""Runs send_fax's handler in a process of its own, which is killed at its nth AWS call.

`python -m tests.support.killed_sending <fax> <time> <n>`: what is due of the fax is done, from one due time to the
next, until nothing is. The time is the process's clock; the last line on standard output says what it is at the end,
and how many calls were made. The process kills itself before the nth call leaves; with n one more than there are calls,
at the end. 0 kills nothing. The environment is the function's; what lists what is due has calls that are not counted.
"""

import json
import os
import sys
from datetime import datetime

import boto3

from faxes.adapters.dynamodb.items import plain, wire
from faxes.bootstrap import clients
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


def main(fax_id: str, clock: Clock, at: int) -> None:
    # Before the function takes it.
    clients.now = clock.now
    module, killer = function("send_fax"), Killer(at)
    killer.watch(module.inbox.plan.recipients._client)
    killer.watch(module.inbox.plan.bells._client)
    killer.watch(module.inbox.dispatch.documents.media._client)
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
    killer.at_the_end()
    # Behind what is logged on the same stream.
    print(f"\n{clock.time.isoformat()} {killer.calls}")  # noqa: T201  (for the process that started this one)


if __name__ == "__main__":
    main(sys.argv[1], Clock(datetime.fromisoformat(sys.argv[2])), int(sys.argv[3]))
