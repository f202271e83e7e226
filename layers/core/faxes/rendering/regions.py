"""Where on a page there are fills and photographs: what gets dots.

A fill is a flat grey area on which nothing is written: a chart's bar, not the panel behind a heading, nor paper that a
scanner shaded. A photograph is a rectangle of greys that change from place to place.
"""

from collections.abc import Callable, Iterator

from PIL import Image, ImageChops, ImageFilter

type Map = Image.Image
type Operation = Callable[[Image.Image, Image.Image], Image.Image]

BLOCK = 8
_FLAT = 24
_DARKEST_FILL, _LIGHTEST_FILL = 30, 246
_WRITTEN = 40
# Blocks of a fill, at least, and of those within it that are written on, in a thousand.
_SMALLEST_FILL = 6
_MOST_WRITTEN = 12
# How many blocks beside a fill's row its ground is looked for, beyond an outline; the levels by which paper differs
# from place to place; of those blocks, how many are of another grey at least.
_AWAY, _SAME_GREY = 2, 8
_LEAST_OTHERS = 0.25
# More than a drawing has: a photograph's.
_MOST_PIECES = 200

_DARK, _LIGHT = 40, 215
# Blocks of 16 x 16 pixels: how many of a thousand pixels are of the middle, how many blocks a side, how many of them.
_MIDDLE_SHARE = 107  # of 255
_SMALLEST_SIDE = 6
_LEAST_FILLED = 0.45
# Of a photograph's blocks, how many differ from a neighbour, and by how much; or how far its greys reach.
_STEP = 12
_LEAST_STEPS = 0.08
_RANGE = 110
# Of one grey and its neighbours, so many levels, in all and at the border, and of blocks with marks: with more of each,
# it is a panel with text.
_ONE_GREY, _MOST_OF_ONE_GREY, _MOST_OF_BORDER = 24, 0.65, 0.8
_MARKED = 0.02
# Letters: how far apart ink and ground are at least; pixels that differ from the one beside them, of 255; how far from
# their threshold pixels are, of a hundred; blocks of a line.
_LETTERS_RANGE = 40
_TURNING = 10
_DECIDED = 55
_SHORTEST_LINE = 16
_MOST_OF_A_LINE = 110
_BETWEEN_LINES = 3


class _Component:
    """Blocks that touch: their ``runs``, each a row, its first block and the one behind its last."""

    def __init__(self) -> None:
        self.runs: list[tuple[int, int, int]] = []

    def area(self) -> int:
        return sum(end - start for _, start, end in self.runs)

    def count(self, map_: bytes, width: int) -> int:
        """How many of them are 255 in a map of that width."""
        return sum(map_.count(255, row * width + start, row * width + end) for row, start, end in self.runs)

    def paint(self, map_: Image.Image) -> None:
        """Makes them 255 in a map."""
        for row, start, end in self.runs:
            map_.paste(255, (start, row, end, row + 1))

    def box(self) -> tuple[int, int, int, int]:
        rows, starts, ends = zip(*self.runs, strict=True)
        return min(starts), min(rows), max(ends), max(rows) + 1


def fills(background: Image.Image, foreground: Image.Image, lowest: Image.Image, highest: Image.Image) -> Image.Image:
    """A map of the blocks that are fills: 255 there, 0 elsewhere. All maps are of the same size."""
    flat = ImageChops.subtract(highest, lowest).point([255] * _FLAT + [0] * (256 - _FLAT))
    shade = [255 if _DARKEST_FILL <= grey < _LIGHTEST_FILL else 0 for grey in range(256)]
    candidates = ImageChops.darker(flat, background.point(shade))
    result = Image.new("L", candidates.size)
    if candidates.getextrema()[1] == 0:
        return result
    # Marks on a fill, dark or light. Those that are flat are what it narrows to, or the ground between broad letters.
    marked = [0] * _WRITTEN + [255] * (256 - _WRITTEN)
    marks = ImageChops.lighter(
        ImageChops.darker(ImageChops.subtract(background, lowest).point(marked), background.point(shade)),
        ImageChops.darker(ImageChops.subtract(highest, foreground).point(marked), foreground.point(shade)),
    )
    all_marks, edges = marks.tobytes(), ImageChops.subtract(marks, flat).tobytes()
    ground = background.tobytes()

    def is_fill(component: _Component) -> bool:
        return not (
            _is_paper(component, result.size) or _is_written_on(component, edges, result.width)
        ) and _stands_out(component, ground, result.width)

    narrows = False
    pieces = _components(candidates)
    for component in pieces:
        if component.area() >= _SMALLEST_FILL and is_fill(component):
            if _is_written_on(component, all_marks, result.width):
                narrows = True
            else:
                component.paint(result)
    if narrows and len(pieces) <= _MOST_PIECES:
        # All that is of one grey is one, however narrow: so letters are seen that stand beside a part of it.
        wide = candidates.tobytes()
        for component in _components(ImageChops.darker(flat, highest.point(shade))):
            if component.count(wide, result.width) >= _SMALLEST_FILL and is_fill(component):
                component.paint(result)
    return result


