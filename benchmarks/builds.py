"""What is started: create_fax as `sam build` makes it, and what people would use instead, built the same way.

Everything is packed and unpacked again, as a deployment does, so that the .pyc files count only where they survive it.
"""

import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tools import places
from tools.local import local_stack
from tools.places import ROOT

_ALTERNATIVES = Path(__file__).with_name("alternatives")


@dataclass(frozen=True, slots=True)
class Build:
    """What is on the function's path, and how many bytes are uploaded for it."""

    folders: tuple[Path, ...]
    packed: int


@dataclass(frozen=True, slots=True)
class Builds:
    """create_fax, authorize, the yardsticks (the SDK alone, as pip installs it: two clients, and DynamoDB's), and the
    others."""

    own: Build
    authorize: Build
    sdk: Build
    sdk_table: Build
    others: dict[str, Build]


def build(home: Path) -> Builds:
    """Build all below ``home``, for this machine."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    built = home / "built"
    local_stack.build(built, home / "build.log", places.architecture())
    names = ("BaseLayer", "DocumentsLayer", "CoreLayer")
    layers = [_deployed(built / name, home / "deployed" / name) for name in names]
    function = _deployed(built / "CreateFaxFunction", home / "deployed" / "CreateFaxFunction")
    own = _joined(function, *layers)
    authorize = _joined(_deployed(built / "AuthorizeFunction", home / "deployed" / "AuthorizeFunction"), *layers[::2])
    # Whose packages the SDK is among, and one more that nobody imports.
    sdk, sdk_table = (
        _alternative(name, _installed("multipart", home / "built" / name), home) for name in ("sdk", "sdk_table")
    )
    others = {name: _other(name, home) for name in ("powertools", "fastapi", "multipart")}
    return Builds(own, authorize, sdk, sdk_table, others)


def _installed(name: str, folder: Path) -> Path:
    """The packages of one of the others, as pip installs them."""
    command = [str(places.UV), "pip", "install", "--quiet", "--require-hashes"]
    command += ["--only-binary=:all:", "--python", sys.executable, "--target", str(folder / "python")]
    subprocess.run([*command, "--requirement", str(ROOT / f"requirements/bench-{name}.txt")], check=True)
    return folder


def _other(name: str, home: Path) -> Build:
    folder = _installed(name, home / "built" / name)
    # Whoever deploys it leaves out the services that are not called: 400 of them would not fit.
    for service in (folder / "python/botocore/data").iterdir():
        if service.is_dir() and service.name not in ("s3", "dynamodb"):
            shutil.rmtree(service)
    shutil.rmtree(folder / "python/boto3/data")
    shutil.rmtree(folder / "python/bin", ignore_errors=True)
    shutil.copy(_ALTERNATIVES / "stores.py", folder / "python")
    return _alternative(name, folder, home)


def _alternative(name: str, folder: Path, home: Path) -> Build:
    """With its handler, and compiled."""
    shutil.copy(_ALTERNATIVES / name / "app.py", folder / "python")
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*command, str(folder / "python")], check=True)
    return _deployed(folder, home / "deployed" / name)


def _deployed(folder: Path, to: Path) -> Build:
    """Packed and unpacked."""
    package = to.with_suffix(".zip")
    to.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, path.relative_to(folder))
    with zipfile.ZipFile(package) as packed:
        packed.extractall(to)
    return Build((to / "python" if (to / "python").exists() else to,), package.stat().st_size)


def _joined(*builds: Build) -> Build:
    return Build(tuple(each for build in builds for each in build.folders), sum(build.packed for build in builds))
