"""The audit log: which fax was erased and what was changed in the directory, when and by whom. It holds no content.

A line is one JSON object: ``action`` and ``state``, ``time``, the ``caller``, and what the action adds. Of a fax it has
the ``id``, and of the uid its SHA-256 alone (``uidSha256``), by which a restore knows the fax again. Of the directory
it has the entry as its file names it, and the SHA-256 of each item that the change made, by which a restore knows what
has changed since.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

type Line = Mapping[str, object]

ERASE = "erase"
DIRECTORY = "directory"


class AuditLog(Protocol):
    """Where the lines are. Each call raises StorageFault where it cannot be made."""

    def write(self, lines: Sequence[Line], now: datetime) -> None:
        """Add lines of one action. Raises StorageFault also where the log takes none of that time."""
        ...

    def erased(self) -> set[str]:
        """The SHA-256 of each uid whose fax was erased, or was going to be."""
        ...

    def items(self) -> Mapping[str, str | None]:
        """What the last change made of each item of the directory, or was going to make: its fingerprint by its key,
        None where it was deleted."""
        ...


def erase_line(
    state: str, uid: str, fax_id: str | None, *, record: bool, files: int, size: int, caller: str, time: datetime
) -> dict[str, object]:
    """A fax's erasure, ``begun`` or ``done``: so many files, of ``size`` bytes together; ``fax_id`` is None where
    files are all that was there of it, and ``record`` whether it had one."""
    return {
        "action": ERASE,
        "state": state,
        "time": _written(time),
        "caller": caller,
        "id": fax_id,
        "uidSha256": uid_digest(uid),
        "files": files,
        "bytes": size,
        "record": record,
    }


def directory_line(
    state: str, entry: str, change: str, *, items: Mapping[str, str | None], caller: str, time: datetime
) -> dict[str, object]:
    """A change of an entry of the directory, such as ``user alice``, ``begun`` or ``done``. ``change`` is one word;
    ``items`` are its items by their keys: the fingerprint of what each becomes, None where it is deleted."""
    return {
        "action": DIRECTORY,
        "state": state,
        "time": _written(time),
        "caller": caller,
        "entry": entry,
        "change": change,
        "items": dict(items),
    }


def _written(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def uid_digest(uid: str) -> str:
    """What the log has of a uid: its SHA-256 in hex, from which its 128 random bits cannot be found."""
    return hashlib.sha256(uid.encode("ascii")).hexdigest()
