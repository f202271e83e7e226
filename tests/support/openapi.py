"""openapi.yaml: as data, what it says of errors, and requests that are made of nothing but it."""

import copy
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs
import requests
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.full import size
from tests.support.requests import Credentials
from tests.support.template import ROOT

PATH = ROOT / "openapi.yaml"
DOCUMENTS = ROOT / "tests" / "data" / "documents"
FAX = ("createFax", "createFaxAtOlderPath")
READ = ("readFax", "readFaxAtOlderPath")
HISTORY = ("readHistory", "readHistoryAtOlderPath")
PAGES = ("showPage", "showDocument", "showPicture")
CHANGE = ("changeFax", "changeFaxAtOlderPath")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# The members of the document's root that say what is answered where no operation is.
OTHERS = {"x-other-methods": "501", "x-other-paths": "404"}

# Of ours, so that they are known to be accepted.
REAL_FILES = [(DOCUMENTS / name).read_bytes() for name in ("letter.pdf", "note.txt", "photo.jpg", "scan.tif")]


def load() -> dict[str, Any]:
    """The document, a copy of its own for each caller."""
    return copy.deepcopy(_parsed())


@cache
def _parsed() -> dict[str, Any]:
    # Reading it takes as long as eighty copies.
    parsed: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return parsed


