"""Logs an app in: `make token APP=example-app` prints its token alone, so that TOKEN=$(make -s token APP=...) works.

The deployment comes from the environment (FAX_API_URL and, for a private certificate authority, FAX_API_CA_BUNDLE); by
default it is the local one that `make run` started. The app is APP, or FAX_API_KEY, or the local stack's own. Its
secret is FAX_API_SECRET, or, for an app of the local stack, the one in its stack.json; else it is asked for at the
terminal. It is never taken from the command line, which everybody on a machine can read.
"""

import argparse
import getpass
import ipaddress
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests

from tools import places
from tools.local import stack_file
from tools.local.stack_file import LocalStack
from tools.steps import fail

NO_DEPLOYMENT = "No local stack is running. Start one with `make run`, or set FAX_API_URL."

# Seconds to connect, and to wait for an answer: API Gateway gives up after 29.
_TIMEOUT = (10, 40)


class UnsafeUrl(Exception):
    """FAX_API_URL leads to another machine, and not by https; the message is for the person at the terminal."""


class LoginFailed(Exception):
    """There is no token; the message says why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where to log in and to send. ``verify`` is a certificate authority's file, or True for the system's; ``local`` is
    the local stack, where it is that one."""

    url: str
    verify: str | bool
    local: LocalStack | None = None

    def token_address(self) -> str:
        return f"{self.url.rstrip('/')}/oauth/token.php"

    def app_key(self) -> str | None:
        """The app that the environment names, else the local stack's own."""
        return os.environ.get("FAX_API_KEY") or (self.local.appKey if self.local else None)

    def secret(self, key: str) -> str | None:
        """The app's secret, from the environment or as the local stack knows it."""
        return os.environ.get("FAX_API_SECRET") or (self.local.appSecrets.get(key) if self.local else None)


def deployment() -> Deployment | None:
    """The deployment that the environment names, else the local stack, else None. Raises UnsafeUrl."""
    url = os.environ.get("FAX_API_URL")
    if url:
        if not (url.lower().startswith("https://") or is_of_this_machine(url)):
            raise UnsafeUrl(
                f"FAX_API_URL is {url!r}; it must begin with https://, or secrets and tokens would cross the network "
                "in clear. http:// is for this machine's own alone."
            )
        # An empty name would switch the check of certificates off.
        return Deployment(url, os.environ.get("FAX_API_CA_BUNDLE") or True)
    local = stack_file.read()
    return Deployment(local.apiUrl, local.caBundle, local) if local else None


def is_of_this_machine(url: str) -> bool:
    """Whether a URL leads to this machine's own, where nothing between has a part."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def session(url: str) -> requests.Session:
    """A session for requests to a URL: to this machine's own without the environment's proxies and .netrc."""
    made = requests.Session()
    made.trust_env = not is_of_this_machine(url)
    return made


def request_token(to: Deployment, key: str, secret: str) -> requests.Response:
    """The token endpoint's answer. Raises requests.RequestException where there is none."""
    return session(to.url).post(
        to.token_address(),
        data={"grant_type": "client_credentials", "client_id": key, "client_secret": secret},
        verify=to.verify,
        timeout=_TIMEOUT,
        allow_redirects=False,
    )


def log_in(to: Deployment, key: str, secret: str) -> str:
    """A token of the app. Raises LoginFailed."""
    try:
        answer = request_token(to, key, secret)
    except requests.RequestException as error:
        raise LoginFailed(f"{to.url} gave no answer: {error}") from error
    token = _member(answer, "access_token")
    if answer.status_code != 200 or token is None:
        raise LoginFailed(f"{to.url} issued no token: {describe(answer)}".replace(secret, "(the secret)"))
    return token


def describe(answer: requests.Response) -> str:
    """An answer that holds no token in one line: the error's code and message, in OAuth's shape or the gateway's."""
    code, message = _member(answer, "error"), _member(answer, "error_description")
    if code is None:
        code, message = _member(answer, "error", "code"), _member(answer, "error", "message")
    if code is None:
        return f"{answer.status_code} {answer.text[:500]}"
    return f"{answer.status_code} {code}" + (f": {message}" if message else "")


def _member(answer: requests.Response, *names: str) -> str | None:
    """A text in an answer's JSON, None where there is none."""
    try:
        value = answer.json()
        for name in names:
            value = value[name]
    except (ValueError, LookupError, TypeError):
        return None
    return value if isinstance(value, str) else None


def curl_line(to: Deployment, key: str, secret: str) -> str:
    """The login as a curl line that works when pasted in the project's folder."""
    fields = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
    lines = [
        f"curl{direct(to.url)}{authority(to.verify)}",
        *(f"-d {shlex.quote(f'{name}={value}')}" for name, value in fields.items()),
        shlex.quote(to.token_address()),
    ]
    return " \\\n  ".join(lines)


def direct(url: str) -> str:
    """curl's option for a URL of this machine's own, where the environment has proxies."""
    return " --noproxy '*'" if is_of_this_machine(url) and getproxies() else ""


def authority(verify: str | bool) -> str:
    """curl's option for a certificate authority of one's own."""
    return f" --cacert {shlex.quote(places.shown(Path(verify)))}" if isinstance(verify, str) else ""


def _ask(key: str) -> str:
    """The secret, typed at the terminal; nothing where there is no terminal."""
    return getpass.getpass(f"The secret of app {key}: ") if sys.stdin.isatty() else ""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make token", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--app", metavar="KEY", help="the app; default: FAX_API_KEY, or the local stack's own")
    options = parser.parse_args(arguments)
    try:
        to = deployment()
    except UnsafeUrl as error:
        return fail(error)
    if to is None:
        return fail(NO_DEPLOYMENT)
    key = options.app or to.app_key()
    if key is None:
        return fail("Say which: make token APP=key (or set FAX_API_KEY).")
    secret = to.secret(key) or _ask(key)
    if not secret:
        return fail(f"The secret of app {key} is not known here: set FAX_API_SECRET, or type it at a terminal.")
    try:
        print(log_in(to, key, secret))
    except LoginFailed as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