def photographs(grey: Image.Image, background: Image.Image, contrast: Image.Image, filled: Image.Image) -> Image.Image:
    """A map of the blocks that are in photographs: 255 there, 0 elsewhere. ``contrast`` is each block's own."""
    middle = grey.resize((grey.width // 2, grey.height // 2), Image.Resampling.NEAREST).point(
        [0] * _DARK + [255] * (_LIGHT - _DARK) + [0] * (256 - _LIGHT)
    )
    share = middle.reduce(BLOCK).point([0] * _MIDDLE_SHARE + [255] * (256 - _MIDDLE_SHARE))
    coarse = ImageChops.subtract(share, filled.reduce(2).crop((0, 0, *share.size)))
    result = Image.new("L", background.size)
    surface = background.reduce(2)
    for component in _components(coarse):
        left, top, right, bottom = component.box()
        if min(right - left, bottom - top) < _SMALLEST_SIDE:
            continue
        if component.area() < _LEAST_FILLED * (right - left) * (bottom - top):
            continue
        box = (2 * left, 2 * top, 2 * right, 2 * bottom)
        if _is_varied(surface.crop((left, top, right, bottom))) and not (
            _is_marked(contrast.crop(box))
            and _is_panel(grey.crop((BLOCK * box[0], BLOCK * box[1], BLOCK * box[2], BLOCK * box[3])))
        ):
            result.paste(255, box)
    return result


def letters(less: Image.Image, range_: Image.Image, same: int) -> Image.Image:
    """A map of the blocks that have lines of letters: 255 there, 0 elsewhere. ``less`` is how much lighter than its
    threshold each pixel is, ``same`` for not at all; ``range_`` is from the darkest to the lightest around each block.

    Letters turn from black to white and back every few pixels, where an edge does once; and nearly all pixels are as
    dark or as light as they get there, where those of what has a grain, or leaves, are of all greys.
    """
    black = less.point([255] * same + [0] * (256 - same))
    width, height = black.size
    turns = Image.new("L", range_.size)
    turns.paste(
        ImageChops.difference(black.crop((0, 0, width - 1, height)), black.crop((1, 0, width, height))).reduce(BLOCK)
    )
    # Twice as far as half the range, at most; of four pixels' mean, as the range is.
    away = less.reduce(2).point([min(2 * abs(grey - same), 255) for grey in range(256)]).reduce(BLOCK // 2)
    turning, decided = (each.filter(ImageFilter.BoxBlur((2, 1))) for each in (turns, away))
    wanted = range_.point([255 if grey < _LETTERS_RANGE else grey * _DECIDED // 100 for grey in range(256)])
    found = ImageChops.darker(
        turning.point([0] * _TURNING + [255] * (256 - _TURNING)),
        ImageChops.subtract(decided, wanted).point([0] + [255] * 255),
    )
    # Lines of one paragraph become one, with what is between them.
    found = found.filter(ImageFilter.BoxBlur((3, 1))).point([0] * _MOST_OF_A_LINE + [255] * (256 - _MOST_OF_A_LINE))
    found = spread(spread(found, ImageChops.lighter, _BETWEEN_LINES), ImageChops.darker, _BETWEEN_LINES)
    result = Image.new("L", found.size)
    for component in _components(found):
        left, top, right, bottom = component.box()
        if right - left >= _SHORTEST_LINE and component.area() >= _LEAST_FILLED * (right - left) * (bottom - top):
            component.paint(result)
    return spread(result, ImageChops.lighter, 2)


def _is_varied(surface: Image.Image) -> bool:
    """Whether the paper's grey is no paper's: it jumps, or goes from dark to light."""
    width, height = surface.size
    steps = ImageChops.lighter(
        ImageChops.difference(surface.crop((1, 1, width, height)), surface.crop((0, 1, width - 1, height))),
        ImageChops.difference(surface.crop((1, 1, width, height)), surface.crop((1, 0, width, height - 1))),
    )
    jumps = sum(steps.histogram()[_STEP:])
    if jumps >= _LEAST_STEPS * steps.width * steps.height:
        return True
    greys = sorted(surface.tobytes())
    return greys[-1 - len(greys) // 20] - greys[len(greys) // 20] >= _RANGE


def _is_marked(contrast: Image.Image) -> bool:
    """Whether some blocks have an edge in them, as lines of text do."""
    return sum(contrast.histogram()[_WRITTEN:]) > _MARKED * contrast.width * contrast.height


def _is_panel(part: Image.Image) -> bool:
    """Whether most of it is of about one grey, its border too: a panel, or paper; a thing has its ground around it."""
    # The outermost blocks may lie half outside.
    small = part.reduce(2).crop((BLOCK, BLOCK, part.width // 2 - BLOCK, part.height // 2 - BLOCK))
    histogram = small.histogram()
    sums = [sum(histogram[at : at + _ONE_GREY]) for at in range(257 - _ONE_GREY)]
    grey = sums.index(max(sums))
    inner = small.crop((BLOCK, BLOCK, small.width - BLOCK, small.height - BLOCK)).histogram()
    border = [whole - within for whole, within in zip(histogram, inner, strict=True)]
    return max(sums) > _MOST_OF_ONE_GREY * sum(histogram) and (
        sum(border[grey : grey + _ONE_GREY]) > _MOST_OF_BORDER * sum(border)
    )


def _is_paper(component: _Component, size: tuple[int, int]) -> bool:
    """Whether it reaches the page's edge on two sides."""
    left, top, right, bottom = component.box()
    return (left == 0) + (top == 0) + (right == size[0]) + (bottom == size[1]) >= 2


def _is_written_on(component: _Component, written: bytes, width: int) -> bool:
    """Whether there are marks between a fill's blocks of one row: an outline is beside them."""
    extent: dict[int, tuple[int, int]] = {}
    for row, start, end in component.runs:
        first, last = extent.get(row, (start, end))
        extent[row] = min(first, start), max(last, end)
    marks = sum(written.count(255, row * width + first, row * width + last) for row, (first, last) in extent.items())
    return marks * 1000 > _MOST_WRITTEN * component.area()


def _stands_out(component: _Component, background: bytes, width: int) -> bool:
    """Whether there is another grey beside it. Else it is of the paper between lines, cut off by a scanner's noise."""
    beside = others = 0
    for row, start, end in component.runs:
        grey = background[row * width + (start + end) // 2]
        for column in (start - _AWAY, end - 1 + _AWAY):
            if 0 <= column < width:
                beside += 1
                others += abs(background[row * width + column] - grey) > _SAME_GREY
    return others > _LEAST_OTHERS * beside


def _components(map_: Image.Image) -> list[_Component]:
    """The connected blocks that are 255."""
    parents: list[int] = []

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    labelled: list[tuple[int, int, int, int]] = []
    above: list[tuple[int, int, int]] = []
    for row, runs in enumerate(_rows_of_runs(map_)):
        current = []
        at = 0
        for start, end in runs:
            label = len(parents)
            parents.append(label)
            while at < len(above) and above[at][1] <= start:
                at += 1
            touching = at
            while touching < len(above) and above[touching][0] < end:
                parents[root(above[touching][2])] = root(label)
                touching += 1
            current.append((start, end, label))
            labelled.append((row, start, end, label))
        above = current
    found: dict[int, _Component] = {}
    for row, start, end, label in labelled:
        found.setdefault(root(label), _Component()).runs.append((row, start, end))
    return list(found.values())


def _rows_of_runs(map_: Image.Image) -> Iterator[list[tuple[int, int]]]:
    content, width = map_.tobytes(), map_.width
    for at in range(0, len(content), width):
        row = content[at : at + width]
        runs = []
        start = row.find(255)
        while start >= 0:
            end = row.find(0, start)
            end = width if end < 0 else end
            runs.append((start, end))
            start = row.find(255, end)
        yield runs


def spread(map_: Map, operation: Operation, reach: int) -> Map:
    """The extreme of each block and its neighbours, so many to each side."""
    width, height = map_.size
    for dx, dy in ((1, 0), (0, 1)):
        wide = Image.new("L", (width + 2 * reach * dx, height + 2 * reach * dy))
        # Beyond the edge there is what is at the edge.
        for at in range(reach + 1):
            wide.paste(map_, (at * dx, at * dy))
            wide.paste(map_, ((2 * reach - at) * dx, (2 * reach - at) * dy))
        wide.paste(map_, (reach * dx, reach * dy))
        map_ = wide.crop((0, 0, width, height))
        for at in range(1, 2 * reach + 1):
            map_ = operation(map_, wide.crop((at * dx, at * dy, at * dx + width, at * dy + height)))
    return map_
