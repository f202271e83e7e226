"""The functions in containers, as SAM runs them, against an embedded AWS: `make invoke` and `make local-api`.

Both build the production template, start an emulator of their own, deploy the template to it for its bucket, tables and
names, and import directory.example.yaml. `sam local` then runs a copy of the built template in which the functions'
environment has the emulator's address and the real names: it passes on only variables that the template declares, and
would pass a resource's logical id for its name.

Containers reach this machine by the container bridge's address, so the emulator listens there, on plain http and
without IAM, for as long as the command runs; whoever can run a container here can reach it. `make run` is the place for
TLS and IAM.

What `sam local` does not do as AWS does (seen with SAM CLI 1.170):

- The template's gateway responses are not read: a wrong token is 403 and a missing one 401, both in SAM's words.
- A path's ANY takes the methods away that other functions have on it; see ``sam_template``.
- The authorizer runs at each request; its answer is never cached.
- start-api decodes the path before the function sees it, so %2540me passes as @me. A stored event arrives as it is.
- The request id in the log is the same for all requests of one start-api.
- A container's port is drawn, and found taken only when it starts: of two at a time, one may draw the other's. Then it
  is invoked again.
- The API's address has no stage in it, and functions' roles play no part.
"""

import argparse
import signal
import sys

from tools import names
from tools.local.sam_api import serve
from tools.local.sam_invoke import invoke
from tools.steps import StepFailed, fail


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tools.local.sam_local", description=(__doc__ or "").split("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("invoke").add_argument("events", nargs="*")
    commands.add_parser("api").add_argument("--port", type=int, default=3000)
    options = parser.parse_args(arguments)
    # SIGTERM ends it in the same orderly way as ctrl-C, which a shell's background job would otherwise ignore.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        if options.command == "api":
            return serve(options.port)
        return invoke([path for text in options.events for path in names.paths(text)])
    except (StepFailed, ValueError) as error:
        return fail(error)
    except KeyboardInterrupt:
        print("\nstopped; its containers and files are removed", file=sys.stderr, flush=True)
        return 0 if options.command == "api" else 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
