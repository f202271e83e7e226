"""`make run`: the real template on this machine's own AWS, and an existing client's day: it logs in and sends a fax.

The fax goes to machines of the simulated network, where a minute is a second. Stays up until it is interrupted, and
serves a page on which one drops documents of one's own; with ONCE=1 it ends when the first fax has ended. .local/pages
keeps the pictures of its pages, and .local/received what came out of the machines. Nothing else stays behind: the
emulator keeps its state in memory, and its files lie in .local/run, which is removed. --home names another folder than
.local.
"""

import argparse
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import requests
from botocore.exceptions import BotoCoreError, ClientError

from faxes.carriers.simulator import Simulator
from tools import places
from tools.client import login, send, status
from tools.client.send import Sender
from tools.client.status import Unanswered
from tools.local import pages, received, telnyx
from tools.local.local_stack import STACK_NAME, local_stack
from tools.local.stack_file import LocalStack
from tools.local.sweeping import swept_each_second
from tools.local.web import server as web
from tools.local.web.calls import Calls
from tools.local.web.desk import Desk, Sent
from tools.local.web.large import Uploads
from tools.local.web.network import SIMULATED, TELNYX, Network
from tools.local.web.paper import Paper
from tools.operations import logs
from tools.steps import StepFailed, fail, last_lines

_FILES = (places.ROOT / "tests/data/documents/letter.pdf", places.ROOT / "tests/data/documents/note.txt")
_RECIPIENTS = ("7778888", "0003*211")
# What each wait of the simulated network's is divided by: a minute there is a second here.
SPEED = 60
_PARAMETERS = {
    "Carrier": Simulator.name,
    "SimulatorSpeed": str(SPEED),
    "PublicPage": "true",
    # Where a page may lie that calls from an origin of its own, as docs/api/upload.html does.
    "UploadOrigins": "http://127.0.0.1:8000",
}
# Until the first fax has ended; between two questions, so that each of its states is seen.
_SECONDS, _BETWEEN = 120.0, 0.2


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make run", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--home", type=Path, default=places.LOCAL, help="the folder for everything that is made")
    parser.add_argument("--built", type=Path, help="the template of a build that takes the place of one of its own")
    options = parser.parse_args(arguments)
    home = options.home.resolve()
    # SIGTERM ends it as ctrl-C does, and ctrl-C does even where a shell started it in the background.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, signal.default_int_handler)
    once = os.environ.get("ONCE") == "1"
    by_telnyx = _carrier() == telnyx.NAME
    try:
        with (
            _only_one(home),
            telnyx.at_hand(home / "received", wanted=by_telnyx) as carrier,
            local_stack(home, options.built, lambda running: {**_PARAMETERS, **carrier.parameters(running)}) as stack,
            swept_each_second(stack),
        ):
            carrier.report_to(stack.apiUrl)
            started = datetime.now(UTC)
            sent = log_in_and_send(stack, home, (telnyx.RECIPIENT,) if by_telnyx else _RECIPIENTS)
            if sent is None:
                show_log(stack, started)
            if once:
                return 0 if sent else 1
            network = TELNYX if by_telnyx else SIMULATED
            with web.served(_desk(stack, sent, network)) as address:
                _how_to_go_on(stack, home, address, network)
                _stay_up(home)
    except StepFailed as error:
        return fail(error)
    except KeyboardInterrupt:
        print("\nstopped; nothing was left behind", flush=True)
    # Being stopped is how it ends, unless it was to end by itself.
    return 1 if once else 0


def _carrier() -> str:
    """The carrier that CARRIER names."""
    name = os.environ.get("CARRIER") or Simulator.name
    if name not in (Simulator.name, telnyx.NAME):
        sys.exit(f"CARRIER is {name}; it must be {Simulator.name} or {telnyx.NAME}.")
    return name


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StepFailed("A local stack of this folder is running already; stop it first.") from None
        yield


def log_in_and_send(stack: LocalStack, home: Path, recipients: Sequence[str] = _RECIPIENTS) -> str | None:
    """What an existing client does, with nothing but a base URL, a key and a secret; and what becomes of its fax, whose
    files come into folders below ``home``. Returns the fax's id, or None where it was not sent."""
    app = login.Deployment(stack.apiUrl, stack.caBundle)
    print("\nAn app logs in with its key and secret, as a curl line that you can paste:\n")
    print(login.curl_line(app, stack.appKey, stack.appSecret))
    try:
        issued = login.request_token(app, stack.appKey, stack.appSecret)
        print(f"\nThe answer:\n\n{login.describe(issued)}")
        if issued.status_code != 200:
            return None
        to = send.Sender(stack.apiUrl, issued.json()["access_token"], "@me", stack.extension, stack.caBundle)
        print("\nWith that token, it sends a fax:\n")
        print(send.curl_line(to, _FILES, recipients))
        answer = send.send(to, _FILES, recipients, lambda sent, total: None)
    except (requests.RequestException, send.Unsent) as error:
        print(f"\nNo answer: {error}")
        return None
    print(f"\nThe answer:\n\n{send.describe(answer)}")
    if answer.status_code != 200:
        return None
    fax = answer.json()
    return fax["id"] if _show_fax(stack, to, fax["id"], fax["uid"], home) else None


