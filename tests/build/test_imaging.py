"""The layer that draws pages, as it is built for each architecture."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.template import ROOT

# ELF's e_machine, at offset 18.
MACHINES = {"x86_64": 62, "arm64": 183}
pytestmark = pytest.mark.full


@pytest.mark.parametrize("architecture", MACHINES)
def test_layer_holds_pillow_and_the_fonts(tmp_path: Path, architecture: str) -> None:
    # The interpreter that the environment was made of: it has pip in any case.
    path = f"{sys.base_prefix}/bin:{os.environ['PATH']}"
    command = ["make", "build-ImagingLayer", f"ARTIFACTS_DIR={tmp_path}", f"ARCHITECTURE={architecture}"]
    done = subprocess.run(command, cwd=ROOT / "layers", env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    binaries = list((tmp_path / "python").rglob("*.so*"))
    assert {path.name.split(".")[0] for path in binaries} >= {"_imaging", "_imagingft"}
    assert {int.from_bytes(path.read_bytes()[18:20], "little") for path in binaries} == {MACHINES[architecture]}
    assert {path.name for path in (tmp_path / "fonts").iterdir()} == {
        path.name for path in (ROOT / "layers" / "imaging" / "fonts").iterdir()
    }
