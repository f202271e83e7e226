"""`make bench-delivered`: what one delivered fax takes of AWS, from its acceptance to its end, and what that costs.

The functions as they are deployed, on moto, from the event of the API to the last message: a fax of 3 pages to one
number, sent on the simulated network at its own pace, by a clock that goes from one message to the next. Each call is
seen on the wire, and billed by the services' own rules (`benchmarks.units`). What functions take of the processor is
measured where nothing else runs (`benchmarks.worker`, `benchmarks.attempt`). Prices are those of `benchmarks.cost`.

The simulated network's own store counts for nothing: it is the carrier.
"""

import heapq
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from benchmarks import attempt, cost, function, rendering, samples, worker
from benchmarks.endpoint import endpoint
from benchmarks.wire import Wire
from faxes.adapters.dynamodb.items import plain
from faxes.bootstrap import clients
from faxes.carriers.simulator import Simulator
from tests.support import forms
from tests.support.accepted import CONTEXT
from tests.support.cloud import Cloud, cloud
from tools.local.render import FONTS

PAGES = 3
# As `make bench` has it of a PDF of 3 pages, with what is waited for.
_CREATE_SECONDS = 0.095
# What DynamoDB and SQS are waited for, each time: assumed.
_CALL_WAITING = 0.005
_SEND_GB, _PROCESSOR_GB = 512 / 1024, 1769 / 1024


