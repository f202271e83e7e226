"""Sends files as a fax: `make send FILE="letter.pdf note.txt" TO="7778888 0003*211"`.

The deployment comes from the environment (FAX_API_URL, FAX_API_TOKEN, FAX_API_USER, FAX_API_EXTENSION and, for a
private certificate authority, FAX_API_CA_BUNDLE); by default it is the local one that `make run` started.
"""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import requests
from requests_toolbelt import MultipartEncoder, MultipartEncoderMonitor

from tools import places, stack_file
from tools.steps import fail

# Seconds to connect, and to wait for an answer: API Gateway gives up after 29.
_TIMEOUT = (10, 40)
_BAR = 30


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


def sender() -> Sender | None:
    """The deployment that the environment names, else the local stack, else None."""
    if "FAX_API_URL" in os.environ:
        return Sender(
            url=os.environ["FAX_API_URL"],
            token=os.environ.get("FAX_API_TOKEN", ""),
            user=os.environ.get("FAX_API_USER", "@me"),
            extension=os.environ.get("FAX_API_EXTENSION", ""),
            verify=os.environ.get("FAX_API_CA_BUNDLE") or True,
        )
    local = stack_file.read()
    if local is None:
        return None
    return Sender(local.apiUrl, local.token, "@me", local.extension, local.caBundle)


def send(
    to: Sender, files: Sequence[Path], recipients: Sequence[str], progress: Callable[[int, int], None]
) -> requests.Response:
    """Send one fax, streaming its files from disk. ``progress`` is told the bytes sent and the bytes in all."""
    with ExitStack() as opened:
        fields: list[tuple[str, object]] = [("request", json.dumps({"recipients": list(recipients)}))]
        for path in files:
            fields.append(("files", (path.name, opened.enter_context(path.open("rb")), "application/octet-stream")))
        form = MultipartEncoder(fields)
        reported = 0

        def report(read: MultipartEncoderMonitor) -> None:
            # The last read finds nothing more, and is reported like the others.
            nonlocal reported
            if read.bytes_read > reported:
                reported = read.bytes_read
                progress(reported, form.len)

        return requests.post(
            to.address(),
            data=MultipartEncoderMonitor(form, report),
            headers={"Authorization": f"Bearer {to.token}", "Content-Type": form.content_type},
            verify=to.verify,
            timeout=_TIMEOUT,
            allow_redirects=False,
        )


def curl_line(to: Sender, files: Sequence[Path], recipients: Sequence[str]) -> str:
    """The same request as a curl line that works when pasted in the project's folder."""
    form = json.dumps({"recipients": list(recipients)}, separators=(",", ":"))
    authority = f" --cacert {shlex.quote(places.shown(Path(to.verify)))}" if isinstance(to.verify, str) else ""
    lines = [
        f"curl{authority}",
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


def describe(answer: requests.Response) -> str:
    """An answer in one line: its status and its body, or the error's code and message."""
    try:
        error = answer.json()["error"]
        return f"{answer.status_code} {error['code']}: {error['message']}"
    except (ValueError, LookupError, TypeError):
        if answer.status_code == 204:
            return "204: the fax holds no file; there was nothing to send"
        return f"{answer.status_code} {answer.text[:500]}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make send", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--file", type=Path, action="append", default=[], metavar="FILE", help="a file of the fax")
    parser.add_argument("--to", action="append", default=[], metavar="NUMBER", help="a recipient")
    options = parser.parse_args(arguments)
    if not options.file or not options.to:
        return fail('Say what to send and to whom: make send FILE="letter.pdf" TO="7778888" (several of each allowed).')
    to = sender()
    if to is None:
        return fail("No local stack is running. Start one with `make run`, or set FAX_API_URL and FAX_API_TOKEN.")
    if not to.token or not to.extension:
        return fail("FAX_API_URL is set, so FAX_API_TOKEN and FAX_API_EXTENSION must be set as well.")
    try:
        answer = send(to, options.file, options.to, show_progress)
    except requests.RequestException as error:
        return fail(f"{to.url} gave no answer, so it is not known whether the fax was accepted: {error}")
    except OSError as error:
        return fail(f"{error.filename} cannot be read: {error.strerror}")
    print(describe(answer))
    return 0 if answer.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
