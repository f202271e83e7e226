"""Debian's packages of HylaFAX and iaxmodem, unpacked in a folder of their own: nothing of them is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from tools import places

# The client's has the library that the server's programs need.
_NAMES = ("hylafax-server", "hylafax-client", "iaxmodem")
_FOLDER = places.LOCAL / "line" / "packages"


class PackagesMissing(Exception):
    """They cannot be had here."""


def unpacked() -> Path:
    """Where they are, fetched and unpacked the first time. Raises PackagesMissing."""
    if _FOLDER.exists():
        return _FOLDER
    for command in ("apt-get", "dpkg-deb"):
        if shutil.which(command) is None:
            raise PackagesMissing(f"{', '.join(_NAMES)}: {command} is not here")
    _FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_FOLDER.parent) as name:
        work = Path(name)
        debs, root = work / "debs", work / "root"
        debs.mkdir()
        root.mkdir()
        _download(debs)
        for deb in sorted(debs.glob("*.deb")):
            _run(["dpkg-deb", "--extract", str(deb), str(root)], work)
        root.rename(_FOLDER)
    return _FOLDER


def _download(debs: Path) -> None:
    download = ["apt-get", "--quiet=2", "download", *_NAMES]
    try:
        _run(download, debs)
    except PackagesMissing:
        # What this machine knows of Debian's packages is nothing, or old: this asks anew, for itself alone.
        lists = debs.parent / "lists"
        (lists / "partial").mkdir(parents=True)
        own = [
            f"--option=Dir::State::Lists={lists}",
            "--option=Dir::Cache::pkgcache=",
            "--option=Dir::Cache::srcpkgcache=",
            "--option=APT::Update::Error-Mode=any",
        ]
        _run(["apt-get", "--quiet=2", *own, "update"], debs)
        _run([*download, *own], debs)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise PackagesMissing(f"{', '.join(_NAMES)}: {said[-1] if said else command[0]}")
