"""The carrier's gate: closed while it refuses the account itself, so that no fax fails for what its operator mends.

Closed, nobody claims: recipients wait as where there is no carrier, and no attempt is counted. After a while one of
them is let through as a probe; once the carrier deals with an attempt that began after the gate was closed, it is open.
"""

from datetime import datetime
from typing import Protocol


class Gates(Protocol):
    """Each carrier's gate. Each call raises StorageFault where it cannot be made."""

    def shut(self, carrier: str, now: datetime) -> bool:
        """Whether whoever comes now has to wait. Where it is time for a probe, the first who comes is it."""
        ...

    def close(self, carrier: str, code: str, now: datetime) -> None:
        """Close it, for what the carrier calls so; one that is closed stays as it is."""
        ...

    def open(self, carrier: str, since: datetime) -> bool:
        """Open it, unless it was closed after ``since``: whether it was closed until now."""
        ...


class NoGates:
    """Implements ``Gates`` where nobody's account can be refused."""

    def shut(self, carrier: str, now: datetime) -> bool:
        return False

    def close(self, carrier: str, code: str, now: datetime) -> None:
        return

    def open(self, carrier: str, since: datetime) -> bool:
        return False
