"""What a macOS machine's own stack would run with: its own packages, for which the layer is built by its name.

Linux cannot start them; that they are the right ones can be read in them.
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.template import ROOT
from tools import places, set_up

PROCESSORS = {"arm64": 0x0100000C, "x86_64": 0x01000007}


def processors(library: Path) -> set[int]:
    """The processors that a 64-bit Mach-O file is for, by Apple's numbers; several in a universal one."""
    content = library.read_bytes()
    if content[:4] == b"\xca\xfe\xba\xbe":
        count = int.from_bytes(content[4:8])
        return {int.from_bytes(content[at : at + 4]) for at in range(8, 8 + 20 * count, 20)}
    return {int.from_bytes(content[4:8], "little")} if content[:4] == b"\xcf\xfa\xed\xfe" else set()


@pytest.mark.parametrize("machine", PROCESSORS)
def test_the_layer_of_a_mac_has_a_macs_libraries(machine: str, tmp_path: Path) -> None:
    [platform] = set_up.own_platform("darwin", machine)
    command = ["make", "--silent", "-C", str(ROOT / "layers"), "build-DocumentsLayer"]
    command += [f"ARTIFACTS_DIR={tmp_path}", f"ARCHITECTURE={machine}", f"PLATFORM={platform}", f"UV={places.UV}"]
    path = f"{places.LOCAL}/venvs/tools/bin{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    libraries = [path for pattern in ("*.so", "*.dylib") for path in tmp_path.rglob(pattern)]
    assert {path.name.partition(".")[0] for path in libraries} >= {"libpdfium", "_pybase64"}
    assert [library for library in libraries if PROCESSORS[machine] not in processors(library)] == []
