"""Rows of black and white as ITU-T T.6 (Group 4) codes them.

Rows come and go as packed bits, the leftmost column in a byte's highest bit, 1 for black. A row is coded against the
one before it, the first against a white one; so 36 white rows at the start are 36 bits of 1, and others that end with a
white one can take their place while the rest stays as it is (`with_header`).

Plain Python takes some ten milliseconds for a header's 36 rows, and half a second for a page: whole pages are coded by
libtiff, in `rendering`. Tests hold each against the other.
"""

from collections.abc import Iterator

from faxes.pages import HEADER_ROWS, WIDTH, PagesInvalid

# T.4, tables 2 and 3: the codes of runs of 0 to 63, of 64 to 1,728 in steps of 64, and on to 2,560 for both colours.
_WHITE = """
00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101 101010
101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100 0011000 00000010
00000011 00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111 00101000 00101001 00101010
00101011 00101100 00101101 00000100 00000101 00001010 00001011 01010010 01010011 01010100 01010101 00100100
00100101 01011000 01011001 01011010 01011011 01001010 01001011 00110010 00110011 00110100
11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000 01100111 011001100 011001101 011010010
011010011 011010100 011010101 011010110 011010111 011011000 011011001 011011010 011011011 010011000 010011001
010011010 011000 010011011
"""
_BLACK = """
0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 000011000
0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 00000101000 00000010111
00000011000 000011001010 000011001011 000011001100 000011001101 000001101000 000001101001 000001101010
000001101011 000011010010 000011010011 000011010100 000011010101 000011010110 000011010111 000001101100
000001101101 000011011010 000011011011 000001010100 000001010101 000001010110 000001010111 000001100100
000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111 000000101000
000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 000001100111
0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 0000001101100
0000001101101 0000001001010 0000001001011 0000001001100 0000001001101 0000001110010 0000001110011
0000001110100 0000001110101 0000001110110 0000001110111 0000001010010 0000001010011 0000001010100
0000001010101 0000001011010 0000001011011 0000001100100 0000001100101
"""
_BOTH = """
00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 000000010101 000000010110
000000010111 000000011100 000000011101 000000011110 000000011111
"""
_STEP, _LONGEST = 64, 2_560
_LENGTHS = (*range(_STEP), *range(_STEP, _LONGEST + 1, _STEP))
_RUNS: tuple[dict[int, str], ...] = tuple(
    dict(zip(_LENGTHS, (own + _BOTH).split(), strict=True)) for own in (_WHITE, _BLACK)
)
_PASS, _HORIZONTAL = "0001", "001"
# By how far a change stands to the right of the one above it.
_VERTICAL = {0: "1", 1: "011", 2: "000011", 3: "0000011", -1: "010", -2: "000010", -3: "0000010"}
_END = "000000000001" * 2

_MODES: dict[str, int | str] = {
    _PASS: _PASS,
    _HORIZONTAL: _HORIZONTAL,
    **{code: by for by, code in _VERTICAL.items()},
}
_LONGEST_MODE = 7
_LENGTH_OF = tuple({code: length for length, code in runs.items()} for runs in _RUNS)
_LONGEST_RUN_CODE = 13


def encode(bits: bytes, columns: int = WIDTH) -> bytes:
    """The rows' codes and the end-of-block, filled up to a byte. ``columns`` is a multiple of 8."""
    return _packed(_codes(bits, columns) + _END)


def decode(strip: bytes, rows: int, columns: int = WIDTH) -> bytes:
    """The rows as packed bits. Raises PagesInvalid where the strip does not hold exactly so many and their end."""
    text = f"{int.from_bytes(b'\1' + strip):b}"[1:]
    decoded = []
    above: list[int] = []
    at = 0
    for _ in range(rows):
        above, at = _row(text, at, above, columns)
        decoded.append(_bits(above, columns))
    if not text.startswith(_END, at) or len(text) - at - len(_END) > 7 or "1" in text[at + len(_END) :]:
        raise PagesInvalid("the strip does not end with its last row")
    return b"".join(decoded)


def with_header(strip: bytes, header: bytes) -> bytes:
    """The strip with other rows in the place of its first HEADER_ROWS, which are white.

    ``header`` is as many rows, packed, of which the last is white. Raises PagesInvalid where either is not so.
    """
    row_bytes = WIDTH // 8
    if len(header) != HEADER_ROWS * row_bytes or any(header[-row_bytes:]):
        raise PagesInvalid(f"a header has {HEADER_ROWS} rows, and the last of them is white")
    page = f"{int.from_bytes(b'\1' + strip):b}"[1:]
    if not page.startswith("1" * HEADER_ROWS):
        raise PagesInvalid(f"the page does not begin with {HEADER_ROWS} white rows")
    return _packed(_codes(header, WIDTH) + page[HEADER_ROWS:].rstrip("0"))


