"""Lists the faxes that do not move, by why they do not, and the messages that were given up: `make stuck`."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb.finding import DynamoDBFaxFinder
from faxes.adapters.dynamodb.redriving import DynamoDBStuckFaxes, Stuck, Why
from faxes.errors import StorageFault
from tools.cut_short import may_be_cut_short
from tools.operations import deployed, queues
from tools.operations.deployed import NoStack, Stack
from tools.steps import fail

_MEANING = {
    Why.NO_TIME: "nothing is ever done with these: an earlier release accepted them, or a restore brought them back",
    Why.NO_CARRIER: "these are ready, and wait until Carrier is set; each fails at its time",
    Why.IN_DOUBT: "the carrier has not said whether it took these; it is asked again at their time",
    Why.OVERDUE: "something should have been done with these, and was not",
}


def lines(stack: Stack, now: datetime) -> Iterator[str]:
    """What does not move, the oldest first, under why. Needs dynamodb:Scan and dynamodb:GetItem on the table of faxes,
    and what ``given_up`` needs. Raises StorageFault."""
    found = list(DynamoDBStuckFaxes(stack.client("dynamodb"), stack.output("FaxTableName")).all(now))
    for why in Why:
        these = sorted((each for each in found if each.why is why), key=_order)
        if these:
            yield f"{why}: {_MEANING[why]}"
            yield from map(_line, these)
    yield from given_up(stack)
    faxes = len({each.fax.id for each in found})
    yield f"{faxes} fax{'' if faxes == 1 else 'es'} in all"


def given_up(stack: Stack) -> Iterator[str]:
    """How many messages were given up, by queue. Needs cloudformation:DescribeStackResources and
    sqs:GetQueueAttributes."""
    found, client = queues.urls(stack), stack.client("sqs")
    for word, (_, dead_letters) in queues.QUEUES.items():
        if number := queues.count(client, found[dead_letters]):
            what = "1 message" if number == 1 else f"{number} messages"
            yield f"given up: {what} of the queue {word}; what is behind it is due all the same"


def _order(stuck: Stuck) -> tuple[datetime, str, int]:
    return stuck.fax.created_at, stuck.fax.id, stuck.position or 0


def _line(stuck: Stuck) -> str:
    fax, position = stuck.fax, stuck.position
    words = [
        f"  {fax.id:<16} {fax.created_at:%Y-%m-%d %H:%M:%S} UTC  {fax.extension:<10} {fax.status:<10}",
        f"to {fax.recipients[position - 1]}" if position and position <= len(fax.recipients) else "",
        f"at {stuck.due_at:%Y-%m-%d %H:%M:%S} UTC" if stuck.due_at else "",
    ]
    return "  ".join(word for word in words if word)


def told_of_cost(stack: Stack) -> str:
    """What reading the whole table takes: a unit for each 8 KB. Needs dynamodb:DescribeTable. Raises StorageFault."""
    items, size = DynamoDBFaxFinder(stack.client("dynamodb"), stack.output("FaxTableName")).size()
    return f"reading the whole table: items {items:,}, read units {-(-size // 8192):,}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make stuck", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    try:
        stack = deployed.find(options.stack)
        print(told_of_cost(stack), file=sys.stderr, flush=True)
        for line in lines(stack, datetime.now(UTC)):
            print(line)
    except NoStack as error:
        return fail(error)
    except StorageFault as fault:
        return fail(f"AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"AWS said: {error}")
    return 0


if __name__ == "__main__":
    with may_be_cut_short():
        sys.exit(main(sys.argv[1:]))
