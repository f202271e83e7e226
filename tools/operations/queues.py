"""The queues of a stack: how many messages were given up, and having them taken again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from faxes.ids import upload_of
from tools.local.local_stack import STACK_NAME
from tools.operations.deployed import NoStack, Stack

# By the word for each: the queue that work is taken from, and the one of what was given up.
QUEUES = {
    "render": ("RenderQueue", "RenderDeadLetters"),
    "send": ("SendQueue", "SendDeadLetters"),
    "upload": ("UploadQueue", "UploadDeadLetters"),
}
_COUNT = "ApproximateNumberOfMessages"
# As many as SQS gives at once; seconds that nobody else is given one.
_BATCH, _SECONDS = 10, 60
# What a message names: a fax, or an attempt that is reported on or over.
_WORDS = ("fax", "report", "over")


@dataclass(frozen=True, slots=True)
class Moved:
    """How many messages are to be taken again, and how many named no fax and were removed."""

    moved: int = 0
    removed: int = 0


def urls(stack: Stack) -> dict[str, str]:
    """The queues' URLs by their logical ids. Needs cloudformation:DescribeStackResources. Raises NoStack."""
    name = STACK_NAME if stack.local else stack.name
    found = dict(_queues(stack.client("cloudformation"), name))
    missing = {queue for pair in QUEUES.values() for queue in pair} - set(found)
    if missing:
        raise NoStack(f"The stack {name} has no {', '.join(sorted(missing))}; is it one of this project's?")
    return found


def _queues(formation: Any, name: str) -> Iterator[tuple[str, str]]:
    for item in formation.describe_stack_resources(StackName=name)["StackResources"]:
        if item["ResourceType"] == "AWS::SQS::Queue":
            yield item["LogicalResourceId"], item["PhysicalResourceId"]
        elif item["ResourceType"] == "AWS::CloudFormation::Stack":
            yield from _queues(formation, item["PhysicalResourceId"])


def count(queues: Any, url: str) -> int:
    """About how many messages a queue has to give. Needs sqs:GetQueueAttributes."""
    return int(queues.get_queue_attributes(QueueUrl=url, AttributeNames=[_COUNT])["Attributes"][_COUNT])


def move(queues: Any, given_up: str, work: str) -> Moved:
    """Send what was given up to where it is taken from again, and remove what names no fax: nothing is lost by that,
    since a message only says that somebody shall look. Needs sqs:ReceiveMessage and sqs:DeleteMessage on the one queue,
    sqs:SendMessage on the other."""
    moved = removed = 0
    # What fails again comes back; it is not moved in circles.
    left = count(queues, given_up)
    while moved + removed < left:
        answer = queues.receive_message(
            QueueUrl=given_up,
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=_SECONDS,
            WaitTimeSeconds=1,
            AttributeNames=["MessageGroupId"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            break
        for message in messages:
            if names_a_fax(message["Body"]):
                group = message.get("Attributes", {}).get("MessageGroupId")
                of_group = {"MessageGroupId": group} if group else {}
                queues.send_message(QueueUrl=work, MessageBody=message["Body"], **of_group)
                moved += 1
            else:
                removed += 1
            queues.delete_message(QueueUrl=given_up, ReceiptHandle=message["ReceiptHandle"])
    return Moved(moved, removed)


def names_a_fax(body: str) -> bool:
    """Whether a message is one of this service's."""
    try:
        said = json.loads(body)
    except ValueError:
        return False
    if not isinstance(said, Mapping):
        return False
    return any(isinstance(said.get(word), str) for word in _WORDS) or _of_an_upload(said)


def _of_an_upload(said: Mapping[str, Any]) -> bool:
    """Whether EventBridge tells of a file that was uploaded."""
    match said:
        case {"detail": {"object": {"key": str(key)}}}:
            return upload_of(key) is not None
    return False
