"""Clients of other people's making log in and send: nothing is configured but base URL, key, secret and certificate.

They come to the deployed stack over TLS, and none is changed for it.

Longer than 350 lines: each client stands beside the tests that it has in common with the others.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from tests.support.curl import DENIED, DOCUMENTS, NOTE, REQUEST, SEND, Answer, Curl, assert_accepted, refusal
from tools import places
from tools.local import stack_file
from tools.local.stack_file import LocalStack
from tools.operations import directory

LETTER, TEXT = DOCUMENTS / "letter.pdf", DOCUMENTS / "note.txt"
RECIPIENTS = json.dumps({"recipients": ["7778888", "0003*211"]})
GRANT = "client_credentials"
# As VoipNow draws them: 32 of A-Za-z0-9-._~.
BROUGHT_KEY, BROUGHT_SECRET = "0~old.app_of-VoipNow", "0~H5lJ0R~V_dkMrl-bGWqQ.b8pXw2n7Z"


@dataclass(frozen=True, slots=True)
class Login:
    """The whole answer to a login, as far as a client can depend on it."""

    status: int
    content_type: str
    cache_control: str
    body: Any


type Client = Callable[[str, str, str, str], tuple[Login, Answer]]


# --- requests-oauthlib -----------------------------------------------------------------------------------------------


def oauthlib(url: str, key: str, certificate: str, **credentials: Any) -> tuple[Login, Answer]:
    seen: list[requests.Response] = []

    def look(response: requests.Response) -> requests.Response:
        seen.append(response)
        return response

    with OAuth2Session(client=BackendApplicationClient(client_id=key)) as session:
        session.register_compliance_hook("access_token_response", look)
        session.fetch_token(f"{url}/oauth/token.php", verify=certificate, **credentials)
        with LETTER.open("rb") as letter, TEXT.open("rb") as text:
            files = [("files", letter), ("files", text)]
            answer = session.post(f"{url}{SEND}", data={"request": RECIPIENTS}, files=files, verify=certificate)
    [login] = seen
    kept = login.headers
    return (
        Login(login.status_code, kept["Content-Type"], kept["Cache-Control"], login.json()),
        Answer(answer.status_code, answer.headers["Content-Type"], answer.json()),
    )


def oauthlib_with_the_secret_in_the_body(url: str, key: str, secret: str, certificate: str) -> tuple[Login, Answer]:
    return oauthlib(url, key, certificate, client_secret=secret, include_client_id=True)


def oauthlib_with_http_basic(url: str, key: str, secret: str, certificate: str) -> tuple[Login, Answer]:
    return oauthlib(url, key, certificate, auth=HTTPBasicAuth(key, secret))


# --- curl ------------------------------------------------------------------------------------------------------------


def curl_login(url: str, certificate: str, *arguments: str) -> Login:
    told = "\n%{http_code}\n%{content_type}\n%header{cache-control}"
    command = ["curl", "--silent", "--show-error", "--max-time", "60", "--cacert", certificate, "--write-out", told]
    done = subprocess.run([*command, *arguments, f"{url}/oauth/token.php"], capture_output=True, text=True, check=True)
    body, status, content_type, cache_control = done.stdout.split("\n")
    return Login(int(status), content_type, cache_control, json.loads(body))


def curl(url: str, certificate: str, *arguments: str) -> tuple[Login, Answer]:
    login = curl_login(url, certificate, *arguments)
    command = ["curl", "--silent", "--show-error", "--max-time", "60", "--cacert", certificate]
    command += ["--write-out", "\n%{http_code}\n%{content_type}"]
    command += ["-H", f"Authorization: {login.body['token_type']} {login.body['access_token']}"]
    command += ["-F", f"request={RECIPIENTS}", "-F", f"files=@{LETTER}", "-F", f"files=@{TEXT}", f"{url}{SEND}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    body, status, content_type = done.stdout.split("\n")
    return login, Answer(int(status), content_type, json.loads(body))


def curl_urlencoded(url: str, key: str, secret: str, certificate: str) -> tuple[Login, Answer]:
    fields = f"grant_type={GRANT}", f"client_id={key}", f"client_secret={secret}"
    return curl(url, certificate, *(part for field in fields for part in ("-d", field)))


def curl_multipart(url: str, key: str, secret: str, certificate: str) -> tuple[Login, Answer]:
    """As one of the vendor's own apps logs in, with all that it sends."""
    fields = f"grant_type={GRANT}", f"client_id={key}", f"client_secret={secret}", "type=unifiedapi", "state=1"
    return curl(url, certificate, *(part for field in fields for part in ("-F", field)))


