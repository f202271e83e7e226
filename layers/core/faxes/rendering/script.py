"""The characters of a row of text in the order in which they stand on paper, from left to right.

Right-to-left runs are turned round by the Unicode bidirectional algorithm (UAX #9), Arabic letters take the forms that
join, and marks go with the letter that they stand on. All of it is from the standard library's tables, so that it needs
no library of the system's: Unicode has a character of its own for each joined form.

Not followed: explicit embeddings and isolates (their characters are ignored, as in a text without them), and pairs of
brackets, which are turned with what is around them.
"""

import unicodedata
from functools import cache

# What shows nothing by itself: joiners, marks of direction, variation selectors, soft hyphens.
_INVISIBLE = frozenset({"Cf", "Cc"})
_MARKS = frozenset({"Mn", "Mc", "Me"})
_SELECTORS = range(0xFE00, 0xFE10)
_MIRRORED = str.maketrans("()[]{}<>«»\u2039\u203a", ")(][}{><»«\u203a\u2039")
_STRONG = frozenset({"L", "R", "AL"})
_RIGHT = frozenset({"R", "AL", "AN"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})
_TATWEEL = "\u0640"


def laid_out(row: str) -> tuple[list[str], bool]:
    """The row's cells from left to right, each a character with its marks, and whether it is written from the right."""
    if row.isascii():
        return list(row), False
    cells = _cells(unicodedata.normalize("NFC", row))
    if not any(unicodedata.bidirectional(cell[0]) in _RIGHT for cell in cells):
        return cells, False
    levels = _levels([unicodedata.bidirectional(cell[0]) for cell in cells])
    base = levels.pop()
    return _reordered(_joined(cells), levels), base == 1


def _cells(row: str) -> list[str]:
    cells: list[str] = []
    for character in row:
        if unicodedata.category(character) in _INVISIBLE or ord(character) in _SELECTORS:
            continue
        if unicodedata.category(character) in _MARKS and cells:
            cells[-1] += character
        else:
            cells.append(character)
    return cells


def _levels(classes: list[str]) -> list[int]:
    """The embedding level of each cell, and at the end the row's own: rules P2 to I2 of the algorithm, and L1."""
    original = classes
    base = int(next((each for each in classes if each in _STRONG), "L") != "L")
    edge = "R" if base else "L"
    classes = _weak(list(classes), edge)
    # N1, N2: what is neutral goes with its neighbours where they agree, else with the row. Numbers count as R.
    at = 0
    while at < len(classes):
        end = at
        while end < len(classes) and classes[end] in _NEUTRAL:
            end += 1
        if end > at:
            before = edge if at == 0 else _direction(classes[at - 1])
            after = edge if end == len(classes) else _direction(classes[end])
            classes[at:end] = [before if before == after else edge] * (end - at)
        at = end + 1
    levels = []
    for each in classes:
        if base:
            levels.append(1 if each == "R" else 2)
        else:
            levels.append({"L": 0, "R": 1}.get(each, 2))
    # L1: white space at the row's end stays there.
    for at in range(len(levels) - 1, -1, -1):
        if original[at] not in ("WS", "S", "B"):
            break
        levels[at] = base
    return [*levels, base]


def _direction(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _weak(classes: list[str], edge: str) -> list[str]:
    """Rules W1 to W7: numbers, and what stands in and beside them."""
    strong = before = edge
    for at, each in enumerate(classes):
        if each == "NSM":
            classes[at] = before
        elif each == "EN" and strong == "AL":
            classes[at] = "AN"
        if each in _STRONG:
            strong = each
        before = classes[at]
    classes = ["R" if each == "AL" else each for each in classes]
    for at in range(1, len(classes) - 1):
        left, right = classes[at - 1], classes[at + 1]
        if left == right and ((classes[at] in ("ES", "CS") and left == "EN") or (classes[at] == "CS" and left == "AN")):
            classes[at] = left
    for order in (range(len(classes)), range(len(classes) - 1, -1, -1)):
        before = ""
        for at in order:
            if classes[at] == "ET" and before == "EN":
                classes[at] = "EN"
            before = classes[at]
    classes = ["ON" if each in ("ES", "ET", "CS", "BN") else each for each in classes]
    strong = edge
    for at, each in enumerate(classes):
        if each in ("L", "R"):
            strong = each
        elif each == "EN" and strong == "L":
            classes[at] = "L"
    return classes


def _reordered(cells: list[str], levels: list[int]) -> list[str]:
    """Rules L2 and L4. Where letters were joined into one, the second's cell is empty, and goes."""
    shown = [cell.translate(_MIRRORED) if level % 2 else cell for cell, level in zip(cells, levels, strict=True)]
    order = list(range(len(shown)))
    for level in range(max(levels, default=0), 0, -1):
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[at:end] = order[at:end][::-1]
            at = end + 1
    return [shown[at] for at in order if shown[at]]


def _joined(cells: list[str]) -> list[str]:
    """Arabic letters in the forms that they take beside each other, still in the order of writing."""
    forms = _forms()
    joined = list(cells)
    for at, cell in enumerate(cells):
        letter = cell[0]
        if letter not in forms or not joined[at]:
            continue
        before = at > 0 and _joins_following(cells[at - 1][0])
        pair = letter + cells[at + 1][0] if at + 1 < len(cells) else ""
        if pair in forms:
            # Lam and alef are one letter.
            joined[at] = forms[pair].get("final" if before else "isolated", pair) + cell[1:] + cells[at + 1][1:]
            joined[at + 1] = ""
            continue
        after = _joins_following(letter) and at + 1 < len(cells) and _joins_preceding(cells[at + 1][0])
        form = {(False, False): "isolated", (True, False): "final", (False, True): "initial"}.get(
            (before, after), "medial"
        )
        joined[at] = forms[letter].get(form, letter) + cell[1:]
    return joined


def _joins_following(letter: str) -> bool:
    return letter == _TATWEEL or "initial" in _forms().get(letter, {})


def _joins_preceding(letter: str) -> bool:
    return letter == _TATWEEL or "final" in _forms().get(letter, {})


@cache
def _forms() -> dict[str, dict[str, str]]:
    """The forms of a letter, or of lam and alef, by name: what Unicode says its presentation forms stand for."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFE70, 0xFEFD)):
        name, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        text = "".join(chr(int(letter, 16)) for letter in letters)
        # One letter, or a ligature that is a must: lam with an alef.
        if name and (
            len(text) == 1 or (text[0] == "\u0644" and text[1] in "\u0622\u0623\u0625\u0627" and len(text) == 2)
        ):
            forms.setdefault(text, {})[name.strip("<>")] = chr(code)
    return forms
