"""How long a fax of a large file takes on the stack that make run started, from the file's last byte to accepted:
`make bench-sending KIND="pdf tif jpg txt"`.

As its client sees it: the last byte is with the connection, the storage answers, and then the fax is asked for ten
times a second until it says that it is accepted. One fax after another, of which none is drawn: the stream rests, and
each fax is canceled when it has been measured. Before them a small one, since functions start with the first. Prints a
table in Markdown: medians, and the slowest.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.uploads import KINDS
from tools.client import upload
from tools.client.login import Deployment
from tools.client.upload import Json
from tools.local.stack_file import LocalStack
from tools.local.web.calls import Calls

_TIMES = 3
# Seconds between two questions, and that a fax may take altogether.
_LOOK, _LONGEST = 0.1, 600.0


def calls_of(stack: LocalStack) -> Calls:
    return Calls(Deployment(stack.apiUrl, stack.caBundle), stack.appKey, stack.appSecret, "@me", stack.extension)


def accepted(stack: LocalStack, calls: Calls, path: Path) -> tuple[str, float, float]:
    """A fax of a file: its id, and the seconds from the last byte until the storage has answered, and until the fax is
    known to be accepted. Raises RuntimeError where it is not."""
    size, last = path.stat().st_size, 0.0

    def read_up_to(read: int) -> None:
        nonlocal last
        if read == size:
            last = last or time.perf_counter()

    request = {
        "recipients": [f"777{time.time_ns() % 10_000_000:07}"],
        "files": [{"name": path.name, "size": size, "type": "application/octet-stream"}],
    }
    announced = calls.announce(json.dumps(request).encode())
    if announced.status != 200:
        raise RuntimeError(f"{announced.status}: {announced.body!r}")
    fax: Json = json.loads(announced.body)
    with path.open("rb") as file:
        answer = upload.put(fax["files"][0], file, size, read_up_to, stack.apiUrl, stack.caBundle)
    answered = time.perf_counter() - last
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.text}")
    _accepted(calls, fax["id"])
    return fax["id"], answered, time.perf_counter() - last


@contextmanager
def nothing_drawn(stack: LocalStack) -> Iterator[None]:
    """Meanwhile, nobody is told of what is accepted; the sweep tells of it after a minute."""
    functions = stack.client("lambda")
    mappings = functions.list_event_source_mappings()["EventSourceMappings"]
    streams = [mapping["UUID"] for mapping in mappings if ":dynamodb:" in mapping["EventSourceArn"]]
    for stream in streams:
        functions.update_event_source_mapping(UUID=stream, Enabled=False)
    try:
        yield
    finally:
        for stream in streams:
            functions.update_event_source_mapping(UUID=stream, Enabled=True)


def table(stack: LocalStack, kinds: Sequence[str]) -> None:
    """Measure files of these kinds, as large as a fax may have, and print what they take."""
    calls = calls_of(stack)
    with tempfile.TemporaryDirectory() as folder, nothing_drawn(stack):
        small = Path(folder) / "small.txt"
        small.write_text("A small one.\n")
        _canceled(calls, accepted(stack, calls, small))
        print(f"| seconds from the last byte, {_TIMES} faxes each | until the storage answers | until it is accepted |")
        print("| --- | --- | --- |")
        for kind in kinds:
            make, _ = KINDS[kind]
            path = Path(folder) / f"large.{kind}"
            pages = make(path)
            of = f"{kind}, {path.stat().st_size / 1e6:,.0f} MB, {pages} {'page' if pages == 1 else 'pages'}"
            measured = [_canceled(calls, accepted(stack, calls, path)) for _ in range(_TIMES)]
            took = [f"{statistics.median(each):.1f}, at most {max(each):.1f}" for each in zip(*measured, strict=True)]
            print(f"| {of} | {' | '.join(took)} |", flush=True)
            path.unlink()


def _canceled(calls: Calls, measured: tuple[str, float, float]) -> tuple[float, float]:
    """The seconds of a fax that was measured, and is not to be drawn."""
    fax_id, *seconds = measured
    answer = calls.cancel(fax_id)
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {answer.body!r}")
    answered, taken = seconds
    return answered, taken


def _accepted(calls: Calls, fax_id: str) -> None:
    """Ask for a fax until it is accepted. Raises RuntimeError where it is not."""
    until = time.monotonic() + _LONGEST
    while True:
        answer = calls.fax(fax_id)
        status = json.loads(answer.body).get("status", "")
        if status == "accepted":
            return
        # Where a busy machine's storage answers too late, the next answer tells.
        if (status != "uploading" and answer.status < 500) or time.monotonic() > until:
            raise RuntimeError(f"{fax_id}: {answer.status}: {answer.body!r}")
        time.sleep(_LOOK)