def click2fax_2018(url: str, key: str, secret: str, certificate: str) -> tuple[Login, Answer]:
    """Another of them: it percent-encodes what it puts into a form, the tilde included."""
    app = f"client_id={key.replace('~', '%7E')}", f"client_secret={secret.replace('~', '%7E')}"
    fields = f"grant_type={GRANT}", "redirect_uri=/sendFax.php", *app, "state=0"
    return curl(url, certificate, *(part for field in fields for part in ("-F", field)))


def curl_json(url: str, key: str, secret: str, certificate: str) -> tuple[Login, Answer]:
    body = json.dumps({"grant_type": GRANT, "client_id": key, "client_secret": secret})
    return curl(url, certificate, "-H", "Content-Type: application/json", "-d", body)


def curl_basic(url: str, key: str, secret: str, certificate: str) -> tuple[Login, Answer]:
    return curl(url, certificate, "-u", f"{key}:{secret}", "-d", f"grant_type={GRANT}")


# --- Node's fetch ----------------------------------------------------------------------------------------------------

NODE = """
const { readFileSync } = require("node:fs");
const [url, key, secret, kind, path, recipients, ...files] = process.argv.slice(1);

async function main() {
  const fields = { grant_type: "client_credentials", client_id: key, client_secret: secret };
  const body = kind === "urlencoded" ? new URLSearchParams(fields) : new FormData();
  if (kind === "multipart") for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const login = await fetch(`${url}/oauth/token.php`, { method: "POST", body });
  const issued = await login.json();
  const form = new FormData();
  for (const file of files) form.append("files", new Blob([readFileSync(file)]), file);
  form.append("request", recipients);
  const headers = { Authorization: `Bearer ${issued.access_token}` };
  const fax = await fetch(`${url}${path}`, { method: "POST", body: form, headers });
  console.log(JSON.stringify([
    [login.status, login.headers.get("content-type"), login.headers.get("cache-control"), issued],
    [fax.status, fax.headers.get("content-type"), await fax.json()],
  ]));
}

main();
"""


