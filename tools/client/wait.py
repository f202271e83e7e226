"""Waits until a fax has ended: `make wait ID=115937093837901 SECONDS=600`.

Ends with 0 where it was sent, 1 where it failed or was canceled, 5 where it was partially sent, and 6 where it has not
ended by then. (make itself ends with 2 for each of the latter, and says which: "Error 5".)
"""

import argparse
import sys

from tools.client import login, status
from tools.client.fax import INCOMPLETE
from tools.client.login import LoginFailed, UnsafeUrl
from tools.client.send import Sender
from tools.client.status import Unanswered
from tools.steps import fail

SECONDS = 600.0


def wait(to: Sender, fax_id: str, seconds: float) -> int:
    """Wait for a fax's end, telling of each change, and then show it. Returns the exit status. Raises Unanswered."""
    fax = status.wait(to, fax_id, seconds, lambda line: print(line, flush=True))
    print("\n".join(status.described(fax)) if fax else f"{to.url} gave no answer that says anything of the fax.")
    return status.end(fax)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make wait", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--id", required=True, help="the id that the sending was answered with")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for how long at most; default: 600")
    options = parser.parse_args(arguments)
    try:
        deployment = login.deployment()
        if deployment is None:
            return fail(login.NO_DEPLOYMENT)
        to = status.asker(deployment)
        return wait(to, options.id, options.seconds) if to else fail(INCOMPLETE)
    except (LoginFailed, UnsafeUrl, Unanswered) as error:
        return fail(error)
    except KeyboardInterrupt:
        return status.NOT_FINAL


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
