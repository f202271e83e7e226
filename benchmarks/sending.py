"""`make bench-sending`: how long a fax of one page takes on the stack that make run started, from accepted to sent.

One fax after another, each to a number of its own on the simulated network, where a minute is a second; the first ones,
while functions start, are left out. The times are those of each fax's own history, by the deployment's clock. Prints a
table in Markdown: medians and the slowest of what each step takes. With KIND, faxes of large files in their place.
"""

import statistics
import sys
import time
from datetime import datetime
from itertools import pairwise
from typing import Any

from benchmarks import load, uploaded
from tools.client import status
from tools.client.send import Sender
from tools.local import stack_file
from tools.local.stack_file import LocalStack
from tools.steps import fail

# What is measured, and what is sent before.
_FAXES, _WARM = 20, 3
# Seconds that a fax may take altogether.
_LONGEST = 60.0
# The steps of a fax's way, each by the event that it ends with.
_STEPS = {
    "until a worker has it": "rendering_started",
    "until its pages are stored": "pages_ready",
    "until its recipient's attempt is written": "claimed",
    "until the carrier has it": "submitted",
    "until it is sent": "sent",
}


def sent(stack: LocalStack, sender: load.Sender, n: int) -> dict[str, float]:
    """A fax, and the seconds of its steps. Raises RuntimeError where it was not sent."""
    answer = sender.send(f"page {n} of {time.time_ns()}", f"777{time.time_ns() % 10_000_000:07}", None)
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {answer.body}")
    asker, fax_id = Sender(stack.apiUrl, stack.token, "@me", stack.extension, stack.caBundle), answer.body["id"]
    fax = status.wait(asker, fax_id, _LONGEST, lambda line: None)
    if fax is None or fax["status"] != "sent":
        raise RuntimeError(f"{fax_id} is {fax and fax['status']}")
    return steps(fax, list(status.history(asker, fax_id)))


def steps(fax: dict[str, Any], history: list[dict[str, Any]]) -> dict[str, float]:
    """The seconds of each step, and of all of them."""
    at = {event["event"]: datetime.fromisoformat(event["at"]) for event in history}
    moments = [datetime.fromisoformat(fax["createdAt"]), *(at[event] for event in _STEPS.values())]
    taken = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    return dict(zip(_STEPS, taken, strict=True)) | {"**accepted to sent**": sum(taken)}


def main(*kinds: str) -> int:
    stack = stack_file.read()
    if stack is None:
        return fail("No local stack is running. Start one with `make run`.")
    sender = load.Sender(stack)
    try:
        if kinds:
            uploaded.table(stack, kinds)
            return 0
        measured = [sent(stack, sender, n) for n in range(_WARM + _FAXES)][_WARM:]
    except RuntimeError as error:
        return fail(error)
    print(f"| seconds, {_FAXES} faxes of one page | median | slowest |\n| --- | --- | --- |")
    for name in measured[0]:
        values = [each[name] for each in measured]
        print(f"| {name} | {statistics.median(values):.2f} | {max(values):.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
