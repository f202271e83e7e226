"""Sends files as a fax: `make send FILE="letter.pdf note.txt" TO="7778888 0003*211" MODE=photo RESOLUTION=standard`.

What a form cannot hold is announced, and each file is uploaded on its own (docs/api/upload.md): up to 250 MiB.

A file may have blanks in its name: FILE="a b.pdf" where there is one of that name, and FILE="'a b.pdf' note.txt". MODE
and RESOLUTION may be left out; `make render` shows what they make of a document.

The deployment comes from the environment (FAX_API_URL and, for a private certificate authority, FAX_API_CA_BUNDLE); by
default it is the local one that `make run` started. So do user and extension (FAX_API_USER, FAX_API_EXTENSION) and the
one who sends: FAX_API_TOKEN is used as it is; else the app FAX_API_KEY logs in with FAX_API_SECRET; else, on the local
stack, its own app does.
"""

import argparse
import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import requests
from requests_toolbelt import MultipartEncoder, MultipartEncoderMonitor

from tools import names, places
from tools.client import login, upload
from tools.client.login import Deployment, LoginFailed, UnsafeUrl
from tools.steps import fail

# Seconds to connect, and to wait for an answer: API Gateway gives up after 29.
_TIMEOUT = (10, 40)
_BAR = 30
# What no number is as a whole: a country's code, an area's code, what has brackets around it, what only separates.
_PART = re.compile(r"\+[0-9]{1,5}|0[0-9]{0,5}|\([^)]*\).*|[./-]+")
_INCOMPLETE = "Set FAX_API_EXTENSION as well, and FAX_API_TOKEN, or FAX_API_KEY and FAX_API_SECRET."


@dataclass(frozen=True, slots=True)
class Sender:
    """Where to send, and as whom. ``verify`` is a certificate authority's file, or True for the system's."""

    url: str
    token: str
    user: str
    extension: str
    verify: str | bool

    def address(self) -> str:
        path = f"{quote(self.user, safe='@')}/{quote(self.extension, safe='*')}"
        return f"{self.url.rstrip('/')}/uapi/faxes/{path}"


class Unsent(Exception):
    """No answer came. The message says what is known of the fax."""


def sender(to: Deployment) -> Sender | None:
    """Who sends, as the environment and the local stack have it; None where that is not complete.

    Logs in where it takes a token; raises LoginFailed.
    """
    extension = os.environ.get("FAX_API_EXTENSION") or (to.local.extension if to.local else None)
    if not extension:
        return None
    return as_user(to, extension)


def as_user(to: Deployment, extension: str) -> Sender | None:
    """The environment's user and this extension, with a token; None where none can be had. Raises LoginFailed."""
    token = os.environ.get("FAX_API_TOKEN") or _log_in(to)
    return Sender(to.url, token, os.environ.get("FAX_API_USER") or "@me", extension, to.verify) if token else None


def _log_in(to: Deployment) -> str | None:
    key = to.app_key()
    secret = to.secret(key) if key else None
    return login.log_in(to, key, secret) if key and secret else None


