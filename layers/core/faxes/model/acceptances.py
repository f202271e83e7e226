"""What makes a request that comes again the same fax, and what the sender gets."""

from dataclasses import dataclass
from datetime import datetime

from faxes.model.fax import Fax


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
