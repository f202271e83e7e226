"""Forms as clients of many languages send them, and what was sent by mistake: `members` draws some of each kind.

Each is made from the field, the file's name and the content that its sender meant, so that a test can tell whether they
arrived as that.
"""

import random
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

_REQUEST = b'{"recipients": ["7778888"]}'
_FIRST = ("Rechnung", "fax", "página", "lettre à M", "счёт", "2026-11", "传真", "a_b", "Brief Nr. 7", "x")
_ENDINGS = ("pdf", "txt", "tif", "tiff", "jpg", "jpeg")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Member:
    """A form of a kind, with its Content-Type. ``files`` are the names and contents that must arrive; where it must be
    refused as a file that was not attached, its name is None."""

    kind: str
    content_type: str
    body: bytes
    files: tuple[tuple[str | None, bytes], ...]


# What is put into a form: the lines of a part's header block, its content, and the file that must arrive of it.
type _Made = tuple[list[str], bytes, tuple[str | None, bytes]]
KINDS: dict[str, Callable[[random.Random], _Made]] = {}


def members(seed: int, of_each: int) -> Iterator[Member]:
    """Of each kind so many. Those about the frame are every form's: its boundary is one that few take."""
    for kind, make in KINDS.items():
        rng = random.Random(f"{seed} {kind}")  # noqa: S311  # no secret
        for _ in range(of_each):
            lines, content, file = make(rng)
            boundary = rng.choice(["{%s}", "(%s)", "=_%s", "%s", "[%s]"]) % _word(rng, 30)
            delimiter = b"--" + boundary.encode()
            request = b'\r\nContent-Disposition: form-data; name="request"\r\n\r\n' + _REQUEST + b"\r\n"
            part = "\r\n".join(["", *lines, "", ""]).encode() + content + b"\r\n"
            parts = rng.sample([request, part], 2)
            body = b"".join(delimiter + each for each in parts) + delimiter + b"--\r\n"
            yield Member(kind, f'multipart/form-data; boundary="{boundary}"', body, (file,))


def _kind(make: Callable[[random.Random], _Made]) -> Callable[[random.Random], _Made]:
    KINDS[make.__name__.strip("_").replace("_", " ")] = make
    return make


def _word(rng: random.Random, most: int) -> str:
    return "".join(rng.choices(_LETTERS, k=rng.randint(1, most)))


def _name(rng: random.Random, first: str = "") -> str:
    return f"{first or rng.choice(_FIRST)} {_word(rng, 8)}.{rng.choice(_ENDINGS)}"


def _content(rng: random.Random) -> bytes:
    return rng.choice([rng.randbytes(rng.randint(1, 300)), f"{_word(rng, 40)}\r\n{_name(rng)}\n=41".encode()])


def _disposition(*parameters: str) -> str:
    return "; ".join(["Content-Disposition: form-data", *parameters])


# --- files that must arrive ------------------------------------------------------------------------------------------


@_kind
def _quoted_printable(rng: random.Random) -> _Made:
    name, content = _name(rng, "fax"), _content(rng)
    header = [_disposition('name="files"', f'filename="{name}"'), "Content-Transfer-Encoding: quoted-printable"]
    encoded = b2a_qp(content, istext=False).replace(b"=\n", b"=\r\n")
    return rng.sample(header, 2), encoded, (name, content)


@_kind
def _a_parameter_twice(rng: random.Random) -> _Made:
    name, content = _name(rng), _content(rng)
    return [_disposition('name="a"', f'filename="{name}"', f'filename="{name}"', 'name="a"')], content, (name, content)


@_kind
def _two_types(rng: random.Random) -> _Made:
    name, content = _name(rng), _content(rng)
    types = rng.sample(["application/pdf", "application/octet-stream", "text/plain; charset=utf-8", "image/tiff"], 2)
    lines = [_disposition('name="files"', f'filename="{name}"'), *(f"Content-Type: {kind}" for kind in types)]
    return lines, content, (name, content)


@_kind
def _an_extended_name_that_cannot_be_read(rng: random.Random) -> _Made:
    name, content = _name(rng), _content(rng)
    told = rng.choice([f"windows-1252''{_word(rng, 9)}%E9.pdf", "utf-8''%FF%FE.pdf", f"UTF-8''\"{_word(rng, 9)}.pdf\""])
    parameters = [f'filename="{name}"', f"filename*={told}"]
    return [_disposition('name="files"', *rng.sample(parameters, 2))], content, (name, content)


@_kind
def _a_quotation_mark_that_is_not_escaped(rng: random.Random) -> _Made:
    name, content = f'{rng.choice(_FIRST)} "{_word(rng, 9)}" {_name(rng)}', _content(rng)
    return [_disposition('name="files"', f'filename="{name}"')], content, (name, content)


@_kind
def _a_name_that_is_percent_encoded(rng: random.Random) -> _Made:
    name, content = _name(rng), _content(rng)
    return [_disposition('name="files"', f'filename="{quote(name)}"')], content, (name, content)


@_kind
def _a_name_in_encoded_words(rng: random.Random) -> _Made:
    name, content = _name(rng), _content(rng)
    pieces = [name[at : at + 12].encode() for at in range(0, len(name), 12)]
    words = [
        f"=?utf-8?B?{b64encode(piece).decode()}?="
        if rng.random() < 0.5
        else "=?UTF-8?Q?" + "".join(f"={byte:02X}" for byte in piece) + "?="
        for piece in pieces
    ]
    return [_disposition('name="files"', f'filename="{" ".join(words)}"')], content, (name, content)


# --- what was not attached -------------------------------------------------------------------------------------------


@_kind
def _the_name_of_a_file_as_a_value(rng: random.Random) -> _Made:
    path = rng.choice(["/tmp/", "./", "../", "C:\\", "C:/Users/", "/"]) + _word(rng, 8)  # noqa: S108  # no file is made
    content = rng.choice(["@%s", "@%s.pdf", "@%s.pdf;type=application/pdf"]) % path
    return [_disposition(f'name="{_word(rng, 8)}"')], content.encode(), (None, content.encode())


@_kind
def _a_document_without_a_name(rng: random.Random) -> _Made:
    content = b"%PDF-1.4\n" + rng.randbytes(200)
    kind = rng.choice(["application/pdf", "image/jpeg", "image/tiff", "application/octet-stream", "application/zip"])
    return [_disposition(f'name="{_word(rng, 8)}"'), f"Content-Type: {kind}"], content, (None, content)


@_kind
def _a_field_that_is_called_like_a_file(rng: random.Random) -> _Made:
    content = _word(rng, 50).encode()
    field = rng.choice([f"{_word(rng, 8)}.{rng.choice(_ENDINGS)}", "file", "document", "attachment", "attachments"])
    return [_disposition(f'name="{field}"')], content, (None, content)
