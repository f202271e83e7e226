"""What a part is called, to the byte: each client's way to write a file's name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.errors import FormInvalid
from faxes.intake.disposition import Disposition, read
from faxes.intake.multipart import parse
from faxes.model import Form, Upload
from tests.support.forms import content_type, form, part


def parsed(disposition: bytes) -> Form:
    return parse(form(part(b"Content-Disposition: " + disposition, b"x")), content_type())


def refusal(disposition: bytes) -> str:
    with pytest.raises(FormInvalid) as caught:
        parsed(disposition)
    assert caught.value.reason == "disposition_invalid"
    return caught.value.message


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        (b'filename="fax.txt"', "fax.txt"),
        (b"filename=fax.txt", "fax.txt"),
        (b"filename = fax.txt", "fax.txt"),
        (b"filename=my fax.txt ", "my fax.txt"),
        (b'filename="a=b.txt"', "a=b.txt"),
        (b'filename="a;b.txt"', "a;b.txt"),
        (b'FILENAME="fax.txt"', "fax.txt"),
        (b'filename="fax.txt" ;', "fax.txt"),
        (b'filename="fax.txt";;', "fax.txt"),
        (b"filename=fax.txt;", "fax.txt"),
        (b'filename="fax.txt"; size=3', "fax.txt"),
        (b'filename="  fax.txt  "', "  fax.txt  "),
        (b'filename="say %22hi%22.txt"', 'say "hi".txt'),
        (b'filename="two%0D%0Alines.txt"', "two\r\nlines.txt"),
        (b'filename="two%0d%0alines.txt"', "two\r\nlines.txt"),
        (b'filename="100%25 %41.txt"', "100%25 %41.txt"),
        (rb'filename="say \"hi\".txt"', 'say "hi".txt'),
        (rb'filename="C:\fax.txt"', "fax.txt"),
        (rb'filename="C:\\fax.txt"', "fax.txt"),
        (rb'filename="C:\Users\new\report.pdf"', "report.pdf"),
        (rb'filename="\\server\share\fax.txt"', "fax.txt"),
        (rb"filename=C:\fax.txt", "fax.txt"),
        (rb'filename="C:\dir\"', ""),
        (rb'filename="C:\dir\"; size=3', ""),
        (b'filename="/path/to/file/fax.txt"', "fax.txt"),
        (b'filename="/path/to/"', ""),
        (b'filename="../../fax.txt"', "fax.txt"),
        (b'filename=".."', ".."),
        ('filename="Übersicht 传真.pdf"'.encode(), "Übersicht 传真.pdf"),
        ('filename="Übersicht.pdf"'.encode("latin-1"), "Übersicht.pdf"),
        (b"filename*=UTF-8''%C3%9Cbersicht%20%22a%22.pdf", 'Übersicht "a".pdf'),
        (b"filename*=utf-8'de'%C3%9Cbersicht.pdf", "Übersicht.pdf"),
        (b"filename*=ISO-8859-1''%DCbersicht.pdf", "Übersicht.pdf"),
        (b"filename*=\"UTF-8''fax.txt\"", "fax.txt"),
        (b"filename*=UTF-8''it%27s%2022%25.txt", "it's 22%.txt"),
        (b"filename*=UTF-8''%2Fpath%2Fto%2Ffax.txt", "fax.txt"),
        (b"filename=\"plain.txt\"; filename*=UTF-8''extended.txt", "extended.txt"),
        (b"filename*=UTF-8''extended.txt; filename=\"plain.txt\"", "extended.txt"),
        (b"filename*=UTF-8''", ""),
        # An unreadable one beside one that can be read.
        (b"filename=\"a.txt\"; filename*=windows-1252''%E4.txt", "a.txt"),
        (b'filename="a.txt"; filename*=UTF-8\'\'"b.txt"', "a.txt"),
        (b'filename*=UTF-8\'\'"b.txt"; filename="a.txt"', "a.txt"),
        (b'file="files"; filename="a.txt"; filename*="', "a.txt"),
        (b'filename="a.txt"; filename*0="a"; filename*1=".txt"', "a.txt"),
        *(
            (b'filename="a.txt"; filename*=' + value, "a.txt")
            for value in (
                b"b.txt",
                b"UTF-8'b.txt",
                b"UTF-8''%C3",
                b"UTF-16''%00b",
                b"idna''b.txt",
                b"utf-7''+2AA-",
                b"",
            )
        ),
        # The same twice.
        (b'filename="a.txt"; filename="a.txt"', "a.txt"),
        (b'filename="a.txt"; FILENAME=a.txt; name="files"', "a.txt"),
        # Quotation marks that are not escaped.
        ('filename="Übersicht "Q3" 報告 😀.pdf"'.encode(), 'Übersicht "Q3" 報告 😀.pdf'),
        (b'filename="a"b.txt"', 'a"b.txt'),
        (b'filename="the "end""', 'the "end"'),
        (b'filename=""start" of.txt"', '"start" of.txt'),
        (b'filename=""""', '""'),
        (b'filename="a "b"; c.txt"', 'a "b"; c.txt'),
        (b'filename="a"; b.txt"', 'a"; b.txt'),
        (b'filename="a";"', 'a";'),
        (b'filename="a "b".txt" ;', 'a "b".txt'),
        (b'filename="a "b".txt"; size=3', 'a "b".txt'),
        (b'filename="a "b".txt"; filename*=UTF-8\'\'c.txt', "c.txt"),
        (rb'filename="C:\dir\a "b".txt"', 'a "b".txt'),
        # Percent-encoded as a whole.
        (b'filename="%C3%9Cbersicht%20%22Q3%22%20%E5%A0%B1%E5%91%8A%20%F0%9F%98%80.pdf"', 'Übersicht "Q3" 報告 😀.pdf'),
        (b'filename="a%20(1)%5b2%5D.txt"', "a (1)[2].txt"),
        (b"filename=it's%21.txt", "it's!.txt"),
        (b'filename="%252522.txt"', "%2522.txt"),
        (b'filename="..%2F..%2Ffax.txt"', "fax.txt"),
        (b'filename="C%3A%5Cdir%5Cfax.txt"', "fax.txt"),
        (b'filename="%DCbersicht.txt"', "%DCbersicht.txt"),
        (b'filename="100%.txt"', "100%.txt"),
        (b'filename="%zz%41.txt"', "%zz%41.txt"),
        (b'filename="a+b%20c.txt"', "a+b%20c.txt"),
        # Encoded words.
        (b'filename="=?UTF-8?B?w5xiZXJzaWNodC5wZGY=?="', "Übersicht.pdf"),
        (b'filename="=?utf-8?q?=C3=9Cber_sicht=2Epdf?="', "Über sicht.pdf"),
        (b'filename="=?iso-8859-1?Q?=DCbersicht?=.pdf"', "Übersicht.pdf"),
        (b'filename="=?windows-1252?Q?=80.pdf?="', "€.pdf"),
        (b'filename="=?ISO-2022-JP?B?GyRCSnM5cBsoQi5wZGY=?="', "報告.pdf"),
        (b'filename="=?utf-8*de?Q?=C3=9C?= =?utf-8?Q?.pdf?="', "Ü.pdf"),
        (b'filename="=?utf-8?Q?=C3=9C?=\r\n =?utf-8?Q?.pdf?="', "Ü.pdf"),
        (b'filename="=?utf-8?Q?/path/to/fax.txt?="', "fax.txt"),
        (b'filename="=?utf-8?Q?%22.txt?="', "%22.txt"),
        (b'filename="=?idna?Q?a.txt?="', "=?idna?Q?a.txt?="),
        (b'filename="=?utf-8?Q?=C3.txt?="', "=?utf-8?Q?=C3.txt?="),
        (b'filename="=?utf-8?B?w5x?="', "=?utf-8?B?w5x?="),
        (b'filename="=?utf-8?X?a?= =?utf-8"', "=?utf-8?X?a?= =?utf-8"),
        (b'filename="folded\r\n name.txt"', "folded name.txt"),
        (b'filename="folded\r\n\t name.txt"', "folded name.txt"),
    ],
)
def test_file_names(parameter: bytes, name: str) -> None:
    assert parsed(b'form-data; name="files"; ' + parameter) == Form(None, (Upload(name, b"x"),))


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"mixed; name=files; filename=a.txt",
        b"form-data, name=files",
        b'form-data; name="files',
        b"form-data; name=files; filename=a;b.txt",
        b'form-data; name=files; filename=a"b.txt',
        b"form-data; name=files; filename",
        # Which quotation mark ends which name cannot be told.
        b'form-data; filename="a "b".txt"; name="files"',
        b'form-data; name="files"; filename="a"b"c',
        b'form-data; name=files; filename="a" "b.txt',
        b'form-data; name="fi"les"',
        b'form-data; name="files"; filename="',
        b'form-data; name="files"; filename="x"; name="request.pdf"',
        b'form-data; name="files"; filename="a "b".txt"; filename="c.txt"; filename="d.txt',
        b'form-data; name="files" filename="a.txt"',
        b'form-data; name="files"; =a',
        b'form-data; name="files"; name="request"',
        b'form-data; name="files"; filename="a.txt"; FILENAME="b.txt"',
    ],
)
def test_a_disposition_that_cannot_be_read_is_refused(value: bytes) -> None:
    assert refusal(value) == (
        "The Content-Disposition of part 1 cannot be read; it must be form-data; name=...; filename=..."
    )


