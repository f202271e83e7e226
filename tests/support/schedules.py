"""Schedules of the model of delivery (tests.support.delivery_model) on the deployed stack: what each step is there.

What the model does to a worker in trouble is done to a worker beside the deployed ones (tests.support.beside); all else
comes from outside: faxes and cancellations by the API, messages that are sent again or lost, records of the stream that
come twice, sweeps. A schedule's numbers are its own, or shared with every tenth other; all share the extensions.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, ClassVar
from unittest import mock

import requests
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from faxes.adapters.dynamodb.items import plain, wire
from faxes.carriers.sandbox_numbers import PREFIX
from faxes.errors import StorageFault
from tests.support.beside import Beside
from tests.support.delivery_model import NUMBERS, Delivering, Step
from tests.support.trouble import Killed
from tools.local.stack_file import LocalStack

ENDLESS = "+15005550013"
_ALIKE = f"{PREFIX}00"
# Of this extension a caller is told at once that it takes no fax.
REFUSED = "0003*213"
# What is waited at most, in seconds: for the next step, and for the pages of a fax.
_STEP, _PAGES = 1.0, 30.0
# Of a call that is not answered.
_TRIES = 5

type Schedule = Sequence[Step]


class _Kept(Delivering):
    """The model, whose schedules are kept."""

    numbers: ClassVar[Sequence[str]] = [number for number in NUMBERS if number != ENDLESS]
    kept: ClassVar[list[Schedule]] = []

    def teardown(self) -> None:
        super().teardown()
        _Kept.kept.append(tuple(self.schedule))


def drawn(number: int, steps: int) -> list[Schedule]:
    """So many schedules of the model's, which has run each of them; the same ones each time."""
    kept: list[Schedule] = []
    with mock.patch.object(_Kept, "kept", kept):
        limits = settings(
            # Some are drawn again.
            max_examples=number * 3 // 2,
            stateful_step_count=steps,
            phases=[Phase.generate],
            derandomize=True,
            database=None,
            deadline=None,
            # A busy machine is no defect.
            suppress_health_check=[HealthCheck.too_slow],
        )
        run_state_machine_as_test(_Kept, settings=limits)
        return list({str(schedule): schedule for schedule in kept}.values())[:number]


class Deployed:
    """What the schedules have in common."""

    def __init__(self, stack: LocalStack, speed: int) -> None:
        self.stack, self.speed = stack, speed
        self.url = f"{stack.apiUrl}/uapi/faxes/@me/{stack.extension}"
        self.sqs, self.functions, self.tables = (stack.client(name) for name in ("sqs", "lambda", "dynamodb"))
        (self.queue,) = [url for url in self.sqs.list_queues()["QueueUrls"] if "SendQueue" in url]
        self._names = [function["FunctionName"] for function in self.functions.list_functions()["Functions"]]
        # Nobody sets it: what waits for it waits for a time.
        self.never = threading.Event()

    def message(self, body: dict[str, Any]) -> None:
        self.sqs.send_message(QueueUrl=self.queue, MessageBody=json.dumps(body), MessageGroupId="0003")

    def messages(self) -> int:
        """How many messages of the send queue are given out now, or can be."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def invoke(self, function: str, event: dict[str, Any]) -> bool:
        """Whether it did what it was asked; what failed is in its log, and comes again."""
        (name,) = [name for name in self._names if function in name]
        return "FunctionError" not in self.functions.invoke(FunctionName=name, Payload=json.dumps(event))

    def record(self, fax_id: str) -> dict[str, Any]:
        key = wire({"pk": f"FAX#{fax_id}", "sk": "FAX"})
        item: dict[str, Any] = self.tables.get_item(TableName=self.stack.faxTable, Key=key, ConsistentRead=True)["Item"]
        return item

    def streamed(self, fax_id: str) -> None:
        """The stream's record of a fax comes, again."""
        record = {"eventName": "INSERT", "dynamodb": {"NewImage": self.record(fax_id)}}
        self.invoke("QueueFaxFunction", {"Records": [record]})

    def attempts(self, fax_id: str) -> list[str]:
        """The references of a fax's attempts."""
        found = self.tables.query(
            TableName=self.stack.faxTable,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :recipient)",
            ExpressionAttributeValues=wire({":pk": f"FAX#{fax_id}", ":recipient": "RECIPIENT#"}),
        )
        return [item["reference"] for item in map(plain, found["Items"]) if "reference" in item]


