"""The use case: what whoever has a fax's uid sees of it, without a login: its page, pictures and files of its pages.

The uid is all that opens it. So a fax has a page only where the deployment says so, for some days, and until its sender
revokes it. Whatever is not shown is one and the same: a uid that no fax has, a fax that is not ready to be seen or was
refused, one whose page was revoked or has expired, and one that was erased. The same is read for each of them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from faxes import ids
from faxes.errors import FaxNotFound, StorageFailed, storage_faults_as
from faxes.model import Reason, RecipientStatus, Status

# Pages, and recipients, that are shown at a time.
AT_ONCE = 20

# What is not among them is not shown, so that a status of a later release's is not shown by chance.
_SHOWN: frozenset[str] = frozenset(
    {
        Status.ACCEPTED,
        Status.RENDERING,
        Status.QUEUED,
        Status.SENDING,
        Status.SENT,
        Status.PARTIALLY_SENT,
        Status.FAILED,
        Status.CANCELED,
        Status.RECEIVED,
    }
)
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


class Document(Enum):
    """A file that has all pages of a fax, by its ending: its media type and its key."""

    TIFF = ("tif", "image/tiff", ids.tiff_key)
    PDF = ("pdf", "application/pdf", ids.pdf_key)

    def __init__(self, ending: str, media_type: str, key: Callable[[str], str]) -> None:
        self.ending = ending
        self.media_type = media_type
        self.key = key


class Published(Protocol):
    """What decides whether a fax has a page."""

    @property
    def status(self) -> Status | str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def page_revoked_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Publication:
    """Whether faxes have pages (``on``), and for how many days after they were accepted."""

    on: bool
    days: int

    def until(self, fax: Published) -> datetime:
        """When a fax's page ends, at the latest with the fax."""
        return min(fax.created_at + timedelta(days=self.days), fax.expires_at)

    def covers(self, fax: Published, now: datetime) -> bool:
        """Whether a fax has a page now."""
        return self.on and fax.status in _SHOWN and fax.page_revoked_at is None and now < self.until(fax)


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a page, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PublicFax:
    """Of a fax's record, what its page needs. ``recipients`` are numbers as the fax has them; ``pages`` how many it
    has; ``pictures`` one for each, and ``sizes`` the bytes of its documents, once they are ready. ``sent`` counts the
    recipients that got all of it."""

    id: str
    uid: str
    organization_id: str
    status: Status | str
    reason: Reason | str | None
    extension: str
    recipients: tuple[str, ...]
    pages: int
    pictures: tuple[Picture, ...]
    sizes: dict[Document, int]
    sent: int
    sandbox: bool
    created_at: datetime
    expires_at: datetime
    completed_at: datetime | None
    cancel_requested_at: datetime | None
    page_revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublicRecipient:
    """Of a recipient, what the page needs. ``due_at`` is when it goes on, None once its status is final."""

    number: str
    status: RecipientStatus | str
    reason: Reason | str | None = None
    attempt: int = 0
    pages_sent: int = 0
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A fax as its page shows it: from its page and its recipient number ``first`` (from 1) on, at most AT_ONCE of
    each. ``until`` is when the page ends, ``now`` when it was read; ``time_zone`` is where times are told, a name of
    the IANA's, None for UTC."""

    fax: PublicFax
    first: int
    recipients: tuple[PublicRecipient, ...]
    until: datetime
    now: datetime
    time_zone: str | None = None

    @property
    def pictures(self) -> dict[int, Picture]:
        """The pictures that are shown, by the number of their page."""
        shown = self.fax.pictures[self.first - 1 : self.first - 1 + AT_ONCE]
        return dict(enumerate(shown, self.first))

    @property
    def entries(self) -> int:
        """How many pages or recipients there are, whichever are more."""
        return max(len(self.fax.pictures), len(self.fax.recipients))


class PublicFaxes(Protocol):
    """Where faxes are read for their pages. Each call raises StorageFault where that cannot be done."""

    def by_uid(self, uid: str) -> PublicFax | None:
        """The fax with this uid as last written, or None; after the same two reads."""
        ...

    def recipients(self, fax_id: str, first: int, last: int) -> tuple[PublicRecipient, ...]:
        """The fax's recipients at these positions; none before its pages are ready."""
        ...


class TimeZones(Protocol):
    """Where organizations are."""

    def of(self, organization_id: str) -> str | None:
        """The organization's time zone as the directory has it now, None where it has none. Raises StorageFault."""
        ...


class Links(Protocol):
    """Who makes addresses under which an object can be had for a minute."""

    def picture(self, key: str) -> str:
        """Of a PNG that is shown."""
        ...

    def document(self, key: str, media_type: str, name: str) -> str:
        """Of a file that is kept under this name."""
        ...


@dataclass(frozen=True, slots=True)
class Showing:
    """Shows faxes to whoever has their uid. ``now`` gives UTC.

    Each call raises FaxNotFound, always the same, where nothing is shown, and StorageFailed where it cannot be read.
    ``uid``, ``first`` and the others are the path's and the query's values as they were sent.
    """

    faxes: PublicFaxes
    time_zones: TimeZones
    links: Links
    publication: Publication
    now: Callable[[], datetime]

    def page(self, uid: str, first: str | None) -> Page:
        """A fax's page, from the page and recipient number ``first`` on; from the first where that is none."""
        now = self.now()
        fax = self._fax(uid, now)
        more = max(len(fax.pictures), len(fax.recipients))
        begins = int(first) if first and _NUMBER.fullmatch(first) and int(first) <= more else 1
        with storage_faults_as(StorageFailed, reason="fax_not_read"):
            recipients = self.faxes.recipients(fax.id, begins, begins + AT_ONCE - 1)
            time_zone = self.time_zones.of(fax.organization_id)
        return Page(fax, begins, recipients, self.publication.until(fax), now, time_zone)

    def picture(self, uid: str, name: str) -> str:
        """Where the picture ``<number>.png`` of a page can be had for a minute."""
        fax = self._fax(uid, self.now())
        number, _, ending = name.partition(".")
        if ending != "png" or not _NUMBER.fullmatch(number) or int(number) > len(fax.pictures):
            raise _not_shown()
        return self.links.picture(ids.picture_key(fax.uid, int(number)))

    def document(self, uid: str, name: str) -> str:
        """Where a file of all pages, ``document.<ending>``, can be had for a minute."""
        fax = self._fax(uid, self.now())
        wanted = next((each for each in fax.sizes if name == f"document.{each.ending}"), None)
        if wanted is None:
            raise _not_shown()
        return self.links.document(wanted.key(fax.uid), wanted.media_type, f"fax.{wanted.ending}")

    def _fax(self, uid: str, now: datetime) -> PublicFax:
        # Nothing is read for what can be no uid, whoever asks, nor where no fax has a page.
        if not (self.publication.on and ids.is_uid(uid)):
            raise _not_shown()
        with storage_faults_as(StorageFailed, reason="fax_not_read"):
            fax = self.faxes.by_uid(uid)
        if fax is None or fax.uid != uid or not self.publication.covers(fax, now):
            raise _not_shown()
        return fax


def _not_shown() -> FaxNotFound:
    return FaxNotFound("There is no such fax, or it is not ready.", reason="fax_not_shown")
