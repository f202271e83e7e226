"""One deployed stack for all end-to-end tests: the production template on the embedded emulator."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tools.local_stack import local_stack
from tools.stack_file import LocalStack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with local_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Answer:
    """What curl got: the status, the Content-Type, and the body, decoded where it is JSON."""

    status: int
    content_type: str
    body: Any


type Curl = Callable[..., Answer]


@pytest.fixture(scope="session")
def curl(stack: LocalStack) -> Curl:
    """curl against the stack: ``curl(path, *arguments)``, with its token unless ``token=...`` says otherwise."""

    def call(path: str, *arguments: str, token: str | None = stack.token) -> Answer:
        command = ["curl", "--silent", "--show-error", "--max-time", "60", "--cacert", stack.caBundle]
        command += ["--write-out", "\n%{http_code} %{content_type}", *arguments, f"{stack.apiUrl}{path}"]
        if token is not None:
            command += ["--header", f"Authorization: Bearer {token}"]
        done = subprocess.run(command, capture_output=True, check=True)
        body, _, status = done.stdout.decode("utf-8").rpartition("\n")
        code, _, content_type = status.partition(" ")
        return Answer(int(code), content_type, json.loads(body) if body else None)

    return call


@pytest.fixture
def keys(stack: LocalStack) -> Callable[[], set[str]]:
    """The keys of everything in the stack's bucket: call it for what lies there now."""
    s3 = stack.client("s3")

    def listed() -> set[str]:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=stack.bucket)
        return {item["Key"] for page in pages for item in page.get("Contents", [])}

    return listed


@pytest.fixture
def stored(stack: LocalStack, keys: Callable[[], set[str]]) -> Callable[[], dict[str, bytes]]:
    """Everything in the stack's bucket, by key: call it for what lies there now."""
    s3 = stack.client("s3")
    return lambda: {key: s3.get_object(Bucket=stack.bucket, Key=key)["Body"].read() for key in keys()}
