"""Rendering documents by hand: what a person gets and is told."""

import re
from pathlib import Path

import pytest
from PIL import Image

from faxes.pages import tiff
from tests.support.template import ROOT
from tools.local.render import main

DOCUMENTS = ROOT / "tests" / "data" / "documents"
FULL = Path("/dev/full")


def test_files_of_a_fax(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page-9.png").write_bytes(b"of a fax before")
    files = [argument for name in ("letter.pdf", "note.txt") for argument in ("--file", str(DOCUMENTS / name))]
    assert main([*files, "--out", str(tmp_path)]) == 0
    said = capsys.readouterr()
    first, second, total, where = said.out.splitlines()
    pages = tiff.read((tmp_path / "pages.tif").read_bytes())
    for number, (line, page) in enumerate(zip((first, second), pages, strict=True), start=1):
        told = rf"page {number} of 2 +{page.rows:,} rows +{len(page.t6):,} bytes +{page.seconds:.1f} s  fine"
        assert re.fullmatch(told, line)
    size, seconds = sum(len(page.t6) for page in pages), sum(page.seconds for page in pages)
    assert re.fullmatch(rf"in all {size:,} bytes, {seconds:.0f} s at 14,400 bit/s; made in \d+\.\d s", total)
    assert where == f"{tmp_path}/: pages.tif, pages.pdf, page-1.png to page-2.png"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page-1.png", "page-2.png", "pages.pdf", "pages.tif"]
    with Image.open(tmp_path / "page-2.png") as picture:
        assert picture.size == (864, 1_144)


def test_resolution_and_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "smile.txt"
    text.write_text("\U0001f600")
    out = tmp_path / "out"
    assert main(["--file", str(text), "--resolution", "standard", "--mode", "photo", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert re.match(r"page 1 of 1 +1,162 rows +\d+ bytes +0\.\d s  standard\n", said)
    assert "smile.txt: characters that no font has, drawn as boxes: U+1F600\n" in said
    assert said.endswith(f"\n{out}/: pages.tif, pages.pdf, page-1.png\n")


@pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full: macOS")
def test_a_full_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pages.tif").symlink_to(FULL)
    assert main(["--file", str(DOCUMENTS / "note.txt"), "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{tmp_path} cannot be read or written: No space left on device\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("letter.pdf", b"%PDF-1.4", "File 1 of 1, letter.pdf, is cut off: its end is missing."),
        ("picture.png", b"\x89PNG\r\n", "File 1 of 1, picture.png, is a PNG image; allowed are jpg, tif, pdf and txt."),
    ],
)
def test_what_cannot_be_faxed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert main(["--file", str(path), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == f"{said}\n"
    assert not (tmp_path / "out").exists()


def test_a_page_that_would_be_too_small(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = tmp_path / "long.jpg"
    Image.new("L", (8, 9_000)).save(long)
    assert main(["--file", str(DOCUMENTS / "note.txt"), "--file", str(long), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == (
        "File 2 of 2, long.jpg, has a page, number 1, that would be faxed at 31 % of its size; the limit is 50 %.\n"
    )


def test_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--file", str(tmp_path / "none.pdf")]) == 1
    assert capsys.readouterr().err == f"{tmp_path}/none.pdf cannot be read or written: No such file or directory\n"


def test_nothing_to_render(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    assert capsys.readouterr().err == (
        'Say what to render: make render FILE=letter.pdf (several: FILE="letter.pdf scan.tif").\n'
    )
