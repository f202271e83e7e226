"""Names of files behind FILE= and EVENT=."""

from pathlib import Path

import pytest

from tools import names


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a b.pdf", "Bob's.pdf", "c.pdf"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", []),
        ("  ", []),
        ("c.pdf", ["c.pdf"]),
        ("a b.pdf", ["a b.pdf"]),
        ("Bob's.pdf", ["Bob's.pdf"]),
        ("c.pdf  c.pdf", ["c.pdf", "c.pdf"]),
        ("Bob's.pdf c.pdf", ["Bob's.pdf", "c.pdf"]),
        ("'a b.pdf' c.pdf", ["a b.pdf", "c.pdf"]),
        (r"a\ b.pdf c.pdf", ["a b.pdf", "c.pdf"]),
        # What is not there is named as it would be if it were.
        ("missing.pdf c.pdf", ["missing.pdf", "c.pdf"]),
        ("x" * 5000, ["x" * 5000]),
    ],
)
def test_the_files_of_a_text(text: str, named: list[str]) -> None:
    assert names.paths(text) == [Path(name) for name in named]


def test_a_quotation_mark_without_its_partner() -> None:
    with pytest.raises(ValueError, match=r"^Bob's letter\.pdf c\.pdf names no file, and has a quotation mark without"):
        names.paths("Bob's letter.pdf c.pdf")
