"""Before anything is imported: no credentials, profile or endpoint of the machine's reaches a test."""

import gc
import io
import json
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

for _name in [name for name in os.environ if name.startswith(("AWS_", "POWERTOOLS_", "FAX_API_"))]:
    del os.environ[_name]

os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "fax-api",
    "POWERTOOLS_METRICS_NAMESPACE": "FaxApi",
}

# Powertools and the SDK read the environment when they are imported.
import faxes.cold_start  # noqa: E402, F401  (it holds the garbage collector back)

from faxes.observability import logger, metrics  # noqa: E402
from tests.support.full import pytest_collection_modifyitems  # noqa: E402, F401  (pytest finds it here)
from tests.support.lambda_context import CONTEXT  # noqa: E402
from tests.support.no_skip import (  # noqa: E402, F401  (pytest finds them here)
    pytest_make_collect_report,
    pytest_report_header,
    pytest_runtest_makereport,
)
from tests.support.summary import pytest_terminal_summary  # noqa: E402, F401
from tests.support.workers import (  # noqa: E402, F401
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
)

if TYPE_CHECKING:
    from tests.support.cloud import Cloud


def pytest_collection_finish() -> None:
    """A test run is no cold start. But what is there now stays until its end: to go through all of it, 700,000 objects,
    takes a third of a second of processor time, or all of the second that a fax's documents have, where others use the
    machine and it comes in the midst of them."""
    gc.freeze()
    gc.enable()


@pytest.fixture(name="cloud")
def _cloud() -> Iterator["Cloud"]:
    """A new, empty deployment on moto."""
    # moto takes a second to import, and a unit test goes without.
    from tests.support.cloud import cloud

    with cloud() as deployed:
        yield deployed


@pytest.fixture(autouse=True)
def _uncalled() -> None:
    """Nobody is called by the garbage collector: a budget that runs out meanwhile could not raise its error in there.

    Its signal comes again, so no document is looked into for longer; but Python prints the error that it drops, which
    is a test's failure. Hypothesis is called to leave the collector's time out of a deadline, and no test has one.
    """
    gc.callbacks.clear()


@pytest.fixture(autouse=True)
def log() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the logger wrote in this test, parsed: call it for the lines so far."""
    written = io.StringIO()
    # Powertools binds its handler to the standard output that it finds when it is imported, which pytest replaces.
    handler: Any = logger.registered_handler
    before = handler.setStream(written)
    # What one invocation added to every line stays until the next one clears it.
    logger.clear_state()
    # What was counted and not written, because a test called no handler, is not the next test's.
    metrics.clear_metrics()
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    handler.setStream(before)


@pytest.fixture
def context() -> Any:
    return CONTEXT
