"""Has a fax go on that does not move, `make redrive FAX=id`, or messages that were given up, `make redrive QUEUE=send`.

Nothing is sent twice by it: what is due is looked at, as it would have been later. Who waits for another attempt goes
on waiting.
"""

import argparse
import re
import sys
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb.redriving import DynamoDBStuckFaxes, Redriven
from faxes.errors import StorageFault
from faxes.lifecycle import FINAL
from tools.operations import deployed, queues
from tools.operations.deployed import NoStack, Stack
from tools.steps import fail

ID = re.compile(r"[1-9][0-9]{0,15}")


def redrive(stack: Stack, fax_id: str, now: datetime) -> Redriven | None:
    """Have a fax go on. Needs dynamodb:Query and dynamodb:UpdateItem on the table of faxes. Raises StorageFault."""
    return DynamoDBStuckFaxes(stack.client("dynamodb"), stack.output("FaxTableName")).redrive(fax_id, now)


def move(stack: Stack, word: str) -> queues.Moved:
    """Have the messages taken again that were given up. Raises botocore's errors."""
    found = queues.urls(stack)
    work, given_up = queues.QUEUES[word]
    return queues.move(stack.client("sqs"), found[given_up], found[work])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make redrive", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--fax", help="the id of the fax that goes on")
    parser.add_argument("--queue", help="whose messages that were given up are taken again: render, send or upload")
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    if (options.fax is None) == (options.queue is None):
        return fail("Say which: make redrive FAX=id or QUEUE=render|send|upload [STACK=name]; make stuck lists them.")
    if options.fax is not None and not ID.fullmatch(options.fax):
        return fail(f"FAX is {options.fax!r}; it must be a fax's id: a number of up to 16 digits.")
    if options.queue is not None and options.queue not in queues.QUEUES:
        *words, last = queues.QUEUES
        return fail(f"QUEUE is {options.queue!r}; it must be {', '.join(words)} or {last}.")
    try:
        stack = deployed.find(options.stack)
        if options.queue is not None:
            moved = move(stack, options.queue)
            print(f"messages that are taken again: {moved.moved}; removed, since they name no fax: {moved.removed}")
            return 0
        return _tell(options.fax, redrive(stack, options.fax, datetime.now(UTC)))
    except NoStack as error:
        return fail(error)
    except StorageFault as fault:
        return fail(f"AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"AWS said: {error}")


def _tell(fax_id: str, done: Redriven | None) -> int:
    if done is None:
        return fail(f"There is no fax {fax_id} any more, or there never was.")
    if done.record or done.recipients:
        what = [f"fax {fax_id}"] if done.record else []
        what += [f"{done.recipients} of its recipients"] if done.recipients else []
        print(f"due now: {', '.join(what)}; the sweep takes it up within a minute")
        return 0
    if done.status in FINAL:
        return fail(
            f"Fax {fax_id} is {done.status}, which is final. To send it again, its sender makes a new fax of it."
        )
    return fail(f"Fax {fax_id} is {done.status}, and goes on by itself: make faxes FAX={fax_id} says when.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
