"""A PDF's objects, as its cross-reference leads to them: what is needed to walk its page tree, in plain Python.

A PDF can be written in more ways than are read here, and can be made to cost what it likes. Whatever is not read, be it
encrypted, too long or of a form that is not known here, raises Unread: then nothing is said about it.
Object streams and cross-reference streams alone are decompressed.
"""

import re
import zlib
from dataclasses import dataclass
from itertools import accumulate, batched

from faxes.formats.content import WINDOW, Content
from faxes.formats.pdf_ends import SPACE, Ends
from faxes.formats.pdf_places import MOST_LINES, Place, Places, is_complete, read_lines, whole

# Words that are read for each page that a fax may have, 64 bytes of a longer one for one; pages have 20 to 50, as a
# rule. Bytes that are decompressed, for each of the file's; object streams become five to twenty times as large.
WORDS_PER_PAGE = 60
BYTES_PER_BYTE = 32
MOST_BYTES = 16 * 1024 * 1024
_MOST_CROSS_REFERENCES = 100
_DEEPEST = 50
# Bytes of a table. Those of one that is longer are not looked at: as many as a form has at most.
_LONGEST_TABLE = 4_613_734
# A word that is longer is none that matters here.
_LONGEST = 16 * 1024

# The white space is bounded: it is looked at once for each line of a table, and all of them may lead to the same.
_OBJECT = re.compile(rb"%b{0,16}+(\d{1,10})%b{1,16}+(\d{1,10})%b{1,16}+obj\b" % (SPACE, SPACE, SPACE))
_TABLE = re.compile(rb"%b{0,16}+xref\b" % SPACE)
_STREAM = re.compile(rb"%b{0,16}+stream(?:\r\n|\n|\r)" % SPACE)
_STREAM_END = re.compile(rb"%b{0,16}+endstream%b{0,16}+endobj%b{0,16}+" % (SPACE, SPACE, SPACE))
_OBJECT_END = re.compile(rb"%b{0,16}+endobj%b{0,16}+" % (SPACE, SPACE))
_OPENED_BY = {b">>": b"<<", b"]": b"["}
_BETWEEN = re.compile(rb"(?:%b++|%%[^\r\n]*+)*+" % SPACE)
_ENDS_WORD = rb"[^\0\t\n\f\r ()<>\[\]{}/%]"
_WORD = re.compile(
    rb"(?:%b++|%%[^\r\n]*+)*+(?:(?P<open><<|\[)|(?P<close>>>|\])|(?P<name>/%b*+)"
    rb"|(?P<reference>(?P<number>\d{1,10})%b{1,16}+(?P<generation>\d{1,5})%b{1,16}+R(?!%b))"
    rb"|(?P<text>\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+\)|<[^<>]*+>)|(?P<other>%b++))"
    % (SPACE, _ENDS_WORD, SPACE, SPACE, _ENDS_WORD, _ENDS_WORD),
    re.DOTALL,
)
_INTEGER = re.compile(rb"[+-]?\d{1,10}")
_NOT_INSIDE = frozenset({b"obj", b"endobj", b"stream", b"endstream", b"xref", b"trailer", b"startxref"})

type Value = dict[bytes, "Value"] | list["Value"] | Reference | Stream | int | bytes | None


class Unread(Exception):
    """What the document says is not told here."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Leads to an object, by its number and generation."""

    number: int
    generation: int


@dataclass(frozen=True, slots=True)
class Stream:
    """An object with data: its dictionary, and where in the file the data begins."""

    dictionary: dict[bytes, Value]
    start: int


