"""Damaged documents of every kind, and any name: accepted, or refused in the checks' own words, and nothing else.

The search here is short and the same every time. `make fuzz-documents` searches on, guided by what it reaches; what it
finds is kept in tests/data/fuzz and replayed here.
"""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fuzz.targets import FINDINGS, TARGETS, findings, seeds

_SEEDS = {kind: tuple(seeds(kind)) for kind in ("jpg", "tif", "txt", "pdf")}

# What a length, a count or an offset is when it is wrong.
_TELLING = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


@st.composite
def _damaged(draw: st.DrawFn, kind: str) -> bytes:
    """A document of the corpus to which one to four things have happened."""
    content = draw(st.sampled_from(_SEEDS[kind]))
    for _ in range(draw(st.integers(1, 4))):
        content = draw(st.sampled_from(_DAMAGES))(draw, kind, content)
    return content


def _position(draw: st.DrawFn, content: bytes) -> int:
    # Headers and directories stand at either end, and are where most can go wrong.
    near = st.integers(0, min(len(content), 200))
    return draw(near | near.map(lambda at: len(content) - at) | st.integers(0, len(content)))


def _flip(draw: st.DrawFn, kind: str, content: bytes) -> bytes:
    at = _position(draw, content)
    return (
        content[:at] + bytes(byte ^ 1 << draw(st.integers(0, 7)) for byte in content[at : at + 1]) + content[at + 1 :]
    )


def _cut(draw: st.DrawFn, kind: str, content: bytes) -> bytes:
    return content[: _position(draw, content)]


def _take_out(draw: st.DrawFn, kind: str, content: bytes) -> bytes:
    start, end = sorted((_position(draw, content), _position(draw, content)))
    return content[:start] + content[end:]


def _repeat(draw: st.DrawFn, kind: str, content: bytes) -> bytes:
    start, end = sorted((_position(draw, content), _position(draw, content)))
    return content[:end] + content[start:end] + content[end:]


def _splice(draw: st.DrawFn, kind: str, content: bytes) -> bytes:
    other = draw(st.sampled_from(_SEEDS[kind]))
    return content[: _position(draw, content)] + other[_position(draw, other) :]


def _insert(draw: st.DrawFn, kind: str, content: bytes) -> bytes:
    at = _position(draw, content)
    return content[:at] + draw(st.binary(max_size=8)) + content[at:]


def _renumber(draw: st.DrawFn, kind: str, content: bytes) -> bytes:
    """A number of 2 or 4 bytes in either order becomes one that is telling, or points into the document."""
    at, size = _position(draw, content), draw(st.sampled_from([2, 4]))
    number = draw(st.sampled_from(_TELLING) | st.integers(0, len(content)))
    written = (number % (1 << 8 * size)).to_bytes(size, "big")
    return content[:at] + (written if draw(st.booleans()) else written[::-1]) + content[at + size :]


_DAMAGES: list[Callable[[st.DrawFn, str, bytes], bytes]] = [
    _flip,
    _cut,
    _take_out,
    _repeat,
    _splice,
    _insert,
    _renumber,
]


@given(_damaged("jpg"))
def test_damaged_jpg(content: bytes) -> None:
    TARGETS["jpg"](content)


@given(_damaged("tif"))
def test_damaged_tif(content: bytes) -> None:
    TARGETS["tif"](content)


@given(_damaged("txt") | st.text().map(str.encode) | st.text().map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_damaged_txt(content: bytes) -> None:
    TARGETS["txt"](content)


@given(_damaged("pdf"))
def test_damaged_pdf(content: bytes) -> None:
    TARGETS["pdf"](content)


@pytest.mark.parametrize("kind", ["jpg", "tif", "txt", "pdf"])
@given(content=st.binary(max_size=300))
@example(content=b"")
def test_arbitrary_bytes(kind: str, content: bytes) -> None:
    TARGETS[kind](content)


@given(
    st.integers(0, 5),
    st.text(max_size=300)
    | st.lists(st.sampled_from([".", "pdf", "JPG", "jpeg", "tiff", "txt", " ", "\n", "\u202e", "\u017f"])).map("".join),
)
def test_any_name(content: int, name: str) -> None:
    TARGETS["name"](bytes([content]) + name.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("target", TARGETS)
def test_documents_of_the_corpus_and_what_was_found_are_judged_in_the_checks_own_words(target: str) -> None:
    for seed in seeds(target):
        TARGETS[target](seed)


def test_every_finding_is_one_of_a_targets() -> None:
    """Else nothing replays it."""
    kept = {path for path in FINDINGS.rglob("*") if path.is_file()}
    beside = {FINDINGS / "README.md", FINDINGS / ".gitattributes"}
    assert kept - beside == {path for target in TARGETS for path in findings(target)}
