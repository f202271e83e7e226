"""A text arrives as what it says or is refused, whatever it is encoded in; a Western one arrives."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxes.formats import Unfaxable, txt
from faxes.formats.txt_detection import detected
from faxes.formats.txt_western import is_western
from tests.data.texts import encodings, excerpts
from tests.data.texts.encodings import OTHERS, Text

UNKNOWN = (
    "txt_encoding",
    "is text in an unknown encoding; it must be UTF-8, UTF-16 with a byte order mark, or Windows-1252",
)
# Alphabets that share most of their bytes with Windows-1252: none is told from the others.
LATIN = frozenset(
    [
        "cp1250",
        "iso8859_2",
        "cp852",
        "cp1254",
        "cp857",
        "cp1257",
        "cp437",
        "cp850",
        "mac_roman",
        "cp037",
        "cp500",
        "cp273",
    ]
)


def arrived(text: Text) -> str | None:
    """What a text arrives as, or None where it is refused because of its encoding."""
    try:
        _, encoding = txt.examine(text.content)
    except Unfaxable:
        return None
    return text.content.decode(encoding)


def test_no_text_in_another_encoding_arrives_as_other_letters() -> None:
    texts = list(encodings.others(random.Random(1), 1_000))
    outcomes = [(text, arrived(text)) for text in texts]
    assert [(text.encoding, said) for text, said in outcomes if said not in (None, text.says)] == []
    # Of those that can be told, nearly all are: but for the Macintosh's, which is Windows-1251 but for its capitals.
    told = [said is not None for text, said in outcomes if text.encoding not in LATIN | {"mac_cyrillic"}]
    assert sum(told) / len(told) > 0.75


def test_western_text_in_windows_1252_arrives() -> None:
    texts = list(encodings.western(random.Random(1), 1_000, least=100))
    refused = [text.says for text in texts if arrived(text) is None]
    # Each begins and ends anywhere, also within a word.
    assert len(refused) <= 10, refused


@pytest.mark.parametrize("language", excerpts.WESTERN)
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_western_letter_arrives(language: str, encoding: str) -> None:
    content = excerpts.WESTERN[language].encode(encoding, "ignore")
    text = Text(content.decode(encoding), encoding, content)
    assert arrived(text) == text.says


@pytest.mark.parametrize("encoding", sorted(OTHERS))
def test_letter_in_another_encoding(encoding: str) -> None:
    for source in OTHERS[encoding]:
        content = source.encode(encoding, "ignore")
        told = arrived(Text(source, encoding, content))
        if encoding in LATIN:
            assert told is None
        else:
            assert told == content.decode(encoding)


@pytest.mark.parametrize(
    "text",
    [
        "5 € für Übach",
        "1 200,50 £",
        "cost–benefit, word—word, I—we",
        "“Quoted” and ‘quoted’, »Zitat«, „Zitat“, « cité »",
        "• one\n• two\n— three",
        "20 °C, 10 µm, 3 m², ½ inch, ± 5 %",
        "ÄÖÜ äöüß ÆØÅ æøå",
        "STRASSE, ÉCOLE, FAÇADE",
        "l’été d’août, it´s",
        "jäääär, hääyöaie, töööö",
        "¿Qué? ¡Sí! 1º, 2ª",
        "col·lecció",
        "caf\u00c3\u00a9",
        "São Paulo, Málaga, Göteborg, København, Zürich, Besançon",
        "no-break\u00a0space, Plan\u00a0B",
        "×",
        "©®™",
    ],
)
def test_short_western_text(text: str) -> None:
    assert is_western(text.encode("cp1252"))
    assert txt.examine(b"\n" + text.encode("cp1252") + b"\n\xe9\n\xfc\n")[1] == "cp1252"


@pytest.mark.parametrize(
    "noise",
    [
        # Signs and capitals in words: DOS, the Macintosh.
        *("sch”n", "gr”áer", "fr‚re", "MŠdchen", "RŸcken", "Stra§e", "se–or", "informaci—n", "viv’a", "m\u00a0s", "p†"),
        *("€atma", "Amor Ž fogo", "‚teinte", "baräes", "Straáe"),
        # Letters where Western languages have none: Poland, Bohemia, Hungary, Romania, Turkey, the Baltic.
        *("³adny", "mo¿e", "jesteœ", "siê", "kùò", "èlovìk", "pøíliš", "idõben á", "pãdure", "þi", "ýþýk", "laimç û"),
        # Rows of letters: other scripts.
        *("Óâàæàåìûå", "Ðáñáêáëþ", "É½@ãÖã"),
    ],
)
def test_noise(noise: str) -> None:
    assert not is_western(noise.encode("cp1252"))


def test_control_characters_say_more_than_the_encoding() -> None:
    with pytest.raises(Unfaxable) as caught:
        txt.examine("Привет\0".encode("cp1251"))
    assert caught.value.reason == "txt_binary"


@pytest.mark.parametrize(
    "content", ["Привет".encode("cp1251"), "请查收".encode("gbk"), b"\x81\x8d" * 40, b"\xc8\xc1" * 500]
)
def test_text_that_is_too_short_or_none(content: bytes) -> None:
    assert detected(content) is None
    with pytest.raises(Unfaxable) as caught:
        txt.examine(content)
    assert (caught.value.reason, caught.value.text) == UNKNOWN


@pytest.mark.parametrize("encoding", ["koi8_r", "cp1251", "gb18030", "euc_jp", "euc_kr", "big5"])
def test_long_text_is_laid_out_in_its_encoding(encoding: str) -> None:
    """Its beginning is ASCII, and only a part of it is shown to the detector."""
    numbers = "".join(f"{n}\n" for n in range(2_000))
    content = (numbers + OTHERS[encoding][0] * 100).encode(encoding, "ignore")
    source = content.decode(encoding)
    pages, told = txt.examine(content)
    laid_out = list(txt.pages(content, told))
    assert pages == len(laid_out) > 33
    assert "".join("".join(page) for page in laid_out) == source.replace("\n", "")
    assert list(txt.pages(content)) == laid_out


def test_mark_is_no_part_of_a_text_whose_encoding_is_known() -> None:
    for content in (b"\xef\xbb\xbfx", b"\xff\xfex\0", b"\xfe\xff\0x", b"x"):
        assert list(txt.pages(content, txt.examine(content)[1])) == [["x"]]


@given(st.binary(max_size=400).map(lambda content: content.translate(None, bytes(range(32)) + b"\x7f")))
@example("naïve café".encode("cp1252") * 30)
def test_any_bytes(content: bytes) -> None:
    """Whatever is told can be decoded, and decodes to something."""
    told = detected(content)
    assert told is None or content.decode(told)
    is_western(content + b"\xe9")
