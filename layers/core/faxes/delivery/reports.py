"""The use case: a carrier reports -> the attempt that it is about is looked at, once for each report.

A report is a bell. Nothing is believed of it but that it is the carrier's, and which attempt to ask about: the state
moves by what the carrier then answers. What is reported twice rings once; what is never reported is asked for in time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from faxes.errors import OutcomeUnknown, StorageFault


@dataclass(frozen=True, slots=True)
class Notice:
    """What a report names: itself, and the fax by the carrier's id. ``reference`` is our attempt's, None where the fax
    is none of ours."""

    event_id: str
    reference: str | None
    carrier_id: str | None


class Seen(Protocol):
    """The reports that have come, by their carrier and id. Each call raises StorageFault."""

    def has(self, carrier: str, event_id: str) -> bool: ...

    def add(self, carrier: str, event_id: str, now: datetime) -> None:
        """Keep it for longer than a carrier repeats it. It may be there."""
        ...


class Ring(Protocol):
    def __call__(self, reference: str, carrier_id: str | None) -> None:
        """Have the attempt asked about. Raises StorageFault."""
        ...


@dataclass(frozen=True, slots=True)
class Reports:
    """``verified`` reads a report of the carrier's, from its headers (names in lower case) and its raw body, and raises
    ReportInvalid for any other; ``now`` gives UTC."""

    carrier: str
    verified: Callable[[Mapping[str, str], bytes, datetime], Notice]
    seen: Seen
    ring: Ring
    now: Callable[[], datetime]

    def take(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the report was one that rang. When this returns, what it asks for is stored. Raises ReportInvalid,
        and OutcomeUnknown where it is to come again."""
        report = self.verified(headers, body, self.now())
        if report.reference is None:
            return False
        try:
            if self.seen.has(self.carrier, report.event_id):
                return False
            # Rung first: what was noted down and not rung would be lost, and what rings twice does no harm.
            self.ring(report.reference, report.carrier_id)
            self.seen.add(self.carrier, report.event_id, self.now())
        except StorageFault as fault:
            raise OutcomeUnknown(reason="report_not_kept", cause=str(fault)) from fault
        return True
