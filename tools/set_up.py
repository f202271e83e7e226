"""Installs what the commands run with: uv with pip, all else with uv. The Makefile calls it, with a bare CPython 3.13.

    set_up.py uv requirements/uv.txt
    set_up.py environment NAME LOCK...           a virtual environment in .local/venvs/NAME
    set_up.py wheels layers/.../requirements.txt what ships with the functions, for both architectures

Everything is pinned, and installed against the hashes of its lock. uv is always our own, whatever uv a machine has: the
one that checks the hashes is checked itself. Nothing is compiled: Python compiles what it imports, when it first does.

A step says what it installs, how far the download is, and how much it was. What pip and uv print is kept in a log, and
its end is shown where they fail. Two commands that start at once install a thing once.
"""

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
UV = LOCAL / "uv" / "bin" / "uv"
# uv's cache of what ships, for builds that need no network.
WHEELS = LOCAL / "packages"
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28")
TITLES = {
    "tools": "what the commands run with",
    "sam": "the SAM CLI",
    "emulator": "the AWS emulator",
    "dev": "the development packages",
    "gates": "the template's gates",
    "fuzz": "Atheris",
}
_LOGS = LOCAL / "set-up"
_SECONDS_BETWEEN_LINES = 3
_LAST_LINES = 15
# uv's lines, where it does not write to a terminal.
_RESOLVED = re.compile(r"Resolved (\d+) packages?\b")
_DOWNLOAD = re.compile(r"( ?)Download(?:ing|ed) (\S+)(?: \(([0-9.]+)([KMG]i)?B\))?$")
_MEBIBYTES = {None: 1 / 2**20, "Ki": 1 / 2**10, "Mi": 1.0, "Gi": 2.0**10}
# ENOSPC and EDQUOT in the words of pip, uv, SAM and Python.
_FULL = re.compile(r"No space left on device|Disk quota exceeded|os error (?:28|122)\b|Errno (?:28|122)\]")
_UNREACHED = re.compile(r"error sending request|client error \(Connect\)|dns error|Failed to fetch", re.IGNORECASE)


class SetUpFailed(Exception):
    """Something could not be installed; the message is for the person at the terminal."""


# --- what fails ------------------------------------------------------------------------------------------------------


def says_full(text: str) -> bool:
    """Whether an error, or what a program printed, says that the disk is full."""
    return _FULL.search(text) is not None


def full_disk(*folders: Path) -> str:
    """What to say where a disk is full: which of those that these folders are on, and what is free of it."""
    folder = min((_existing(folder) for folder in folders), key=lambda it: shutil.disk_usage(it).free)
    usage = shutil.disk_usage(folder)
    return (
        f"The disk is full: of {usage.total / 10**6:,.0f} MB, {usage.free / 10**6:,.0f} MB are free in {folder}. "
        "Make room there, then start the command again; `make clean` removes all that was made here."
    )


def _existing(folder: Path) -> Path:
    """A folder, or the nearest above it that there is."""
    return folder if folder.exists() else _existing(folder.parent)


def _explained(printed: Sequence[str]) -> str:
    text = "\n".join(printed)
    if says_full(text):
        return full_disk(LOCAL, *_cache())
    # Pip names the cause first, and may list some twenty hashes behind it.
    causes = [line for line in printed[:-_LAST_LINES] if line.startswith("ERROR: ")]
    last = "\n".join(f"    {line}" for line in [*causes[:1], *printed[-_LAST_LINES:]])
    if _UNREACHED.search(text):
        return (
            f"The package index was not reached; the last lines:\n{last}\n"
            "uv has settings of its own: UV_DEFAULT_INDEX names a mirror, HTTPS_PROXY a proxy."
        )
    return f"The last lines:\n{last}"


def _cache() -> list[Path]:
    """Where uv keeps what it downloads, where that is known."""
    if not UV.exists():
        return []
    done = subprocess.run([UV, "cache", "dir"], env=_environment(), capture_output=True, text=True)
    return [Path(done.stdout.strip())] if done.returncode == 0 else []


# --- running pip and uv ----------------------------------------------------------------------------------------------


