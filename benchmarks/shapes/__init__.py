"""Documents of one size: honest ones, and those that are built to cost as much as they can. Always the same bytes."""

# Each adds its own to the list.
from benchmarks.shapes import jpg, pdf, tif, txt  # noqa: F401
from benchmarks.shapes.shape import SHAPES, SIZE, Shape

__all__ = ["SHAPES", "SIZE", "Shape"]
