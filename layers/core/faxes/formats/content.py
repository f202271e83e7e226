"""A document's bytes: in memory, or those of a file, as the system maps them. None is held there that is not looked at.

What is asked of bytes here, and a map does not have, goes in windows. A file's own process gets the file, and not its
bytes: it maps them itself.
"""

from mmap import ACCESS_COPY, ACCESS_READ, mmap
from typing import IO, Self

# What is looked at at once.
WINDOW = 1 << 16


class Mapped(mmap):
    """The bytes of a file, which is open for reading alone, and not empty. They can be read while this is there; the
    file may have no name any more. ``file`` is for the process that reads it."""

    file: IO[bytes]

    def __new__(cls, file: IO[bytes]) -> Self:
        """Raises ValueError for an empty file, OSError where it cannot be mapped."""
        mapped = super().__new__(cls, file.fileno(), 0, access=ACCESS_READ)
        mapped.file = file
        return mapped

    @classmethod
    def own(cls, size: int, descriptor: int = -1) -> Self:
        """``size`` bytes, at least one, that this process alone sees and may write: zeros, or those of the open file
        with this descriptor. Raises ValueError or OSError where they cannot be had."""
        return super().__new__(cls, descriptor, size, access=ACCESS_COPY)

    def startswith(self, prefix: bytes, start: int = 0, end: int | None = None) -> bool:
        stop = len(self) if end is None else min(end, len(self))
        return start + len(prefix) <= stop and self[start : start + len(prefix)] == prefix

    def count(self, sub: bytes, start: int = 0, end: int | None = None) -> int:
        """As bytes have it, of one or two bytes that are not the same."""
        stop = len(self) if end is None else min(end, len(self))
        beyond = len(sub) - 1
        windows = range(start, stop, WINDOW)
        return sum(self[at : min(at + WINDOW + beyond, stop)].count(sub) for at in windows)

    def isascii(self) -> bool:
        return all(self[at : at + WINDOW].isascii() for at in range(0, len(self), WINDOW))


type Content = bytes | Mapped


def file_of(content: Content) -> IO[bytes] | None:
    """The file that it is in, None where it is in memory."""
    return content.file if isinstance(content, Mapped) else None
