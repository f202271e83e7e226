"""That a PDF says how many pages it has, and has what is on them: what PDFium does not mind, and other readers do.

A reader that goes by the number shows no page, or fewer than there are; one whose page has lost its content shows a
blank page. Both are lost in silence.
"""

from faxes.formats import Unfaxable
from faxes.formats.pdf_ends import damaged
from faxes.formats.pdf_objects import Objects, Reference, Stream, Unread, Value

# Nodes of a page tree that are looked at.
_MOST_NODES = 10_000


def check_pages(objects: Objects) -> None:
    """Raises Unfaxable for a page that is not counted, or whose content is not there; Unread where it is not told."""
    catalog = objects.get(objects.trailer.get(b"/Root"))
    root = catalog.get(b"/Pages") if isinstance(catalog, dict) else None
    if not isinstance(objects.get(root), dict):
        raise Unread
    for number, page in enumerate(_pages(objects, root), start=1):
        _check_content(objects, page, number)


def _pages(objects: Objects, root: Value) -> list[dict[bytes, Value]]:
    """The pages, in their order. Raises Unfaxable where a node of the tree counts others than it has."""
    pages: list[dict[bytes, Value]] = []
    seen: set[Reference] = set()
    # What is still to be done: a node to be entered; or one that is left, with the number of pages before it.
    to_do: list[tuple[Value, int | None]] = [(root, None)]
    while to_do:
        reference, before = to_do.pop()
        node = objects.get(reference)
        if not isinstance(node, dict):
            # Not to be opened by any reader: PDFium says so.
            raise Unread
        kids = objects.get(node.get(b"/Kids"))
        if before is not None:
            _check_count(objects.get(node.get(b"/Count")), len(pages) - before)
        elif isinstance(kids, list):
            if isinstance(reference, Reference):
                if reference in seen:
                    raise Unread
                seen.add(reference)
            to_do.append((reference, len(pages)))
            to_do.extend((kid, None) for kid in reversed(kids))
        else:
            pages.append(node)
        if len(to_do) + len(pages) > _MOST_NODES:
            raise Unread
    return pages


def _check_count(told: Value, there: int) -> None:
    if told != there:
        says = f"says that it has {_number(told)}" if isinstance(told, int) else "does not say how many pages it has"
        raise Unfaxable("pdf_page_count", f"{says}, and holds {_number(there)}; save it as a new PDF")


def _number(pages: int) -> str:
    return f"{pages} page" if pages == 1 else f"{pages} pages"


def _check_content(objects: Objects, page: dict[bytes, Value], number: int) -> None:
    content = objects.get(page.get(b"/Contents"))
    if content is None and page.get(b"/Contents") is None:
        # A page with nothing on it.
        return
    for part in content if isinstance(content, list) else [content]:
        stream = objects.get(part)
        if not isinstance(stream, Stream):
            raise damaged(f"what is on page {number} is not there")
        if objects.is_zeros(stream):
            raise damaged(f"what is on page {number} is zeros alone")
