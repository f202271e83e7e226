"""What the gateway answers by itself, and what it has refuse answered: whole answers, got over TLS from the deployed
stack.

A path that is none and a method that a path does not have are there for the asking. For the rest, the deployed API is
broken for one request: what each kind of answer is made of holds tests/template, here it is seen. The answers that only
a real account makes are listed in docs/operations/real-account.md, with a command for each.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests

from tests.support import curl
from tests.support.rights import without
from tools.local.stack_file import LocalStack

OPERATION = ["/uapi/faxes/@me/0003*210", "/unifiedapi/faxes/@me/0003*210"]
LOGIN = "/oauth/token.php"
NO_PATHS = [
    "",
    "/",
    "/uapi",
    "/uapi/faxes/",
    "/uapi/faxes/@me",
    "/uapi/faxes/@me/0003*210/1/files",
    "/uapi/FAXES/@me/0003*210",
    "/unifiedapi/faxes",
    "/oauth",
    "/favicon.ico",
]
OTHER_METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]
# Sent along, and in no answer.
CANARY = "canary-7f3a-canary"
KNOWN = "Bearer {token}"
# What the gateway would take for a signature of AWS's, and repeat in its answer.
NO_TOKENS = [f"Bearer {CANARY}", CANARY, f"{CANARY} {CANARY}={CANARY}", f"AWS4-HMAC-SHA256 {CANARY}=1"]
# What HTTP, or AWS at every answer, puts there.
OF_THE_CONNECTION = {"date", "server", "content-length", "x-amzn-requestid", "x-amz-request-id", "x-amzn-errortype"}


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, every header that is not the connection's, by its name in lower case, and the body."""

    status: int
    headers: Mapping[str, str]
    body: str


type Send = Callable[..., Answer]


def refusal(status: int, code: str, message: str, **headers: str) -> Answer:
    body = f'{{"error": {{"code": "{code}", "message": "{message}", "requestId": "ID"}}}}'
    return Answer(status, {"content-type": "application/json"} | headers, body)


def of_the_gateway(status: int, code: str, message: str, **headers: str) -> Answer:
    """What the gateway refuses by itself, pages may read, since the stack lets pages of some origins call."""
    return refusal(status, code, message, **{"access-control-allow-origin": "*"}, **headers)


NO_SUCH_PATH = refusal(404, "resource_not_found", "There is no such path.")
NO_SUCH_METHOD = refusal(501, "request_not_implemented", "This path does not take this method.")
CHALLENGE = {"www-authenticate": "Bearer"}
DENIED = of_the_gateway(401, "access_denied", curl.DENIED.body["error"]["message"], **CHALLENGE)
NO_TOKEN = of_the_gateway(401, "access_denied", curl.NO_TOKEN.body["error"]["message"], **CHALLENGE)
INVALID = of_the_gateway(403, "request_invalid", "The request is not valid.")
TOO_MANY = of_the_gateway(
    429,
    "too_many_requests",
    "There are too many requests at a time, of this app's or of all together; wait 5 seconds.",
    **{"retry-after": "5", "access-control-expose-headers": "Retry-After"},
)
CALLER_NOT_TOLD = of_the_gateway(
    500,
    "internal_server_error",
    "It could not be told who is calling, because of a fault on our side. The request took no effect; sending it again "
    "is safe.",
)
FAILED = of_the_gateway(
    500, "internal_server_error", "The service failed; whether the request took effect is not known."
)


@pytest.fixture(scope="module")
def send(stack: LocalStack) -> Iterator[Send]:
    """Send what no client of ours would: ``send(method, path, authorization)``."""
    with requests.Session() as session:

        def call(method: str, path: str, authorization: str | None = None) -> Answer:
            headers = {"Authorization": authorization.format(token=stack.token)} if authorization else {}
            sent = session.request(
                method,
                f"{stack.apiUrl}{path}",
                headers={"X-Canary": CANARY, "Origin": f"https://{CANARY}.example"} | headers,
                params={"canary": CANARY},
                verify=stack.caBundle,
                allow_redirects=False,
                timeout=60,
            )
            names = {name.lower(): value for name, value in sent.headers.items()}
            # Of HEAD, too, the length is the body's that GET would get.
            assert method == "HEAD" or names["content-length"] == str(len(sent.content))
            shown = {name: value for name, value in names.items() if name not in OF_THE_CONNECTION}
            assert CANARY not in f"{sent.headers} {sent.text}"
            # An id and no variable of the gateway's, which would begin with a $.
            body = re.sub(r'"requestId": "[A-Za-z0-9=_-]+"', '"requestId": "ID"', sent.text)
            return Answer(sent.status_code, shown, body)

        yield call


