"""What the sweep does with a fax that nobody has drawn in time, since its message or its worker was lost, or whose
pages nobody has taken over; and what becomes of those that wait for a carrier.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from faxes.model import Status
from faxes.rendering.jobs import MOST_TRIES, WORKER_LOST, Changed, Job, JobStore, Queue

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
    and the organization of a fax that is to be sent. ``deadline`` is None where there is a carrier; without one, how
    long after its acceptance a fax is given up that waits for it."""

    jobs: JobStore
    queue: Queue
    now: Callable[[], datetime]
    hand_over: Callable[[str, str], None]
    deadline: timedelta | None = None

    def repair(self, fax_id: str) -> Repaired:
        """Have a fax taken up again if it is due, or fail where that was done often enough. Where there is a carrier,
        one that waits for it is due at once. Raises StorageFault."""
        now = self.now()
        job = self.jobs.job(fax_id, now)
        if job is None or job.due_at is None:
            return Repaired.NOTHING
        if job.due_at > now and not (job.waits and self.deadline is None):
            return Repaired.NOTHING
        try:
            if job.status in (Status.QUEUED, Status.SENDING):
                return self._drawn(job, now)
            if job.status not in (Status.ACCEPTED, Status.RENDERING):
                return Repaired.NOTHING
            if job.tries >= MOST_TRIES:
                self.jobs.failed(job, WORKER_LOST, now)
                return Repaired.FAILED
            self.queue.send(job.fax_id, job.organization_id)
            self.jobs.postpone(job, now + _AGAIN)
        except Changed:
            return Repaired.NOTHING
        return Repaired.SENT_AGAIN

    def _drawn(self, job: Job, now: datetime) -> Repaired:
        # Whether it needs a carrier, who sends it knows. Whose recipients have items ends by them; a canceled one needs
        # none.
        if self.deadline is None or not job.waits or job.planned or job.cancel_requested:
            self.hand_over(job.fax_id, job.organization_id)
            self.jobs.postpone(job, now + _AGAIN)
            return Repaired.HANDED_OVER
        until = job.created_at + self.deadline
        if now >= until:
            self.jobs.given_up(job, now)
            return Repaired.FAILED
        self.jobs.wait(job, until)
        return Repaired.WAITS
