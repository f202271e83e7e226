"""An account at Telnyx for `CARRIER=telnyx make run`: a server on this machine that speaks its wire, in a process of
its own, and the account's key in the local stack's Secrets Manager."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from tools import places
from tools.local.emulator import Emulator, undisturbed
from tools.steps import StepFailed, step

NAME = "telnyx"
# What the time of each call is divided by.
_SPEED = 20
# One of the numbers for fiction, at which the server has a machine that takes everything.
RECIPIENT = "+12025550101"


class Carrier:
    """The account, once its server runs; without one that is ``wanted``, nothing at all."""

    def __init__(self, received: Path, *, wanted: bool) -> None:
        self._received, self._wanted = received, wanted
        self._server: subprocess.Popen[str] | None = None
        self._said: dict[str, str] = {}

    def parameters(self, running: Emulator) -> Mapping[str, str]:
        """Start the server, and keep its key in the emulator: what a stack needs for that. Raises StepFailed."""
        if not self._wanted:
            return {}
        command = [sys.executable, "-m", "tests.support.telnyx", "--received", str(self._received)]
        command += ["--speed", str(_SPEED), *(["--trust", str(running.ca_bundle)] if running.ca_bundle else [])]
        paths = os.pathsep.join((str(places.ROOT), str(places.ROOT / "layers/core")))
        env = undisturbed(os.environ) | {"PYTHONPATH": paths}
        with step("starting what speaks Telnyx's wire, on 127.0.0.1"):
            self._server = subprocess.Popen(command, cwd=places.ROOT, env=env, stdout=subprocess.PIPE, text=True)
            said = self._server.stdout.readline() if self._server.stdout else ""
            if not said:
                raise StepFailed("The local Telnyx did not start.")
        self._said = json.loads(said)
        secret = running.client("secretsmanager").create_secret(Name="telnyx", SecretString=self._said["apiKey"])
        return {
            "Carrier": NAME,
            "TelnyxUrl": self._said["url"],
            "TelnyxKeySecret": secret["ARN"],
            "TelnyxConnectionId": self._said["connectionId"],
            "TelnyxNumber": self._said["number"],
            "TelnyxPublicKey": self._said["publicKey"],
        }

    def report_to(self, api_url: str) -> None:
        """Set where the fax application's reports go, as its owner does in the portal. Raises StepFailed."""
        if not self._said:
            return
        answer = requests.patch(
            f"{self._said['url']}/fax_applications/{self._said['connectionId']}",
            json={"application_name": "fax-api", "webhook_event_url": f"{api_url}/carriers/telnyx/reports"},
            headers={"Authorization": f"Bearer {self._said['apiKey']}"},
            timeout=10,
        )
        if answer.status_code != 200:
            raise StepFailed(f"The local Telnyx does not take the address for reports: {answer.text}")

    def stop(self) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait()
            if self._server.stdout:
                self._server.stdout.close()


@contextmanager
def at_hand(received: Path, *, wanted: bool) -> Iterator[Carrier]:
    """A carrier for as long as the stack that it is for."""
    carrier = Carrier(received, wanted=wanted)
    try:
        yield carrier
    finally:
        carrier.stop()
