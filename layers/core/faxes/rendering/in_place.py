"""A document as Pillow wants to read it: a file, whose bytes stay where they are."""

import io
from typing import IO, cast, override

from faxes.formats.content import Content


def opened(content: Content) -> IO[bytes]:
    """The document as a file. ``io.BytesIO`` would copy all of it first."""
    # Which is what Pillow asks of a file, and not all that the type has.
    return cast("IO[bytes]", _InPlace(content))


class _InPlace(io.RawIOBase):
    def __init__(self, content: Content) -> None:
        self._content = memoryview(content)
        self._at = 0

    def getvalue(self) -> memoryview:
        """All of it: Pillow hands that to libtiff, and reads it into memory of its own where it cannot have it."""
        return self._content

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        found = self._content[self._at : self._at + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = offset + (0, self._at, len(self._content))[whence]
        if at < 0:
            raise ValueError("before the beginning")
        self._at = at
        return at

    @override
    def tell(self) -> int:
        return self._at
