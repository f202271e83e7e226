"""What sending a fax costs beside the SDK's calls, with real clients against a TLS endpoint.

`python -m benchmarks.attempt`, in send_fax's environment and with that endpoint; prints rows as JSON. An attempt is two
messages: the recipient is due, and the carrier says that the call has ended. The simulated network, which is the
carrier, keeps its faxes in this process.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import dialed
from benchmarks.measure import Row, against, printed, row
from benchmarks.sdk import Recorder, python_name
from faxes.carriers.simulator import Simulator
from faxes.delivery.carrier import Call
from tests.support import template
from tests.support.deliveries import MemoryNetwork
from tests.support.lambda_context import CONTEXT

_GROUP = "Send a fax of one page: an attempt, from due to sent, on the simulated network"
# Of both messages.
CALLS = 14
_MESSAGES = ({"fax": dialed.DUE, "recipient": 1}, {"report": dialed.REFERENCE})


class Tray:
    """Implements ``carriers.simulator.Tray``."""

    def keep(self, call: Call) -> None:
        pass


def environment() -> dict[str, str]:
    """What the template sets for send_fax; the rest is as create_fax has it."""
    names = {name: name for name in ("FaxTable", "DirectoryTable", "FileBucket")}
    names |= {"SendQueue": "https://sqs.eu-west-1.amazonaws.com/123456789012/send"}
    return template.environment(template.load(), "SendFaxFunction", names) | {"CARRIER": Simulator.name}


def sending(app: Any) -> list[Row]:
    network = MemoryNetwork()
    network.take(Call(dialed.REFERENCE, dialed.NUMBER, "", dialed.PAGES), datetime.now(UTC) - timedelta(minutes=5))
    dispatch = app.inbox.dispatch
    simulator = dispatch.lines.named(Simulator.name)
    simulator._network, simulator._tray = network, Tray()
    clients = {
        "dynamodb": dispatch.recipients._client,
        "sqs": dispatch.bells._client,
        "s3": dispatch.documents.media._client,
    }
    recorder = Recorder(*clients.values())
    events = [{"Records": [{"body": json.dumps(message)}]} for message in _MESSAGES]

    def attempt() -> None:
        for event in events:
            app.handler(event, CONTEXT)

    attempt()
    calls = [(service, python_name(name), params) for service, name, params in recorder.calls]
    assert len(calls) == CALLS, [name for _, name, _ in calls]

    def bare() -> None:
        for service, name, params in calls:
            answer = getattr(clients[service], name)(**params)
            if name == "get_object":
                answer["Body"].read()

    wall = against(attempt, bare, 100)
    processor = against(attempt, bare, 100, time.process_time)
    return [
        row(_GROUP, f"both messages, against their {CALLS} bare calls", wall, 1.6),
        row(_GROUP, "both messages, processor time against theirs", processor, 1.6),
    ]


def main() -> None:
    # Powertools binds its output when it is imported.
    output, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115  (until the process ends)
    from functions.send_fax import app

    print(printed(sending(app)), file=output, flush=True)


if __name__ == "__main__":
    main()
