"""A plan for a small document."""

from collections.abc import Callable

import pytest

from faxes.rendering.plan import Plan
from tests.support import drawing


@pytest.fixture
def plan() -> Callable[..., Plan]:
    """The plan of a document, with what a test says of it."""
    return drawing.plan
