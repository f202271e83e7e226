"""A worker takes a fax up, draws it, stores its pages and says so; whatever comes between, nothing is done twice."""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import PIL
import pytest
from PIL import Image

from faxes import ids
from faxes.errors import StorageFault
from faxes.formats.content import Content
from faxes.lifecycle import FaxEvent, HistoryEvent
from faxes.model import Kind, Reason, Status
from faxes.pages import Resolution, tiff
from faxes.rendering import Mode, child, worker
from faxes.rendering.child import Notes, Rows
from faxes.rendering.jobs import FILE_MISSING, WORKER_LOST, Changed, Failure, Job, StoredPages, Work
from faxes.rendering.jobs import WorkOutcome as Outcome
from faxes.rendering.plan import Plan
from faxes.rendering.render import Rendered, Source, render
from faxes.rendering.worker import Worker
from tests.support.faxes import NOW
from tests.support.jobs import FAX_ID, UID, MemoryJobStore, MemoryPageFiles, job, stored_file
from tools.local.render import FONTS

NOTE, DAMAGED = b"Please call back.\n", b"%PDF-1.4 none"
LATER = NOW + timedelta(minutes=1)


@dataclass
class Service:
    """A worker over stores in memory, at a time that stands still."""

    jobs: MemoryJobStore = field(default_factory=MemoryJobStore)
    files: MemoryPageFiles = field(default_factory=MemoryPageFiles)
    now: datetime = LATER
    handed_over: list[tuple[str, str]] = field(default_factory=list)

    def accept(self, *contents: bytes, kind: Kind = Kind.TXT, **other: Any) -> Job:
        files = [stored_file(n, content, kind) for n, content in enumerate(contents, start=1)]
        self.files.objects |= {file.key: content for file, content in zip(files, contents, strict=True)}
        accepted = job(*files, **other)
        self.jobs.add(accepted)
        return accepted

    def work(self, seconds_left: Callable[[], float] = lambda: 600.0) -> Work:
        told = Worker(self.jobs, self.files, lambda: self.now, FONTS, lambda *fax: self.handed_over.append(fax))
        return told.work(FAX_ID, seconds_left)

    def pages(self) -> dict[str, bytes]:
        return {key: content for key, content in self.files.objects.items() if "/page" in key}


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was to be drawn, all of which is the same page at once."""
    drawn: list[object] = []
    made = render([Source(Kind.TXT, NOTE, 1)], fonts=FONTS)

    def draw(sources: list[object], **_: object) -> object:
        drawn.extend(sources)
        return made

    monkeypatch.setattr(worker, "render", draw)
    return drawn


def test_pages_and_record_of_a_fax_of_two_documents(service: Service) -> None:
    service.accept(NOTE, b"Second.\n")
    done = service.work()
    pages = service.pages()
    assert sorted(pages) == [
        f"faxes/{UID}/page-1.png",
        f"faxes/{UID}/page-2.png",
        f"faxes/{UID}/pages.pdf",
        f"faxes/{UID}/pages.tif",
    ]
    stored = service.jobs.stored[FAX_ID]
    content = pages[ids.tiff_key(UID)]
    assert done == Work(Outcome.RENDERED, 2, len(content), tries=1)
    assert stored == StoredPages(
        ids.tiff_key(UID),
        len(content),
        hashlib.sha256(content).hexdigest(),
        ids.pdf_key(UID),
        len(pages[ids.pdf_key(UID)]),
        hashlib.sha256(pages[ids.pdf_key(UID)]).hexdigest(),
        tuple(tiff.read(content)),
        worker.renderer(),
    )
    assert all(page.t6 in pages[ids.pdf_key(UID)] for page in stored.pages)
    with Image.open(io.BytesIO(pages[ids.picture_key(UID, 2)])) as picture:
        assert picture.size == (864, -(-stored.pages[1].rows // 2))
    assert service.jobs.history == [
        HistoryEvent(LATER, FaxEvent.RENDERING_STARTED),
        HistoryEvent(LATER, FaxEvent.PAGES_READY, pages=2),
    ]
    queued = service.jobs.jobs[FAX_ID]
    assert (queued.status, queued.revision, queued.due_at) == (Status.QUEUED, 3, LATER)
    assert service.handed_over == [(FAX_ID, "0003")]


def test_a_renderer_is_named_by_all_that_makes_its_pixels() -> None:
    named = worker.renderer()
    assert (named.version, named.pdfium.isdigit(), named.pillow) == (worker.VERSION, True, PIL.__version__)


def test_documents_are_drawn_as_they_were_asked_for(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def draw(sources: list[Source], **how: Any) -> Rendered:
        asked.append(how)
        return render(sources, **how)

    monkeypatch.setattr(worker, "render", draw)
    service.accept(NOTE, mode=Mode.PHOTO, resolution=Resolution.STANDARD)
    service.work()
    assert (asked[0]["mode"], asked[0]["wanted"], asked[0]["seconds_left"]()) == ("photo", "standard", 570.0)
    assert service.jobs.stored[FAX_ID].pages[0].resolution == "standard"


def test_a_document_that_cannot_be_drawn_is_the_end_of_it(service: Service) -> None:
    service.accept(DAMAGED, kind=Kind.PDF)
    failure = Failure("document_unreadable", "File 1 of 1, a, cannot be opened.", 1)
    assert service.work() == Work(Outcome.FAILED, failure=failure, tries=1)
    assert service.jobs.failures == {FAX_ID: failure}
    failed = service.jobs.jobs[FAX_ID]
    assert (failed.status, failed.due_at, failed.held_until) == (Status.FAILED, None, None)
    assert service.jobs.history[-1] == HistoryEvent(LATER, FaxEvent.ENDED_FAILED, reason=Reason.RENDER_FAILED)
    assert service.pages() == {}
    assert service.handed_over == []


@pytest.mark.parametrize("there", [None, b"Another.\n"])
def test_a_document_that_is_gone_or_another_is_the_end_of_it(service: Service, there: bytes | None) -> None:
    [key] = [file.key for file in service.accept(NOTE).files]
    service.files.objects.pop(key)
    if there:
        service.files.objects[key] = there
    assert service.work() == Work(
        Outcome.FAILED, failure=Failure(FILE_MISSING, "File 1 of 1, a, is not stored any more.", 1), tries=1
    )


def test_a_message_that_comes_twice_or_late_changes_nothing(service: Service) -> None:
    service.accept(NOTE)
    service.work()
    before = service.jobs.jobs[FAX_ID], dict(service.files.objects), list(service.jobs.history)
    assert service.work() == Work(Outcome.NOT_WANTED)
    assert (service.jobs.jobs[FAX_ID], service.files.objects, service.jobs.history) == before
    assert service.handed_over == [(FAX_ID, "0003")]


@pytest.mark.parametrize("status", [*sorted(set(Status) - {Status.ACCEPTED, Status.RENDERING}), "of_a_later_release"])
def test_a_fax_in_another_state_is_left_alone(service: Service, status: str, undrawn: list[object]) -> None:
    accepted = service.accept(NOTE, status=status)
    assert service.work() == Work(Outcome.NOT_WANTED)
    assert (service.jobs.jobs[FAX_ID], undrawn, service.pages()) == (accepted, [], {})


def test_what_was_accepted_before_faxes_were_sent_is_left_alone(service: Service, undrawn: list[object]) -> None:
    accepted = service.accept(NOTE, due_at=None)
    assert service.work() == Work(Outcome.NOT_WANTED)
    assert (service.jobs.jobs[FAX_ID], undrawn) == (accepted, [])


def test_a_fax_that_was_erased_is_gone(service: Service) -> None:
    assert service.work() == Work(Outcome.GONE)


def test_a_fax_that_another_worker_holds_is_left_to_it(service: Service, undrawn: list[object]) -> None:
    held = service.accept(NOTE, status=Status.RENDERING, tries=1, held_until=LATER + timedelta(seconds=1))
    assert service.work() == Work(Outcome.IN_OTHER_HANDS, tries=1)
    assert (service.jobs.jobs[FAX_ID], undrawn) == (held, [])


@pytest.mark.usefixtures("undrawn")
def test_a_try_is_counted_and_the_fax_held_before_work_begins(service: Service) -> None:
    service.accept(NOTE)
    service.files.puts_before_failure = 0
    with pytest.raises(StorageFault):
        service.work(lambda: 600.0)
    left = service.jobs.jobs[FAX_ID]
    until = LATER + timedelta(seconds=615)
    assert (left.status, left.tries, left.held_until, left.due_at) == (Status.RENDERING, 1, until, until)
    assert service.work().outcome is Outcome.IN_OTHER_HANDS
    service.now = until
    service.files.puts_before_failure = None
    assert service.work() == Work(Outcome.RENDERED, 1, service.jobs.stored[FAX_ID].tiff_size, tries=2)


@pytest.mark.usefixtures("undrawn")
def test_after_three_workers_that_were_lost_the_next_one_ends_it(service: Service) -> None:
    service.accept(NOTE)
    service.files.puts_before_failure = 2
    for _ in range(3):
        with pytest.raises(StorageFault):
            service.work()
        service.now += timedelta(seconds=616)
    assert service.work() == Work(Outcome.FAILED, failure=WORKER_LOST, tries=3)
    assert service.jobs.jobs[FAX_ID].status == Status.FAILED


class Between(MemoryJobStore):
    """Has something happen just before pages are recorded."""

    happens: Callable[[], None]

    def ready(self, job: Job, stored: StoredPages, now: datetime) -> None:
        self.happens()
        super().ready(job, stored, now)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("status", [None, Status.CANCELED])
def test_pages_of_a_fax_that_was_erased_or_canceled_meanwhile_go(service: Service, status: Status | None) -> None:
    store = Between()
    service.jobs = store
    service.accept(NOTE)

    def happens() -> None:
        if status is None:
            store.jobs.pop(FAX_ID)
        else:
            store.jobs[FAX_ID] = replace(store.jobs[FAX_ID], status=status, revision=9)

    store.happens = happens
    assert service.work().outcome is (Outcome.GONE if status is None else Outcome.NOT_WANTED)
    assert service.pages() == {}
    assert service.handed_over == []


@pytest.mark.usefixtures("undrawn")
def test_pages_that_another_worker_has_recorded_meanwhile_stay(service: Service) -> None:
    store = Between()
    service.jobs = store
    service.accept(NOTE)

    def happens() -> None:
        store.jobs[FAX_ID] = replace(store.jobs[FAX_ID], status=Status.QUEUED, revision=9)

    store.happens = happens
    assert service.work().outcome is Outcome.NOT_WANTED
    assert len(service.pages()) == 3


@pytest.mark.usefixtures("undrawn")
def test_a_change_that_comes_first_is_read(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.accept(NOTE)
    real, changes = service.jobs.take_up, [1, 2]

    def take_up(*arguments: Any) -> Job:
        if changes:
            changes.pop()
            raise Changed
        return real(*arguments)

    monkeypatch.setattr(service.jobs, "take_up", take_up)
    assert service.work().outcome is Outcome.RENDERED


def test_a_record_that_changes_time_and_again_is_left_to_the_sweep(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.accept(NOTE)

    def take_up(*_: object) -> Job:
        raise Changed

    monkeypatch.setattr(service.jobs, "take_up", take_up)
    assert service.work().outcome is Outcome.IN_OTHER_HANDS


def test_a_document_gets_no_more_time_than_the_worker_has(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Plan] = []
    real = child.draw

    def draw(plan: Plan, content: Content) -> Iterator[Rows | Notes]:
        plans.append(plan)
        return real(plan, content)

    monkeypatch.setattr(child, "draw", draw)
    service.accept(NOTE)
    service.work(lambda: 34.5)
    assert [plan.seconds for plan in plans] == [4]