def node(url: str, key: str, secret: str, certificate: str, kind: str) -> tuple[Login, Answer]:
    if shutil.which("node") is None:
        pytest.skip("Node is not installed, so its fetch was NOT tried as a client")
    arguments = [url, key, secret, kind, SEND, RECIPIENTS, str(LETTER), str(TEXT)]
    environment = {"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": certificate}
    # Behind "--": a key or a secret may begin with a dash.
    command = ["node", "--eval", NODE, "--", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    login, fax = json.loads(done.stdout)
    return Login(*login), Answer(*fax)


def node_urlencoded(url: str, key: str, secret: str, certificate: str) -> tuple[Login, Answer]:
    return node(url, key, secret, certificate, "urlencoded")


def node_multipart(url: str, key: str, secret: str, certificate: str) -> tuple[Login, Answer]:
    return node(url, key, secret, certificate, "multipart")


# --- each of them ----------------------------------------------------------------------------------------------------

type Import = Callable[..., dict[str, str]]


@pytest.fixture
def imported(stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """`make directory` with one app of alice's: ``imported("key", more="enabled: false", rotate=True)``.

    Returns the apps' secrets, by key, as they are known afterwards.
    """
    stack_file.write(stack, tmp_path / "stack.json")
    monkeypatch.setattr(places, "STACK_FILE", tmp_path / "stack.json")

    def call(key: str, more: str = "", *, rotate: bool = False, keep: int = 0) -> dict[str, str]:
        (tmp_path / "directory.yaml").write_text(
            'organizations: [{id: "0003", name: Example Ltd}]\n'
            'users: [{id: alice, organization: "0003"}]\n'
            f'apps: [{{key: "{key}", owner: alice, {more}}}]\n'
        )
        options = ["--rotate", key, "--keep", str(keep)] if rotate else []
        assert directory.main(["--file", str(tmp_path / "directory.yaml"), *options]) == 0
        known = stack_file.read()
        assert known is not None
        return dict(known.appSecrets)

    return call


@pytest.fixture(params=["drawn here", "brought along"])
def app(request: pytest.FixtureRequest, stack: LocalStack, imported: Import) -> tuple[str, str]:
    """An app's key and secret: one that the import drew, and one that another service had drawn before."""
    if request.param == "drawn here":
        return stack.appKey, stack.appSecret
    imported(BROUGHT_KEY, f'secret: "{BROUGHT_SECRET}"')
    return BROUGHT_KEY, BROUGHT_SECRET


def stored_files(stack: LocalStack, uid: str) -> dict[str, bytes]:
    s3 = stack.client("s3")
    listed = s3.list_objects_v2(Bucket=stack.bucket, Prefix=f"faxes/{uid}/")["Contents"]
    return {item["Key"]: s3.get_object(Bucket=stack.bucket, Key=item["Key"])["Body"].read() for item in listed}


def assert_issued(login: Login) -> None:
    """The whole answer of RFC 6749, section 5.1, and nothing else."""
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", login.body["access_token"])
    body = {"access_token": login.body["access_token"], "token_type": "Bearer", "expires_in": 3600}
    assert login == Login(200, "application/json", "no-store", body)


@pytest.mark.parametrize(
    "client",
    [
        oauthlib_with_the_secret_in_the_body,
        oauthlib_with_http_basic,
        curl_urlencoded,
        curl_multipart,
        click2fax_2018,
        curl_json,
        curl_basic,
        node_urlencoded,
        node_multipart,
    ],
)
def test_a_client_logs_in_and_sends(client: Client, stack: LocalStack, app: tuple[str, str]) -> None:
    login, answer = client(stack.apiUrl, *app, stack.caBundle)
    assert_issued(login)
    uid = assert_accepted(answer)
    assert stored_files(stack, uid) == {
        f"faxes/{uid}/1.pdf": LETTER.read_bytes(),
        f"faxes/{uid}/2.txt": TEXT.read_bytes(),
    }


READS_THE_ERROR = """
fetch(process.argv[1], { method: "POST", headers: { Authorization: "Bearer unknown-token" } })
  .then((answer) => answer.json())
  .then(({ error: { code, message } }) => console.log(JSON.stringify({ code, message })));
"""


def test_a_client_reads_the_code_of_an_error_that_has_more_than_it_knows(stack: LocalStack) -> None:
    """As the vendor's MCP server does."""
    if shutil.which("node") is None:
        pytest.skip("Node is not installed, so its fetch was NOT tried as a client")
    environment = {"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": stack.caBundle}
    command = ["node", "--eval", READS_THE_ERROR, "--", f"{stack.apiUrl}{SEND}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == DENIED.body["error"]


# --- who gets a token, and for how long ------------------------------------------------------------------------------


def log_in(stack: LocalStack, key: str, secret: str) -> Login:
    fields = f"grant_type={GRANT}", f"client_id={key}", f"client_secret={secret}"
    return curl_login(stack.apiUrl, stack.caBundle, *(part for field in fields for part in ("-d", field)))


def token_of(stack: LocalStack, key: str, secret: str) -> str:
    login = log_in(stack, key, secret)
    assert_issued(login)
    return str(login.body["access_token"])


REFUSED = Login(
    401,
    "application/json",
    "no-store",
    {
        "error": "invalid_client",
        "error_description": "The app key or its secret is wrong, or the app is disabled.",
    },
)


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("example-app", "x" * 43),
        ("no-such-app", "x" * 43),
        ("EXAMPLE-APP", None),
        ("example-app", "%00"),
        ("a b", "c d"),
    ],
)
def test_an_unknown_key_and_a_wrong_secret_are_refused_alike(stack: LocalStack, key: str, secret: str | None) -> None:
    assert log_in(stack, key, secret or stack.appSecret) == REFUSED


def test_an_app_reaches_as_far_as_its_context(curl: Curl, stack: LocalStack) -> None:
    """All three are alice's."""
    own = "/uapi/faxes/alice/0003*210", "/uapi/faxes/@me/210", "/uapi/faxes/@owner/210"
    others_of_the_organization = "/uapi/faxes/bob/0003*212", "/uapi/faxes/bob/212", "/uapi/faxes/@owner/0003*212"
    others = "/uapi/faxes/carol/0004*210", "/uapi/faxes/carol/210", "/uapi/faxes/@owner/0004*210"
    reached = {
        key: [
            path
            for path in (*own, *others_of_the_organization, *others)
            if curl(path, *REQUEST, *NOTE, token=token).status == 200
        ]
        for key in stack.appSecrets
        for token in [token_of(stack, key, stack.appSecrets[key])]
    }
    assert reached == {
        "example-app": [*own],
        "example-office": [*own, *others_of_the_organization],
        "example-provider": [*own, *others_of_the_organization, *others],
    }


def test_what_is_out_of_reach_is_answered_like_what_does_not_exist(curl: Curl, stack: LocalStack) -> None:
    token = token_of(stack, "example-office", stack.appSecrets["example-office"])
    for user in ("carol", "nobody"):
        message = f"User {user} does not exist, or is out of reach of this token."
        answer = curl(f"/uapi/faxes/{user}/210", *REQUEST, *NOTE, token=token)
        assert answer == refusal(400, "user_invalid", message)


def send_anew(curl: Curl, token: str) -> Iterator[Answer]:
    """Sends with a token, again and again, each time under a header that the gateway has no answer for: it reuses its
    authorizer's for a minute."""
    for scheme in ("Bearer", "bearer", "BEARER", "bEARER"):
        yield curl(SEND, *REQUEST, *NOTE, "-H", f"Authorization: {scheme} {token}", token=None)


def test_another_secret_ends_the_old_one_and_its_tokens(curl: Curl, stack: LocalStack, imported: Import) -> None:
    old = imported("rotated-app")["rotated-app"]
    token = token_of(stack, "rotated-app", old)
    sending = send_anew(curl, token)
    assert_accepted(next(sending))

    new = imported("rotated-app", rotate=True)["rotated-app"]
    assert next(sending) == DENIED
    assert log_in(stack, "rotated-app", old) == REFUSED
    assert_accepted(next(send_anew(curl, token_of(stack, "rotated-app", new))))


def test_a_rotation_that_keeps_the_old_secret_fails_no_request(curl: Curl, stack: LocalStack, imported: Import) -> None:
    old = imported("kept-app")["kept-app"]
    sending = send_anew(curl, token_of(stack, "kept-app", old))
    assert_accepted(next(sending))

    new = imported("kept-app", rotate=True, keep=24)["kept-app"]
    assert new != old
    assert_accepted(next(sending))
    for secret in (old, new):
        assert_accepted(next(send_anew(curl, token_of(stack, "kept-app", secret))))
    assert_accepted(next(sending))

    imported("kept-app", rotate=True)
    assert next(sending) == DENIED
    assert log_in(stack, "kept-app", old) == log_in(stack, "kept-app", new) == REFUSED


def test_a_disabled_app_gets_no_token_and_its_tokens_stop_working(
    curl: Curl, stack: LocalStack, imported: Import
) -> None:
    secret = imported("disabled-app")["disabled-app"]
    token = token_of(stack, "disabled-app", secret)
    sending = send_anew(curl, token)
    assert_accepted(next(sending))

    imported("disabled-app", "enabled: false")
    assert next(sending) == DENIED
    assert log_in(stack, "disabled-app", secret) == REFUSED

    imported("disabled-app", "enabled: true")
    assert_accepted(next(sending))
    assert_issued(log_in(stack, "disabled-app", secret))
