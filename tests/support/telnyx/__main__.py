"""The server by itself, by real time, until it is stopped: `python -m tests.support.telnyx`.

It first writes a line of JSON that says where it is and what its account is. What came out at the other end lies in the
folder ``--received``, a TIFF for each fax; ``--speed`` divides the time of each call.
"""

import argparse
import json
import ssl
import sys
import time
from pathlib import Path

from tests.support.telnyx.account import Account
from tests.support.telnyx.server import TelnyxServer

# The callerIds of directory.example.yaml, which are numbers of the account as well.
_EXAMPLES = ("+493023125000", "+493023125011")


def main() -> int:
    parser = argparse.ArgumentParser(prog="telnyx", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument(
        "--trust", type=Path, help="certificates of whom documents are fetched from and reports sent to"
    )
    parser.add_argument("--received", type=Path, required=True)
    parser.add_argument("--speed", type=float, default=1)
    options = parser.parse_args()
    trust = ssl.create_default_context(cafile=str(options.trust)) if options.trust else None
    account = Account(numbers=(*Account().numbers, *_EXAMPLES))
    with TelnyxServer(account, trust=trust, speed=options.speed) as server:
        said = {
            "url": server.url,
            "apiKey": account.api_key,
            "connectionId": account.connection_id,
            "number": account.numbers[0],
            "publicKey": account.public_key,
        }
        print(json.dumps(said), flush=True)  # noqa: T201  (whoever started it reads this)
        options.received.mkdir(parents=True, exist_ok=True)
        written: set[str] = set()
        while True:
            server.settle()
            for fax in list(server.exchange.faxes.values()):
                if fax.status == "delivered" and fax.id not in written:
                    written.add(fax.id)
                    # Whoever looks finds it whole.
                    name = f"{len(written)}-{fax.to}"
                    (options.received / f"{name}.part").write_bytes(fax.content)
                    (options.received / f"{name}.part").rename(options.received / f"{name}.tif")
            time.sleep(0.1)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