def send(
    to: Sender,
    files: Sequence[Path],
    recipients: Sequence[str],
    progress: Callable[[int, int], None],
    looks: Mapping[str, str] = MappingProxyType({}),
) -> requests.Response:
    """Send one fax, streaming its files from disk. ``progress`` is told the bytes sent and the bytes in all. ``looks``
    are the request's members that say how the pages look. What is too large for a form is uploaded on its own; then the
    answer is the fax as it is when its files have been looked into.

    Raises Unsent where no answer comes, OSError where a file cannot be read.
    """
    with ExitStack() as opened:
        fields: list[tuple[str, object]] = [("request", json.dumps({"recipients": list(recipients), **looks}))]
        for path in files:
            fields.append(("files", (path.name, opened.enter_context(path.open("rb")), "application/octet-stream")))
        form = MultipartEncoder(fields)
        if form.len > upload.FORM_BYTES:
            try:
                return upload.Uploader(to.address(), to.token, to.verify).send(files, recipients, progress, looks)
            except upload.Broken as broken:
                raise Unsent(str(broken)) from broken
        reported = 0

        def report(read: MultipartEncoderMonitor) -> None:
            # The last read finds nothing more, and is reported like the others.
            nonlocal reported
            if read.bytes_read > reported:
                reported = read.bytes_read
                progress(reported, form.len)

        try:
            return login.session(to.url).post(
                to.address(),
                data=MultipartEncoderMonitor(form, report),
                headers={"Authorization": f"Bearer {to.token}", "Content-Type": form.content_type},
                verify=to.verify,
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Unsent(f"{to.url} gave no answer. {_known(reported, form.len)} {error}") from error


def _known(sent: int, total: int) -> str:
    """What is known of a fax without an answer. A form that lacks its last bytes is never accepted."""
    if sent == 0:
        return "Nothing was sent:"
    if sent < total:
        return "The fax was not sent to its end, so it was not accepted:"
    return "It is not known whether the fax was accepted:"


def curl_line(to: Sender, files: Sequence[Path], recipients: Sequence[str]) -> str:
    """The same request as a curl line that works when pasted in the project's folder."""
    form = json.dumps({"recipients": list(recipients)}, separators=(",", ":"))
    lines = [
        f"curl{login.direct(to.url)}{login.authority(to.verify)}",
        f"-H {shlex.quote(f'Authorization: Bearer {to.token}')}",
        f"-F {shlex.quote(f'request={form}')}",
        *(f"-F {shlex.quote(f'files=@{places.shown(path)}')}" for path in files),
        shlex.quote(to.address()),
    ]
    return " \\\n  ".join(lines)


def show_progress(sent: int, total: int) -> None:
    """A bar on a terminal; one line at the end elsewhere."""
    if sys.stderr.isatty():
        done = _BAR * sent // total
        end = "\n" if sent >= total else ""
        print(f"\rsending [{'#' * done}{'.' * (_BAR - done)}] {sent:,} of {total:,} bytes", end=end, file=sys.stderr)
    elif sent >= total:
        print(f"sent {total:,} bytes", file=sys.stderr)


def numbers(text: str) -> list[str]:
    """The recipients of a line: between commas, where there are any, else between spaces.

    Raises ValueError where one of several is a part of a number: that has spaces, and would be several.
    """
    if "," in text:
        return [number.strip() for number in text.split(",") if number.strip()]
    apart = text.split()
    part = next(filter(_PART.fullmatch, apart), None)
    if part and len(apart) > 1:
        raise ValueError(
            f"{part} would be a recipient of its own. Write a number without spaces, or a comma behind each number: "
            'TO="+49 30 123," or TO="+49 30 123, 7778888".'
        )
    return apart


def describe(answer: requests.Response) -> str:
    """An answer in one line: its status and its body, or the error's code, message and, where it has one, the request's
    id, which is what an operator asks for."""
    try:
        shown = answer.json()
        if "files" in shown:
            return _announced(answer.status_code, shown)
        error = shown["error"]
        asked = f" (requestId {error['requestId']})" if error.get("requestId") else ""
        return f"{answer.status_code} {error['code']}: {error['message']}{asked}"
    except (ValueError, LookupError, TypeError, AttributeError):
        if answer.status_code == 204:
            return "204: the fax holds no file; there was nothing to send"
        return f"{answer.status_code} {answer.text[:500]}"


def _announced(status: int, fax: dict[str, Any]) -> str:
    """A fax whose files were uploaded on their own, in one line."""
    if refusal := fax.get("refusal"):
        return f"{fax['status']}: {refusal['code']}: {refusal['message']}"
    return f"{status} {json.dumps({name: fax[name] for name in ('id', 'uid', 'status')})}"


def _went_well(answer: requests.Response) -> bool:
    shown = answer.json() if answer.status_code == 200 else {}
    return answer.ok and shown.get("status") not in ("uploading", "refused", "expired")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make send", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--file", action="append", default=[], metavar="FILES", help="a file of the fax, or several")
    parser.add_argument("--to", default="", metavar="NUMBERS", help="the recipients")
    parser.add_argument("--mode", metavar="MODE", help="auto, text or photo: the request's rendering")
    parser.add_argument("--resolution", metavar="RESOLUTION", help="fine or standard")
    parser.add_argument("--wait", action="store_true", help="wait until the fax has ended, and end as it did")
    options = parser.parse_args(arguments)
    try:
        recipients = numbers(options.to)
        files = [path for text in options.file for path in names.paths(text)]
    except ValueError as error:
        return fail(error)
    if not files or not recipients:
        return fail('Say what to send and to whom: make send FILE="letter.pdf" TO="7778888" (several of each allowed).')
    try:
        deployment = login.deployment()
        if deployment is None:
            return fail(login.NO_DEPLOYMENT)
        to = sender(deployment)
        if to is None:
            return fail(_INCOMPLETE)
        # What the service does not know, it says itself.
        looks = {"rendering": options.mode, "resolution": options.resolution}
        answer = send(to, files, recipients, show_progress, {name: word for name, word in looks.items() if word})
        print(f"to {', '.join(recipients)}", file=sys.stderr)
    except (LoginFailed, UnsafeUrl, Unsent) as error:
        return fail(error)
    except OSError as error:
        return fail(f"{error.filename} cannot be read: {error.strerror}")
    print(describe(answer))
    if answer.status_code == 200 and options.wait and _went_well(answer):
        return _wait(to, answer.json()["id"])
    return 0 if _went_well(answer) else 1


def _wait(to: Sender, fax_id: str) -> int:
    # They are made of what is above.
    from tools.client import status, wait

    try:
        return wait.wait(to, fax_id, wait.SECONDS)
    except status.Unanswered as error:
        return fail(error)
    except KeyboardInterrupt:
        return status.NOT_FINAL


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
