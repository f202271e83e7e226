"""One `sam build` for each architecture, for all tests and all of pytest-xdist's processes, which only read it."""

import fcntl
import os
from pathlib import Path

import pytest

from tools import places
from tools.local import local_stack

# ELF's e_machine, at offset 18.
MACHINES = {"x86_64": 62, "arm64": 183}
# What others wrote, by the layer that it ships in: where its packages are named.
PACKAGES = {
    "BaseLayer": "base.in",
    "DocumentsLayer": "documents.in",
    "ImagingLayer": "imaging.in",
    "ReportsLayer": "reports.in",
}


def built(factory: pytest.TempPathFactory, architecture: str) -> Path:
    """The folder of the session's build; the first that asks makes it, while the others wait."""
    own = factory.getbasetemp()
    home = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "builds" / architecture
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "done").exists():
            local_stack.build(home / "build", home / "build.log", architecture)
            (home / "done").touch()
    return home / "build"


def shared_build(factory: pytest.TempPathFactory) -> Path | None:
    """The template of the build that serves on this machine too: None on macOS, which cannot load Lambda's packages."""
    return None if places.own_platform() else built(factory, places.architecture()) / "template.yaml"
