"""What holds for every form: what was encoded comes back, and what is broken is refused and never cut short."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from requests_toolbelt import MultipartEncoder

from faxes.errors import FormInvalid
from faxes.intake.multipart import MAX_PARTS, parse
from faxes.intake.unattached import meant_as_a_file
from faxes.model import Form, Upload
from tests.support.forms import content_type, field, field_with_backslashes, field_with_extended_name, form, request

type Encoder = Callable[[str, bytes, str], bytes]


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that a client means to send: a boundary, and each part's field name, file name (None: a text field) and
    content."""

    boundary: str
    parts: tuple[tuple[str, str | None, bytes], ...]

    @property
    def expected(self) -> Form:
        requests = [content for name, filename, content in self.parts if name == "request" and filename is None]
        files = tuple(Upload(filename, content) for _, filename, content in self.parts if filename is not None)
        return Form(requests[0] if requests else None, files)

    def body(self, encode_file: Encoder = field, frame: Mapping[str, bytes] | None = None) -> bytes:
        encoded = (
            field(name, content) if filename is None else encode_file(name, content, filename)
            for name, filename, content in self.parts
        )
        return form(*encoded, boundary=self.boundary, **frame or {})


_BOUNDARY_CHARACTERS = "0123456789ABCXYZabcxyz'()+_,-./:=?*{}<>[]!#$%&@|~"
_boundaries = st.builds(
    lambda start, last: start + last,
    st.text(_BOUNDARY_CHARACTERS + " ", max_size=69),
    st.sampled_from(_BOUNDARY_CHARACTERS),
)

# Browsers write three of them for a quote and a line end, and others encode a whole name, so that a name that holds
# them as text cannot be told.
_AMBIGUOUS = re.compile(r"%[0-9a-f]{2}|=\?", re.IGNORECASE)
_names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\\"), max_size=40).filter(
    lambda name: not _AMBIGUOUS.search(name)
)
_one_line_names = _names.filter(lambda name: "\r" not in name and "\n" not in name)


def _contents(boundary: str) -> st.SearchStrategy[bytes]:
    """Bytes with all that a careless parser trips over, but no line that starts with the delimiter."""
    delimiter = b"--" + boundary.encode()
    pieces = st.sampled_from(
        [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"-", b"--", b"x" + delimiter, b"\r\n" + delimiter[:-1], b"\r\n--", b"\0"]
    )
    return (
        st.lists(pieces | st.binary(max_size=20), max_size=8)
        .map(b"".join)
        .filter(lambda content: b"\n" + delimiter not in b"\n" + content)
    )


@st.composite
def _sent(draw: st.DrawFn, names: st.SearchStrategy[str] = _names) -> Sent:
    boundary = draw(_boundaries)
    contents = _contents(boundary)
    # A file whose name and content are both empty is a browser's empty input.
    files = draw(st.lists(st.tuples(names, names, contents).filter(lambda file: file[1:] != ("", b"")), max_size=6))
    texts = draw(st.lists(st.tuples(names, st.none(), contents)))
    texts = [text for text in texts if text[0] != "request" and not meant_as_a_file(text[0], "", text[2])]
    requests = draw(st.lists(st.tuples(st.just("request"), st.none(), contents), max_size=1))
    # Without a request part, a file in a field of that name is taken for it.
    assume(requests or not any(name == "request" for name, _, _ in files))
    return Sent(boundary, tuple(draw(st.permutations([*files, *texts, *requests]))))


_frames = st.fixed_dictionaries(
    {
        "preamble": st.sampled_from([b"", b"\r\n", b"This is a form.\r\n", b"\xff\0--\r\n"]),
        "padding": st.sampled_from([b"", b" ", b"\t "]),
        "epilogue": st.sampled_from([b"", b"\r\n", b"\r\nThe end.", b"\r\n\r\n--\r\n"]),
    }
)


@given(_sent(), _frames)
def test_what_a_browser_encodes_comes_back(sent: Sent, frame: dict[str, bytes]) -> None:
    delimiter = b"--" + sent.boundary.encode()
    assume(delimiter not in frame["preamble"] + frame["epilogue"])
    assert parse(sent.body(frame=frame), content_type(sent.boundary)) == sent.expected


@pytest.mark.parametrize("encode_file", [field_with_backslashes, field_with_extended_name])
@given(sent=_sent(_one_line_names))
def test_what_other_clients_encode_comes_back(encode_file: Encoder, sent: Sent) -> None:
    assert parse(sent.body(encode_file), content_type(sent.boundary)) == sent.expected


