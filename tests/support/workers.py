"""Which process of pytest-xdist's runs what: with `--dist=loadfile`, a file is one process's alone, since its tests
may share what is dear to set up; and the files that share the deployed stack are one process's together."""

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Of tests/e2e, what goes without the stack, or has one of its own. One that is wrongly here costs a second deployment;
# one that is wrongly not here waits its turn.
WITHOUT_THE_STACK = {"test_api_page.py", "test_benchmarks.py", "test_containers.py", "test_gradual.py"}


def scope(node_id: str) -> str:
    """What a test is run together with."""
    file, _, _ = node_id.partition("::")
    folder, _, name = file.rpartition("/")
    return folder if folder == "tests/e2e" and name not in WITHOUT_THE_STACK else file


class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # it has no types
    """xdist's own, by file, but for the stack's."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    return Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: what waits for containers, a browser or another process needs none."""
    return (os.process_cpu_count() or 1) + 1
