"""What the pages' samples read, for a shell: `eval "$(make -s env)"`.

HOST, KEY and SECRET are the deployment's and the app's, TOKEN is a new token of that app: as `make token` has them all,
so by default they are those of the local stack that `make run` started. CA is the local stack's certificate authority,
and clients are told to trust it beside all that they trust already: curl, Python's requests, and Node.js.
"""

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.request import getproxies

import certifi

from tools.client import login
from tools.client.login import Deployment, LoginFailed, UnsafeUrl
from tools.steps import fail

_INCOMPLETE = "Set FAX_API_KEY and FAX_API_SECRET as well."


def variables(to: Deployment, key: str, secret: str, token: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by name. Writes the file of what to trust, beside that of the certificate authority."""
    found = {"HOST": to.url.rstrip("/").removeprefix("https://"), "TOKEN": token, "KEY": key, "SECRET": secret}
    if isinstance(to.verify, str):
        authority = Path(to.verify).resolve()
        # curl and requests take one file, in place of the one that they have.
        for client in ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
            trusted = authority.with_name(f"trusted-{client.split('_')[0].lower()}.pem")
            before = _others(environment.get(client) or environment.get("SSL_CERT_FILE"), authority)
            trusted.write_bytes(authority.read_bytes() + before)
            found[client] = str(trusted)
        found |= {"CA": str(authority), "NODE_EXTRA_CA_CERTS": str(authority)}
    if login.is_of_this_machine(to.url) and getproxies():
        others = environment.get("no_proxy") or environment.get("NO_PROXY")
        found["NO_PROXY"] = found["no_proxy"] = ",".join(filter(None, ("127.0.0.1", "localhost", others)))
    return found


def _others(named: str | None, authority: Path) -> bytes:
    """What is trusted already: the file that the environment names, unless that is one of ours, else certifi's."""
    file = Path(named) if named else None
    if file is None or file.resolve().parent == authority.parent or not file.is_file():
        file = Path(certifi.where())
    return file.read_bytes()


def lines(found: Mapping[str, str]) -> Iterator[str]:
    for name, value in found.items():
        yield f"export {name}={shlex.quote(value)}"


def main() -> int:
    try:
        to = login.deployment()
    except UnsafeUrl as error:
        return fail(error)
    if to is None:
        return fail(login.NO_DEPLOYMENT)
    key = to.app_key()
    secret = to.secret(key) if key else None
    if not key or not secret:
        return fail(_INCOMPLETE)
    try:
        token = login.log_in(to, key, secret)
    except LoginFailed as error:
        return fail(error)
    print("\n".join(lines(variables(to, key, secret, token, os.environ))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
