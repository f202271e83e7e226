"""The audit log: what was erased, when and by whom. It holds no content.

A line is one JSON object: ``action`` and ``state``, ``time``, the ``caller``, and what the action adds. Of a fax it has
the ``id``, and of the uid its SHA-256 alone (``uidSha256``), by which a restore knows the fax again.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

type Line = Mapping[str, object]

ERASE = "erase"


class AuditLog(Protocol):
    """Where the lines are. Each call raises StorageFault where it cannot be made."""

    def write(self, line: Line, now: datetime) -> None:
        """Add a line. Raises StorageFault also where the log takes none of that time."""
        ...

    def erased(self) -> set[str]:
        """The SHA-256 of each uid whose fax was erased, or was going to be."""
        ...


def erase_line(
    state: str, uid: str, fax_id: str | None, *, files: int, size: int, caller: str, time: datetime
) -> dict[str, object]:
    """A fax's erasure, ``begun`` or ``done``: so many files, of ``size`` bytes together; ``fax_id`` is None where it
    has no record."""
    return {
        "action": ERASE,
        "state": state,
        "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "caller": caller,
        "id": fax_id,
        "uidSha256": uid_digest(uid),
        "files": files,
        "bytes": size,
        "record": fax_id is not None,
    }


def uid_digest(uid: str) -> str:
    """What the log has of a uid: its SHA-256 in hex, from which its 128 random bits cannot be found."""
    return hashlib.sha256(uid.encode("ascii")).hexdigest()