class Objects:
    """The objects of a document. ``trailer`` is the newest; what is encrypted in it is left alone."""

    def __init__(self, content: Content, ends: Ends, max_pages: int = 200) -> None:
        """``max_pages`` says how much may be read. Raises Unread."""
        self._content = content
        self._base = ends.base
        self._words = WORDS_PER_PAGE * (max_pages + 10)
        self._bytes = min(MOST_BYTES, BYTES_PER_BYTE * (len(content) + 4096))
        self._zeros = len(content)
        self._known: dict[Reference, Value] = {}
        self._unpacked: dict[int, dict[int, bytes]] = {}
        self._newest_first: list[Places] = []
        self._is_hybrid = False
        self.trailer: dict[bytes, Value] = {}
        self._read_cross_references(ends)

    def get(self, value: Value) -> Value:
        """What a reference leads to, None where there is no such object; any other value itself. Raises Unread."""
        if not isinstance(value, Reference):
            return value
        if value not in self._known:
            self._known[value] = self._object(value)
        return self._known[value]

    def data(self, stream: Stream) -> memoryview | None:
        """A stream's data as it stands in the file, None where its length does not lead to its end. Raises Unread."""
        length = self.get(stream.dictionary.get(b"/Length"))
        if not isinstance(length, int) or length < 0:
            return None
        end = stream.start + length
        return memoryview(self._content)[stream.start : end] if _STREAM_END.match(self._content, end) else None

    def _object(self, reference: Reference) -> Value:
        place = next((places[reference.number] for places in self._newest_first if reference.number in places), None)
        if place is None:
            return None
        if place.stream:
            return self._in_stream(place.stream, reference.number)
        found = _OBJECT.match(self._content, self._base + place.offset)
        if not found or int(found[1]) != reference.number:
            return None
        value, at = self._value(self._content, found.end())
        data = _STREAM.match(self._content, at) if isinstance(value, dict) else None
        return Stream(value, data.end()) if data and isinstance(value, dict) else value

    def leads_to_all(self) -> bool:
        """Whether there is one cross-reference, and it leads to each object that it says is there."""
        [newest, *older] = self._newest_first
        for number, place in newest.items():
            if place is None:
                continue
            if place.stream:
                if not newest.get(place.stream):
                    return False
                continue
            found = _OBJECT.match(self._content, self._base + place.offset)
            if not found or (int(found[1]), int(found[2])) != (number, place.generation):
                return False
        return not older and not self._is_hybrid

    def is_last_whole(self, cross_reference: int) -> bool:
        """Whether the object in front of the cross-reference goes up to there, as far as its length tells."""
        offsets = [place.offset for places in self._newest_first for place in places.values() if place]
        last = max((each for each in offsets if self._base + each < cross_reference), default=-1)
        found = _OBJECT.match(self._content, self._base + last) if last >= 0 else None
        if not found:
            return False
        value, at = self._value(self._content, found.end())
        data = _STREAM.match(self._content, at) if isinstance(value, dict) else None
        if data and isinstance(value, dict):
            length = self.get(value.get(b"/Length"))
            at = data.end() + length if isinstance(length, int) and length >= 0 else len(self._content)
        end = (_STREAM_END if data else _OBJECT_END).match(self._content, at)
        return end is not None and bool(_BETWEEN.fullmatch(self._content, end.end(), cross_reference))

    def is_zeros(self, stream: Stream) -> bool:
        """Whether its data is there, and zeros alone. Raises Unread where that was asked of too many bytes."""
        data = self.data(stream)
        if not data or data[0]:
            return False
        self._zeros -= len(data)
        if self._zeros < 0:
            raise Unread
        return not any(bytes(data[at : at + WINDOW]).strip(b"\0") for at in range(0, len(data), WINDOW))

    def _take(self, words: int) -> None:
        self._words -= words
        if self._words < 0:
            raise Unread

    # --- words -------------------------------------------------------------------------------------------------------

    def _value(self, data: Content, at: int) -> tuple[Value, int]:
        """The value that begins here, and where it ends."""
        open_: list[tuple[bytes, list[Value]]] = []
        while True:
            word = _WORD.match(data, at, at + _LONGEST)
            if not word or word.end() == at + _LONGEST or len(open_) > _DEEPEST:
                raise Unread
            self._take(1 + (word.end() - at) // 64)
            at = word.end()
            value: Value
            match word.lastgroup:
                case "open":
                    open_.append((word["open"], []))
                    continue
                case "close":
                    if not open_ or open_[-1][0] != _OPENED_BY[word["close"]]:
                        raise Unread
                    mark, values = open_.pop()
                    value = _dictionary(values) if mark == b"<<" else values
                case "reference":
                    value = Reference(int(word["number"]), int(word["generation"]))
                case "other":
                    value = _plain(word["other"])
                case kind:
                    value = word[kind or 0]
            if not open_:
                return value, at
            open_[-1][1].append(value)

    # --- cross-references --------------------------------------------------------------------------------------------

    def _read_cross_references(self, ends: Ends) -> None:
        to_read, seen = [ends.cross_reference], set[int]()
        while to_read:
            at = to_read.pop()
            if at in seen or len(seen) == _MOST_CROSS_REFERENCES:
                raise Unread
            seen.add(at)
            places, trailer = self._cross_reference(at, ends.pointer)
            self.trailer = self.trailer or trailer
            beside, older = trailer.get(b"/XRefStm"), trailer.get(b"/Prev")
            if isinstance(beside, int):
                # What is free in the table may be there for those who read streams.
                self._is_hybrid = True
                more, _ = self._cross_reference(self._base + beside, ends.pointer)
                places = more | {number: place for number, place in places.items() if place or number not in more}
            self._newest_first.append(places)
            # It may lead nowhere, where the newest has all.
            if isinstance(older, int) and not is_complete(places, trailer):
                to_read.append(self._base + older)

    def _cross_reference(self, at: int, end: int) -> tuple[Places, dict[bytes, Value]]:
        if table := _TABLE.match(self._content, at):
            trailer = self._content.find(b"trailer", at, end)
            if trailer - table.end() > _LONGEST_TABLE:
                raise Unread
            places = read_lines(self._content[table.end() : max(trailer, 0)])
            dictionary, _ = self._value(self._content, trailer + len(b"trailer"))
            if trailer < 0 or places is None or not isinstance(dictionary, dict):
                raise Unread
            return places, dictionary
        found = _OBJECT.match(self._content, at)
        value, start = self._value(self._content, found.end()) if found else (None, 0)
        data = _STREAM.match(self._content, start)
        if not found or not data or not isinstance(value, dict) or value.get(b"/Type") != b"/XRef":
            raise Unread
        # Where it is itself, is known better than it may say.
        return self._entries(Stream(value, data.end())) | {int(found[1]): Place(at - self._base, int(found[2]))}, value

    def _entries(self, stream: Stream) -> Places:
        """Of a cross-reference stream."""
        widths = stream.dictionary.get(b"/W")
        index = stream.dictionary.get(b"/Index", [0, stream.dictionary.get(b"/Size")])
        if not (isinstance(widths, list) and isinstance(index, list) and len(widths) == 3 and len(index) % 2 == 0):
            raise Unread
        kind, first, second = (width if isinstance(width, int) and 0 <= width <= 8 else -1 for width in widths)
        if min(kind, first, second) < 0 or not all(isinstance(each, int) and each >= 0 for each in index):
            raise Unread
        columns = kind + first + second
        data = self._decoded(stream, columns)
        if columns == 0 or len(data) > columns * MOST_LINES:
            raise Unread
        rows = iter(data[at : at + columns] for at in range(0, len(data) - columns + 1, columns))
        places: Places = {}
        for start, count in batched(index, 2, strict=True):
            for number, row in zip(range(start, start + count), rows, strict=False):  # type: ignore[operator, arg-type]
                type_ = int.from_bytes(row[:kind]) if kind else 1
                where, more = int.from_bytes(row[kind : kind + first]), int.from_bytes(row[kind + first :])
                places[number] = {1: Place(where, more), 2: Place(0, 0, where)}.get(type_)
        return places

    # --- what is packed ----------------------------------------------------------------------------------------------

    def _in_stream(self, number: int, wanted: int) -> Value:
        if number not in self._unpacked:
            self._unpacked[number] = self._unpack(number)
        inside = self._unpacked[number].get(wanted)
        return None if inside is None else self._value(inside, 0)[0]

    def _unpack(self, number: int) -> dict[int, bytes]:
        stream = self.get(Reference(number, 0))
        if b"/Encrypt" in self.trailer or not isinstance(stream, Stream):
            raise Unread
        first = stream.dictionary.get(b"/First")
        data = self._decoded(stream, 0)
        if not isinstance(first, int) or not 0 <= first <= len(data):
            raise Unread
        pairs = [whole(word) for word in data[:first].split(maxsplit=2 * MOST_LINES)]
        self._take(len(pairs) // 3)
        if len(pairs) % 2 or len(pairs) > 2 * MOST_LINES or min(pairs, default=0) < 0:
            raise Unread
        starts = [first + start for start in pairs[1::2]]
        return {each: data[start : start + _LONGEST * 4] for each, start in zip(pairs[::2], starts, strict=True)}

    def _decoded(self, stream: Stream, columns: int) -> bytes:
        """A stream's data, decompressed. ``columns`` is the length of a cross-reference's lines."""
        data = self.data(stream)
        how = stream.dictionary.get(b"/DecodeParms")
        filters = stream.dictionary.get(b"/Filter")
        if data is None or filters not in (None, b"/FlateDecode", [b"/FlateDecode"]):
            raise Unread
        if filters is None and len(data) > self._bytes:
            raise Unread
        decoded = bytes(data) if filters is None else self._inflated(data)
        if isinstance(how, list) and len(how) == 1:
            how = how[0]
        if how is None or (isinstance(how, dict) and how.get(b"/Predictor", 1) == 1):
            return decoded
        if not isinstance(how, dict) or how.get(b"/Columns", 1) != columns or how.get(b"/Colors", 1) != 1:
            raise Unread
        # A byte in front of each line says how it is predicted: by nothing, or by the line above.
        length = columns + 1
        kinds = set(decoded[::length])
        if len(decoded) % length or kinds not in ({0}, {2}) or len(decoded) > length * MOST_LINES:
            raise Unread
        lines = bytearray(len(decoded) // length * columns)
        for column in range(columns):
            above = decoded[column + 1 :: length]
            lines[column::columns] = above if kinds == {0} else bytes(x & 0xFF for x in accumulate(above))
        return bytes(lines)

    def _inflated(self, data: memoryview) -> bytes:
        inflater = zlib.decompressobj()
        try:
            inflated = inflater.decompress(data, self._bytes)
        except zlib.error:
            raise Unread from None
        self._bytes -= len(inflated)
        if inflater.unconsumed_tail or self._bytes <= 0:
            raise Unread
        return inflated


def _plain(word: bytes) -> Value:
    if word in _NOT_INSIDE:
        raise Unread
    if word == b"null":
        return None
    return int(word) if _INTEGER.fullmatch(word) else word


def _dictionary(values: list[Value]) -> dict[bytes, Value]:
    if len(values) % 2:
        raise Unread
    names = values[::2]
    if not all(isinstance(name, bytes) and name.startswith(b"/") for name in names):
        raise Unread
    return dict(zip(names, values[1::2], strict=True))  # type: ignore[arg-type]
