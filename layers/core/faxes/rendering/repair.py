"""What the sweep does with a fax that nobody has drawn in time, since its message or its worker was lost, or whose
pages nobody has taken over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from faxes.model import Status
from faxes.rendering.jobs import MOST_TRIES, NO_HURRY, WORKER_LOST, Changed, JobStore, Queue

# Until a message that was sent again is given up in turn. Where the queue is long, the first one is still in it; a
# message too many changes nothing.
_AGAIN = timedelta(minutes=15)


class Repaired(StrEnum):
    """What became of it."""

    SENT_AGAIN = "sent_again"
    HANDED_OVER = "handed_over"
    WAITS = "waits"
    FAILED = "failed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Repair:
    """Repairs faxes that are to be drawn, and those that are queued. ``now`` gives UTC; ``hand_over`` is told the id
    and the organization of a fax whose pages are ready, and is None where there is nobody to send it."""

    jobs: JobStore
    queue: Queue
    now: Callable[[], datetime]
    hand_over: Callable[[str, str], None] | None = None

    def repair(self, fax_id: str) -> Repaired:
        """Have a fax taken up again if it is due, or fail where that was done often enough. Raises StorageFault."""
        now = self.now()
        job = self.jobs.job(fax_id, now)
        if job is None or job.due_at is None or job.due_at > now:
            return Repaired.NOTHING
        if job.status not in (Status.ACCEPTED, Status.RENDERING, Status.QUEUED, Status.SENDING):
            return Repaired.NOTHING
        drawn = job.status in (Status.QUEUED, Status.SENDING)
        if drawn and self.hand_over:
            self.hand_over(job.fax_id, job.organization_id)
            return Repaired.HANDED_OVER
        try:
            if drawn:
                self.jobs.postpone(job, now + NO_HURRY)
                return Repaired.WAITS
            if job.tries >= MOST_TRIES:
                self.jobs.failed(job, WORKER_LOST, now)
                return Repaired.FAILED
            self.queue.send(job.fax_id, job.organization_id)
            self.jobs.postpone(job, now + _AGAIN)
        except Changed:
            return Repaired.NOTHING
        return Repaired.SENT_AGAIN