class Clock:
    def __init__(self) -> None:
        self.time = datetime.now(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        return self.time


class Delivery:
    """A deployment through which a fax goes. ``invoked`` counts each function's invocations."""

    def __init__(self, made: Cloud, clock: Clock) -> None:
        self._cloud, self._clock = made, clock
        self.wire = Wire(made)
        self.invoked: dict[str, int] = {}
        window = {"DEDUPLICATION_MINUTES": "2"}
        self._functions: dict[str, Any] = {
            "create_fax": made.function("create_fax", **window),
            "queue_fax": made.function("queue_fax"),
            "render_fax": made.function("render_fax", CARRIER=Simulator.name),
            "send_fax": made.function("send_fax", CARRIER=Simulator.name),
        }
        # In a deployment they lie beside the packages.
        object.__setattr__(self._functions["render_fax"].worker, "fonts", FONTS)
        # What connects them at their start is no fax's.
        self.wire.counted.clear()

    def _invoke(self, name: str, event: dict[str, Any]) -> Any:
        self.wire.function = name
        self.invoked[name] = self.invoked.get(name, 0) + 1
        return self._functions[name].handler(event, CONTEXT)

    def send(self, name: str, content: bytes) -> dict[str, Any]:
        """A fax, from the API's event until no message is left: its record then."""
        # An extension would receive it inside the deployment.
        form = forms.form(forms.field("files", content, name), forms.request("7778888"))
        answer = self._invoke("create_fax", samples.request("", form).event)
        assert answer["statusCode"] == 200, answer
        [record] = [item for item in self._cloud.items("FaxTable") if item["sk"] == {"S": "FAX"}]
        self._invoke("queue_fax", {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": record}}]})
        waiting: list[tuple[datetime, int, str, str]] = []
        number = 0
        while True:
            for url, body, seconds in self.wire.messages:
                number += 1
                heapq.heappush(waiting, (self._clock.time + timedelta(seconds=seconds), number, url, body))
            self.wire.messages.clear()
            if not waiting:
                break
            at, _, url, body = heapq.heappop(waiting)
            self._clock.time = max(self._clock.time, at)
            self._invoke("render_fax" if url.endswith("/render") else "send_fax", {"Records": [{"body": body}]})
        [ended] = [item for item in map(plain, self._cloud.items("FaxTable")) if item["sk"] == "FAX"]
        return ended

    def objects(self) -> list[bytes]:
        """What lies in the bucket, but for what an attempt leaves there for some days."""
        return [content for key, content in self._cloud.objects().items() if not key.startswith("media/")]


@contextmanager
def delivery() -> Iterator[Delivery]:
    clock = Clock()
    aws = {"AWS_ACCESS_KEY_ID": "benchmark", "AWS_SECRET_ACCESS_KEY": "benchmark", "AWS_DEFAULT_REGION": "eu-west-1"}
    with mock.patch.dict(os.environ, aws), cloud() as made, mock.patch.object(clients, "now", clock.now):
        made.import_example()
        yield Delivery(made, clock)


def _tables(found: Delivery, sizes: int, logged: int) -> Iterator[str]:
    """What was counted, and what it costs, in Markdown."""
    counted, invoked = found.wire.counted, found.invoked
    whats = sorted({what for each in counted.values() for what in each}, key=_order)
    yield f"| a fax of {PAGES} pages | {' | '.join(invoked)} | together |"
    yield f"| --- |{' --- |' * (len(invoked) + 1)}"
    yield _line("invocations", list(invoked.values()))
    for what in whats:
        yield _line(what, [counted[function][what] for function in invoked])
    yield ""
    per_call = _processor_of_a_call()
    drawn, _ = worker.measured(rendering.text(PAGES))
    dollars = _dollars(counted, invoked, per_call, drawn, sizes, logged)
    yield "| dollars per million | |"
    yield "| --- | --- |"
    yield from (f"| {name} | {1e6 * each:.2f} |" for name, each in dollars.items())
    yield f"| **together** | **{1e6 * sum(dollars.values()):.2f}** |"


def _order(what: str) -> tuple[int, str]:
    kinds = ("DynamoDB", "read units", "write units", "SQS", "S3")
    return next(n for n, kind in enumerate(kinds) if what.startswith(kind)), what


def _line(what: str, numbers: list[float]) -> str:
    return f"| {what} | {' | '.join(f'{number:g}' if number else '' for number in [*numbers, sum(numbers)])} |"


def _dollars(
    counted: dict[str, dict[str, float]],
    invoked: dict[str, int],
    per_call: float,
    drawn: float,
    stored: int,
    logged: int,
) -> dict[str, float]:
    """Of one fax. ``per_call`` is the processor's seconds for each call of send_fax, ``drawn`` for drawing the fax,
    ``stored`` the bytes of its objects, ``logged`` what the functions wrote."""

    def number(what: str, *functions: str) -> float:
        every = (each for function, each in counted.items() if not functions or function in functions)
        return sum(held for each in every for name, held in each.items() if name.startswith(what))

    calls = sum(number(what, "send_fax") for what in ("DynamoDB calls", "SQS messages", "S3"))
    sending = calls * (per_call * _PROCESSOR_GB / _SEND_GB + _CALL_WAITING)
    return {
        "API Gateway, a request": cost.GATEWAY_REQUEST,
        "Lambda and DynamoDB, authorize for each": cost.LAMBDA_REQUEST
        + cost.AUTHORIZER_SECONDS * cost.AUTHORIZER_GB * cost.LAMBDA_GB_SECOND
        + cost.AUTHORIZER_READ_UNITS * cost.READ_UNIT,
        "Lambda, create_fax": cost.LAMBDA_REQUEST + _CREATE_SECONDS * cost.MEMORY_GB * cost.LAMBDA_GB_SECOND,
        "Lambda, queue_fax": cost.LAMBDA_REQUEST + worker.QUEUE_SECONDS * worker.QUEUE_GB * cost.LAMBDA_GB_SECOND,
        "Lambda, render_fax": cost.LAMBDA_REQUEST + (drawn + worker.WAITING) * worker.GB * cost.LAMBDA_GB_SECOND,
        "Lambda, send_fax": invoked["send_fax"] * cost.LAMBDA_REQUEST + sending * _SEND_GB * cost.LAMBDA_GB_SECOND,
        "S3, the file put": number("S3 PutObject", "create_fax") * cost.S3_PUT,
        "S3, TIFF, PDF and pictures put": number("S3 PutObject", "render_fax") * cost.S3_PUT,
        "S3, the pages put with their header line": number("S3 PutObject", "send_fax") * cost.S3_PUT,
        "S3, read": number("S3 GetObject") * worker.S3_GET,
        "S3, kept for 30 days": stored / 1e9 * cost.S3_GB_MONTH,
        "DynamoDB, written when it is accepted": number("write units", "create_fax") * cost.WRITE_UNIT,
        "DynamoDB, written when it is drawn": number("write units", "render_fax") * cost.WRITE_UNIT,
        "DynamoDB, written when it is sent": number("write units", "send_fax") * cost.WRITE_UNIT,
        "DynamoDB, read": number("read units") * cost.READ_UNIT,
        # Sent, received, deleted.
        "SQS": number("SQS messages") * 3 * worker.SQS_REQUEST,
        "CloudWatch Logs": (logged + sum(invoked.values()) * cost.PLATFORM_LOG_BYTES) / 1e9 * cost.LOG_GB,
    }


def _processor_of_a_call() -> float:
    """Seconds of the processor that send_fax takes for each of its calls, all that is around them included."""
    with endpoint() as services:
        env = function.environment() | {"PYTHONPATH": os.pathsep.join(sys.path)} | attempt.environment() | services
        command = [sys.executable, "-m", "benchmarks.attempt"]
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True, text=True)
    processor = next(row for row in json.loads(done.stdout) if "processor" in row["name"])
    return float(processor["own"]) / 1000 / attempt.CALLS


def main() -> int:
    # Powertools binds its output when it is imported.
    output, sys.stdout = sys.stdout, io.StringIO()
    with delivery() as found:
        record = found.send("report.pdf", rendering.text(PAGES).content)
        assert record["status"] == "sent", record
        stored = sum(map(len, found.objects()))
    logged = len(sys.stdout.getvalue())
    sys.stdout = output
    assert logged > 1_000, logged
    print("\n".join(_tables(found, stored, logged)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
