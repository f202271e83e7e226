"""Faxes that are to be drawn: the stores in memory, and jobs as a record has them."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from faxes import ids
from faxes.errors import Effect, StorageFault
from faxes.formats.content import Content
from faxes.lifecycle import FaxEvent, HistoryEvent, after
from faxes.model import Kind, Reason, Status, StoredFile
from faxes.pages import FaxPage, Resolution
from faxes.rendering.jobs import Changed, Failure, Job, Renderer, StoredPages
from tests.support.faxes import NOW

UID = "5d8e2193e92f2d5e31cff1017724cfe9"
FAX_ID = "115565468594918"
# Pages of a worker's.
STORED = StoredPages(
    "faxes/u/pages.tif",
    2_000,
    "ab" * 32,
    "faxes/u/pages.pdf",
    3_000,
    "cd" * 32,
    (FaxPage(2_287, Resolution.FINE, bytes(1_801)), FaxPage(1_143, Resolution.STANDARD, bytes(900))),
    Renderer("1", "8149", "13.0.0"),
    ("Arial",),
    (),
)


def stored_file(position: int, content: bytes, kind: Kind = Kind.TXT, pages: int = 1, uid: str = UID) -> StoredFile:
    """A document as a record has it."""
    digest = hashlib.sha256(content).hexdigest()
    return StoredFile(position, "a", kind, len(content), digest, ids.file_key(uid, position, kind), pages)


def job(*files: StoredFile, **other: Any) -> Job:
    """A fax that was accepted a minute ago."""
    values: dict[str, Any] = {
        "fax_id": FAX_ID,
        "uid": UID,
        "organization_id": "0003",
        "revision": 1,
        "status": Status.ACCEPTED,
        "tries": 0,
        "held_until": None,
        "due_at": NOW + timedelta(minutes=1),
        "created_at": NOW,
        "expires_at": (NOW + timedelta(days=30)).replace(microsecond=0),
        "files": files,
    }
    return Job(**values | other)


@dataclass
class MemoryJobStore:
    """Implements ``rendering.jobs.JobStore``. Set ``failure`` to have every call fail. ``history`` is each fax's."""

    jobs: dict[str, Job] = field(default_factory=dict)
    stored: dict[str, StoredPages] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    history: list[HistoryEvent] = field(default_factory=list)
    failure: StorageFault | None = None

    def add(self, *jobs: Job) -> None:
        self.jobs |= {each.fax_id: each for each in jobs}

    def job(self, fax_id: str, now: datetime) -> Job | None:
        self._meet()
        found = self.jobs.get(fax_id)
        return found if found and found.expires_at > now else None

    def take_up(self, job: Job, until: datetime, now: datetime) -> Job:
        event = HistoryEvent(now, FaxEvent.RENDERING_STARTED)
        return self._change(job, event, tries=job.tries + 1, held_until=until, due_at=until)

    def ready(self, job: Job, stored: StoredPages, now: datetime) -> None:
        event = HistoryEvent(now, FaxEvent.PAGES_READY, pages=len(stored.pages))
        self._change(job, event, held_until=None, due_at=now)
        self.stored[job.fax_id] = stored

    def failed(self, job: Job, failure: Failure, now: datetime) -> None:
        event = HistoryEvent(now, FaxEvent.ENDED_FAILED, reason=Reason.RENDER_FAILED)
        self._change(job, event, held_until=None, due_at=None)
        self.failures[job.fax_id] = failure

    def postpone(self, job: Job, until: datetime) -> None:
        self._put_off(job, due_at=until, waits=False)

    def wait(self, job: Job, until: datetime) -> None:
        self._put_off(job, due_at=until, waits=True)

    def given_up(self, job: Job, now: datetime) -> None:
        event = HistoryEvent(now, FaxEvent.ENDED_FAILED, reason=Reason.NO_CARRIER)
        self._change(job, event, due_at=None, waits=False)

    def _put_off(self, job: Job, **values: Any) -> None:
        self._meet()
        if self.jobs.get(job.fax_id) != job:
            raise Changed
        self.jobs[job.fax_id] = replace(job, **values)

    def _change(self, job: Job, event: HistoryEvent, **values: Any) -> Job:
        self._meet()
        there = self.jobs.get(job.fax_id)
        if there is None or (there.revision, there.uid) != (job.revision, job.uid):
            raise Changed
        status = after(job.status, FaxEvent(event.event))
        self.jobs[job.fax_id] = replace(there, status=status, revision=job.revision + 1, **values)
        self.history.append(event)
        return self.jobs[job.fax_id]

    def _meet(self) -> None:
        if self.failure:
            raise self.failure


@dataclass
class MemoryPageFiles:
    """Implements ``rendering.jobs.Files``. ``objects`` is what lies there, by key. Set ``puts_before_failure`` to have
    the put behind so many fail."""

    objects: dict[str, bytes] = field(default_factory=dict)
    puts_before_failure: int | None = None

    @contextmanager
    def document(self, file: StoredFile) -> Iterator[Content | None]:
        content = self.objects.get(file.key)
        yield content if content is not None and hashlib.sha256(content).hexdigest() == file.sha256 else None

    def put(self, files: Iterable[tuple[str, bytes, str]]) -> None:
        for number, (key, content, _) in enumerate(files):
            if number == self.puts_before_failure:
                raise StorageFault("PutObject", Effect.UNKNOWN, "memory")
            self.objects[key] = content

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)


@dataclass
class MemoryQueue:
    """Implements ``rendering.jobs.Queue``."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    failure: StorageFault | None = None

    def send(self, fax_id: str, organization_id: str) -> None:
        if self.failure:
            raise self.failure
        self.sent.append((fax_id, organization_id))