def show_log(stack: LocalStack, since: datetime) -> None:
    """Why the first fax failed, as the functions told it."""
    print("\nWhat the functions wrote:\n")
    try:
        written = list(logs.lines(stack.client("cloudformation"), stack.client("logs"), STACK_NAME, since))
    except (BotoCoreError, ClientError) as error:
        written = [f"(their log cannot be read: {error})"]
    print("\n".join(written or ["(nothing)"]), flush=True)


def _show_fax(stack: LocalStack, to: Sender, fax_id: str, uid: str, home: Path) -> bool:
    print(f"\nThe files, in s3://{stack.bucket}:\n")
    for stored in stack.client("s3").list_objects_v2(Bucket=stack.bucket, Prefix=f"faxes/{uid}/")["Contents"]:
        # Its pages may be there by now.
        if not stored["Key"].startswith(f"faxes/{uid}/page"):
            print(f"{stored['Size']:>9} bytes  {stored['Key']}", flush=True)
    try:
        fax = _followed(to, fax_id)
    except Unanswered as error:
        print(f"\nIt cannot be asked for: {error}")
        return False
    drawn = pages.show(stack, fax_id, home / "pages")
    if fax and not fax.get("sandbox"):
        print(f"\nWhat came out at the other end is in {places.shown(home / 'received')}.\n")
    elif fax and drawn:
        print("\nWhat came out of the simulated fax machines, and what the extension received:\n")
        network, documents = received.network_of(stack), received.documents_of(stack)
        sheets = list(received.printed(network, documents, fax, datetime.now(UTC), SPEED, lambda: drawn))
        print("\n".join(received.write(sheets, home / "received")))
    print(f"\nThe record, in {stack.faxTable}:\n")
    print(json.dumps(pages.record(stack, fax_id), indent=2, default=int), flush=True)
    return status.end(fax) == status.SENT


def _followed(to: Sender, fax_id: str) -> status.Json | None:
    """Ask for a fax until it has ended, and then for its history, as any app can. Raises Unanswered."""

    def say(line: str) -> None:
        print(f"{datetime.now(UTC):%H:%M:%S.%f}"[:-3], line, sep="  ", flush=True)

    print("\nWhat becomes of it, asked with its ETag again and again:\n")
    fax = status.wait(to, fax_id, _SECONDS, say, sleep=lambda seconds: time.sleep(min(seconds, _BETWEEN)))
    if fax:
        print("\nWhat became of it, and its history:\n")
        print("\n".join(status.described(fax)), end="\n\n")
    for event in status.history(to, fax_id):
        print(status.told(event), flush=True)
    return fax


def _stay_up(home: Path) -> None:
    """Wait for a signal. Raises StepFailed where the emulator, our only child, ends before that."""

    def ended(*_: object) -> None:
        raise StepFailed(f"The embedded AWS ended by itself; its last lines:\n{last_lines(home / 'run/emulator.log')}")

    signal.signal(signal.SIGCHLD, ended)
    try:
        signal.pause()
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _desk(stack: LocalStack, sent: str | None, network: Network) -> Desk:
    """What the page does: it sends as the app did that has just sent."""
    calls = Calls(login.Deployment(stack.apiUrl, stack.caBundle), stack.appKey, stack.appSecret, "@me", stack.extension)
    printed = Paper(
        received.network_of(stack), received.documents_of(stack), pages.reader(stack), lambda: datetime.now(UTC), SPEED
    )
    faxes = Sent()
    if sent:
        faxes.add(sent)
    return Desk(calls, printed, faxes, Uploads(calls), network)


def _how_to_go_on(stack: LocalStack, home: Path, address: str, network: Network) -> None:
    commands = "".join(f"\n  {command}" for command in network.commands)
    print(
        f"""
It stays up. To try more, in another terminal in this folder:

  make send FILE=LICENSE TO={network.tried} WAIT=1
  make fax ID=id
  make token APP=example-office
  make logs
  make who FAX=id
  make faxes
  make stuck
  make erase FAX=uid
  make directory FILE=directory.example.yaml ROTATE=example-app{commands}

{places.shown(home / "stack.json")} says what runs, for scripts of your own. The API is at
{stack.apiUrl}
Stop it with ctrl-C.

Send documents of your own, and see {network.seen}:

  {address}
""",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
