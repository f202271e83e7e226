"""Opens the carrier's gate, which closes while the carrier refuses the account: `make carrier-open`.

What waits is due at once, and the next sweep has it go on. Where the carrier still refuses, the next attempt closes the
gate again.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb.gates import DynamoDBGates
from faxes.adapters.dynamodb.going_on import DynamoDBWaitingRecipients
from faxes.carriers import TELNYX
from faxes.errors import StorageFault
from tools.operations import deployed
from tools.operations.deployed import NoStack
from tools.steps import fail

# As many as Telnyx has in process at once; the others follow by themselves.
MOST = 2_000


def main(arguments: list[str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    parser = argparse.ArgumentParser(prog="make carrier-open", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    try:
        stack = deployed.find(options.stack)
        client, table = stack.client("dynamodb"), stack.output("FaxTableName")
        gates = DynamoDBGates(client, table)
        closed = gates.closed(TELNYX)
        if closed is not None:
            gates.open(TELNYX, now())
            since, code = closed
            print(f"It was closed since {since:%Y-%m-%d %H:%M:%S} UTC, for what {TELNYX} calls {code}; it is open.")
        else:
            print("The carrier's gate is open.")
        # Also where it was open: a probe may have opened it since these looked.
        made, more = DynamoDBWaitingRecipients(client, table).go_on(now(), MOST)
    except NoStack as error:
        return fail(error)
    except StorageFault as fault:
        return fail(f"AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"AWS said: {error}")
    print(f"Recipients that go on within a minute: {made}" + ("; more within a quarter of an hour." if more else "."))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
