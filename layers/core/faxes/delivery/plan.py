"""The use case: a fax whose pages are ready -> its recipients, each of them due."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched

from faxes.delivery.lines import Lines
from faxes.delivery.ports import Bells, Moved, Recipients
from faxes.delivery.receiving import Receiving
from faxes.model import Counts, Fax, Reason, Recipient, Status

# With the record, as many items as a transaction may have, and some to spare.
BATCH = 97
# Until a plan that was not finished is taken up again; and from the deadline on, until a fax that should have ended is.
_UNFINISHED, _UNENDED = timedelta(minutes=1), timedelta(hours=12)
_READS = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """Gives queued faxes their recipients. ``now`` gives UTC; ``deadline`` is how long after its acceptance a fax is
    given up; ``sandbox``: whoever has the lines, nothing leaves here. A fax that somebody's line is needed for, where
    there is nobody who has one, waits."""

    recipients: Recipients
    bells: Bells
    lines: Lines
    receiving: Receiving
    now: Callable[[], datetime]
    deadline: timedelta
    sandbox: bool = False

    def plan(self, fax_id: str) -> int:
        """Write the recipients that the fax does not have yet, and have all looked at that have not ended; returns how
        many. For a fax that is not queued or sending, or is gone, nothing. Raises StorageFault: it stays due."""
        return len(self._plan(fax_id, lambda positions: False))

    def plan_but_one(self, fax_id: str) -> tuple[int, int | None]:
        """The same, but that one that is alone is left to the caller, who has its position: it needs no message."""
        positions = self._plan(fax_id, lambda positions: len(positions) == 1)
        return len(positions), positions[0] if len(positions) == 1 else None

    def _plan(self, fax_id: str, left: Callable[[list[int]], bool]) -> list[int]:
        for _ in range(_READS):
            fax = self.recipients.fax(fax_id, self.now())
            if fax is None or fax.status not in (Status.QUEUED, Status.SENDING) or fax.due_at is None:
                return []
            try:
                positions = self._added(fax)
            except Moved:
                continue
            for position in [] if left(positions) else positions:
                self.bells.ring(fax_id, position, fax.organization_id, timedelta())
            return positions
        return []

    def _added(self, fax: Fax) -> list[int]:
        there = self.recipients.open(fax.id)
        dialed = self.lines.numbers(fax)
        missing = {
            position: dialed(self.receiving.destination(fax.organization_id, number))
            for position, number in enumerate(fax.recipients, start=1)
            if position not in there
        }
        if self._waits(fax, missing.values()):
            until = max(fax.created_at + self.deadline, self.now())
            waiting = replace(fax, reason=Reason.NO_CARRIER, due_at=until, revision=fax.revision + 1)
            self.recipients.wait(fax, waiting)
            return []
        batches = list(batched(missing, BATCH, strict=False)) or [()]
        for number, batch in enumerate(batches, start=1):
            now = self.now()
            last = number == len(batches)
            due_at = max(fax.created_at + self.deadline, now) + _UNENDED if last else now + _UNFINISHED
            counts = fax.counts or Counts(open=len(fax.recipients))
            changed = {"counts": counts, "reason": None, "due_at": due_at, "sandbox": fax.sandbox or self.sandbox}
            after = replace(fax, **changed, revision=fax.revision + 1)  # type: ignore[arg-type]
            self.recipients.add(fax, after, [self._recipient(fax, each, missing[each], now) for each in batch])
            fax = after
        return [position for position, open_ in there.items() if open_] + list(missing)

    def _waits(self, fax: Fax, destinations: Iterable[str]) -> bool:
        """Whether nothing can be done for any recipient: none is an extension, and nobody has a line for the others."""
        if self.lines.of(fax) is not None or fax.counts is not None or fax.cancel_requested_at is not None:
            return False
        return not any("*" in destination for destination in destinations)

    def _recipient(self, fax: Fax, position: int, destination: str, now: datetime) -> Recipient:
        return Recipient(
            fax_id=fax.id,
            position=position,
            organization_id=fax.organization_id,
            number=fax.recipients[position - 1],
            destination=destination,
            pages=fax.pages,
            created_at=now,
            deadline_at=fax.created_at + self.deadline,
            expires_at=fax.expires_at,
            due_at=now,
            sandbox=fax.sandbox or self.sandbox,
        )
