"""The workers of the deployed stack, at rest or at work.

The stack is one for all end-to-end tests. What is accepted there would be drawn meanwhile, at any time: so the workers
rest, and what is about them has them work.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tools.local.stack_file import LocalStack
from tools.local.sweeping import swept_each_second


def rest(stack: LocalStack) -> None:
    """Have neither the stream nor the queue nor the minute call a function."""
    for mapping in _mappings(stack):
        stack.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    for rule in stack.client("events").list_rules()["Rules"]:
        stack.client("events").disable_rule(Name=rule["Name"])


@contextmanager
def at_work(stack: LocalStack, newest: str, *, sending: bool = False) -> Iterator[str]:
    """Have accepted faxes drawn, and sent where that is ``sending``. ``newest`` is the id of the fax that was accepted
    last: what was accepted until then is left as it is. The queue's URL; afterwards, all workers rest again."""
    functions, queues = stack.client("lambda"), stack.client("sqs")
    stream, drawing, sends = (
        next(mapping["UUID"] for mapping in _mappings(stack) if name in mapping["EventSourceArn"])
        for name in (":dynamodb:", "RenderQueue", "SendQueue")
    )
    (queue,) = [url for url in queues.list_queues()["QueueUrls"] if "RenderQueue" in url]
    functions.update_event_source_mapping(UUID=stream, Enabled=True)
    passed_over: set[str] = set()
    while newest not in passed_over:
        answer = queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            queues.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            passed_over.add(json.loads(message["Body"])["fax"])
    functions.update_event_source_mapping(UUID=drawing, Enabled=True)
    if sending:
        functions.update_event_source_mapping(UUID=sends, Enabled=True)
    try:
        yield queue
    finally:
        rest(stack)


@contextmanager
def looking_into_uploads(stack: LocalStack) -> Iterator[None]:
    """Have what was uploaded looked into; afterwards, all workers rest again."""
    functions, events = stack.client("lambda"), stack.client("events")
    for mapping in _mappings(stack):
        if "UploadQueue" in mapping["EventSourceArn"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    for rule in events.list_rules()["Rules"]:
        if "EventPattern" in rule:
            events.enable_rule(Name=rule["Name"])
    try:
        yield
    finally:
        rest(stack)


@contextmanager
def all_at_work(stack: LocalStack, newest: str, *, speed: int) -> Iterator[None]:
    """All of it, as `make run` has it: what was uploaded is looked into, drawn, and sent on the simulated network, and
    a sweep comes each second. ``newest`` as in ``at_work``."""
    with (
        on_the_simulator(stack, speed=speed),
        at_work(stack, newest, sending=True),
        looking_into_uploads(stack),
        swept_each_second(stack),
    ):
        yield


@contextmanager
def on_the_simulator(stack: LocalStack, speed: int) -> Iterator[None]:
    """Have faxes sent on the simulated network; afterwards, there is no carrier again."""
    functions = stack.client("lambda")
    names = [function["FunctionName"] for function in functions.list_functions()["Functions"]]
    before = {
        name: functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        for name in names
        if any(each in name for each in ("CreateFaxFunction", "RenderFaxFunction", "SendFaxFunction", "SweepFunction"))
    }
    other = {"CARRIER": "simulator", "SIMULATOR_SPEED": str(speed)}
    for name, variables in before.items():
        changed = variables | {key: value for key, value in other.items() if key in variables}
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
    try:
        yield
    finally:
        for name, variables in before.items():
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


@contextmanager
def living(stack: LocalStack, function: str, *, seconds: int) -> Iterator[None]:
    """Have a function's workers live for so long at most; afterwards, as long as before."""
    functions = stack.client("lambda")
    (name,) = [each for item in functions.list_functions()["Functions"] if function in (each := item["FunctionName"])]
    before = functions.get_function_configuration(FunctionName=name)["Timeout"]
    functions.update_function_configuration(FunctionName=name, Timeout=seconds)
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Timeout=before)


def _mappings(stack: LocalStack) -> list[Any]:
    found: list[Any] = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return found
