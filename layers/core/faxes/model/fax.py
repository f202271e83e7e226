"""A fax as its record has it, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from faxes.appearance import Mode, Resolution
from faxes.model.documents import Kind


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a fax as the record knows it. ``position`` counts from 1; ``kind`` may be a word of a later release's;
    ``sha256`` is hex; ``key`` is its S3 key; ``pages`` is at least 1; ``encoding`` is Python's name of a text's, where
    that is not UTF-8."""

    position: int
    name: str
    kind: Kind | str
    size: int
    sha256: str
    key: str
    pages: int
    encoding: str | None = None


class Status(StrEnum):
    """How far a fax has come; ``lifecycle`` has the ways from one to the next."""

    UPLOADING = "uploading"
    REFUSED = "refused"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    RENDERING = "rendering"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    PARTIALLY_SENT = "partially_sent"
    FAILED = "failed"
    CANCELED = "canceled"
    RECEIVED = "received"


class Direction(StrEnum):
    """Whether a fax was sent from here, or came in at an extension."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Sender:
    """From whom a fax came: the extension in full, and its organization's name, None where that has none."""

    extension: str
    organization: str | None = None


class Reason(StrEnum):
    """Why an attempt did not send the fax, why a recipient did not get it, or why it waits: a closed list."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    NOT_A_FAX = "not_a_fax"
    LINE_QUALITY = "line_quality"
    REMOTE_HUNG_UP = "remote_hung_up"
    TIMEOUT = "timeout"
    PAGE_TOO_LONG = "page_too_long"
    RESOLUTION_REFUSED = "resolution_refused"
    NUMBER_INVALID = "number_invalid"
    NUMBER_BLOCKED = "number_blocked"
    NO_ROUTE = "no_route"
    CARRIER_UNAVAILABLE = "carrier_unavailable"
    CARRIER_REJECTED = "carrier_rejected"
    NO_CARRIER = "no_carrier"
    DAILY_LIMIT = "daily_limit"
    LAST_PAGE_UNCONFIRMED = "last_page_unconfirmed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    DOCUMENT_TOO_LARGE = "document_too_large"
    RENDER_FAILED = "render_failed"
    CANCELED = "canceled"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Fax:
    """An accepted fax. ``id`` is a decimal number in a string, below 2^53 and growing with time; ``uid`` is 32 hex
    digits that nobody can guess; ``pages`` is the sum over its files; ``status`` may be a word of a later release's;
    times are UTC, in whole milliseconds (``created_at``) and seconds (``expires_at``). ``revision`` counts from 1 and
    grows with each change of the record: who changes one names the revision that it read. ``app_key`` is the key of the
    app that sent it, None where a token stood for a user without one.

    ``due_at`` is when something is to be done with the record if nothing was before: None once its status is final, and
    of what a release before deliveries accepted, which is never sent by itself. ``counts`` are of its recipients, from
    the moment that they have items. ``reason`` says why a fax failed, or why a queued one waits. ``rendering`` and
    ``resolution`` are what the sender asked for, None where nothing was said; a later release may know more words.
    ``page_revoked_at`` is when its sender closed its public page. ``sandbox``: nobody's line is used for it, and
    none was; ``sandbox_app``: a sandbox app sent it, or sent what was received, and sandbox apps alone see it.

    A fax that came in is a fax of the extension that received it: ``user_id`` is whose that was then, ``recipients``
    that extension, ``sender`` from whom it came. It has pages and no files, and is not delivered any further.
    """

    id: str
    uid: str
    user_id: str
    organization_id: str
    extension: str
    recipients: tuple[str, ...]
    files: tuple[StoredFile, ...]
    pages: int
    status: Status | str
    created_at: datetime
    expires_at: datetime
    revision: int = 1
    app_key: str | None = None
    due_at: datetime | None = None
    counts: "Counts | None" = None
    reason: Reason | str | None = None
    cancel_requested_at: datetime | None = None
    completed_at: datetime | None = None
    sandbox: bool = False
    sandbox_app: bool = False
    rendering: Mode | str | None = None
    resolution: Resolution | str | None = None
    page_revoked_at: datetime | None = None
    direction: Direction | str = Direction.OUT
    sender: Sender | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many recipients of a fax have not ended yet, and how many have ended in which way. One that got some of the
    pages counts as ``partially``."""

    open: int
    sent: int = 0
    partially: int = 0
    failed: int = 0
    canceled: int = 0
