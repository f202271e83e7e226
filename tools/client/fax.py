"""Shows what has become of a fax, and all that happened to it: `make fax ID=115937093837901`."""

import argparse
import sys

from tools.client import login, status
from tools.client.login import LoginFailed, UnsafeUrl
from tools.client.status import Unanswered
from tools.steps import fail

INCOMPLETE = "Set FAX_API_TOKEN, or FAX_API_KEY and FAX_API_SECRET."


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make fax", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--id", required=True, help="the id that the sending was answered with")
    options = parser.parse_args(arguments)
    try:
        deployment = login.deployment()
        if deployment is None:
            return fail(login.NO_DEPLOYMENT)
        to = status.asker(deployment)
        if to is None:
            return fail(INCOMPLETE)
        asked = status.ask(to, options.id)
        if asked is None or asked.fax is None:
            return fail(f"{to.url} gave no answer that says anything of the fax; try again.")
        print("\n".join(status.described(asked.fax)))
        print()
        for event in status.history(to, options.id):
            print(status.told(event))
    except (LoginFailed, UnsafeUrl, Unanswered) as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
