"""What a fax costs beside the SDK's calls, with real clients against a TLS endpoint; and what calling at once saves.

`python -m benchmarks.sdk cpu|wave`, in create_fax's environment and with that endpoint; prints rows as JSON.
"""

import sys
import time
from typing import Any

import boto3

from benchmarks import samples
from benchmarks.function import Function
from benchmarks.measure import Row, against, printed, row
from benchmarks.samples import LARGEST, fax
from faxes.intake.documents import inspect
from faxes.model import Upload
from tools.limits import default_limits

_CPU = "Processor time with real SDK clients, 4.4 MB"
_WAVE = "Three files, 30 ms for each answer"


class Recorder:
    """The calls that the function's clients make, to make the same ones bare."""

    def __init__(self, *clients: Any) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        for client in clients:
            client.meta.events.register("provide-client-params.*.*", self._record)

    def _record(self, params: dict[str, Any], model: Any, **_: object) -> None:
        # A file is closed by the time that the call is made again.
        kept = {name: _content(value) if name == "Body" else value for name, value in params.items()}
        self.calls.append((model.service_model.service_name, model.name, kept))


def _content(body: Any) -> Any:
    if not hasattr(body, "read"):
        return body
    content = body.read()
    body.seek(0)
    return content


def cpu(function: Function) -> list[Row]:
    """Against the same calls, made by clients with the SDK's defaults and by clients set up as the function's."""
    sample = fax("", ("a.tif", samples.tif(LARGEST - 600)))
    own = {
        "s3": function.app.submission.files._client,
        "dynamodb": function.app.submission.faxes._client,
    }
    recorder = Recorder(*own.values())
    function.handle(sample.event)
    calls = [(service, python_name(name), params) for service, name, params in recorder.calls]
    # The sender's extension, and the recipient's.
    reads = ["get_item", "get_item"]
    assert [name for _, name, _ in calls] == [*reads, "put_object", "transact_write_items"], calls
    make: Any = boto3.client
    plain = {name: make(name) for name in own}

    def bare(clients: dict[str, Any], without: tuple[str, ...] = ()) -> None:
        for service, name, params in calls:
            getattr(clients[service], name)(**{key: value for key, value in params.items() if key not in without})

    def handle() -> None:
        assert function.handle(sample.event)["statusCode"] == 200

    # The SDK's defaults make a checksum of their own.
    defaults = against(handle, lambda: bare(plain, ("ChecksumSHA256",)), 25, time.process_time)
    same = against(handle, lambda: bare(own), 25, time.process_time)
    return [
        row(_CPU, "against the same calls by the SDK's defaults", defaults, 1.25),
        row(_CPU, "against the same calls by clients set up as ours", same),
    ]


def wave(function: Function) -> list[Row]:
    """At once, and one after another."""
    content = samples.tif(100_000)
    document = inspect(Upload("a.tif", content), 1, 1, default_limits())
    files = [(f"faxes/0/{n}.tif", document) for n in range(3)]
    store = function.app.submission.files

    def one_after_another() -> None:
        for file in files:
            store.put_all([file])

    three = fax("", *[("a.tif", content)] * 3)
    pool = function.app.submission.files._pool
    together = against(lambda: store.put_all(files), one_after_another, 25)

    def accept(submit: Any) -> None:
        pool.submit = submit
        assert function.handle(three.event)["statusCode"] == 200

    at_once = pool.submit
    whole = against(lambda: accept(at_once), lambda: accept(_inline), 25)
    return [
        row(_WAVE, "storing them, against one after another", together, 0.45),
        row(_WAVE, "the whole fax (read, three files, record), against all one after another", whole),
    ]


def _inline(call: Any, *arguments: Any) -> Any:
    from concurrent.futures import Future

    done: Future[Any] = Future()
    done.set_result(call(*arguments))
    return done


def python_name(operation: str) -> str:
    """The SDK's method for an operation of AWS's."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).removeprefix("_")


if __name__ == "__main__":
    under_test = Function()
    under_test.print(printed({"cpu": cpu, "wave": wave}[sys.argv[1]](under_test)))