def as_answer_to(method: str, answer: Answer) -> Answer:
    return Answer(answer.status, answer.headers, "") if method == "HEAD" else answer


@pytest.mark.parametrize("method", OTHER_METHODS)
@pytest.mark.parametrize("path", [*OPERATION, LOGIN])
def test_another_method_is_not_implemented(send: Send, path: str, method: str) -> None:
    assert send(method, path) == as_answer_to(method, NO_SUCH_METHOD)
    assert send(method, path, KNOWN) == as_answer_to(method, NO_SUCH_METHOD)


@pytest.mark.parametrize("method", [*OTHER_METHODS, "POST"])
@pytest.mark.parametrize("path", NO_PATHS)
def test_another_path_is_not_found(send: Send, path: str, method: str) -> None:
    assert send(method, path) == as_answer_to(method, NO_SUCH_PATH)
    assert send(method, path, KNOWN) == as_answer_to(method, NO_SUCH_PATH)


@pytest.mark.parametrize("authorization", NO_TOKENS)
@pytest.mark.parametrize(
    ("path", "expected"), [(OPERATION[0], NO_SUCH_METHOD), (LOGIN, NO_SUCH_METHOD), ("/uapi/faxes", NO_SUCH_PATH)]
)
def test_no_authorization_changes_what_is_refused(send: Send, path: str, expected: Answer, authorization: str) -> None:
    assert send("GET", path, authorization) == expected


@pytest.mark.parametrize("authorization", ["Bearer", "Basic bm8tY29sb24=", *NO_TOKENS])
@pytest.mark.parametrize("path", OPERATION)
def test_a_caller_that_is_not_known_is_denied(send: Send, path: str, authorization: str) -> None:
    assert send("POST", path, authorization) == DENIED


@pytest.mark.parametrize("path", OPERATION)
def test_a_caller_that_sends_no_token_is_denied(send: Send, path: str) -> None:
    assert send("POST", path) == NO_TOKEN


# --- broken for one request ------------------------------------------------------------------------------------------


class Gateway:
    """The deployed API, and how it is broken. Each way mends it afterwards."""

    def __init__(self, stack: LocalStack) -> None:
        self.client = stack.client("apigateway")
        base, self.stage = stack.apiUrl.removesuffix("/_user_request_").rsplit("/", 1)
        self.id = base.rsplit("/", 1)[1]

    @property
    def _other_path(self) -> dict[str, str]:
        resources = self.client.get_resources(restApiId=self.id, limit=500)["items"]
        (resource,) = [item["id"] for item in resources if item["path"] == "/{proxy+}"]
        return {"restApiId": self.id, "resourceId": resource, "httpMethod": "ANY"}

    def _integrate(self, uri: str) -> None:
        self.client.put_integration(**self._other_path, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)

    @contextmanager
    def full(self) -> Iterator[None]:
        """No request of any method fits in."""
        settings = self.client.get_stage(restApiId=self.id, stageName=self.stage)["methodSettings"]["*/*"]
        self._limit(0, 0)
        try:
            yield
        finally:
            self._limit(settings["throttlingRateLimit"], settings["throttlingBurstLimit"])

    def _limit(self, rate: float, burst: int) -> None:
        values = {"rateLimit": rate, "burstLimit": burst}
        self.client.update_stage(
            restApiId=self.id,
            stageName=self.stage,
            patchOperations=[
                {"op": "replace", "path": f"/*/*/throttling/{name}", "value": str(value)}
                for name, value in values.items()
            ],
        )

    @contextmanager
    def without_other_paths(self) -> Iterator[None]:
        """Nothing takes what no path matches."""
        uri = self.client.get_integration(**self._other_path)["uri"]
        self.client.delete_method(**self._other_path)
        try:
            yield
        finally:
            self.client.put_method(**self._other_path, authorizationType="NONE")
            self._integrate(uri)

    @contextmanager
    def without_a_function(self) -> Iterator[None]:
        """Other paths lead to a function that is not there."""
        uri = self.client.get_integration(**self._other_path)["uri"]
        self._integrate(_elsewhere(uri))
        try:
            yield
        finally:
            self._integrate(uri)

    @contextmanager
    def without_an_authorizer(self) -> Iterator[None]:
        """The authorizer is a function that is not there."""
        (authorizer,) = self.client.get_authorizers(restApiId=self.id)["items"]
        self._ask(authorizer["id"], _elsewhere(authorizer["authorizerUri"]))
        try:
            yield
        finally:
            self._ask(authorizer["id"], authorizer["authorizerUri"])

    def _ask(self, authorizer: str, uri: str) -> None:
        change = [{"op": "replace", "path": "/authorizerUri", "value": uri}]
        self.client.update_authorizer(restApiId=self.id, authorizerId=authorizer, patchOperations=change)


