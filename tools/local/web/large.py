"""What is too large for a form, from the page to where the API has it go: announced, and then passed on as it comes.

Nothing of a file is kept here. Where a line breaks, the page, which has the file, sends it again.
"""

import json
import threading

import requests

from tools.client import upload
from tools.client.upload import Json, Outcome, Readable
from tools.local.web.calls import Answer, Calls


class Uploads:
    """The faxes that wait for files from the page, and where these go."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._faxes: dict[str, Json] = {}
        self._changing = threading.Lock()

    def announce(self, request: bytes) -> Answer:
        """Announce files. Raises as Calls does."""
        answer = self._calls.announce(request)
        self._keep(answer)
        return answer

    def upload(self, fax_id: str, position: int, content: Readable, size: int) -> Outcome | None:
        """Pass on a file, counted from 1, of so many bytes; None where none such was announced. Raises as Calls does
        where the API gives no answer; where the storage gives none, it may get through the next time."""
        with self._changing:
            files = self._faxes.get(fax_id, {}).get("files", [])
        if not 1 <= position <= len(files):
            return None
        to = files[position - 1]
        if "redirectUri" not in to:
            # It has been looked into by now.
            return Outcome.THERE
        try:
            status = self._calls.upload(to, content, size)
        except requests.RequestException:
            return Outcome.PASSING
        result = upload.outcome(status)
        if result is Outcome.ENDED:
            # A fax that has none any more waits for nothing; what became of it, the page asks.
            self._keep(self._calls.renew(fax_id))
        return result

    def _keep(self, answer: Answer) -> None:
        if answer.status == 200:
            fax = json.loads(answer.body)
            with self._changing:
                self._faxes[fax["id"]] = fax
