"""With NO_SKIP in the environment, what would be skipped has failed, and says why it would have been."""

import os
from collections.abc import Generator

import pytest

from tools import places

_ARCHITECTURES = {"arm64", "x86_64"}


def pytest_report_header() -> str:
    """What no machine of this kind can run is no test here, so it is said here."""
    [other] = _ARCHITECTURES - {places.architecture()}
    return f"not for this machine: starting what is built for {other} (tests/build)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    # An expected failure is reported as skipped as well.
    if report.skipped and not hasattr(report, "wasxfail"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        _fail(report)
    return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("NO_SKIP"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason} (NO_SKIP is set, so that is an error)"
