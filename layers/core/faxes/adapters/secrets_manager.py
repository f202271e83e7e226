"""A key in Secrets Manager. Action: secretsmanager:GetSecretValue on it.

It is read when it is first needed, and kept for as long as the function's environment lives: whoever finds that it does
not work any more asks for it anew.
"""

from typing import Any, Protocol

from faxes.adapters.calls import FAILURES, fault
from faxes.errors import Effect, StorageFault


class SecretsClient(Protocol):
    """What is called of the SDK's client."""

    # The SDK's own name of what it takes.
    def get_secret_value(self, *, SecretId: str) -> Any: ...  # noqa: N803


class SecretKey:
    """Gives the key. ``secret`` is the secret's name or ARN; its value is the key and nothing else."""

    def __init__(self, client: SecretsClient, secret: str) -> None:
        self._client = client
        self._secret = secret
        self._key: str | None = None

    def __call__(self, fresh: bool) -> str:
        """The key, read anew where that is asked for. Raises StorageFault."""
        if self._key is None or fresh:
            self._key = self._read()
        return self._key

    def _read(self) -> str:
        try:
            value = self._client.get_secret_value(SecretId=self._secret).get("SecretString")
        except FAILURES as error:
            raise fault("GetSecretValue", Effect.NONE, error) from error
        key = value.strip() if isinstance(value, str) else ""
        if key.startswith("{"):
            # As the console keeps it where its form for names and values is filled in.
            raise StorageFault(
                "GetSecretValue", Effect.NONE, "the secret's value is JSON; it must be the key and nothing else"
            )
        # It goes into a header.
        if not key or not key.isascii() or not key.isprintable():
            raise StorageFault("GetSecretValue", Effect.NONE, "the secret's value is no key")
        return key