@given(_sent())
def test_what_requests_toolbelt_encodes_comes_back(sent: Sent) -> None:
    fields = [
        (name, content if filename is None else (filename, content, "application/octet-stream"))
        for name, filename, content in sent.parts
    ]
    # Its files without a name get none in the header.
    assume(all(filename != "" for _, filename, _ in sent.parts))
    encoder = MultipartEncoder(fields, boundary=sent.boundary)
    # It writes its boundary into the header without quotes.
    assert parse(encoder.to_string(), content_type(sent.boundary)) == sent.expected


@given(_sent(), st.data())
def test_a_body_that_was_cut_off_is_refused(sent: Sent, data: st.DataObject) -> None:
    whole = sent.body()
    # All but the last CRLF, without which a form is whole.
    length = data.draw(st.integers(0, len(whole) - 3) | st.just(len(whole) - 1))
    with pytest.raises(FormInvalid):
        parse(whole[:length], content_type(sent.boundary))


@given(st.binary(max_size=200), st.text(max_size=100) | st.sampled_from([content_type("b"), content_type("--")]))
@example(b"", "")
@example(b"--b--", content_type("b"))
def test_arbitrary_bytes_are_a_form_or_are_refused_as_none(body: bytes, header: str) -> None:
    _parse_or_refuse(body, header)


_lines = st.sampled_from(
    [
        b"--b",
        b"--b--",
        b"\r\n",
        b"\r\n\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b";",
        b'"',
        b"\\",
        b"x",
        b"--bX",
        b"Content-Disposition: form-data; name=",
        b'"files"',
        b"request",
        b"; filename=",
        b"; filename*=UTF-8''%C3",
        b"Content-Type: a/b",
        b"Content-Transfer-Encoding: binary",
        b"%22",
        b"\xff",
        b"\0",
    ]
)


@given(st.lists(_lines, max_size=40).map(b"".join))
def test_pieces_of_forms_are_a_form_or_are_refused_as_none(body: bytes) -> None:
    _parse_or_refuse(body, content_type("b"))


@given(_sent(), st.data())
def test_a_damaged_form_is_a_form_or_is_refused_as_none(sent: Sent, data: st.DataObject) -> None:
    body = sent.body()
    for _ in range(data.draw(st.integers(1, 4))):
        start, end = sorted(data.draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
        moved = body[start:end]
        body = data.draw(
            st.sampled_from([body[:start] + body[end:], body[:end] + moved + body[end:]])
            | st.binary(max_size=8).map(lambda new: body[:start] + new + body[start:])  # noqa: B023
            | st.binary(max_size=8).map(lambda new: body[:start] + new + body[end:])  # noqa: B023
        )
    header = data.draw(st.just(content_type(sent.boundary)) | st.text(max_size=60).map("multipart/form-data;".__add__))
    _parse_or_refuse(body, header)


def _parsed(body: bytes, header: str) -> Form | FormInvalid:
    try:
        return parse(body, header)
    except FormInvalid as refused:
        return refused


def _parse_or_refuse(body: bytes, header: str) -> None:
    outcome = _parsed(body, header)
    if isinstance(outcome, FormInvalid):
        assert re.fullmatch("[a-z]+(_[a-z]+)+", outcome.reason)
        assert outcome.message.isprintable()
        return
    assert len(outcome.uploads) <= MAX_PARTS
    held = len(outcome.request or b"") + sum(len(upload.content) for upload in outcome.uploads)
    assert held <= len(body)
    assert all(upload.name is None or not re.search(r"[/\\]", upload.name) for upload in outcome.uploads)


def test_the_strategies_make_what_they_are_meant_to() -> None:
    """A form of one's own, so that a mistake in the encoder cannot hide behind the same mistake in the decoder."""
    sent = Sent("b", (("files", 'a"\n.txt', b"\r\n--x"), ("request", None, b"{}")))
    assert sent.body() == (
        b"--b\r\n"
        b'Content-Disposition: form-data; name="files"; filename="a%22%0A.txt"\r\n'
        b"Content-Type: application/octet-stream\r\n"
        b"\r\n"
        b"\r\n--x\r\n"
        b"--b\r\n"
        b'Content-Disposition: form-data; name="request"\r\n'
        b"\r\n"
        b"{}\r\n"
        b"--b--\r\n"
    )
    assert request("1") == b'Content-Disposition: form-data; name="request"\r\n\r\n{"recipients": ["1"]}'
