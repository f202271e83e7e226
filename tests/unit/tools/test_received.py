"""What came out of the simulated fax machines: the pages of every attempt, in a file for each machine."""

from pathlib import Path

import pytest

from faxes.pages import FaxPage, Resolution, tiff
from tests.support.delivering import World
from tools import places
from tools.local import received

# Pages that are told apart.
PAGES = [FaxPage(rows=100 + number, resolution=Resolution.FINE, t6=bytes([number] * 4)) for number in (1, 2, 3)]
FIRST, SECOND, THIRD = PAGES


def delivered(*numbers: str) -> list[tuple[str, list[FaxPage]]]:
    """What came out of the machines at these numbers when a fax of three pages to them has ended."""
    world = World()
    fax_id = world.accept(*numbers, pages=3)
    world.run()
    shown = {
        "id": fax_id,
        "deliveries": [
            {
                "recipient": number,
                "attempts": [
                    {
                        "number": each.number,
                        "pagesSent": each.pages_sent,
                        **({"remoteId": each.remote_id} if each.remote_id else {}),
                    }
                    for each in world.attempts(fax_id, position)
                ],
            }
            for position, number in enumerate(numbers, start=1)
        ],
    }

    def documents(reference: str) -> bytes:
        return tiff.write([PAGES[page - 1] for page in world.documents.papers[reference]])

    return list(received.printed(world.network, documents, shown, world.clock, 1, lambda: PAGES))


def test_each_attempts_pages_came_out_of_the_machine_that_it_reached() -> None:
    # The line breaks after page 1, then it is sent; busy, then sent; refused by the carrier.
    assert delivered("+15005550007", "0003*211", "+15005550004", "+15005550006") == [
        ("+15005550007", PAGES),
        ("0003*211", PAGES),
        ("+15005550004", PAGES),
        ("+15005550006", []),
    ]


def test_a_file_has_what_a_machine_printed_and_what_printed_nothing_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "ROOT", tmp_path)
    folder = tmp_path / "received"
    sheets = [("+15005550007", [FIRST, *PAGES]), ("0003*211", [FIRST]), ("+15005550006", [])]
    # Those of the fax before are gone.
    list(received.write([*sheets, ("7778888", [FIRST])], folder))
    assert list(received.write(sheets, folder)) == [
        "+15005550007       4 pages  received/1-+15005550007.tif",
        "0003*211            1 page  received/2-0003-211.tif",
        "+15005550006       0 pages",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["1-+15005550007.tif", "2-0003-211.tif"]
    assert tiff.read((folder / "1-+15005550007.tif").read_bytes()) == [FIRST, *PAGES]
    assert tiff.read((folder / "2-0003-211.tif").read_bytes()) == [FIRST]
