"""Names of files as a person writes them behind FILE= or EVENT=: one, or several with spaces between them."""

import shlex
from pathlib import Path


def paths(text: str) -> list[Path]:
    """The files that a text names.

    The name of a file that exists is that file's, whatever blanks or quotation marks are in it. Else the names are
    apart as in a shell: between blanks, unless those are quoted. Raises ValueError for a quotation mark without its
    partner.
    """
    if not text.strip():
        return []
    whole = Path(text)
    if _exists(whole):
        return [whole]
    plain = [Path(name) for name in text.split()]
    if all(_exists(path) for path in plain):
        return plain
    try:
        return [Path(name) for name in shlex.split(text)]
    except ValueError:
        raise ValueError(
            f"{text} names no file, and has a quotation mark without its partner. Quote a name with blanks among "
            "several: FILE=\"'a b.pdf' c.pdf\"."
        ) from None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
