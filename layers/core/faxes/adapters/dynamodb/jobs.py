"""What a worker reads and writes of a fax's record: taken up, queued or failed, each in one transaction with its event.

    pk FAX#<id>  sk FAX    tries, heldUntil: how often it was taken up, and how long the last worker can be at work;
                           rendered: what its pages are; failure: why it has none; rendering, resolution: as asked for
    pk FAX#<id>  sk PAGES  rows, bytes, resolution and seconds on the line of each page, which no list needs

Actions: dynamodb:GetItem, dynamodb:PutItem and dynamodb:UpdateItem on the table's items FAX#*.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from faxes.adapters.dynamodb.deliveries import EVENT_RANDOM_BITS, event_item
from faxes.adapters.dynamodb.items import Item, get, text, time, update_if
from faxes.adapters.dynamodb.keys import WAITING, due, fax_key
from faxes.adapters.dynamodb.records import fax_of
from faxes.adapters.dynamodb.transactions import Writes
from faxes.lifecycle import FaxEvent, HistoryEvent, after
from faxes.model import Reason, Status
from faxes.pages import FaxPage, Resolution
from faxes.rendering import Mode
from faxes.rendering.jobs import Changed, Failure, Job, StoredPages

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBJobStore:
    """Reads and changes the records of faxes that are to be drawn. Implements ``rendering.jobs.JobStore``.

    ``shards`` are the index by-due's; ``random_bits(n)`` gives an integer of n bits.
    """

    def __init__(self, client: "DynamoDBClient", table: str, shards: int, random_bits: Callable[[int], int]) -> None:
        self._client = client
        self._table = table
        self._shards = shards
        self._random_bits = random_bits
        self._writes = Writes(client, table)

    def job(self, fax_id: str, now: datetime) -> Job | None:
        item = get(self._client, self._table, fax_key(fax_id), "FAX")
        found = job_of(item) if item else None
        return found if found and found.expires_at > now else None

    def take_up(self, job: Job, until: datetime, now: datetime) -> Job:
        changed = {"tries": job.tries + 1, "heldUntil": text(until)}
        self._change(job, FaxEvent.RENDERING_STARTED, now, changed, until)
        return replace(
            job,
            revision=job.revision + 1,
            status=Status.RENDERING,
            tries=job.tries + 1,
            held_until=until,
            due_at=until,
        )

    def ready(self, job: Job, stored: StoredPages, now: datetime) -> None:
        event = HistoryEvent(now, FaxEvent.PAGES_READY, pages=len(stored.pages))
        self._change(job, event, now, {"rendered": rendered_of(stored)}, now, pages_item(job, stored.pages))

    def wait(self, job: Job, until: datetime) -> None:
        self._put_off(job, {"due": WAITING, "dueAt": text(until), "reason": Reason.NO_CARRIER.value})

    def given_up(self, job: Job, now: datetime) -> None:
        changed = {"reason": Reason.NO_CARRIER.value, "completedAt": text(now)}
        event = HistoryEvent(now, FaxEvent.ENDED_FAILED, reason=Reason.NO_CARRIER)
        self._change(job, event, now, changed, None)

    def failed(self, job: Job, failure: Failure, now: datetime) -> None:
        changed = {"reason": Reason.RENDER_FAILED.value, "failure": failure_of(failure), "completedAt": text(now)}
        event = HistoryEvent(now, FaxEvent.ENDED_FAILED, reason=Reason.RENDER_FAILED)
        self._change(job, event, now, changed, None)

    def postpone(self, job: Job, until: datetime) -> None:
        self._put_off(job, due(fax_key(job.fax_id), "FAX", until, self._shards))

    def _put_off(self, job: Job, changed: Item) -> None:
        key, names = (fax_key(job.fax_id), "FAX"), {f"#{name}": name for name in changed}
        values = {f":{name}": value for name, value in changed.items()}
        values |= {":revision": job.revision, ":was": text(job.due_at) if job.due_at else ""}
        # No change that anybody is told of, so the revision stays.
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in changed)
        condition = "revision = :revision AND dueAt = :was"
        if not update_if(self._client, self._table, key, update, condition, values, names):
            raise Changed

    def _change(
        self,
        job: Job,
        event: FaxEvent | HistoryEvent,
        now: datetime,
        changed: Mapping[str, Any],
        due_at: datetime | None,
        *beside: Item,
    ) -> None:
        """Change a record by what happened, with its event and other items beside it, or nothing of it."""
        told = event if isinstance(event, HistoryEvent) else HistoryEvent(now, event)
        told = replace(told, revision=job.revision + 1)
        pk = fax_key(job.fax_id)
        values = {
            "status": after(job.status, FaxEvent(told.event)).value,
            "revision": job.revision + 1,
            **due(pk, "FAX", due_at, self._shards),
            **changed,
        }
        names = {f"#{name}": name for name in values}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        gone = [name for name in ("due", "dueAt", "heldUntil") if name not in values]
        if gone:
            update += " REMOVE " + ", ".join(gone)
        history = event_item(job.fax_id, told, job.expires_at, self._random_bits(EVENT_RANDOM_BITS))
        record = self._writes.update(
            {"pk": pk, "sk": "FAX"},
            update,
            "revision = :was AND uid = :uid",
            {f":{name}": value for name, value in values.items()} | {":was": job.revision, ":uid": job.uid},
            names,
        )
        self._writes.transact([record, *map(self._writes.put, (history, *beside))], Changed)


def job_of(item: Item) -> Job:
    """The fax to be drawn whose record an item holds."""
    fax = fax_of(item)
    return Job(
        fax_id=fax.id,
        uid=fax.uid,
        organization_id=fax.organization_id,
        revision=fax.revision,
        status=fax.status,
        tries=int(item.get("tries", 0)),
        held_until=time(item["heldUntil"]) if "heldUntil" in item else None,
        due_at=fax.due_at,
        created_at=fax.created_at,
        expires_at=fax.expires_at,
        files=fax.files,
        # A word of a later release's is as good as none.
        mode=fax.rendering if isinstance(fax.rendering, Mode) else Mode.AUTO,
        resolution=fax.resolution if isinstance(fax.resolution, Resolution) else None,
        planned=fax.counts is not None,
        waits=item.get("due") == WAITING,
        cancel_requested=fax.cancel_requested_at is not None,
    )


def rendered_of(stored: StoredPages) -> Item:
    """What a fax's pages are, as its record has it."""
    noted = {
        "fontsSubstituted": list(stored.fonts_substituted),
        "charactersMissing": list(stored.characters_missing),
    }
    return {
        "tiff": {"key": stored.tiff_key, "size": stored.tiff_size, "sha256": stored.tiff_sha256},
        "pdf": {"key": stored.pdf_key, "size": stored.pdf_size, "sha256": stored.pdf_sha256},
        "renderer": {
            "version": stored.renderer.version,
            "pdfium": stored.renderer.pdfium,
            "pillow": stored.renderer.pillow,
        },
        **{name: notes for name, notes in noted.items() if notes},
    }


def failure_of(failure: Failure) -> Item:
    """Why a fax has no pages, as its record has it."""
    places = {"document": failure.document, "page": failure.page, "percent": failure.percent}
    return {"word": failure.word, "text": failure.text, **{name: number for name, number in places.items() if number}}


def pages_item(job: Job, pages: tuple[FaxPage, ...]) -> Item:
    """A fax's pages, one by one, as the table holds them; seconds on the line in tenths, rounded up."""
    return {
        "pk": fax_key(job.fax_id),
        "sk": "PAGES",
        "pages": [
            {
                "rows": page.rows,
                "bytes": len(page.t6),
                "resolution": page.resolution.value,
                "tenths": -int(-page.seconds * 10 // 1),
            }
            for page in pages
        ],
        "expiresAt": int(job.expires_at.timestamp()),
    }