def _elsewhere(uri: str) -> str:
    return uri.replace(":function:", ":function:not-")


# The gateway reuses the authorizer's answer for the same header: for each that it is to be asked about, another one.
UNHEARD = (f"Bearer {CANARY}-{number}" for number in itertools.count())


@pytest.fixture
def gateway(stack: LocalStack, send: Send) -> Iterator[Gateway]:
    """The API, to be broken; the next test finds it as it was."""
    yield Gateway(stack)
    assert send("GET", "/nowhere") == NO_SUCH_PATH
    assert send("GET", LOGIN) == NO_SUCH_METHOD
    assert send("POST", OPERATION[0], next(UNHEARD)) == DENIED


@pytest.mark.parametrize(
    ("method", "path"), [("POST", LOGIN), ("GET", LOGIN), ("POST", "/nowhere"), ("GET", OPERATION[0])]
)
def test_too_many_requests_are_told_to_wait(send: Send, gateway: Gateway, method: str, path: str) -> None:
    with gateway.full():
        assert send(method, path) == TOO_MANY


def test_too_many_faxes_are_told_to_wait(send: Send, gateway: Gateway) -> None:
    with gateway.full():
        assert send("POST", OPERATION[0], KNOWN) == TOO_MANY


@pytest.mark.parametrize("authorization", [None, f"Bearer {CANARY}", CANARY])
def test_a_path_that_matches_nothing_is_not_found_either(
    send: Send, gateway: Gateway, authorization: str | None
) -> None:
    with gateway.without_other_paths():
        expected = of_the_gateway(404, "resource_not_found", "There is no such path.")
        assert send("GET", "/nowhere", authorization) == expected


def test_what_has_no_answer_of_its_own_has_the_default(send: Send, gateway: Gateway) -> None:
    # Half of a signature of AWS's; its status is the gateway's own.
    with gateway.without_other_paths():
        assert send("GET", "/nowhere", f"AWS4-HMAC-SHA256 {CANARY}=1") == INVALID


def test_a_function_that_is_not_there(send: Send, gateway: Gateway) -> None:
    with gateway.without_a_function():
        assert send("GET", "/nowhere", f"Bearer {CANARY}") == FAILED


@pytest.mark.parametrize("path", OPERATION)
def test_an_authorizer_that_is_not_there(send: Send, gateway: Gateway, path: str) -> None:
    with gateway.without_an_authorizer():
        assert send("POST", path, next(UNHEARD)) == CALLER_NOT_TOLD


@pytest.mark.parametrize("path", OPERATION)
def test_an_authorizer_that_fails(send: Send, stack: LocalStack, path: str) -> None:
    with without(stack, "AuthorizeFunction", "ReadTokens"):
        assert send("POST", path, next(UNHEARD)) == CALLER_NOT_TOLD


@pytest.mark.parametrize("path", [LOGIN, "/nowhere", "/"])
def test_what_asks_for_no_token_needs_no_authorizer(send: Send, gateway: Gateway, path: str) -> None:
    expected = NO_SUCH_METHOD if path == LOGIN else NO_SUCH_PATH
    with gateway.without_an_authorizer():
        assert send("GET", path, next(UNHEARD)) == expected
