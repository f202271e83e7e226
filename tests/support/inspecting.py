"""Files that are inspected, and why one is refused."""

from pathlib import Path

import pytest

from faxes.errors import FileInvalid
from faxes.intake.documents import inspect
from faxes.model import Kind, Limits, Upload
from tests.support.images import jpeg, tiff
from tools.limits import default_limits

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "data" / "documents"
LIMITS = default_limits()
PDF = (SAMPLES / "smallest.pdf").read_bytes()
PNG = (SAMPLES / "picture.png").read_bytes()
JPEG, TIFF, TEXT = jpeg(), tiff(), b"This is my fax"


def refusal(
    content: bytes, name: str | None = "scan", limits: Limits = LIMITS, pages_before: int = 0
) -> tuple[str, str]:
    """Why a file is refused: the reason and the whole message."""
    with pytest.raises(FileInvalid) as caught:
        inspect(Upload(name, content), 2, 3, limits, pages_before)
    return caught.value.reason, caught.value.message


def kind(content: bytes, name: str = "a") -> Kind:
    return inspect(Upload(name, content), 1, 1, LIMITS).kind


KINDS = "allowed are jpg, tif, pdf and txt"