def resolved(document: Mapping[str, Any], node: Any) -> Any:
    """A node, or what it refers to."""
    while isinstance(node, dict) and "$ref" in node:
        found: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def operations(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation by its id."""
    of_paths = [resolved(document, path) for path in document["paths"].values()]
    every = [path[method] for path in of_paths for method in METHODS if method in path]
    return {operation["operationId"]: operation for operation in every}


@dataclass(frozen=True, slots=True)
class Documented:
    """An answer that the document has: where, with which status, and its node."""

    where: str
    status: str
    answer: dict[str, Any]


def answers(document: Mapping[str, Any]) -> Iterator[Documented]:
    """Every answer, of operations by their id, and those outside of operations by their member's name."""
    for name, operation in operations(document).items():
        for status, answer in operation["responses"].items():
            yield Documented(name, status, resolved(document, answer))
    for member, status in OTHERS.items():
        yield Documented(member, status, resolved(document, document[member]))


def codes(document: Mapping[str, Any], schema: Any) -> set[str]:
    """The error codes that a schema allows, in the fax's shape and in OAuth's; empty where it is no error's."""
    schema = resolved(document, schema)
    if "oneOf" in schema:
        return set[str]().union(*(codes(document, each) for each in schema["oneOf"]))
    error = schema.get("properties", {}).get("error", {})
    return set(error.get("enum") or error.get("properties", {}).get("code", {}).get("enum") or ())


def is_valid(document: Mapping[str, Any], schema: Any) -> Callable[[Any], bool]:
    """Tells what a schema of the document allows; ``schema`` is one, or a reference to one."""
    own = {"$ref": schema} if isinstance(schema, str) else schema
    return jsonschema_rs.Draft202012Validator({"components": document["components"], **own}).is_valid


def errors(document: Mapping[str, Any]) -> set[tuple[str, int, str]]:
    """Every error that the document has: where, status and code."""
    return {
        (each.where, int(each.status), code)
        for each in answers(document)
        for media in each.answer.get("content", {}).values()
        for code in codes(document, media["schema"])
    }


# --- requests made of it ---------------------------------------------------------------------------------------------

# How many answers came, by operation, status and error code.
type Seen = Counter[tuple[str, int, str]]


ALICE = {"userId": "@me", "extension": "0003*210"}
# What a request alone can lead to, each by one that is chosen, so that it does not take hundreds that are drawn: where
# it goes, its recipients and its files.
CHOSEN: tuple[tuple[dict[str, str], list[str], list[bytes]], ...] = (
    (ALICE, ["7778888"], REAL_FILES),
    (ALICE, ["7778888"], []),
    (ALICE, ["7778888"], [b"neither of the four kinds\0"]),
    (ALICE, ["none"], REAL_FILES),
    (ALICE | {"userId": "nobody"}, ["7778888"], REAL_FILES),
    (ALICE | {"extension": "0003*999"}, ["7778888"], REAL_FILES),
)


def scale(fraction: float = 1) -> int:
    """How many requests of each operation and mode make OPENAPI_REQUESTS, or 340 (in full: 12,240), in all."""
    asked = os.environ.get("OPENAPI_REQUESTS") or size(check=340, full=12_240)
    return max(1, round(int(asked) * fraction / 17))


def exchange(
    session: requests.Session, url: str, shown: Credentials, each: int, left_out: Sequence[Callable[..., Any]] = ()
) -> Seen:
    """Send requests that are generated from the document alone, and hold each answer against it.

    Valid ones and invalid ones (`each` an operation); such from a sender that exists, or by an app that does, of which
    all that are valid must be accepted; and those of `CHOSEN`. Always the same ones. `left_out` are checks of
    schemathesis'. Raises its FailureGroup for an answer that is outside.
    """
    # It takes seconds to import, and most that read the document send nothing.
    import schemathesis
    from schemathesis.checks import load_all_checks
    from schemathesis.core.result import Ok
    from schemathesis.generation import GenerationMode
    from schemathesis.generation.feedback import FeedbackSources
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    load_all_checks()
    seen: Seen = Counter()

    def send(cases: st.SearchStrategy[Any], number: int, *not_held: Callable[..., Any]) -> None:
        # Neither how long it takes nor how large it gets is what is looked for.
        @settings(
            max_examples=number,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(cases)
        def one(case: Any) -> None:
            without = [*left_out, *not_held]
            answer = case.call_and_validate(url, session, headers, excluded_checks=without, timeout=60)
            seen[case.operation.definition.raw["operationId"], answer.status_code, _code(answer.text)] += 1

        one()

    for result in schemathesis.openapi.from_path(PATH).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        is_login = operation.path == "/oauth/token.php"
        # What is asked for is in the path: a body is none, or a word.
        of_a_fax = "{faxId}" in operation.path or "{uid}" in operation.path
        headers = {} if is_login else {"Authorization": f"Bearer {shown.token}"}
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            # Valid is not accepted: who may send, and what a file is, no schema can say.
            number = -(-each // 2) if of_a_fax else each
            send(operation.as_strategy(mode, feedback=FeedbackSources()), number, positive_data_acceptance)
            if not is_login and not of_a_fax:
                made = operation.as_strategy(mode, path_parameters=ALICE, feedback=FeedbackSources())
                send(_acceptable(made), each * 5 // 4)
        if is_login:
            login = {"grant_type": "client_credentials", "client_id": shown.key, "client_secret": shown.secret}
            of_a_form = "application/x-www-form-urlencoded"
            send(operation.as_strategy(body=login, media_type=of_a_form, feedback=FeedbackSources()), 1)
        for path, recipients, files in CHOSEN if not is_login and not of_a_fax else ():
            chosen = operation.as_strategy(
                path_parameters=path,
                body={"request": {"recipients": recipients}, "files": files},
                media_type="multipart/form-data",
                feedback=FeedbackSources(),
            )
            send(chosen, 1, positive_data_acceptance)
    return seen


def _acceptable(cases: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The cases with what no schema can say: files that can be faxed, and at most 5 recipients, where there are any.

    (Not `maxItems`: the same number twice is one recipient.)
    """
    valid = is_valid(load(), "#/components/schemas/Recipient")
    announced = is_valid(load(), "#/components/schemas/AnnouncedFile")

    @st.composite
    def drawn(draw: Callable[..., Any]) -> Any:
        case = draw(cases)
        form = case.body if isinstance(case.body, dict) else {}
        of_a_form = case.media_type != "application/json"
        if isinstance(form.get("files"), list) and of_a_form:
            form["files"] = [draw(st.sampled_from(REAL_FILES)) for _ in form["files"]]
        elif isinstance(form.get("files"), list):
            # Here, too, what is not valid stays.
            files = enumerate(form["files"], start=1)
            form["files"] = [{"name": f"{n}.pdf", "size": n} if announced(each) else each for n, each in files]
        request = form.get("request") if of_a_form else form
        if isinstance(request, dict) and isinstance(request.get("recipients"), list):
            # What is not valid stays: the case may be there for its sake.
            request["recipients"] = sorted(request["recipients"], key=valid)[:5]
        return case

    return drawn()


def _code(body: str) -> str:
    # A page for people has no code.
    error = json.loads(body).get("error", "") if body.startswith("{") else ""
    return str(error["code"] if isinstance(error, dict) else error)
