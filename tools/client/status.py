"""What has become of a fax, as a client asks for it: `make fax`, `make wait` and `make send WAIT=1` use this.

The deployment, the user and who asks come from the environment as for `make send`; without FAX_API_EXTENSION, the fax
may be of any extension of the user's.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from tools.client import login, send
from tools.client.login import Deployment
from tools.client.send import Sender

type Json = dict[str, Any]

# The status of a command, by how a fax ended; every other end is FAILED.
SENT, FAILED, PARTIALLY_SENT, NOT_FINAL = 0, 1, 5, 6
_ENDS = {"sent": SENT, "partially_sent": PARTIALLY_SENT, "failed": FAILED, "canceled": FAILED}
# Of a fax whose files were uploaded on their own.
_ENDS |= {"refused": FAILED, "expired": FAILED}
# Seconds: the first wait, which is doubled, up to the longest.
_FIRST, _LONGEST = 1.0, 30.0
_TIMEOUT = (10, 40)
# What may be otherwise the next time.
_PASSING = frozenset({429, 500, 502, 503, 504})


class Unanswered(Exception):
    """The fax cannot be asked for. The message says why, for the person at the terminal."""


def asker(to: Deployment) -> Sender | None:
    """Who asks, as the environment and the local stack have it; None where no token can be had. Raises LoginFailed."""
    extension = os.environ.get("FAX_API_EXTENSION") or "@self"
    return send.as_user(to, extension)


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer: the fax, or None where nothing has changed since the ETag that was sent; and its ETag."""

    fax: Json | None
    etag: str


def ask(to: Sender, fax_id: str, etag: str = "") -> Asked | None:
    """Ask once; None where it may be answered the next time. Raises Unanswered where it will not be."""
    try:
        answer = _get(to, fax_id, {"If-None-Match": etag} if etag else {})
    except (requests.ConnectionError, requests.Timeout):
        return None
    if answer.status_code == 304:
        return Asked(None, etag)
    if answer.status_code in _PASSING:
        return None
    return Asked(_json(answer), answer.headers.get("ETag", ""))


def history(to: Sender, fax_id: str) -> Iterator[Json]:
    """A fax's events, the oldest first, from answer to answer. Raises Unanswered."""
    query = ""
    while True:
        try:
            page = _json(_get(to, f"{fax_id}/events{query}", {}))
        except requests.RequestException as error:
            raise Unanswered(f"{to.url} gave no answer: {error}") from error
        yield from page["entry"]
        following = page["links"].get("next")
        if not following:
            return
        # To the deployment that was named, whatever the answer says: the token is for that one.
        query = f"?{urlsplit(following).query}"


def wait(
    to: Sender,
    fax_id: str,
    seconds: float,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Json | None:
    """Ask until the fax has ended, for at most so many seconds; tell of each change. The fax as it was last answered,
    or None where no answer came. Raises Unanswered."""
    until, pause = clock() + seconds, _FIRST
    fax: Json | None = None
    etag = told = ""
    while True:
        asked = ask(to, fax_id, etag)
        if asked:
            fax, etag = asked.fax or fax, asked.etag
        if fax and (line := in_one_line(fax)) != told:
            told = line
            say(line)
        if fax and fax["status"] in _ENDS:
            return fax
        left = until - clock()
        if left <= 0:
            return fax
        sleep(min(pause, left))
        pause = min(pause * 2, _LONGEST)


def end(fax: Json | None) -> int:
    """What a command that waited ends with."""
    return _ENDS.get(fax["status"], NOT_FINAL) if fax else NOT_FINAL


def in_one_line(fax: Json) -> str:
    """A fax's status, and how many of its recipients are how far: ``sending: 1 sent, 2 waiting``."""
    counts: dict[str, int] = {}
    for delivery in fax.get("deliveries", ()):
        counts[delivery["status"]] = counts.get(delivery["status"], 0) + 1
    recipients = ", ".join(f"{count} {status}" for status, count in counts.items())
    return f"{fax['status']}: {recipients}" if recipients else str(fax["status"])


def described(fax: Json) -> Iterator[str]:
    """A fax for a person, in lines."""
    if "pages" not in fax:
        yield from _pending(fax)
        return
    simulated = "   SIMULATED: nothing was sent to anybody" if fax.get("sandbox") else ""
    yield f"fax {fax['id']}: {_with_reason(fax)}{simulated}"
    accepted = f"{_counted(fax['pages'], 'page')}, accepted {_shown(fax['createdAt'])}"
    yield f"  from {fax['extension']} of {fax['userId']}, {accepted}"
    if "failure" in fax:
        failure = fax["failure"]
        places = [f"{name} {failure[name]}" for name in ("file", "page") if name in failure]
        yield f"  its pages could not be made: {', '.join([failure['why'], *places])}"
        if "message" in failure:
            yield f"  {failure['message']}"
    for word, member in (("to be canceled since", "cancelRequestedAt"), ("ended", "completedAt")):
        if member in fax:
            yield f"  {word} {_shown(fax[member])}"
    for delivery in fax["deliveries"]:
        yield f"  to {delivery['recipient']}: {_with_reason(delivery)}, {_counted(delivery['pagesSent'], 'page')} sent"
        for attempt in delivery["attempts"]:
            ended = f" to {_shown(attempt['endedAt'])}" if "endedAt" in attempt else ""
            detail = f" ({attempt['detail']})" if "detail" in attempt else ""
            number = str(attempt["number"]) + (f" from page {attempt['firstPage']}" if "firstPage" in attempt else "")
            line = f"    attempt {number}, {_shown(attempt['startedAt'])}{ended}: {_with_reason(attempt)}"
            yield f"{line}{detail}"
        if "nextAt" in delivery:
            yield f"    again at {_shown(delivery['nextAt'])}"


def _pending(fax: Json) -> Iterator[str]:
    """A fax whose files are still to come, or that ended without them."""
    yield f"fax {fax['id']}: {fax['status']}"
    yield f"  from {fax['extension']} of {fax['userId']}, announced {_shown(fax['createdAt'])}"
    for file in fax["files"]:
        there = "there" if file["checked"] else "not there" if fax["status"] == "uploading" else "not taken"
        yield f"  {file['name']}, {file['size']:,} bytes: {there}"
    if "refusal" in fax:
        yield f"  {fax['refusal']['code']}: {fax['refusal']['message']}"


def told(event: Json) -> str:
    """An event of a fax's history for a person, in a line."""
    words = [_shown(event["at"]), event["event"]]
    words += [f"{name} {event[name]}" for name in ("recipient", "attempt", "reason", "pages", "app") if name in event]
    words += [f"again at {_shown(event['nextAt'])}"] if "nextAt" in event else []
    return "  ".join(words)


def _get(to: Sender, ending: str, headers: dict[str, str]) -> requests.Response:
    return login.session(to.url).get(
        f"{to.address()}/{ending}",
        headers={"Authorization": f"Bearer {to.token}"} | headers,
        verify=to.verify,
        timeout=_TIMEOUT,
        allow_redirects=False,
    )


def _json(answer: requests.Response) -> Json:
    try:
        shown: Json = answer.json() if answer.status_code == 200 else {}
    except ValueError:
        shown = {}
    if not shown:
        raise Unanswered(send.describe(answer))
    return shown


def _with_reason(what: Json) -> str:
    return f"{what['status']}, {what['reason']}" if "reason" in what else str(what["status"])


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _shown(moment: str) -> str:
    """2026-11-23T09:30:15.123Z -> 2026-11-23 09:30:15 UTC."""
    return f"{moment[:10]} {moment[11:19]} UTC"