def _environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    # Where pip was told of a mirror, and uv was not.
    if "PIP_INDEX_URL" in environment:
        environment.setdefault("UV_DEFAULT_INDEX", environment["PIP_INDEX_URL"])
    if not environment.get("HOME"):
        environment.setdefault("UV_CACHE_DIR", str(LOCAL / "cache"))
    # The machine's certificate authorities, as pip uses them: a proxy's may be among them.
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    environment |= {"UV_COMPILE_BYTECODE": "0", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
    return environment | dict(changes or {})


def _run(title: str, command: Sequence[str | Path], environment: Mapping[str, str], log: Path) -> None:
    """Run a command, and say how far it is. Raises SetUpFailed, with the end of what it printed."""
    printed: list[str] = []
    try:
        with log.open("w", encoding="utf-8") as kept:
            process = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
            with process:
                assert process.stdout is not None  # noqa: S101  (it was asked for)
                for line in told(title, _kept(process.stdout, printed), time.monotonic):
                    _say(line)
            kept.write("\n".join(printed) + "\n")
    except OSError as error:
        raise SetUpFailed(f"FAILED: {title}. {_explained([*printed, str(error)])}") from error
    if process.returncode != 0:
        raise SetUpFailed(f"FAILED: {title}. {_explained(printed)}")


def _kept(lines: Iterable[str], printed: list[str]) -> Iterator[str]:
    for line in lines:
        printed.append(line.rstrip("\n"))
        yield printed[-1]


def told(title: str, lines: Iterable[str], clock: Callable[[], float]) -> Iterator[str]:
    """What to say of uv's lines: how many packages, and now and then how much of the large ones has come.

    uv names what it downloads with its size, from 1 MB on, and again when it has it; ``clock`` gives seconds.
    """
    sizes: dict[str, float] = {}
    come: set[str] = set()
    said = clock()
    for line in lines:
        resolved = _RESOLVED.match(line)
        if resolved:
            yield f"{title}: {resolved[1]} packages"
        download = _DOWNLOAD.match(line)
        if download is None:
            continue
        if download[3] is not None:
            sizes[download[2]] = float(download[3]) * _MEBIBYTES[download[4]]
        else:
            come.add(download[2])
            if clock() - said >= _SECONDS_BETWEEN_LINES:
                said = clock()
                got = sum(size for name, size in sizes.items() if name in come)
                yield f"{title}: {got:.0f} of {sum(sizes.values()):.0f} MB downloaded"


def _say(line: str) -> None:
    print(f"    {line}", file=sys.stderr, flush=True)


# --- what is installed -----------------------------------------------------------------------------------------------


@contextmanager
def _once(name: str, done: Path) -> Iterator[bool]:
    """Whether there is something to do: not where another command did it while this one waited for it."""
    started = time.time()
    _LOGS.mkdir(parents=True, exist_ok=True)
    with (_LOGS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not (done.exists() and done.stat().st_mtime >= started)


def install_uv(lock: Path) -> None:
    """Put the pinned uv into .local/uv, with the pip of this Python, or where it has none, with a new one."""
    title = "uv"
    folder = UV.parent.parent
    with _once("uv", UV) as needed:
        if not needed:
            return
        _announce("uv, which installs all else")
        started = time.monotonic()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        # A person's settings of pip for other folders have no say here.
        environment = _environment({"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_ROOT_USER_ACTION": "ignore"})
        python = Path(sys.executable)
        log = _LOGS / "uv.log"
        if importlib.util.find_spec("pip") is None:
            _run(title, [python, "-m", "venv", folder / "pip"], environment, log)
            python = folder / "pip" / "bin" / "python"
        command: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command += ["--no-compile", "--require-hashes", "--no-deps", "--only-binary=:all:", "--target", folder]
        command += ["--requirement", lock]
        _run(title, command, environment, log)
        shutil.rmtree(folder / "pip", ignore_errors=True)
        UV.touch()
        _tell(title, folder, started)


def install_environment(name: str, locks: Sequence[Path]) -> None:
    """Make .local/venvs/NAME with what the locks pin."""
    title = TITLES[name]
    folder = LOCAL / "venvs" / name
    with _once(name, folder / ".installed") as needed:
        if not needed:
            return
        _announce(title)
        started = time.monotonic()
        shutil.rmtree(folder, ignore_errors=True)
        log = _LOGS / f"{name}.log"
        python = str(Path(sys.executable).resolve())
        _run(title, [UV, "venv", "--quiet", "--no-project", "--python", python, folder], _environment(), log)
        command: list[str | Path] = [UV, "pip", "install", "--require-hashes", "--python", folder / "bin" / "python"]
        command += [word for lock in locks for word in ("--requirement", lock)]
        _run(title, command, _environment(), log)
        (folder / ".installed").touch()
        _tell(title, folder, started)


def fetch_wheels(lock: Path) -> None:
    """Fetch what the layer of dependencies is made of, so that from here on a build needs no network."""
    title = "what ships with the functions"
    with _once("wheels", WHEELS / ".fetched") as needed:
        if not needed:
            return
        _announce(f"{title}, for x86_64 and arm64")
        started = time.monotonic()
        shutil.rmtree(WHEELS, ignore_errors=True)
        for platform in (*PLATFORMS, *own_platform()):
            # What counts is what this leaves in the cache.
            target = WHEELS / "unpacked"
            command: list[str | Path] = [UV, "pip", "install", "--require-hashes", "--no-deps", "--only-binary=:all:"]
            command += ["--python", sys.executable, "--python-version=3.13", f"--python-platform={platform}"]
            command += ["--link-mode=hardlink", "--target", target, "--requirement", lock]
            environment = _environment({"UV_CACHE_DIR": str(WHEELS)})
            _run(f"{title} ({platform})", command, environment, _LOGS / "wheels.log")
            shutil.rmtree(target)
        (WHEELS / ".fetched").touch()
        _tell(title, WHEELS, started)


def own_platform(system: str = sys.platform, machine: str = os.uname().machine) -> tuple[str, ...]:
    """uv's name of this machine's platform where what ships cannot be loaded: that is on macOS. Else nothing."""
    if system != "darwin":
        return ()
    return (f"{'aarch64' if machine == 'arm64' else machine}-apple-darwin",)


def _announce(what: str) -> None:
    print(f"==> setting up {what}", file=sys.stderr, flush=True)


def _tell(title: str, folder: Path, started: float) -> None:
    files = (Path(parent) / name for parent, _, names in os.walk(folder) for name in names)
    size = sum({(it.st_dev, it.st_ino): it.st_size for it in (file.lstat() for file in files)}.values())
    _say(f"{title}: there, {size / 10**6:,.0f} MB on disk, {time.monotonic() - started:.1f} s")


def main(arguments: Sequence[str]) -> int:
    what, *rest = arguments
    try:
        if what == "uv":
            install_uv(Path(rest[0]))
        elif what == "wheels":
            fetch_wheels(Path(rest[0]))
        else:
            install_environment(rest[0], [Path(lock) for lock in rest[1:]])
    except SetUpFailed as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        full = full_disk(LOCAL) if says_full(str(error)) else str(error)
        print(f"FAILED: setting up. {full}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
