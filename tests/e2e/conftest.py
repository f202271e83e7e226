"""One deployed stack for all end-to-end tests: the production template on the embedded emulator."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import boto3
import pytest

from benchmarks import load
from tests.support import docs, pipeline
from tests.support.builds import shared_build
from tests.support.commands import ENVIRONMENT
from tests.support.curl import Curl, curling
from tests.support.origins import serving
from tests.support.rights import Operator
from tests.support.samples import API, DOCUMENTS, RUN_BY, Sample
from tools import places
from tools.client import env
from tools.local import stack_file
from tools.local.local_stack import local_stack
from tools.local.stack_file import LocalStack


@pytest.fixture(scope="session")
def page_origin() -> Iterator[str]:
    """Where pages lie that may call: those of docs/api."""
    with serving(API) as origin:
        yield origin


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, page_origin: str) -> Iterator[LocalStack]:
    # The tests send the same fax again and again, without a key.
    parameters = {"DeduplicationMinutes": "0", "PublicPage": "true"}
    parameters["UploadOrigins"] = f"https://fax.example.com,{page_origin}"
    with local_stack(tmp_path_factory.mktemp("stack"), shared_build(tmp_path_factory), parameters) as running:
        pipeline.rest(running)
        yield running


@pytest.fixture(scope="session")
def curl(stack: LocalStack) -> Curl:
    return curling(stack.apiUrl, stack.token, "--cacert", stack.caBundle)


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


@pytest.fixture
def local(stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack is the one that `make run` started, as the commands find it."""
    monkeypatch.setattr(places, "STACK_FILE", tmp_path / "stack.json")
    stack_file.write(stack, places.STACK_FILE)


@pytest.fixture
def operator(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """Be somebody who has these rights in the stack's account and no others: ``operator({action: resource})``.

    The resources may name what the stack's description has, as ``{faxTable}``.
    """
    iam = stack.client("iam")
    iam.create_user(UserName="operator")
    access = iam.create_access_key(UserName="operator")["AccessKey"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.endpointUrl)
    monkeypatch.setenv("AWS_CA_BUNDLE", stack.caBundle)
    monkeypatch.setenv("AWS_DEFAULT_REGION", stack.region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", access["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", access["SecretAccessKey"])
    # Its credentials are those of before.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    def becomes(rights: Mapping[str, str]) -> None:
        statements = [
            {"Effect": "Allow", "Action": action, "Resource": on.format(**asdict(stack))}
            for action, on in rights.items()
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName="operator", PolicyName="rights", PolicyDocument=policy)

    yield becomes
    iam.delete_user_policy(UserName="operator", PolicyName="rights")
    iam.delete_access_key(UserName="operator", AccessKeyId=access["AccessKeyId"])
    iam.delete_user(UserName="operator")


@pytest.fixture
def told(local: None, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The environment of a shell that has read `make env`."""
    assert env.main() == 0
    reading = 'eval "$1"; exec env -0'
    shell = ["sh", "-c", reading, "sh", capsys.readouterr().out]
    done = subprocess.run(shell, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in done.stdout.rstrip("\0").split("\0"))


@pytest.fixture
def sample(told: dict[str, str], tmp_path: Path) -> Sample:
    """Run a sample where a reader would, beside the files that it names: ``sample(block, TOKEN=...)``."""
    for name in ("letter.pdf", "note.txt"):
        shutil.copy(DOCUMENTS / name, tmp_path)

    def call(block: docs.Block, **changes: str) -> subprocess.CompletedProcess[str]:
        if block.language == "js" and shutil.which("node") is None:
            pytest.skip("Node.js is not installed: the samples in JavaScript are not run")
        return subprocess.run(
            [*RUN_BY[block.language], block.text],
            env=told | changes, cwd=tmp_path, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    return call


@pytest.fixture
def faxes(stack: LocalStack) -> Callable[[], int]:
    """How many faxes the stack has: call it for now."""
    return lambda: sum(item["sk"] == "FAX" for item in load.items(stack))
