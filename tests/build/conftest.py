"""The build for each architecture, which all these tests read."""

from pathlib import Path

import pytest

from tests.support.builds import MACHINES, built


@pytest.fixture(scope="session", name="built", params=sorted(MACHINES))
def _built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """An architecture, and the folder of its build."""
    return request.param, built(tmp_path_factory, request.param)
