"""Documents as files that are mapped, with no name and open for reading alone."""

import os
import tempfile
import weakref

from faxes.formats.content import Mapped


def mapped(content: bytes, size: int = 0) -> Mapped:
    """The same bytes, in a file. Where that is to be longer, zeros are behind them, which take no room on the disk."""
    descriptor, path = tempfile.mkstemp()
    with open(descriptor, "wb") as writer:
        writer.write(content)
        writer.truncate(max(size, len(content)))
    reader = open(path, "rb")  # noqa: SIM115  # it is read as long as it is mapped
    os.unlink(path)
    file = Mapped(reader)
    weakref.finalize(file, reader.close)
    return file


def own(content: bytes) -> Mapped:
    """The same bytes, in memory that may be written to, as the process that draws them has them."""
    room = Mapped.own(len(content))
    room[:] = content
    return room
