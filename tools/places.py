"""Where things are on this machine. Everything that a command makes lies in .local/, which git ignores."""

import platform
from pathlib import Path

from tools import set_up

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"

SAM = LOCAL / "venvs" / "sam" / "bin" / "sam"
EMULATOR_PYTHON = LOCAL / "venvs" / "emulator" / "bin" / "python3.13"

UV = set_up.UV
WHEELS = set_up.WHEELS
STACK_FILE = LOCAL / "stack.json"


def shown(path: Path) -> str:
    """A path as a person in the project's folder would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def architecture() -> str:
    """This machine's processor by Lambda's name for it: x86_64 or arm64."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


def own_platform() -> str | None:
    """uv's name of this machine's platform, where it cannot load what is built for Lambda; None where it can."""
    return next(iter(set_up.own_platform()), None)
