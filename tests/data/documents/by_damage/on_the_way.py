"""What happens to a file of any kind on its way."""

from collections.abc import Callable

from tests.data.documents.by_damage.damages import breaks, valid


def cut(name: str, source: str, at: int | Callable[[bytes], int]) -> None:
    """Registers the source's first bytes: up to ``at``, where negative numbers count from the end."""

    def damage() -> bytes:
        content = valid(source)
        length = at if isinstance(at, int) else at(content)
        assert length % len(content) > 0
        return content[:length]

    breaks(name)(damage)


def half(content: bytes) -> int:
    return len(content) // 2


def zeros_behind_half(name: str, source: str) -> None:
    """A download that stopped, into a file that was made in its full length before."""
    breaks(name)(lambda: valid(source)[: half(valid(source))].ljust(len(valid(source)), b"\0"))


def line_ends_changed(name: str, source: str) -> None:
    """A binary file that was sent as text to Windows."""
    breaks(name)(lambda: valid(source).replace(b"\n", b"\r\n"))


def read_as_utf_8(name: str, source: str) -> None:
    """A program read the file as text, and wrote that."""
    breaks(name)(lambda: valid(source).decode("utf-8", "replace").encode())


def copy(name: str, source: str) -> None:
    """A valid document under another kind's name."""
    breaks(name)(lambda: valid(source))


for _kind in ("pdf", "jpg", "tif", "txt"):
    breaks(f"{_kind}/refused/empty.{_kind}")(lambda: b"")