@pytest.mark.parametrize(
    "value",
    [
        b"a.txt",
        b"UTF-8'a.txt",
        b"UTF-8''%C3",
        b"UTF-16''%00a",
        b"idna''a.txt",
        b"utf-7''+2AA-",
        b"''a.txt",
        b"UTF-8''\"a\"",
    ],
)
def test_an_extended_file_name_that_cannot_be_read_is_refused(value: bytes) -> None:
    sent = b'form-data; name="files"; filename*=' + value
    assert refusal(sent) == ("The filename* of part 1 cannot be read; it must be UTF-8''name.")


@pytest.mark.parametrize("name", [b"filename*0", b"filename*0*", b"FILENAME*1"])
def test_a_file_name_in_several_parameters_is_refused(name: bytes) -> None:
    sent = b'form-data; name="files"; ' + name + b'="a.txt"'
    assert refusal(sent) == ("Part 1 splits its file name over several parameters; send it as one.")


def test_no_more_encoded_words_are_decoded_than_a_name_has() -> None:
    word = "=?utf-8?Q?=61?="
    assert read(f'form-data; name="files"; filename="{word * 9}"', 1).filename == "a" * 8 + word


def test_a_field_and_a_file_may_have_the_same_name_with_quotation_marks() -> None:
    sent = 'form-data; name="a "b".pdf"; filename="a "b".pdf"'
    assert read(sent, 1) == Disposition("form-data", 'a "b".pdf', 'a "b".pdf')
    assert read('Attachment; filename="a "b".pdf"; x=y', 1) == Disposition("attachment", "", 'a "b".pdf')


