"""The worker: an accepted fax -> its pages, stored and recorded.

It may be called twice for a fax, late, for one that was erased or that is past this state: then it does nothing. It may
end at any place: what it has written by then is written again by the next, over what is there.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from itertools import chain
from json import loads
from pathlib import Path

import PIL

from faxes import ids
from faxes.errors import shown
from faxes.model import Kind, Status
from faxes.rendering import RenderFailed, preview
from faxes.rendering.jobs import (
    FILE_MISSING,
    MOST_TRIES,
    WORKER_LOST,
    Changed,
    Failure,
    Files,
    Job,
    JobStore,
    Renderer,
    StoredPages,
    Work,
    WorkOutcome,
)
from faxes.rendering.render import Rendered, Source, render

# Grows with each change by which a document's pixels become others.
VERSION = "3"
# Behind the end of a worker's time, so that clocks may differ.
_SLACK = timedelta(seconds=15)
# Seconds of a worker's time that stay for storing and recording.
_TO_STORE = 30.0
# Another's change comes first now and then; not time and again.
_READS = 5


@dataclass(frozen=True, slots=True)
class Worker:
    """Draws faxes. ``now`` gives UTC; ``fonts`` is the folder that the fonts lie in; ``hand_over`` is told the id and
    the organization of each fax that has become queued, and may be told again."""

    jobs: JobStore
    files: Files
    now: Callable[[], datetime]
    fonts: Path
    hand_over: Callable[[str, str], None] = lambda fax_id, organization_id: None

    def work(self, fax_id: str, seconds_left: Callable[[], float]) -> Work:
        """Draw a fax, if that is what it waits for. ``seconds_left`` is of the worker's own life.

        Raises StorageFault where something could not be read or written, and DeploymentFault where nothing can be
        drawn: calling again goes on.
        """
        for _ in range(_READS):
            job = self.jobs.job(fax_id, self.now())
            if job is None:
                return Work(WorkOutcome.GONE)
            if job.status not in (Status.ACCEPTED, Status.RENDERING) or job.due_at is None:
                return Work(WorkOutcome.NOT_WANTED)
            if job.held_until is not None and job.held_until > self.now():
                return Work(WorkOutcome.IN_OTHER_HANDS, tries=job.tries)
            try:
                return self._work(job, seconds_left)
            except Changed:
                continue
        return Work(WorkOutcome.IN_OTHER_HANDS)

    def _work(self, job: Job, seconds_left: Callable[[], float]) -> Work:
        if job.tries >= MOST_TRIES:
            return self._fail(job, WORKER_LOST)
        now = self.now()
        job = self.jobs.take_up(job, now + timedelta(seconds=seconds_left()) + _SLACK, now)
        made = self._made(job, seconds_left)
        if isinstance(made, Failure):
            return self._fail(job, made)
        stored, keys = self._store(job, made)
        try:
            self.jobs.ready(job, stored, self.now())
        except Changed:
            # Erased or ended meanwhile: what was put behind that goes. Where another worker has the fax by now, it
            # puts the same again.
            current = self.jobs.job(job.fax_id, self.now())
            if current is None or current.status not in (Status.RENDERING, Status.QUEUED):
                self.files.delete(keys)
            raise
        self.hand_over(job.fax_id, job.organization_id)
        return Work(WorkOutcome.RENDERED, len(made.pages), stored.tiff_size, tries=job.tries)

    def _made(self, job: Job, seconds_left: Callable[[], float]) -> Rendered | Failure:
        """The fax's pages, or why it has none. Its documents are here as long as they are drawn."""
        with ExitStack() as documents:
            sources = []
            for file in job.files:
                content = documents.enter_context(self.files.document(file))
                if content is None or not isinstance(file.kind, Kind):
                    return _failure(job, FILE_MISSING, "is not stored any more", file.position)
                sources.append(Source(file.kind, content, file.pages, file.encoding))
            try:
                return render(
                    sources,
                    mode=job.mode,
                    wanted=job.resolution,
                    fonts=self.fonts,
                    seconds_left=lambda: seconds_left() - _TO_STORE,
                )
            except RenderFailed as failed:
                return _failure(job, failed.reason, failed.text, failed.document, failed.page, failed.percent)

    def _fail(self, job: Job, failure: Failure) -> Work:
        self.jobs.failed(job, failure, self.now())
        return Work(WorkOutcome.FAILED, failure=failure, tries=job.tries)

    def _store(self, job: Job, made: Rendered) -> tuple[StoredPages, list[str]]:
        tiff, pdf = made.tiff(), made.pdf()
        keys = ids.page_keys(job.uid, len(made.pages))

        def pictures() -> Iterator[tuple[str, bytes, str]]:
            for key, picture in zip(keys[2:], preview.previews(tiff), strict=True):
                yield key, picture, "image/png"

        self.files.put(chain([(keys[0], tiff, "image/tiff"), (keys[1], pdf, "application/pdf")], pictures()))
        stored = StoredPages(
            tiff_key=keys[0],
            tiff_size=len(tiff),
            tiff_sha256=hashlib.sha256(tiff).hexdigest(),
            pdf_key=keys[1],
            pdf_size=len(pdf),
            pdf_sha256=hashlib.sha256(pdf).hexdigest(),
            pages=made.pages,
            renderer=renderer(),
            fonts_substituted=tuple(sorted({font for notes in made.notes for font in notes.fonts_substituted})),
            characters_missing=tuple(sorted({each for notes in made.notes for each in notes.characters_missing})),
        )
        return stored, keys


def _failure(job: Job, word: str, text: str, document: int, page: int = 0, percent: int = 0) -> Failure:
    """What is wrong with one of the fax's documents."""
    name = f", {shown(job.files[document - 1].name)}," if job.files[document - 1].name else ""
    return Failure(word, f"File {document} of {len(job.files)}{name} {text}.", document, page, percent)


def renderer() -> Renderer:
    """What draws here."""
    spec = find_spec("pypdfium2_raw")
    folder = Path(next(iter(spec.submodule_search_locations or ()))) if spec else Path()
    return Renderer(VERSION, str(loads((folder / "version.json").read_text())["build"]), PIL.__version__)
