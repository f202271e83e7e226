"""The fax machines, where they can be brought up."""

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import t30
from tests.support.line import packages, rig


@pytest.fixture(scope="session")
def spandsp() -> ctypes.CDLL:
    found = t30.library()
    if found is None:
        pytest.skip("spandsp is not installed (Debian: libspandsp2)")
    return found


@pytest.fixture(scope="session")
def debian() -> Path:
    """Where Debian's packages of the fax machines are."""
    if reason := rig.why_not():
        pytest.skip(reason)
    try:
        return packages.unpacked()
    except packages.PackagesMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def machines(debian: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[rig.Rig]:
    """Three machines: two with HylaFAX, and one that rings, and that nobody answers."""
    with rig.Rig(tmp_path_factory.mktemp("line"), debian, machines=3, answered=2) as brought_up:
        yield brought_up
