"""Searches for inputs that break the checks of documents: `make fuzz-documents [SECONDS=240] [TARGET=tif]`.

Atheris is coverage-guided: it keeps what reaches new branches and goes on from there. What it has kept lies in
.local/fuzz and is where the next run starts. An input that breaks something is written to tests/data/fuzz/<target>,
where a test replays it from then on; each target ends at its first, since what comes behind is mostly the same.
"""

import argparse
import hashlib
import subprocess
import sys

import atheris

with atheris.instrument_imports(include=["faxes"]):
    from tests.fuzz.targets import FINDINGS, ROOT, TARGETS, seeds

_KEPT = ROOT / ".local" / "fuzz"
# libFuzzer's own: more time or memory for one input is a finding, too. No document of the corpus needs a hundredth.
_SECONDS_PER_INPUT, _MEGABYTES = 5, 1024
_LARGEST_INPUT = 65_536


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz-documents", description=__doc__)
    parser.add_argument("--target", choices=TARGETS, action="append", help="one of them alone; all, each in its turn")
    parser.add_argument("--seconds", type=int, default=240, help="for all targets together")
    parser.add_argument("--in-this-process", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    names = asked.target or list(TARGETS)
    if asked.in_this_process:
        _search(names[0], asked.seconds)
    try:
        found = [name for name in names if not _searched(name, max(asked.seconds // len(names), 1))]
    except KeyboardInterrupt:
        return 130
    if found:
        print(f"==> found something: {', '.join(found)}; see {FINDINGS.relative_to(ROOT)}", file=sys.stderr)  # noqa: T201
    return 1 if found else 0


def _searched(name: str, seconds: int) -> bool:
    """Searches in a process of its own, since libFuzzer ends the one that it runs in; whether nothing was found."""
    print(f"==> {name}: {seconds} s", flush=True)  # noqa: T201
    command = [sys.executable, "-m", "tests.fuzz.run", "--in-this-process", "--target", name, "--seconds", str(seconds)]
    return subprocess.run(command, cwd=ROOT).returncode == 0


def _search(name: str, seconds: int) -> None:
    kept, found = _KEPT / name, FINDINGS / name
    kept.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    for seed in seeds(name):
        (kept / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    options = {
        "max_total_time": seconds,
        "timeout": _SECONDS_PER_INPUT,
        "rss_limit_mb": _MEGABYTES,
        "max_len": _LARGEST_INPUT,
        "artifact_prefix": f"{found}{'/'}",
        "print_final_stats": 1,
        "verbosity": 0,
    }
    atheris.Setup([sys.argv[0], *(f"-{option}={value}" for option, value in options.items()), str(kept)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
