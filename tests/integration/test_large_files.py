"""Files that are larger than a form may be, through the functions as they are deployed: announced, uploaded, looked
into, drawn; and what their pages show."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faxes import ids
from faxes.pages import FaxPage, tiff
from tests.support import large
from tests.support.accepted import render
from tests.support.cloud import Cloud
from tests.support.uploads import Deployed, entry


@pytest.fixture
def deployed(cloud: Cloud, context: Any) -> Deployed:
    cloud.import_example()
    return Deployed(cloud, context)


def drawn(deployed: Deployed, path: Path, pages: int) -> list[FaxPage]:
    """The pages of a file that was sent, when all that is known of it is right."""
    content = path.read_bytes()
    made = deployed.announce([entry(path.name, content)])
    deployed.put(made["id"], 1, content)
    deployed.check(made["id"], 1)
    render(deployed.cloud, made["id"])
    status, shown = deployed.ask(made["id"])
    assert (status, shown["status"], shown["pages"]) == (200, "queued", pages), shown
    [file] = shown["files"]
    digest = hashlib.sha256(content).hexdigest()
    assert (file["sha256"], file["size"], file["kind"]) == (digest, len(content), path.suffix[1:])
    objects = deployed.cloud.objects()
    assert hashlib.sha256(objects[f"faxes/{made['uid']}/1{path.suffix}"]).hexdigest() == digest
    return tiff.read(objects[ids.tiff_key(made["uid"])])


def test_a_telephones_photograph_of_6_mb(deployed: Deployed, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    pages = large.phone_photo(path)
    assert 6_000_000 < path.stat().st_size < 7_000_000
    large.assert_pictures(drawn(deployed, path, pages))


@pytest.mark.full
@pytest.mark.parametrize(
    ("make", "least"),
    [(large.pdf, large.MOST), (large.tif, large.MOST), (large.jpg, 200_000_000)],
    ids=["pdf", "tif", "jpg"],
)
def test_as_large_as_a_fax_may_be(deployed: Deployed, tmp_path: Path, make: Callable[[Path], int], least: int) -> None:
    path = tmp_path / f"large.{make.__name__}"
    pages = make(path)
    assert least <= path.stat().st_size <= large.MOST
    large.assert_pictures(drawn(deployed, path, pages))