@contextmanager
def polled(deployed: Deployed, pollers: int) -> Iterator[None]:
    """Meanwhile, have send_fax take messages as Lambda's pollers do: the emulator has one for all queues together."""
    over = threading.Event()

    def poll() -> None:
        while not over.is_set():
            # What is not answered comes again.
            with suppress(BotoCoreError, ClientError):
                take()

    def take() -> None:
        found = deployed.sqs.receive_message(QueueUrl=deployed.queue, MaxNumberOfMessages=1, WaitTimeSeconds=1)
        for message in found.get("Messages", []):
            if deployed.invoke("SendFaxFunction", {"Records": [{"body": message["Body"]}]}):
                deployed.sqs.delete_message(QueueUrl=deployed.queue, ReceiptHandle=message["ReceiptHandle"])

    threads = [threading.Thread(target=poll, name="poller", daemon=True) for _ in range(pollers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(60)


class Player:
    """Plays a schedule: each of the model's rules is a method. ``faxes`` are the ids of those that it sent, with how
    many recipients each has."""

    def __init__(self, deployed: Deployed, beside: Beside, number: int) -> None:
        self._deployed, self._beside, self._number = deployed, beside, number
        self._session = requests.Session()
        self._session.trust_env = False
        self.faxes: dict[str, int] = {}
        self._sent = 0
        self._rules: dict[str, Callable[..., None]] = {
            "first": self.accept,
            "accept": self.accept,
            "cancel": self.cancel,
            "wait": self.wait,
            "clock_jumps": self.clock_jumps,
            "wait_for_what_is_due": self.wait_for_what_is_due,
            "sweep": self.sweep,
            "message": self.message,
            "message_into_trouble": self.message_into_trouble,
            "sweep_into_trouble": self.sweep_into_trouble,
            "submit_into_trouble": self.submit_into_trouble,
            "report": self.report,
        }

    def play(self, schedule: Schedule) -> None:
        self._beside.skew = timedelta()
        for step in schedule:
            self._rules[step.rule](**step.given)
        self._session.close()

    def accept(self, numbers: Sequence[str], pages: int = 2) -> None:
        status, body = self._post(numbers, pages)
        if REFUSED in numbers:
            assert (status, body["error"]["code"]) == (400, "fx_recipients_invalid"), body
            if others := [number for number in numbers if number != REFUSED]:
                self.accept(others, pages)
            return
        assert status == 200, body
        self.faxes[body["id"]] = len(numbers)

    def cancel(self, which: int) -> None:
        if self.faxes:
            answer = self._asked("PUT", f"{self._deployed.url}/{self._fax(which)}", json={"action": "Cancel"})
            # It may have ended by now.
            assert answer.status_code in (200, 409), answer.text

    def wait(self, seconds: int) -> None:
        self._deployed.never.wait(min(seconds / self._deployed.speed, _STEP))

    def clock_jumps(self, seconds: int) -> None:
        self._beside.skew = timedelta(seconds=seconds) / self._deployed.speed

    def wait_for_what_is_due(self, times: int) -> None:
        self.sweep()
        self.wait(times * 20)

    def sweep(self) -> None:
        self._deployed.invoke("SweepFunction", {})

    def message(self, which: int) -> None:
        if self.faxes:
            fax_id, position = self._recipient(which)
            if position == 1 and which % 2:
                self._deployed.streamed(fax_id)
            self._deployed.message({"fax": fax_id} | ({"recipient": position} if which % 3 else {}))

    def message_into_trouble(self, which: int, at: int, what: str, late: int) -> None:
        if self.faxes:
            fax_id, position = self._recipient(which)
            body = json.dumps({"fax": fax_id, "recipient": position})
            self._beside.trouble.meanwhile = lambda: self._deployed.invoke(
                "SendFaxFunction", {"Records": [{"body": body}]}
            )
            self._into_trouble(lambda: self._beside.dispatch.due(fax_id, position), at, what, late)

    def sweep_into_trouble(self, at: int, what: str) -> None:
        def every() -> None:
            for fax_id, recipients in self.faxes.items():
                for position in range(1, recipients + 1):
                    self._beside.dispatch.due(fax_id, position)

        self._into_trouble(every, at, what)

    def submit_into_trouble(self, number: str, what: str, late: int, times: int) -> None:
        before = set(self.faxes)
        self.accept([number])
        for fax_id in set(self.faxes) - before:
            # Who has its recipient first, this worker or a deployed one, is decided by their writes.
            for _ in range(int(_PAGES / 0.05)):
                if self._deployed.record(fax_id)["status"]["S"] not in ("accepted", "rendering"):
                    break
                self._deployed.never.wait(0.05)
            with suppress(StorageFault):
                self._beside.plan.plan(fax_id)

            def due(fax_id: str = fax_id) -> object:
                return self._beside.dispatch.due(fax_id, 1)

            self._into_trouble(due, 1, what, late, to="submit")
        if times:
            self.wait_for_what_is_due(times)

    def report(self, which: int) -> None:
        if self.faxes:
            fax_id, _ = self._recipient(which)
            for reference in self._deployed.attempts(fax_id)[-1:]:
                self._deployed.message({"report": reference})

    def _into_trouble(
        self, work: Callable[[], object], at: int, what: str, late: int = 0, to: str | None = None
    ) -> None:
        trouble = self._beside.trouble
        trouble.to, trouble.at, trouble.what, trouble.late = to, at, what, timedelta(seconds=late)
        with suppress(Killed, StorageFault):
            work()
        trouble.over()

    def _fax(self, which: int) -> str:
        return list(self.faxes)[which % len(self.faxes)]

    def _recipient(self, which: int) -> tuple[str, int]:
        every = [(fax_id, n) for fax_id, recipients in self.faxes.items() for n in range(1, recipients + 1)]
        return every[which % len(every)]

    def _post(self, numbers: Sequence[str], pages: int) -> tuple[int, Any]:
        self._sent += 1
        said = "\f".join(f"schedule {self._number}, fax {self._sent}, page {page + 1}" for page in range(pages))
        form: Any = {
            "request": (None, json.dumps({"recipients": [self._own(number) for number in numbers]})),
            "files": ("page.txt", said.encode(), "application/octet-stream"),
        }
        answer = self._asked("POST", self._deployed.url, files=form, key=f"schedule-{self._number}-{self._sent}")
        return answer.status_code, answer.json()

    def _asked(self, method: str, url: str, key: str = "", **sent: Any) -> requests.Response:
        """The answer. Where there is none, or a fault of the service, it is asked again, what may be accepted with its
        key."""
        headers = {"Authorization": f"Bearer {self._deployed.stack.token}"} | ({"Idempotency-Key": key} if key else {})
        verify = self._deployed.stack.caBundle
        for _ in range(_TRIES):
            # A connection that was idle for long may be closed while it is written to.
            with suppress(requests.ConnectionError):
                answer = self._session.request(method, url, timeout=120, headers=headers, verify=verify, **sent)
                if "internal_server_error" not in answer.text:
                    return answer
        raise AssertionError(f"{method} was not answered, or with a fault, {_TRIES} times")

    def _own(self, number: str) -> str:
        """A number of the model's as this schedule has it: nobody else's, or one of the ten that behave alike."""
        if number.startswith(_ALIKE):
            return f"{PREFIX}2{number.removeprefix(_ALIKE)}{self._number % 10}"
        return f"70{self._number:04}{number[-1]}" if number.startswith("777") else number
