"""Runs the emulator, and ends with its parent: started by tools.local.emulator with the emulator's own interpreter.

Arguments: host:port, and the files of a certificate chain and its key where it is to serve TLS. Serving ministack's
application ourselves keeps it to the one address; its own command takes port 443 as well where it can.

What it lacks and we need is added here: of API Gateway, that requests are counted by what the authorizer says; of
CloudFormation, that what an update leaves alone in a stack inside the stack keeps its attributes. And the functions'
processes share their layers.
"""

import asyncio
import hashlib
import json
import os
import sys
import tempfile
import threading
import types
import zipfile
from contextvars import ContextVar
from typing import Any, ClassVar

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import app
from ministack.core import lambda_runtime
from ministack.services import apigateway_v1, cloudformation
from ministack.services.cloudformation import provisioners

_SAID = "usageIdentifierKey"
# The value of the API key that the request in hand is counted by.
_counted_by: ContextVar[str] = ContextVar("counted_by", default="")


def _end_with_parent() -> None:
    # The parent holds our standard input open; when that closes, however the parent ended, so do we.
    while os.read(0, 1024):
        pass
    os._exit(0)


def _count_by_what_the_authorizer_says() -> None:
    """What API Gateway does with ``ApiKeySourceType: AUTHORIZER``. The emulator enforces usage plans as well, but takes
    the key out of a header alone, and drops what an authorizer says beside its policy and its context."""
    invoke, authorize = apigateway_v1._invoke_authorizer_lambda, apigateway_v1._authorize_request_v1

    async def invoked(*arguments: Any) -> Any:
        result = await invoke(*arguments)
        body = (result or {}).get("body")
        policy = json.loads(body) if isinstance(body, (str, bytes)) and body else body
        if isinstance(policy, dict) and _SAID in policy:
            # Its answers are kept, and with them their context.
            context = {**(policy.get("context") or {}), _SAID: policy[_SAID]}
            result = {**result, "body": {**policy, "context": context}}
        return result

    async def authorized(*arguments: Any) -> Any:
        error, context = await authorize(*arguments)
        _counted_by.set((context or {}).get(_SAID, ""))
        # The functions behind it are not told.
        return error, context and {name: value for name, value in context.items() if name != _SAID}

    apigateway_v1._invoke_authorizer_lambda = invoked
    apigateway_v1._authorize_request_v1 = authorized
    apigateway_v1._api_key_from_request = lambda headers: _counted_by.get()


def _keep_attributes_of_what_is_not_changed() -> None:
    """What CloudFormation does. The emulator gives a resource of a nested stack that an update does not change no
    attributes, so that whatever refers to one (a queue's ARN) fails the update, and its rollback."""
    update = provisioners._update_resource

    def updated(*arguments: Any) -> Any:
        if len(arguments) == 6:
            stack_name, logical_id = arguments[4:]
            before = cloudformation._stacks.get(stack_name, {}).get("_resources", {}).get(logical_id, {})
            arguments = (*arguments, before.get("Attributes"))
        return update(*arguments)

    provisioners._update_resource = updated


class _Zip(zipfile.ZipFile):
    """What unpacks a layer once: of each further time, there are links to it alone."""

    _lock = threading.Lock()
    _unpacked: ClassVar[dict[str, str]] = {}

    def extractall(self, path: Any = None, *arguments: Any) -> None:
        if not os.path.basename(path).startswith("layer_"):
            super().extractall(path, *arguments)
            return
        with open(str(self.filename), "rb") as file, self._lock:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest not in self._unpacked:
                folder = tempfile.mkdtemp(prefix="ministack-layer-")
                super().extractall(folder, *arguments)
                self._unpacked[digest] = folder
        for name in os.listdir(self._unpacked[digest]):
            os.symlink(os.path.join(self._unpacked[digest], name), os.path.join(path, name))


def _share_layers() -> None:
    """The emulator unpacks a function's layers, which are some thousand files, for each process of it anew. Nothing
    writes to them, as nothing could on AWS."""
    lambda_runtime.zipfile = types.SimpleNamespace(**{**vars(zipfile), "ZipFile": _Zip})


def main(address: str, certificate: str | None = None, key: str | None = None) -> None:
    config = Config()
    config.bind = [address]
    config.certfile, config.keyfile = certificate, key
    config.loglevel = "WARNING"
    config.graceful_timeout = 1
    _count_by_what_the_authorizer_says()
    _keep_attributes_of_what_is_not_changed()
    _share_layers()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # The functions' processes, which get this environment, leave no compiled files behind; this one has kept its own.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    asyncio.run(serve(app, config))


if __name__ == "__main__":
    main(*sys.argv[1:])
