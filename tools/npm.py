"""Packages of npm's, each pinned with its hash in a file of its own: fetched once, and refused where it is another.

`python -m tools.npm requirements/a.txt requirements/b.txt` fetches them, for later.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tools import places
from tools.steps import StepFailed, fail

_PACKAGES = places.LOCAL / "npm"
_NO_NPM = "npm is not installed; it fetches {}. Install Node.js, which has it."


class PackageMissing(StepFailed):
    """The package is not here, and could not be fetched."""


def pinned(pin: Path) -> tuple[str, str]:
    """A package, with its version, and its integrity: ``sha512-`` and base64."""
    (line,) = [line for line in pin.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    package, integrity = line.split()
    return package, integrity


def package(pin: Path) -> Path:
    """The package on this machine, fetched by npm where it is not here yet.

    Raises PackageMissing where that cannot be, StepFailed where it is another one than the pinned.
    """
    wanted, integrity = pinned(pin)
    name = wanted.removeprefix("@").replace("/", "-")
    # As npm calls it: scalar-api-reference-1.72.1.tgz
    path = _PACKAGES / f"{'-'.join(name.rsplit('@', 1))}.tgz"
    if not path.exists():
        _PACKAGES.mkdir(parents=True, exist_ok=True)
        npm = shutil.which("npm")
        if npm is None:
            raise PackageMissing(_NO_NPM.format(wanted))
        command = [npm, "pack", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=60000"]
        command += ["--pack-destination", str(_PACKAGES), wanted]
        done = subprocess.run(command, cwd=_PACKAGES, capture_output=True, text=True)
        if done.returncode != 0 or not path.exists():
            said = done.stderr.strip()[-500:]
            raise PackageMissing(f"npm pack {wanted} ended with status {done.returncode}: {said}")
    found = "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode("ascii")
    if found != integrity:
        path.unlink()
        raise StepFailed(f"{wanted} is not what {places.shown(pin)} says: {found}, not {integrity}.")
    return path


def file(of: Path, name: str) -> bytes:
    """A file of a package. Raises StepFailed where it has none of this name."""
    with tarfile.open(of) as opened:
        try:
            found = opened.extractfile(name)
        except KeyError:
            found = None
        if found is None:
            raise StepFailed(f"{of.name} has no file {name}.")
        return found.read()


def main(arguments: list[str]) -> int:
    try:
        for pin in arguments:
            package(places.ROOT / pin)
    except StepFailed as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
