"""`make invoke`: each stored event handed to its function in a container, and the answer compared with the expected."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tools import places
from tools.client import answers
from tools.local.sam_containers import SamLocal, sam_local
from tools.local.sam_template import ANY, routes
from tools.steps import StepFailed

# What the app of the stored events logs in with. It opens nothing but the stack that an event is played against.
EVENTS_SECRET = "an-example-secret~that-opens~nothing-anywhere"  # noqa: S105
# More than half of an invocation's time is waiting for its container to come and go.
_AT_A_TIME = 2 * (os.process_cpu_count() or 1)
# Docker's words for a port that is another container's, and for one that is another program's.
_PORT_TAKEN = ("port is already allocated", "address already in use")
# What tells an authorizer's event from a proxy event.
_TO_AUTHORIZER = "REQUEST"


@dataclass(frozen=True, slots=True)
class Case:
    """A stored event, and the answer that is expected, where there is one beside it."""

    event: Path
    answer_file: Path
    expected: Mapping[str, Any] | None


def read_case(event: Path) -> Case:
    """Find out before anything is started whether an event, and its expected answer, can be used."""
    try:
        if not isinstance(json.loads(event.read_bytes()), dict):
            raise StepFailed(f"{event} is not an event: it must hold a JSON object.")
    except OSError as error:
        raise StepFailed(f"{event} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise StepFailed(f"{event} is not JSON: {error}.") from error
    answer_file = event.parent / "answers" / event.name
    try:
        return Case(event, answer_file, answers.read(answer_file) if answer_file.exists() else None)
    except ValueError as error:
        raise StepFailed(f"{answer_file} is not an expected answer: {error}.") from error


def invoke(events: Sequence[Path]) -> int:
    """Invoke its function with each event: the answers on stdout, all else on stderr. Returns the exit status.

    Two run at a time for each processor; they are told of in the order of the events.
    """
    if not events:
        raise StepFailed("Say which: make invoke EVENT=events/NAME.json (several in quotes, with spaces between them).")
    cases = [read_case(event) for event in events]
    with ExitStack() as cleanup:
        with redirect_stdout(sys.stderr):
            local = cleanup.enter_context(sam_local(EVENTS_SECRET))
            template = yaml.safe_load(local.template.read_text())
            functions = [function_of(template, case.event) for case in cases]
        print(f"==> invoking with sam local invoke ({len(cases)}) ...", file=sys.stderr, flush=True)
        pool = ThreadPoolExecutor(_AT_A_TIME)
        # Where it is stopped, what runs comes to its end, and nothing is begun.
        cleanup.callback(pool.shutdown, cancel_futures=True)
        invoked = pool.map(partial(_invoke, local), cases, functions)
        good = [_tell(*told) for told in zip(cases, functions, invoked, strict=True)]
    if len(cases) > 1:
        print(f"\n{good.count(True)} of {len(cases)} events were answered as they should be", file=sys.stderr)
    return 0 if all(good) else 1


def function_of(template: Mapping[str, Any], event: Path) -> str:
    """The logical id of the function that API Gateway calls with an event. Raises StepFailed where there is none."""
    read = json.loads(event.read_bytes())
    if read.get("type") == _TO_AUTHORIZER:
        [authorizer] = template["Resources"]["Api"]["Properties"]["Auth"]["Authorizers"].values()
        return str(authorizer["FunctionArn"]["Fn::GetAtt"][0])
    called = routes(template)
    resource, method = read.get("resource"), read.get("httpMethod")
    found = called.get((resource, method)) or called.get((resource, ANY))
    if found is None:
        raise StepFailed(f"{event} is for no function: the template has no {method} {resource}.")
    return found


@dataclass(frozen=True, slots=True)
class _Invoked:
    """What came of one `sam local invoke`: what it printed on stdout, and on stderr."""

    answer: str
    output: str


def _invoke(local: SamLocal, case: Case, function: str) -> _Invoked:
    """Invoke a function with one event. Raises StepFailed where `sam local invoke` fails, which a function cannot make
    it do."""
    folder = Path(tempfile.mkdtemp(prefix="invoke-", dir=local.aws.folder))
    answer_file, log = folder / "answer.json", folder / "log"
    for last in (False, False, True):
        with (
            answer_file.open("wb") as stdout,
            log.open("wb") as stderr,
            local.start(
                "invoke", function, "--event", str(case.event.resolve()), stdout=stdout, stderr=stderr
            ) as process,
        ):
            status = process.wait()
        output = log.read_text(errors="replace")
        if status == 0:
            return _Invoked(answer_file.read_text(errors="replace"), output)
        if last or not any(words in output for words in _PORT_TAKEN):
            break
    raise local.failure(log)


def _tell(case: Case, function: str, invoked: _Invoked) -> bool:
    """Print an answer and its function's log, and say whether it is what it should be."""
    print(f"\n==> {places.shown(case.event.resolve())} to {function}", file=sys.stderr)
    print(function_log(invoked.output), file=sys.stderr, flush=True)
    answer = _parsed(invoked.answer)
    print(json.dumps(answer, indent=2, ensure_ascii=False), flush=True)
    return _judge(case, answer)


def function_log(output: str) -> str:
    """What the function logged, out of what `sam local invoke` printed.

    SAM's own lines go before it, ending with the container's id. After the report comes the runtime's complaint that
    its container is taken away, which says nothing of the function. Without these marks, it is all kept.
    """
    lines = output.splitlines()
    start = next((number for number, line in enumerate(lines, 1) if line.startswith("SAM_CONTAINER_ID:")), 0)
    end = next((number for number, line in enumerate(lines, 1) if line.startswith("REPORT RequestId:")), len(lines))
    return "\n".join(lines[start:end])


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip() or None


def problems(event: Path, answer: Any) -> list[str]:
    """What keeps an answer from being one that API Gateway takes."""
    if json.loads(event.read_bytes()).get("type") != _TO_AUTHORIZER:
        return answers.problems(answer)
    has = answer if isinstance(answer, dict) else {}
    return [f"it has no {name}" for name in ("principalId", "policyDocument") if name not in has]


def _judge(case: Case, answer: Any) -> bool:
    """Say whether an answer is what it should be."""
    invalid = problems(case.event, answer)
    if invalid:
        print(f"    not an answer that API Gateway could pass on: {'; '.join(invalid)}", file=sys.stderr)
        return False
    if case.expected is None:
        print(f"    compared with nothing: there is no {places.shown(case.answer_file.resolve())}", file=sys.stderr)
        return True
    different = answers.differences(case.expected, answer)
    verdict = "not the expected answer" if different else "the expected answer"
    print(f"    {verdict}: {places.shown(case.answer_file.resolve())}", file=sys.stderr)
    for line in different:
        print(f"      {line}", file=sys.stderr)
    return not different
