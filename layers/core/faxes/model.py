"""The values that the service passes around. All frozen; none knows HTTP, S3 or DynamoDB."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from faxes.appearance import Mode, Resolution


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may hold: counts, pixels and bytes. The defaults stand with the parameters, in template.yaml."""

    files_per_fax: int
    recipients_per_fax: int
    pages_per_fax: int
    pixels_per_page: int
    pixels_per_fax: int
    file_bytes: int
    body_bytes: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent. ``name`` is the last segment of the client's file name, or None where a part named like a
    file carries no file name at all: it counts as a file, so that it is refused as one and not overlooked."""

    name: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A decoded form. ``request`` is the content of the request part, None where there is none; ``uploads`` keep the
    order sent, which is the page order."""

    request: bytes | None
    uploads: tuple[Upload, ...]


class Context(StrEnum):
    """How far a token reaches: its own user, every user of its user's organization, or everyone."""

    USER = "user"
    ORGANIZATION = "organization"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling: the token's user, that user's organization, how far the token reaches, and the key of the app
    that logged in, None where a token stands for a user without one."""

    user_id: str
    organization_id: str
    context: Context = Context.USER
    app_key: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A user as the directory knows them."""

    id: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class ExtensionNumber:
    """An extension's number in full: ``0003*210`` is number 210 of organization 0003."""

    organization_id: str
    number: str

    def __str__(self) -> str:
        return f"{self.organization_id}*{self.number}"


class ExtensionType(StrEnum):
    """What answers at an extension. Only a phone terminal can send faxes."""

    PHONE_TERMINAL = "phone_terminal"
    QUEUE = "queue"
    IVR = "ivr"
    VOICEMAIL = "voicemail"
    CONFERENCE = "conference"
    CALLBACK = "callback"
    CALLING_CARD = "calling_card"
    INTERCOM = "intercom"


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension as the directory knows it."""

    number: ExtensionNumber
    owner_id: str
    type: ExtensionType
    fax_enabled: bool


class Kind(StrEnum):
    """The kinds of document that can be faxed; the value is the suffix of the stored object's key."""

    JPG = "jpg"
    TIF = "tif"
    PDF = "pdf"
    TXT = "txt"


@dataclass(frozen=True, slots=True)
class Document:
    """A file that can be faxed. ``size`` in bytes; ``sha256`` is the raw 32-byte digest; ``pages`` is at least 1;
    ``encoding`` is Python's name of a text's, where that is not UTF-8."""

    name: str
    content: bytes
    kind: Kind
    size: int
    sha256: bytes
    pages: int
    encoding: str | None = None


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

    ACCEPTED = "accepted"
    RENDERING = "rendering"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    PARTIALLY_SENT = "partially_sent"
    FAILED = "failed"
    CANCELED = "canceled"


class RecipientStatus(StrEnum):
    """How far a fax has come to one of its recipients. ``IN_DOUBT``: the carrier was called, and did not say whether it
    took the fax."""

    WAITING = "waiting"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    PARTIALLY_SENT = "partially_sent"
    FAILED = "failed"
    CANCELED = "canceled"


class AttemptStatus(StrEnum):
    """How far one attempt has come. ``INTENT``: written before the carrier is called. ``ABANDONED``: it did not say
    whether it took the fax, and cannot take it any more."""

    INTENT = "intent"
    SUBMITTED = "submitted"
    IN_DOUBT = "in_doubt"
    ENDED = "ended"
    ABANDONED = "abandoned"


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
    rendering: Mode | str | None = None
    resolution: Resolution | str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many recipients of a fax have not ended yet, and how many have ended in which way. One that got some of the
    pages counts as ``partially``."""

    open: int
    sent: int = 0
    partially: int = 0
    failed: int = 0
    canceled: int = 0


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a fax, from the moment that the fax's pages are ready.

    ``position`` counts from 1, in the order in which the fax names them; ``number`` is as the fax has it, and
    ``destination`` what is dialled, in the form in which one line has one name. ``pages`` are the fax's. ``revision``
    counts from 1 and grows with each change. ``attempt`` is the number of the latest attempt, 0 before the first.
    ``failures`` counts the attempts that failed, by their reason. ``pages_sent`` is the most that an attempt sent.
    ``in_line``: another call to the number is on, and this recipient is noted down for when it ends.
    ``reason`` is why it failed, or why it waits. It is given up at ``deadline_at``. ``due_at`` is when something is to
    be done with it, None once its status is final.
    """

    fax_id: str
    position: int
    organization_id: str
    number: str
    destination: str
    pages: int
    created_at: datetime
    deadline_at: datetime
    expires_at: datetime
    due_at: datetime | None
    status: RecipientStatus | str = RecipientStatus.WAITING
    revision: int = 1
    attempt: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    pages_sent: int = 0
    in_line: bool = False
    reason: Reason | str | None = None
    completed_at: datetime | None = None
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send a fax to one of its recipients, written before the carrier is called.

    ``number`` counts from 1. ``reference`` names the attempt to the carrier, which says it back; ``carrier_id`` is the
    carrier's own name of it. ``carrier_code`` and ``detail`` are the carrier's words for how it ended. ``checks``
    counts how often the carrier was asked about it while it was in doubt; ``withdrawn_at`` is when its document was
    taken from where the carrier fetches it, and ``fetched`` whether it had been fetched by then, None where that cannot
    be told. ``seconds`` on the line.
    """

    fax_id: str
    position: int
    number: int
    carrier: str
    reference: str
    started_at: datetime
    expires_at: datetime
    status: AttemptStatus | str = AttemptStatus.INTENT
    checks: int = 0
    withdrawn_at: datetime | None = None
    fetched: bool | None = None
    carrier_id: str | None = None
    submitted_at: datetime | None = None
    ended_at: datetime | None = None
    reason: Reason | str | None = None
    carrier_code: str | None = None
    detail: str | None = None
    pages_sent: int = 0
    seconds: int | None = None
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """What makes a request that comes again the same fax, until ``expires_at`` (UTC, whole seconds): ``name`` says
    which request, ``fingerprint`` which fax it was; both are 64 hex digits. The fax's record names it, so that an
    erasure finds it. ``window``: without a key. ``instead_of`` is the id of the fax whose record it replaces."""

    name: str
    fingerprint: str
    expires_at: datetime
    window: bool = False
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The fax that was accepted under an idempotency record, and its fingerprint."""

    fax_id: str
    uid: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender gets. ``fax`` is None where the same request was accepted before; ``ids_redrawn`` counts the ids
    that were taken."""

    id: str
    uid: str
    fax: Fax | None
    ids_redrawn: int = 0
