"""Which process of pytest-xdist's runs what: with `--dist=loadfile`, a file is one process's alone, since its tests
may share what is dear to set up; and the files that share a deployed stack are one process's together."""

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Of tests/e2e, what goes without the stack, or has one of its own. One that is wrongly here costs a second deployment;
# one that is wrongly not here waits its turn.
WITHOUT_THE_STACK = {"test_api_page.py", "test_benchmarks.py", "test_containers.py", "test_gradual.py"}
# About half of what the others take: on a stack of its own, so that nobody waits for one process at the end.
ON_A_SECOND_STACK = {"test_clients.py", "test_commands.py", "test_docs.py"}


def scope(node_id: str) -> str:
    """What a test is run together with."""
    file, _, _ = node_id.partition("::")
    folder, _, name = file.rpartition("/")
    if folder != "tests/e2e" or name in WITHOUT_THE_STACK:
        return file
    return f"{folder}, second stack" if name in ON_A_SECOND_STACK else folder


class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # it has no types
    """xdist's own, by file, but for the stacks'."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    return Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: what waits for containers, a browser or another process needs none."""
    return (os.process_cpu_count() or 1) + 1
