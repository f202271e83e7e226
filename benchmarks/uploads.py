"""`make bench-uploads`: what a fax of large files takes: to be announced, to be looked into, and in dollars.

What looks into them is check_upload's own, over stores that keep nothing and files that lie on this disk; the yardstick
is one SHA-256 of the same file, which that makes as well. The download is a row of its own: from a process on this
machine, over TLS. Each is made in turns with its yardstick; processor time is that of all processes that it starts.
"""

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import cost, samples
from benchmarks.endpoint import endpoint
from benchmarks.function import Function, environment
from benchmarks.measure import against
from benchmarks.rendering import processor
from faxes.formats.content import Mapped
from faxes.intake.checking import Checking, CheckOutcome
from faxes.intake.pending import Came, Taken
from faxes.model import CheckedFile, ExpectedFile, Fax, PendingFax, Refusal, Status
from tests.support import large, requests
from tools.limits import default_limits

_TIMES = 5
_NOW = datetime(2026, 11, 30, tzinfo=UTC)
# How a file of each kind is made, and what looking into it may take of one SHA-256.
KINDS: dict[str, tuple[Callable[[Path], int], float]] = {
    "pdf": (large.pdf, 1.5),
    "tif": (large.tif, 3.0),
    "jpg": (large.jpg, 3.0),
    "txt": (large.txt, 3.0),
}
_MOST_MEMORY = 200_000_000
_SAMPLED = 0.002
# For what is waited for in S3 beside the processor: 250 MB at the 100 MB a second that one connection is taken to have.
_S3_BYTES_A_SECOND = 100e6
_COPY = 4.0
GB = 1769 / 1024
EVENT = 1.00e-6
SQS_REQUEST = 0.40e-6
# The pending fax and what counts it, each in a transaction (2 units), with the key's record; checked, accepted, which
# writes the record and removes the two; the entries of indexes.
_WRITE_UNITS = 2 * 3 + 1 + 2 * 3 + 8
_READ_UNITS = 4


class Nothing:
    """Implements ``intake.pending.PendingStore`` and ``UploadedFiles``: one fax that always waits for one file, which
    has come. ``accepted`` counts."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size
        fax = Fax(
            "1", "0" * 32, "alice", "0003", "0003*210", ("7778888",), (), 0, Status.UPLOADING, _NOW,
            _NOW + timedelta(days=30), app_key="example-app", due_at=_NOW,
        )  # fmt: skip
        file = ExpectedFile(1, path.name, size, "application/octet-stream", "1")
        self._pending = PendingFax(fax, (file,), _NOW + timedelta(hours=1), _NOW + timedelta(days=2))
        self._path = path
        self.accepted = 0

    def pending(self, fax_id: str, now: datetime) -> PendingFax:
        return self._pending

    def checked(self, pending: PendingFax, position: int, file: CheckedFile) -> PendingFax:
        return replace(pending, checked={position: file})

    def put_off(self, pending: PendingFax, due_at: datetime) -> PendingFax:
        raise RuntimeError("it has come")

    def keep_open(self, pending: PendingFax, closes_at: datetime) -> PendingFax:
        raise RuntimeError("it has come")

    def has_record(self, fax_id: str) -> bool:
        return False

    def accept(self, pending: PendingFax, fax: Fax) -> None:
        self.accepted += 1

    def end(self, pending: PendingFax, status: Status, now: datetime, refusal: Refusal | None) -> None:
        raise RuntimeError(refusal)

    @contextmanager
    def fetch(self, fax_id: str, position: int, most: int) -> Iterator[Came]:
        with self._path.open("rb") as file, Mapped(file) as content:
            yield Came(content, '"0"', len(content))

    def take(self, fax_id: str, position: int, etag: str, key: str) -> Taken:
        return Taken.TAKEN

    def remove(self, keys: Sequence[str]) -> None:
        pass


def look(path: Path) -> None:
    """All that check_upload does with a file that is here."""
    store = Nothing(path)
    limits = replace(default_limits(), file_bytes=large.MOST, body_bytes=large.MOST)
    outcome = Checking(store, store, limits, lambda: _NOW).work("1", 1).outcome
    if outcome is not CheckOutcome.ACCEPTED:
        raise RuntimeError(outcome)


def sha256(path: Path) -> None:
    with path.open("rb") as file, Mapped(file) as content:
        hashlib.sha256(content).digest()


def anonymous(process: int) -> int:
    """Bytes of memory that a process and its children have, without what is mapped of files."""
    total = 0
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            total += anonymous(int(child))
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return total + sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def memory(path: Path) -> int:
    """The most that the function has while it looks into a file, in a process that has imported what it imports."""
    from faxes.bootstrap import check_upload  # noqa: F401  (what a function starts with)

    most, ended = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not ended.wait(_SAMPLED):
            try:
                most = max(most, anonymous(os.getpid()))
            except (FileNotFoundError, ProcessLookupError):
                # It ended between two looks.
                continue

    watching = threading.Thread(target=watch)
    watching.start()
    look(path)
    ended.set()
    watching.join()
    return most


def download(path: Path) -> tuple[float, float]:
    """Seconds, and seconds of processor time, to have the object on the disk."""
    from faxes.adapters.s3_download import downloaded
    from faxes.bootstrap import clients

    client = clients.s3(clients.PATIENT_S3_BUDGET)
    started, before = time.perf_counter(), processor()
    with downloaded(client, "files", "uploads/1/1", large.MOST) as found:
        taken = time.perf_counter() - started, processor() - before
        if found is None or found.size != path.stat().st_size:
            raise RuntimeError(path)
    return taken


def announcing() -> tuple[float, float, float]:
    """Processor time of a fax that is announced, and of one of 10 KB that comes as a form, with the SDK's calls."""
    function = Function()
    announced = requests.proxy_event(requests.read("upload"), "upload")
    form = samples.fax("", ("a.txt", samples.text(9_500))).event
    for event in (announced, form):
        answer = function.handle(event)
        if answer["statusCode"] != 200:
            raise RuntimeError(answer)
    measured = against(lambda: function.handle(announced), lambda: function.handle(form), 100, time.process_time)
    function.print(json.dumps(measured))
    return measured


