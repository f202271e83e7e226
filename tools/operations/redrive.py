"""Lists the faxes of which nothing becomes by itself, `make stuck`, and has one of them go on, `make redrive FAX=id`.

They were accepted by a release that did not send yet, or came back with a restore: they have no time at which they are
due, so that nobody gets a fax by surprise. Or they wait since there is no carrier, which is looked at once a day: where
there is one now, they need not wait. A fax whose recipients were being called when it was backed up is not among
them: nobody knows who got it.
"""

import argparse
import re
import sys
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb.redriving import STATUSES, DynamoDBIdleFaxes
from faxes.errors import StorageFault
from tools.operations import deployed
from tools.operations.deployed import NoStack, Stack
from tools.steps import fail

_ID = re.compile(r"[1-9][0-9]{0,15}")


def stuck(stack: Stack, now: datetime) -> list[str]:
    """A line for each such fax, the oldest first. Needs dynamodb:Scan on the table of faxes. Raises StorageFault."""
    found = sorted(_faxes(stack).all(now), key=lambda fax: fax.created_at)
    return [
        f"{fax.id:<16} {fax.created_at:%Y-%m-%d %H:%M:%S} UTC  {fax.status:<10} {fax.pages:>3} pages  {fax.extension}"
        + (f"  {fax.reason}" if fax.reason else "")
        for fax in found
    ]


def redrive(stack: Stack, fax_id: str, now: datetime) -> bool:
    """Have a fax go on. Whether it is such a fax. Needs dynamodb:UpdateItem on the table. Raises StorageFault."""
    return _faxes(stack).redrive(fax_id, now)


def _faxes(stack: Stack) -> DynamoDBIdleFaxes:
    return DynamoDBIdleFaxes(stack.client("dynamodb"), stack.output("FaxTableName"))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make redrive", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--list", action="store_true", help="list them")
    parser.add_argument("--fax", help="the id of the one that goes on")
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    if not options.list and options.fax is None:
        return fail("Say which: make redrive FAX=id [STACK=name]; make stuck lists them.")
    if options.fax is not None and not _ID.fullmatch(options.fax):
        return fail(f"FAX is {options.fax!r}; it must be a fax's id: a number of up to 16 digits.")
    try:
        stack, now = deployed.find(options.stack), datetime.now(UTC)
        if options.list:
            lines = stuck(stack, now)
            print("\n".join([*lines, f"{len(lines)} in all"]))
            return 0
        if not redrive(stack, options.fax, now):
            return fail(
                f"Fax {options.fax} is not {', '.join(STATUSES[:-1])} or {STATUSES[-1]} without a time at which it is "
                "due, nor does it wait for a carrier: make stuck lists those that are."
            )
    except NoStack as error:
        return fail(error)
    except StorageFault as fault:
        return fail(f"AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"AWS said: {error}")
    print(f"fax {options.fax} is due; the sweep takes it up within a minute")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
