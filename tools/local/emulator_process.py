"""Runs the emulator, and ends with its parent: started by tools.local.emulator with the emulator's own interpreter.

Arguments: host:port, and the files of a certificate chain and its key where it is to serve TLS. Serving ministack's
application ourselves keeps it to the one address; its own command takes port 443 as well where it can.
"""

import asyncio
import os
import sys
import threading

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import app


def _end_with_parent() -> None:
    # The parent holds our standard input open; when that closes, however the parent ended, so do we.
    while os.read(0, 1024):
        pass
    os._exit(0)


def main(address: str, certificate: str | None = None, key: str | None = None) -> None:
    config = Config()
    config.bind = [address]
    config.certfile, config.keyfile = certificate, key
    config.loglevel = "WARNING"
    config.graceful_timeout = 1
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # The functions' processes, which get this environment, leave no compiled files behind; this one has kept its own.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    asyncio.run(serve(app, config))


if __name__ == "__main__":
    main(*sys.argv[1:])
