"""Builds a stand-in for Amazon's Lambda base image, where that cannot be pulled: `make lambda-image`.

It is a stand-in, not Amazon's image. It holds what this machine has: its CPython 3.13, the shared libraries that this
needs, five commands that SAM's own build calls, and Amazon's runtime client, awslambdaric, from PyPI. That is enough
for `sam local` to run the functions; what only Amazon Linux would show (its glibc, its OpenSSL, its Python's patch
release), it does not show. There is no boto3 in it, so what a layer forgot is missing here, too.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from tools import places
from tools.local import docker
from tools.local.docker import Docker
from tools.steps import StepFailed, fail, run, step

IMAGE = "fax-api/lambda-standin:3.13"
_REQUIREMENTS = places.ROOT / "requirements" / "lambda-image.txt"
# SAM builds one more image on top, with the layers and its runtime emulator: these are what its Dockerfile calls.
_COMMANDS = ("sh", "chmod", "cp", "mv", "rm")
_PYTHON = "/var/lang/bin/python3.13"
_LIBRARIES = "/var/lang/lib"
_RUNTIME = "/var/runtime"
# What wheels for Linux may count on, beside libc in any distribution.
_PROMISED = (
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libstdc++.so.6",
    "libutil.so.1",
)
# Parts of the standard library that a function has no use for.
_LEFT_OUT = re.compile(
    r"(test|idlelib|tkinter|turtledemo|ensurepip|site-packages|dist-packages|config-3\.13.*|.*\.opt-\d\.pyc)"
)
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": "/var/lang/bin:/bin",
    "LD_LIBRARY_PATH": f"{_LIBRARIES}:/var/task:/var/task/lib:/opt/lib",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": _RUNTIME,
}
# What SAM's runtime emulator starts. It sets _HANDLER and AWS_LAMBDA_RUNTIME_API.
_BOOTSTRAP = f"""\
#!/bin/sh
export AWS_EXECUTION_ENV=AWS_Lambda_python3.13
export PYTHONPATH=/opt/python/lib/python3.13/site-packages:/opt/python:{_RUNTIME}
cd "$LAMBDA_TASK_ROOT" && exec {_PYTHON} -m awslambdaric "$_HANDLER"
"""
_LIBRARY = re.compile(r"(?:\S+ => )?(/\S+) \(0x[0-9a-f]+\)")


def main() -> int:
    try:
        if sys.platform != "linux":
            raise StepFailed("The stand-in is made of this machine's own Python, so it can be made on Linux alone.")
        build(docker.connect())
    except StepFailed as error:
        return fail(error)
    except KeyboardInterrupt:
        fail("\nstopped; no image was made")
        return 128 + signal.SIGINT
    print(f"\n{IMAGE} is there: a stand-in, not Amazon's image. `make invoke` and `make local-api` use it.")
    print(f"To go back to Amazon's: docker image rm {IMAGE}")
    return 0


def build(daemon: Docker) -> None:
    """Make the image. It gets its name when Python and the runtime client have started in it."""
    places.LOCAL.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lambda-image-", dir=places.LOCAL) as name:
        folder = Path(name)
        with step("fetching Amazon's runtime client (awslambdaric) from PyPI"):
            runtime = _fetch_runtime(folder)
        with step(f"packing this machine's Python {sys.version.split()[0]} and its libraries"):
            image = _import(daemon, folder / "image.tar", dict(_files(runtime)))
    with step("starting Python in it"):
        try:
            _try(daemon, image)
        except BaseException:
            daemon.attempt("image", "rm", "--force", image)
            raise
        before = daemon.lines("image", "ls", "--quiet", "--no-trunc", IMAGE)
        daemon.output("tag", image, IMAGE)
        for older in before - {image}:
            daemon.attempt("image", "rm", older)


def _fetch_runtime(folder: Path) -> Path:
    target = folder / "runtime"
    command = [str(places.UV), "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:"]
    command += ["--python", sys.executable, "--target", str(target), "--requirement", str(_REQUIREMENTS)]
    run(command, env=os.environ, cwd=folder, log=folder / "uv.log")
    return target


def _files(runtime: Path) -> Iterator[tuple[str, Path]]:
    """The files of the image by their place in it."""
    python = Path(sys.executable).resolve()
    library = Path(sysconfig.get_path("stdlib"))
    binaries = {f"/bin/{name}": _command(name) for name in _COMMANDS} | {_PYTHON: python}
    trees = {f"/var/lang/{sys.platlibdir}/python3.13": library, _RUNTIME: runtime}
    files = binaries | {place: path for at, tree in trees.items() for place, path in _tree(at, tree)}
    yield from files.items()
    programs = [*binaries.values(), *(path for path in files.values() if path.name.endswith(".so"))]
    yield from _shared_libraries(programs)


def _command(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise StepFailed(f"the command {name} was not found on this machine")
    return Path(found).resolve()


def _tree(at: str, folder: Path) -> Iterator[tuple[str, Path]]:
    for parent, folders, names in folder.walk(follow_symlinks=True):
        folders[:] = [name for name in folders if not _LEFT_OUT.fullmatch(name)]
        for name in names:
            if not _LEFT_OUT.fullmatch(name):
                yield str(at / (parent / name).relative_to(folder)), parent / name


def _shared_libraries(programs: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """What the programs are linked with. All in one folder, but the loader: its place is written into each program."""
    done = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True)  # noqa: S607
    linked = {Path(match[1]) for match in _LIBRARY.finditer(done.stdout)}
    beside = {library.parent / name for library in linked if library.name == "libc.so.6" for name in _PROMISED}
    for path in linked | {path for path in beside if path.exists()}:
        is_loader = path.name.startswith("ld-linux")
        yield (str(path) if is_loader else f"{_LIBRARIES}/{path.name}"), path


def _import(daemon: Docker, archive: Path, files: dict[str, Path]) -> str:
    """Make an image of files. Returns its id."""
    _pack(archive, files)
    message = "a stand-in for public.ecr.aws/lambda/python:3.13, not Amazon's image"
    changes = [f"--change=ENV {name}={value}" for name, value in _ENVIRONMENT.items()]
    return daemon.output("import", "--message", message, *changes, str(archive)).strip()


def _try(daemon: Docker, image: str) -> None:
    program = "import awslambdaric.bootstrap, ctypes, decimal, hashlib, sqlite3, ssl, zoneinfo"
    options = ["--rm", "--network", "none", "--env", f"PYTHONPATH={_RUNTIME}"]
    daemon.output("run", *options, image, _PYTHON, "-c", program)


def _pack(archive: Path, files: dict[str, Path]) -> None:
    with tarfile.open(archive, "w") as tar:
        for place, path in files.items():
            tar.add(path.resolve(), place, recursive=False, filter=_of_root)
        bootstrap = tarfile.TarInfo(f"{_RUNTIME}/bootstrap")
        bootstrap.mode, bootstrap.size = 0o755, len(_BOOTSTRAP)
        tar.addfile(bootstrap, BytesIO(_BOOTSTRAP.encode()))
        for place, mode in (("/tmp", 0o1777), ("/var/task", 0o755), ("/opt", 0o755)):  # noqa: S108
            folder = tarfile.TarInfo(place)
            folder.type, folder.mode = tarfile.DIRTYPE, mode
            tar.addfile(folder)


def _of_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


if __name__ == "__main__":
    sys.exit(main())
