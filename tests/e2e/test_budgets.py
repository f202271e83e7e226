"""An app's budget is enforced before a function runs, and nobody else's is used up: on the deployed stack, over TLS.

The emulator enforces usage plans; tools/local/emulator_process.py adds that it counts by what the authorizer says. What
only a real account shows is in docs/operations/real-account.md.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import yaml

from tests.support import template
from tests.support.curl import DOCUMENTS, SEND
from tools.local.stack_file import LocalStack
from tools.operations import deployed, directory, directory_file

APPS = """
  - {key: slow-app, owner: alice, budget: {rate: 1, burst: 2, daily: 0}}
  - {key: small-app, owner: alice, budget: {rate: 100, burst: 200, daily: 2}}
  - {key: other-app, owner: alice}
"""


def with_the_apps() -> dict[str, Any]:
    """The example's people as they are in the stack, since other tests go by them, and these apps."""
    example = yaml.safe_load((template.ROOT / "directory.example.yaml").read_text(encoding="utf-8"))
    return {name: example[name] for name in ("organizations", "users")} | {"apps": yaml.safe_load(APPS)}


type Answer = tuple[int, str | None, str]
type Send = Callable[[str], Answer]


@pytest.fixture
def send(stack: LocalStack, local: None) -> Send:
    """Send a fax as one of the directory's apps: the status, Retry-After, and the error's message."""
    # Long enough ago that every part of the gateway knows the keys.
    made = datetime.now(UTC) - timedelta(minutes=10)
    secrets = directory.write(directory_file.parse(json.dumps(with_the_apps())), deployed.find(None), made).secrets

    def as_app(key: str) -> Answer:
        login = {"grant_type": "client_credentials", "client_id": key, "client_secret": secrets[key]}
        issued = requests.post(f"{stack.apiUrl}/oauth/token.php", data=login, verify=stack.caBundle, timeout=60)
        answer = requests.post(
            f"{stack.apiUrl}{SEND}",
            # What a client says that it is to be counted by has no effect.
            headers={"Authorization": f"Bearer {issued.json()['access_token']}", "X-Api-Key": "x" * 32},
            data={"request": json.dumps({"recipients": ["7778888"]})},
            files={"files": ("note.txt", (DOCUMENTS / "note.txt").read_bytes())},
            verify=stack.caBundle,
            timeout=60,
        )
        body = answer.json()
        if answer.status_code != 200:
            assert re.fullmatch("[A-Za-z0-9=_-]+", body["error"].pop("requestId"))
            assert body["error"].pop("code") == "too_many_requests"
        return answer.status_code, answer.headers.get("Retry-After"), body.get("error", {}).get("message", "")

    return as_app


ACCEPTED = (200, None, "")
TOO_MANY = (429, "5", "There are too many requests at a time, of this app's or of all together; wait 5 seconds.")
TOO_MANY_OF_THE_DAY = (
    429,
    "3600",
    "The app has used its requests of this day; it has new ones from midnight UTC. Ask the operator for more, or try "
    "again in an hour.",
)


def test_an_app_has_its_budget_and_no_other_apps(send: Send) -> None:
    # Whatever a request takes, a burst of two and one a second cannot be six at once.
    burst = [send("slow-app") for _ in range(6)]
    assert burst[:2] == [ACCEPTED, ACCEPTED]
    assert set(burst[2:]) == {TOO_MANY} or set(burst[2:]) == {TOO_MANY, ACCEPTED}
    assert [send("small-app") for _ in range(4)] == [ACCEPTED] * 2 + [TOO_MANY_OF_THE_DAY] * 2
    assert [send("other-app") for _ in range(3)] == [ACCEPTED] * 3
