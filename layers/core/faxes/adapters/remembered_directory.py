"""A directory whose extensions are remembered for a while, so that who sends again needs no read.

An extension that was found is remembered as it was, for a lifetime that the operator sets: for so long, one that is
deleted, disabled or another's goes on sending from this environment. One that was not found is not remembered, nor is a
user; and a read that fails, fails, whatever was known before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from faxes.access import Directory
from faxes.model import Extension, ExtensionNumber, User

# Of 300 bytes each. The one that was read first makes place for another.
MAX_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read, and when (UTC)."""

    extension: Extension
    at: datetime


class RememberedDirectory:
    """Implements ``access.Directory`` by another one. ``now`` gives UTC: the environment may be frozen between two
    requests, and a clock that counts its own running would stand still."""

    def __init__(self, directory: Directory, lifetime: timedelta, now: Callable[[], datetime]) -> None:
        self._directory = directory
        self._lifetime = lifetime
        self._now = now
        self._read: dict[ExtensionNumber, _Read] = {}

    def user(self, user_id: str) -> User | None:
        return self._directory.user(user_id)

    def extension(self, number: ExtensionNumber) -> Extension | None:
        now = self._now()
        read = self._read.pop(number, None)
        # A clock that was set back makes none of them live longer.
        if read and read.at <= now < read.at + self._lifetime:
            self._read[number] = read
            return read.extension
        extension = self._directory.extension(number)
        if extension:
            if len(self._read) >= MAX_REMEMBERED:
                del self._read[next(iter(self._read))]
            self._read[number] = _Read(extension, now)
        return extension
