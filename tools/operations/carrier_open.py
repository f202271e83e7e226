"""Opens the carrier's gate, which closes while the carrier refuses the account: `make carrier-open`.

What waits goes on within a quarter of an hour. Where the carrier still refuses, the next attempt closes it again.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from faxes.adapters.dynamodb.gates import DynamoDBGates
from faxes.carriers import TELNYX
from faxes.errors import StorageFault
from tools.operations import deployed
from tools.operations.deployed import NoStack
from tools.steps import fail


def main(arguments: list[str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    parser = argparse.ArgumentParser(prog="make carrier-open", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    try:
        stack = deployed.find(options.stack)
        gates = DynamoDBGates(stack.client("dynamodb"), stack.output("FaxTableName"))
        closed = gates.closed(TELNYX)
        if closed is None:
            print("The carrier's gate is open.")
            return 0
        gates.open(TELNYX, now())
    except NoStack as error:
        return fail(error)
    except StorageFault as fault:
        return fail(f"AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"AWS said: {error}")
    since, code = closed
    print(f"It was closed since {since:%Y-%m-%d %H:%M:%S} UTC, for what {TELNYX} calls {code}; it is open.")
    print("What waits goes on within a quarter of an hour.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
