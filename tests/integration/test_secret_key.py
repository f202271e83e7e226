"""The carrier's key as Secrets Manager has it: what is no key is not sent to anybody."""

from typing import Any

import boto3
import pytest

from faxes.adapters.secrets_manager import SecretKey
from faxes.errors import Effect, StorageFault
from tests.support.cloud import Cloud


def key_of(value: str) -> str:
    client: Any = boto3.client
    secrets = client("secretsmanager")
    return SecretKey(secrets, secrets.create_secret(Name="telnyx", SecretString=value)["ARN"])(False)


@pytest.mark.parametrize("value", ["KEY0123", "KEY0123\n", " KEY0123\r\n"])
def test_the_key_is_the_secrets_value_without_blanks_around_it(cloud: Cloud, value: str) -> None:
    assert key_of(value) == "KEY0123"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (" \n", "the secret's value is no key"),
        ("KEY\n0123", "the secret's value is no key"),
        ("KEY0123é", "the secret's value is no key"),
        # What the console makes of a key where its form for names and values is filled in.
        ('{"key": "KEY0123"}', "the secret's value is JSON; it must be the key and nothing else"),
    ],
)
def test_what_is_no_key_is_said(cloud: Cloud, value: str, said: str) -> None:
    with pytest.raises(StorageFault) as raised:
        key_of(value)
    assert (raised.value.effect, raised.value.said) == (Effect.NONE, said)