_names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\\"), min_size=1, max_size=40)


@given(_names)
def test_a_name_that_is_sent_as_it_is_comes_back_or_is_refused(name: str) -> None:
    """Whatever is in it, never another name: but for what some clients encode."""
    sent = f'form-data; name="files"; filename="{name}"'.encode().decode("latin-1")
    try:
        found = read(sent, 1)
    except FormInvalid:
        assert re.search('"[ \t]*;', name)
        return
    if not re.search(r'%[0-9A-Fa-f]{2}|=\?|"[ \t]*;', name):
        assert found == Disposition("form-data", "files", name)


_pieces = st.sampled_from(
    [
        *"\";= \t%?*'\\",
        "a",
        "name",
        "filename",
        "filename*",
        "=?utf-8?Q?",
        "?=",
        "%C3%BC",
        "\xc3",
        "UTF-8''",
        "form-data",
    ]
)


@given(st.lists(_pieces, max_size=40).map("".join))
def test_pieces_of_a_header_are_read_or_refused(header: str) -> None:
    try:
        kind, _, _ = read("form-data;" + header, 7)
    except FormInvalid as refused:
        found = (refused.reason, "art 7 " in refused.message)
    else:
        found = (kind, True)
    assert found in {("form-data", True), ("disposition_invalid", True)}