def elsewhere(what: str, *arguments: str, **variables: str) -> Any:
    """What a process of its own measures: ``main``'s, by this name."""
    env = os.environ | environment() | variables | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "benchmarks.uploads", what, *arguments]
    return json.loads(subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout)


def per_thousand(pages: int, size: int, looked: float, fetched: float) -> dict[str, float]:
    """Dollars by component, of a thousand such faxes until they are accepted, and of what is kept."""
    read = size / _S3_BYTES_A_SECOND
    one = {
        "API Gateway, a request": cost.GATEWAY_REQUEST,
        "Lambda, create_fax": cost.LAMBDA_REQUEST + 0.05 * cost.MEMORY_GB * cost.LAMBDA_GB_SECOND,
        "Lambda, check_upload: the download": max(read, fetched) * GB * cost.LAMBDA_GB_SECOND,
        "Lambda, check_upload: the look and the copy": cost.LAMBDA_REQUEST
        + (looked + _COPY) * GB * cost.LAMBDA_GB_SECOND,
        "Lambda, render_fax: the download": max(read, fetched) * GB * cost.LAMBDA_GB_SECOND,
        "EventBridge and SQS": EVENT + 3 * SQS_REQUEST,
        # Uploaded and copied; read twice.
        "S3, two puts and two gets": 2 * cost.S3_PUT + 2 * 0.0004 / 1000,
        "S3, the upload kept for a day, at most": size / 1e9 * cost.S3_GB_MONTH / 30,
        "S3, the file kept for 30 days": size / 1e9 * cost.S3_GB_MONTH,
        "DynamoDB": _WRITE_UNITS * cost.WRITE_UNIT + _READ_UNITS * cost.READ_UNIT,
    }
    return {name: 1_000 * dollars for name, dollars in one.items()}


def main(what: str = "", *arguments: str) -> int:
    match what:
        case "memory":
            print(memory(Path(arguments[0])))
            return 0
        case "download":
            print(json.dumps(download(Path(arguments[0]))))
            return 0
        case "announcing":
            announcing()
            return 0
    print("| what | own | yardstick | ratio | target | |\n| --- | --- | --- | --- | --- | --- |")
    with endpoint() as services:
        own, of, ratio = elsewhere("announcing", **services)
    print("| **Announce a fax in JSON, against a form of 10 KB** | | | | | |")
    print(f"| processor time, with the SDK's calls | {own * 1000:.1f} ms | {of * 1000:.1f} ms | {ratio:.2f} |  |  |")
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in [each for each in (what, *arguments) if each] or list(KINDS):
            make, most = KINDS[kind]
            path = Path(folder) / f"large.{kind}"
            pages = make(path)
            costs[kind] = _look_into(path, pages, most)
            path.unlink()
    print(f"\n| dollars per 1,000 faxes | {' | '.join(costs)} |\n| ---{' | ---' * len(costs)} |")
    for name in next(iter(costs.values())):
        print(f"| {name} | {' | '.join(f'{each[name]:.3f}' for each in costs.values())} |")
    print(f"| **together** | {' | '.join(f'**{sum(each.values()):.2f}**' for each in costs.values())} |")
    return 0


def _look_into(path: Path, pages: int, most: float) -> dict[str, float]:
    size = path.stat().st_size
    own, of, ratio = against(lambda: look(path), lambda: sha256(path), _TIMES, processor)
    print(f"| **{path.suffix[1:]}, {size / 1e6:,.0f} MB, {pages} {'page' if pages == 1 else 'pages'}** | | | | | |")
    _row("look into it, against one SHA-256", own, of, ratio, most)
    held = elsewhere("memory", str(path))
    met = "met" if held <= _MOST_MEMORY else "**missed**"
    limit = f"<= {_MOST_MEMORY / 1e6:.0f} MB"
    print(f"| memory, without what is mapped of it | {held / 1e6:.0f} MB |  |  | {limit} | {met} |")
    with endpoint(file=path) as services:
        taken = [elsewhere("download", str(path), **services) for _ in range(_TIMES)]
    wall, used = (statistics.median(each) for each in zip(*taken, strict=True))
    _row("the download, processor time against one SHA-256", used, of, used / of)
    return per_thousand(pages, size, own, wall)


def _row(name: str, own: float, of: float, ratio: float, most: float | None = None) -> None:
    target = f"<= {most} | {'met' if ratio <= most else '**missed**'}" if most else " | "
    print(f"| {name} | {own * 1000:.0f} ms | {of * 1000:.0f} ms | {ratio:.2f} | {target} |", flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