def _packed(codes: str) -> bytes:
    count = -(-len(codes) // 8)
    return int(codes.ljust(count * 8, "0"), 2).to_bytes(count)


def _codes(bits: bytes, columns: int) -> str:
    codes: list[str] = []
    above: list[int] = []
    for at in range(0, len(bits), columns // 8):
        changes = _changes(bits[at : at + columns // 8], columns)
        codes += _row_codes(changes, above, columns)
        above = changes
    return "".join(codes)


def _changes(row: bytes, columns: int) -> list[int]:
    """Where the colour changes, from white at the row's start."""
    bits = int.from_bytes(row)
    edges = bits ^ (bits >> 1)
    changes = []
    while edges:
        length = edges.bit_length()
        changes.append(columns - length)
        edges ^= 1 << length - 1
    return changes


def _bits(changes: list[int], columns: int) -> bytes:
    """The row whose colour changes there."""
    bits = 0
    for change in changes:
        # All to the right of a change is turned round.
        bits ^= (1 << columns - change) - 1
    return bits.to_bytes(columns // 8)


def _row_codes(changes: list[int], above: list[int], columns: int) -> Iterator[str]:
    at, colour, next_change, next_above = -1, 0, 0, 0
    while at < columns:
        first, second, next_above = _above(above, at, colour, next_above, columns)
        change = changes[next_change] if next_change < len(changes) else columns
        if second < change:
            yield _PASS
            at = second
        elif -3 <= change - first <= 3:
            yield _VERTICAL[change - first]
            at, colour, next_change = change, 1 - colour, next_change + 1
        else:
            following = changes[next_change + 1] if next_change + 1 < len(changes) else columns
            yield _HORIZONTAL
            yield _run(change - max(at, 0), colour)
            yield _run(following - change, 1 - colour)
            at, next_change = following, next_change + 2


def _above(above: list[int], at: int, colour: int, index: int, columns: int) -> tuple[int, int, int]:
    """T.6's b1 and b2: the first change above to the right of ``at`` and to the other colour, and the one behind it.

    ``index`` is where the search begins, and the last number where the next one may.
    """
    index = max(index - 1, 0)
    index += (index & 1) ^ colour
    while index < len(above) and above[index] <= at:
        index += 2
    first = above[index] if index < len(above) else columns
    second = above[index + 1] if index + 1 < len(above) else columns
    return first, second, index


def _run(length: int, colour: int) -> str:
    codes = ""
    while length > _LONGEST:
        codes += _RUNS[colour][_LONGEST]
        length -= _LONGEST
    if length >= _STEP:
        codes += _RUNS[colour][length - length % _STEP]
    return codes + _RUNS[colour][length % _STEP]


def _row(text: str, at: int, above: list[int], columns: int) -> tuple[list[int], int]:
    """The changes of the row whose codes begin at ``at``, and where they end."""
    changes: list[int] = []
    column, colour, next_above = -1, 0, 0
    while column < columns:
        first, second, next_above = _above(above, column, colour, next_above, columns)
        mode, at = _code(text, at, _MODES, _LONGEST_MODE)
        if mode == _PASS:
            column = second
        elif mode == _HORIZONTAL:
            for run_colour in (colour, 1 - colour):
                length, at = _run_length(text, at, run_colour)
                column = max(column, 0) + length
                changes.append(column)
        else:
            change = first + int(mode)
            if change <= column:
                raise PagesInvalid("a row goes back")
            changes.append(change)
            column, colour = change, 1 - colour
    if column > columns:
        raise PagesInvalid("a row is too long")
    return [change for change in changes if change < columns], at


def _run_length(text: str, at: int, colour: int) -> tuple[int, int]:
    total, length = 0, _STEP
    while length >= _STEP:
        length, at = _code(text, at, _LENGTH_OF[colour], _LONGEST_RUN_CODE)
        total += length
    return total, at


def _code[Value](text: str, at: int, codes: dict[str, Value], longest: int) -> tuple[Value, int]:
    for end in range(at + 1, at + longest + 1):
        value = codes.get(text[at:end])
        if value is not None:
            return value, end
    raise PagesInvalid("a code that there is not")
