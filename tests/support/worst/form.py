"""Forms that attack what looks at delimiters, at headers, at names, at fields and at recipients.

``cases(rng)`` yields tuples of what is attacked, the body and its Content-Type. Headers are short by their limits, so a
body that attacks them holds as many as it may; what walks through contents gets long ones.
"""

import json
import random
from collections.abc import Callable, Iterator

_SMALL, _MOST = 20_000, 300_000
_TIMES = 16
_TYPE = "multipart/form-data; boundary=b"
_BLOCK, _ALL_BLOCKS = 4096, 64 * 1024
_REQUEST = 128 * 1024
_HEADER = b"Content-Disposition: form-data"

type _Maker = Callable[[random.Random, int], tuple[bytes, str]]


def cases(rng: random.Random) -> Iterator[tuple[str, bytes, str]]:
    """Each attack at several sizes."""
    for make in _MAKERS:
        for _ in range(_TIMES):
            body, content_type = make(rng, rng.randint(_SMALL, _MOST))
            yield make.__name__.strip("_"), body, content_type


def _part(header: bytes, content: bytes = b"x") -> bytes:
    return b"--b\r\n" + header + b"\r\n\r\n" + content + b"\r\n"


def _filled(piece: bytes, length: int) -> bytes:
    return (piece * (length // len(piece) + 1))[:length]


# --- delimiters ------------------------------------------------------------------------------------------------------


def _bare_line_ends(rng: random.Random, size: int) -> tuple[bytes, str]:
    """Lines that are almost a delimiter's, behind LF alone."""
    end = rng.choice([b"", b" ", b"\t x", b"-", b"--x", b"\r", b" " * rng.randint(1, 999)])
    return _part(_HEADER, _filled(b"\n--b" + end + b"x", size)) + b"--b--", _TYPE


def _padding_without_an_end(rng: random.Random, size: int) -> tuple[bytes, str]:
    padding = _filled(rng.choice([b" ", b"\t", b" \t"]), size)
    return rng.choice([b"", _part(_HEADER)]) + b"--b" + padding + rng.choice([b"", b"x", b"\r"]), _TYPE


def _padding_of_bare_lines(rng: random.Random, size: int) -> tuple[bytes, str]:
    every = rng.randint(2, size)
    return _part(_HEADER, _filled(b"\n--b" + b" " * every, size)) + b"--b--", _TYPE


def _boundary_of_dashes(rng: random.Random, size: int) -> tuple[bytes, str]:
    """Each dash of the content may be the delimiter's first."""
    boundary = "-" * rng.randint(1, 70)
    delimiter = b"--" + boundary.encode()
    content = _filled(
        rng.choice([b"-", b"-" * 70 + b"x", b"\n" + delimiter[:-1] + b"x", b"\r\n" + delimiter[:-1]]), size
    )
    return delimiter + b"\r\n" + _HEADER + b"\r\n\r\n" + content + b"\r\n" + delimiter + b"--", (
        f"multipart/form-data; boundary={boundary}"
    )


def _preamble(rng: random.Random, size: int) -> tuple[bytes, str]:
    return _filled(rng.choice([b"\r\n", b"\n", b"\r\n--", b"\r\n-", b"--bx\n", b"x"]), size) + rng.choice(
        [b"", b"\r\n--b--", b"--b--", b"\n--b--"]
    ), _TYPE


def _parts_without_end(rng: random.Random, size: int) -> tuple[bytes, str]:
    block = rng.choice([b"", _HEADER, b"x", _HEADER + b"\r\n\r\n"])
    return _filled(b"--b\r\n" + block + b"\r\n", size), _TYPE


# --- headers ---------------------------------------------------------------------------------------------------------


def _blocks(rng: random.Random, header: Callable[[int], bytes]) -> tuple[bytes, str]:
    """As many header blocks as a form may have, of one length, with one content."""
    length = rng.choice([_ALL_BLOCKS // 128, 1024, _BLOCK])
    parts = [_part(header(length)) for _ in range(_ALL_BLOCKS // length)]
    return b"".join(parts) + b"--b--", _TYPE


_PARAMETER_PIECES = (
    *(b";", b"; ", b";a=", b';a="', b";a=b", b';filename="', b';name="', b"; filename*=", b';filename*="', b";=", b'"'),
    *(b"\\", b'\\"', b'" ', b'"; ', b'""', b' ;\t="', b';filename="a";name="', b";filename*=UTF-8''", b"=", b'";a="'),
)
_PARAMETER_STARTS = (b"", b';filename="', b';name="a";filename="', b";name=", b';filename*="', b";filename*=")
_NAME_PIECES = (
    *(b"%41", b"%C3%BC", b"%22", b"%0", b"%%", b"\xc3\xbc", b"\xc3", b"/", b"\\", b"a.pdf ", b".pdf", b"."),
    *(b"=?utf-8?Q?=41?=", b"=?utf-8?Q?=41?= ", b"=?utf-8?B?QUFB?=", b"=?", b"=?a?q?", b"=?utf-8?Q?", b"=?a*"),
    *(b"?= =?utf-8?Q?a", b"=?iso-2022-jp?B?GyRC?=", b"=?gb18030?Q?=81=30=81=30?=", b"=?utf-8?Q??= \t "),
    b"=?utf-8?B?=========?=",
)


def _parameters(rng: random.Random, _: int) -> tuple[bytes, str]:
    piece = rng.choice(
        [
            b";",
            b"; ",
            b";a=",
            b';a="',
            b";a=b",
            b';filename="',
            b';name="',
            b"; filename*=",
            b';filename*="',
            b";=",
            b'"',
            b"\\",
            b'\\"',
            b'" ',
            b'"; ',
            b'""',
            b' ;\t="',
            b';filename="a";name="',
            b";filename*=UTF-8''",
            b"=",
            b'";a="',
        ]
    )
    start = _HEADER + rng.choice(
        [b"", b';filename="', b';name="a";filename="', b";name=", b';filename*="', b";filename*="]
    )
    return _blocks(rng, lambda length: (start + _filled(piece, length))[: length - 1] + rng.choice([b'"', b"x", b";"]))


def _names(rng: random.Random, _: int) -> tuple[bytes, str]:
    """What is decoded: percent-encoded names, encoded words, browsers' escapes, and names that are almost so."""
    piece = rng.choice(_NAME_PIECES)
    name = rng.choice([b"filename", b"name", b"filename*"])
    start = _HEADER + b";" + name + rng.choice([b'="', b"=UTF-8''", b'="=?utf-8?B?', b'="%41'])
    return _blocks(rng, lambda length: (start + _filled(piece, length))[: length - 1] + rng.choice([b'"', b"x"]))


def _folds(rng: random.Random, _: int) -> tuple[bytes, str]:
    piece = rng.choice([b"\r\n ", b"\r\n\t", b"\r\n " + b" " * rng.randint(1, 999), b"\r\n a:"])
    start = _HEADER + b';name="a'
    return _blocks(rng, lambda length: start + _filled(piece, length - len(start) - 2).rstrip(b"\r\n") + b'x"')


def _header_lines(rng: random.Random, _: int) -> tuple[bytes, str]:
    line = rng.choice(
        [b"a:", b"Content-Type: a/b", b":", b"Content-Disposition:", b"a" * rng.randint(1, 999), b"\r", b"\n"]
    )
    return _blocks(rng, lambda length: _filled(line + rng.choice([b"\r\n", b"\r\n ", b"\n"]), length - 1) + b"x")


def _types(rng: random.Random, _: int) -> tuple[bytes, str]:
    """A Content-Type of a part, and the request's own: neither is longer than its header may be."""
    piece = rng.choice(
        ["application/", "+", "json+", "text/", ";", ",", " ", "\t", "x/", ";a=b", '="', "multipart/form-data"]
    )
    long = "".join(_filled(piece.encode(), 8192).decode())
    if rng.random() < 0.5:
        return b"--b--", "multipart/form-data" + rng.choice([";", ",", ";boundary=", ';boundary="']) + long
    return _blocks(rng, lambda length: (_HEADER + b"\r\nContent-Type: application/" + long.encode())[:length])


# --- contents --------------------------------------------------------------------------------------------------------


def _quoted_printable(rng: random.Random, size: int) -> tuple[bytes, str]:
    piece = rng.choice([b"=41", b"=", b"=\r\n", b"=4", b" ", b"= ", b"=3D=", b"x\r\n", b"=0a=0D"])
    header = _HEADER + b'; filename="a"\r\nContent-Transfer-Encoding: quoted-printable'
    return _part(header, _filled(piece, size) + rng.choice([b"", b"=", b"\xff"])) + b"--b--", _TYPE


def _references(rng: random.Random, size: int) -> tuple[bytes, str]:
    """Fields whose values begin like the names of files: 128 of them, and long ones."""
    value = b"@" + _filled(
        rng.choice([b"a", b".", b"./", b'"', b".pdf", b".pdf;", b" ", b"\r\n", b"\\", b"C:"]), size // 128
    )
    return b"".join([_part(_HEADER, value)] * 128) + b"--b--", _TYPE


def _many_files(rng: random.Random, size: int) -> tuple[bytes, str]:
    content = _filled(rng.choice([b"\r\n", b"\r", b"\n--", b"\0", b"x"]), size // rng.randint(127, 128))
    return b"".join(_part(_HEADER + b'; filename="a"', content) for _ in range(rng.randint(1, 129))) + b"--b--", _TYPE


# --- the request -----------------------------------------------------------------------------------------------------


def _numbers(rng: random.Random, size: int) -> tuple[bytes, str]:
    """Recipients that are nearly numbers up to their ends, as many as a request part holds."""
    marks = rng.choice([" ", "-", "(", "\u2010", "\u202a", "+", "*", "1*", "1 "])
    one = "1" + marks * rng.randint(1, 400) + rng.choice(["", "A", "*", "+"])
    listed = [one] * min(rng.choice([1, 999, 2_000]), min(size, _REQUEST - 20) // (len(json.dumps(one)) + 2))
    return _request(json.dumps({"recipients": listed}).encode()), _TYPE


def _json(rng: random.Random, size: int) -> tuple[bytes, str]:
    """Depth, members and escapes without end."""
    piece = rng.choice([b"[", b'{"a":', b'{"recipients":', b'{"a":0},', b'"\\u0041",', b"0,", b'"recipients":[],'])
    return _request(rng.choice([b"", b"[", b"{"]) + _filled(piece, min(size, _REQUEST - 1))), _TYPE


def _request(content: bytes) -> bytes:
    return _part(_HEADER + b"; name=request", content) + b"--b--"


_MAKERS: tuple[_Maker, ...] = (
    _bare_line_ends,
    _padding_without_an_end,
    _padding_of_bare_lines,
    _boundary_of_dashes,
    _preamble,
    _parts_without_end,
    _parameters,
    _names,
    _folds,
    _header_lines,
    _types,
    _quoted_printable,
    _references,
    _many_files,
    _numbers,
    _json,
)
