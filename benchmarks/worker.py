"""`make bench-worker`: what a worker takes to make an accepted fax's pages, what that costs, and how many it makes.

The worker is render_fax's own, over stores that keep nothing: the processor time, its own and that of the processes
that it starts, for all that it draws, codes, writes and makes pictures of. Prices are those of `benchmarks.cost`.
"""

import hashlib
import statistics
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import cost
from benchmarks.rendering import Document, photo, processor, scan, text
from faxes import ids
from faxes.model import Kind, Status, StoredFile
from faxes.rendering.jobs import Failure, Job, StoredPages, WorkOutcome
from faxes.rendering.worker import Worker
from tools.local.render import FONTS

_TIMES = 5
_NOW = datetime(2026, 11, 30, tzinfo=UTC)
_UID = "0" * 32
# Beside the processor: what S3 and DynamoDB are waited for, which is assumed.
WAITING = 0.15
GB = 1769 / 1024
QUEUE_SECONDS, QUEUE_GB = 0.02, 256 / 1024
SQS_REQUEST = 0.40e-6
S3_GET = 0.0004 / 1000
# Two transactions (2 units a KB), the record of 2 KB and an event in each, the pages in one; two entries of each index
# that a list is read from, and of the one by time, each time.
_WRITE_UNITS = 2 * (2 * 2 + 2) + 2 + 2 * 3 * 2


class Nothing:
    """Implements ``rendering.jobs.JobStore`` and ``Files``: one fax that is always to be drawn, of which nothing is
    kept but the sizes."""

    def __init__(self, document: Document) -> None:
        digest = hashlib.sha256(document.content).hexdigest()
        file = StoredFile(
            1, "a", Kind.PDF, len(document.content), digest, ids.file_key(_UID, 1, Kind.PDF), document.pages
        )
        due = _NOW + timedelta(minutes=1)
        self._job = Job("1", _UID, "0003", 1, Status.ACCEPTED, 0, None, due, _NOW, _NOW + timedelta(days=1), (file,))
        self._content = document.content
        self.sizes: dict[str, int] = {}

    def job(self, fax_id: str, now: datetime) -> Job:
        return self._job

    def take_up(self, job: Job, until: datetime, now: datetime) -> Job:
        return job

    def ready(self, job: Job, stored: StoredPages, now: datetime) -> None:
        pass

    def failed(self, job: Job, failure: Failure, now: datetime) -> None:
        raise RuntimeError(failure)

    def wait(self, job: Job, until: datetime) -> None:
        pass

    def given_up(self, job: Job, now: datetime) -> None:
        raise RuntimeError(job.fax_id)

    def postpone(self, job: Job, until: datetime) -> None:
        pass

    @contextmanager
    def document(self, file: StoredFile) -> Iterator[bytes]:
        yield self._content

    def put(self, files: Iterable[tuple[str, bytes, str]]) -> None:
        self.sizes = {key: len(content) for key, content, _ in files}

    def delete(self, keys: Iterable[str]) -> None:
        pass


def measured(document: Document) -> tuple[float, int]:
    """The median of seconds of processor time, and the bytes that are stored."""
    store = Nothing(document)
    worker = Worker(store, store, lambda: _NOW, FONTS)
    taken = []
    for _ in range(_TIMES):
        before = processor()
        if worker.work("1", lambda: 600.0).outcome is not WorkOutcome.RENDERED:
            raise RuntimeError(document.name)
        taken.append(processor() - before)
    return statistics.median(taken), sum(store.sizes.values())


def per_million(pages: int, seconds: float, stored: int) -> dict[str, float]:
    """Dollars by component, of a million such faxes."""
    one = {
        "Lambda, render_fax": cost.LAMBDA_REQUEST + (seconds + WAITING) * GB * cost.LAMBDA_GB_SECOND,
        "Lambda, queue_fax": cost.LAMBDA_REQUEST + QUEUE_SECONDS * QUEUE_GB * cost.LAMBDA_GB_SECOND,
        # Sent, received, deleted.
        "SQS": 3 * SQS_REQUEST,
        "S3, pages put and the file read": (2 + pages) * cost.S3_PUT + S3_GET,
        "S3, pages kept for 30 days": stored / 1e9 * cost.S3_GB_MONTH,
        "DynamoDB, two changes and a read": _WRITE_UNITS * cost.WRITE_UNIT + cost.READ_UNIT,
    }
    return {name: 1e6 * dollars for name, dollars in one.items()}


def main() -> int:
    documents = [text(1), text(20), scan(), photo()]
    results = [measured(document) for document in documents]
    costs = [per_million(document.pages, *result) for document, result in zip(documents, results, strict=True)]
    rows: list[tuple[str, list[Any]]] = [
        ("milliseconds of a processor", [f"{seconds * 1000:.0f}" for seconds, _ in results]),
        ("kilobytes stored", [f"{stored / 1000:.0f}" for _, stored in results]),
    ]
    rows += [(f"dollars per million, {name}", [f"{each[name]:.2f}" for each in costs]) for name in costs[0]]
    rows.append(("**dollars per million, together**", [f"**{sum(each.values()):.2f}**" for each in costs]))
    rates = [document.pages / (seconds + WAITING) for document, (seconds, _) in zip(documents, results, strict=True)]
    rows.append(("pages a second of one worker", [f"{rate:.1f}" for rate in rates]))
    rows.append(("of 1,000 at a time", [f"{1000 * rate:,.0f}" for rate in rates]))
    print(f"| {' | '.join(['fax', *(document.name for document in documents)])} |")
    print(f"| ---{' | ---' * len(documents)} |")
    for name, values in rows:
        print(f"| {' | '.join([name, *values])} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
