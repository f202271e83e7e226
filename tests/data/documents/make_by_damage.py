"""Makes the broken documents of the corpus from the valid ones: `python -m tests.data.documents.make_by_damage`.

Each is one valid document with one thing wrong, so that a test that refuses it refuses it for that. Only the standard
library is needed, and the same bytes come out every time: a test holds the kept files to it.
"""

# Each adds its own to the damages.
from tests.data.documents.by_damage import jpg, pdf, tif, txt  # noqa: F401
from tests.data.documents.by_damage.damages import DAMAGES, HERE

__all__ = ["DAMAGES"]


def main() -> None:
    for name, damage in DAMAGES.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(damage())


if __name__ == "__main__":
    main()
