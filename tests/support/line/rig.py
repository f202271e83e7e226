"""Brings up fax machines that none of us wrote: HylaFAX, each behind an iaxmodem, in namespaces of their own.

Nothing of this machine is changed, and nothing outside of the namespaces hears the modems. All ends with the one
process that this starts, however that ends. It needs root, and Debian's packages (``packages``).
"""

import fcntl
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_SCRIPT = Path(__file__).with_name("rig.sh")
_UNSHARE = ("unshare", "--mount", "--pid", "--net", "--fork", "--kill-child")
_FIRST_PORT = 4570
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_IDLE = "Running and idle"
# For so long after it has hung up, iaxmodem takes no call: HylaFAX sets it up anew, and is idle in the midst of that.
_BUSIED_OUT_SECONDS = 5
# Of HylaFAX's own log: what happened, which modem, which file, what the sender called itself, pages, what went wrong.
_KIND, _MODEM, _FILE, _SENDER, _PAGES, _REASON = 1, 3, 4, 8, 10, 13


class RigFailed(Exception):
    """The machines do not come up, or do not come to rest."""


@dataclass(frozen=True, slots=True)
class Received:
    """A fax as HylaFAX has it in its own log. ``path`` is the TIFF; ``sender`` is what the sender called itself;
    ``reason`` is empty where all is well."""

    path: Path
    machine: int
    sender: str
    pages: int
    reason: str


class Rig:
    """``answered`` of so many ``machines``, which count from 0, have HylaFAX; the others ring for ever."""

    def __init__(self, folder: Path, packages: Path, *, machines: int, answered: int) -> None:
        self._spool = folder / "spool"
        self._answered = answered
        command = ["sh", str(_SCRIPT), str(folder), str(packages), str(machines), str(answered)]
        self._log = folder / "rig.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([*_UNSHARE, *command], stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def __enter__(self) -> "Rig":
        try:
            for machine in range(self._answered):
                self.wait_until_idle(machine)
            self._in_its_network(_bring_up_loopback)
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """End the one process, and with it the kernel ends all that is in its namespaces."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def wait_until_idle(self, machine: int, seconds: float = 60) -> None:
        """Until a machine takes the next call. Raises RigFailed."""
        deadline = time.monotonic() + seconds
        while not self.is_idle(machine):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RigFailed(f"machine {machine} does not come to rest: {self._log.read_text().strip()}")
            time.sleep(0.2)

    def is_idle(self, machine: int) -> bool:
        """Whether a machine takes the next call."""
        path = self._spool / "status" / f"ttyIAX{machine}"
        if not path.exists() or path.read_text().strip() != _IDLE:
            return False
        return time.time() >= path.stat().st_mtime + _BUSIED_OUT_SECONDS

    def line(self, machine: int) -> socket.socket:
        """A socket that is connected to a machine's modem."""

        def connect() -> socket.socket:
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.connect(("127.0.0.1", _FIRST_PORT + machine))
            return udp

        return self._in_its_network(connect)

    def received(self) -> list[Received]:
        """What HylaFAX has received, the first one first."""
        log = self._spool / "log" / "xferfaxlog"
        lines = log.read_text().splitlines() if log.exists() else []
        logged = [[field.strip('"') for field in line.split("\t")] for line in lines]
        return [
            Received(
                self._spool / fields[_FILE],
                int(fields[_MODEM].removeprefix("ttyIAX")),
                fields[_SENDER],
                int(fields[_PAGES]),
                fields[_REASON],
            )
            for fields in logged
            if fields[_KIND] == "RECV"
        ]

    def _in_its_network[T](self, do: Callable[[], T]) -> T:
        """What a thread does that is in the rig's network: a socket stays in the one in which it was made."""

        def enter() -> T:
            with open(f"/proc/{self._process.pid}/ns/net") as network:
                os.setns(network.fileno(), os.CLONE_NEWNET)
            return do()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(enter).result()


def why_not() -> str | None:
    """Why the machines cannot be brought up here, or None where they can."""
    if os.geteuid() != 0:
        return "the fax machines need root, for namespaces of their own"
    try:
        subprocess.run([*_UNSHARE, "true"], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        return "the fax machines need unshare (Debian: util-linux)"
    except subprocess.CalledProcessError as error:
        return f"the fax machines need namespaces of their own: {error.stderr.strip()}"
    return None


def _bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        request = struct.pack("16sH14x", b"lo", 0)
        _, flags = struct.unpack_from("16sH", fcntl.ioctl(udp, _SIOCGIFFLAGS, request))
        fcntl.ioctl(udp, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))
