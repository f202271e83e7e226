"""Documents as files that are mapped, with no name and open for reading alone."""

import os
import tempfile
import weakref

from faxes.formats.content import Mapped


def mapped(content: bytes) -> Mapped:
    """The same bytes, in a file."""
    descriptor, path = tempfile.mkstemp()
    with open(descriptor, "wb") as writer:
        writer.write(content)
    reader = open(path, "rb")  # noqa: SIM115  # it is read as long as it is mapped
    os.unlink(path)
    file = Mapped(reader)
    weakref.finalize(file, reader.close)
    return file
