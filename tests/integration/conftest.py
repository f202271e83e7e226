"""A deployment that the tests of a file share, since a new one costs ten times as much as an empty one."""

from collections.abc import Iterator

import pytest

from tests.support.cloud import Cloud, cloud


@pytest.fixture(name="shared", scope="module")
def _shared() -> Iterator[Cloud]:
    with cloud() as made:
        made.import_example()
        yield made


@pytest.fixture(name="deployed")
def _deployed(shared: Cloud) -> Cloud:
    """A deployment that knows the users and extensions of directory.example.yaml. It has no fax yet."""
    shared.forget_faxes()
    return shared
