"""How the local stack is built, and what is left when it stops."""

import json
import sys
from pathlib import Path

import pytest

from tools import places
from tools.local import local_stack

# In SAM's place: it notes the environment that it gets.
NOTING = """#!{python}
import json, os, pathlib
pathlib.Path({note!r}).write_text(json.dumps(dict(os.environ)))
"""


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    sam = tmp_path / "sam"
    sam.write_text(NOTING.format(python=sys.executable, note=str(tmp_path / "note.json")))
    sam.chmod(0o755)
    monkeypatch.setattr(places, "SAM", sam)
    return tmp_path / "note.json"


def built_with(folder: Path, note: Path, platform: str | None) -> dict[str, str]:
    local_stack.build(folder / "build", folder / "log", "arm64", platform=platform)
    environment: dict[str, str] = json.loads(note.read_text())
    return environment


def test_a_build_needs_no_network_and_heeds_no_settings(
    tmp_path: Path, note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    found = built_with(tmp_path, note, None)
    assert found["UV_OFFLINE"] == "1"
    assert found["UV_CACHE_DIR"] == str(places.WHEELS)
    assert found["ARCHITECTURE"] == "arm64"
    # As it ships.
    assert "PLATFORM" not in found
    assert [name for name in found if name in ("AWS_PROFILE", "HTTPS_PROXY")] == []


def test_a_build_for_a_mac_asks_for_a_macs_packages(tmp_path: Path, note: Path) -> None:
    assert built_with(tmp_path, note, "aarch64-apple-darwin")["PLATFORM"] == "aarch64-apple-darwin"


def test_what_is_removed_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        (tmp_path / "run/tmp" / f"ministack-lambda-{number}" / "layer_0").mkdir(parents=True)
    for name in ("stack.json", "ca.pem", "trusted-curl.pem", "trusted-requests.pem"):
        (tmp_path / name).touch()
    (tmp_path / "build").mkdir()
    local_stack.remove_traces(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["build"]
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "==> removing what 3 processes of functions had unpacked ..."
    local_stack.remove_traces(tmp_path)
    assert capsys.readouterr().out == ""
