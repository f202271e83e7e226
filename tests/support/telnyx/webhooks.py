"""The reports of faxes, signed and sent to where the request or the application says.

An answer other than 200 has a report come again, and at last at the failover URL. How often and when Telnyx does so is
not published; here it is five times, with waits that double.
"""

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.support.telnyx.account import Account, Post
from tests.support.telnyx.exchange import FINAL, Fax
from tests.support.telnyx.machines import Reports

_TRIES, _FIRST_WAIT = 5, timedelta(seconds=10)
_OLD = timedelta(hours=1)


@dataclass(slots=True, eq=False)
class Report:
    """``tries`` counts those that were made; ``answers`` holds what they were answered."""

    fax: Fax
    event: dict[str, Any]
    due_at: datetime
    tries: int = 0
    held: bool = False


class Webhooks:
    """``other`` gives another fax than the one that is reported on, None where there is none. What was sent stays in
    ``sent``, with its answer."""

    def __init__(
        self, account: Account, now: Callable[[], datetime], post: Post, other: Callable[[Fax], Fax | None]
    ) -> None:
        self.sent: list[tuple[str, dict[str, str], bytes, int]] = []
        self._account, self._now, self._post, self._other = account, now, post, other
        self._pending: list[Report] = []
        self._lock = threading.Lock()

    def tell(self, fax: Fax, event_type: str, moment: datetime) -> None:
        """Have an event of a fax reported."""
        how = fax.machine.reports
        if how is Reports.NEVER or fax.webhook_url is None:
            return
        report = Report(fax, self._event(fax, event_type, moment), moment, held=how is Reports.OUT_OF_ORDER)
        with self._lock:
            self._pending += [report, Report(fax, report.event, moment)] if how is Reports.TWICE else [report]
            if report.held and fax.status in FINAL:
                held = [each for each in self._pending if each.held and each.fax is fax]
                self._pending = [each for each in self._pending if each not in held] + held[::-1]
                for each in held:
                    each.held = False

    def flush(self) -> None:
        """Send what is due."""
        now = self._now()
        with self._lock:
            due = [each for each in self._pending if not each.held and each.due_at <= now]
            self._pending = [each for each in self._pending if each not in due]
        for report in due:
            self._send(report, now)

    def _send(self, report: Report, now: datetime) -> None:
        report.tries += 1
        fax = report.fax
        url = fax.failover_url if report.tries >= _TRIES and fax.failover_url else fax.webhook_url
        if url is None:
            return
        envelope = {"data": report.event, "meta": {"attempt": report.tries, "delivered_to": url}}
        body = json.dumps(envelope).encode()
        how = fax.machine.reports
        stamp = now - _OLD if how is Reports.OLD else now
        headers = self._account.sign(int(stamp.timestamp()), body, forged=how is Reports.FORGED)
        headers |= {"content-type": "application/json", "user-agent": "telnyx-webhooks"}
        answer = self._post(url, headers, body)
        self.sent.append((url, headers, body, answer))
        if answer != 200 and report.tries < _TRIES:
            report.due_at = now + _FIRST_WAIT * 2 ** (report.tries - 1)
            with self._lock:
                self._pending.append(report)

    def _event(self, fax: Fax, event_type: str, moment: datetime) -> dict[str, Any]:
        named = (self._other(fax) or fax) if fax.machine.reports is Reports.OF_ANOTHER else fax
        asked = named.request
        payload: dict[str, Any] = {
            "fax_id": named.id,
            "connection_id": asked["connection_id"],
            "direction": "outbound",
            "from": asked["from"],
            "to": asked["to"],
            "original_media_url": asked.get("media_url"),
            "client_state": asked.get("client_state"),
            "user_id": self._account.user_id,
            "status": fax.status,
        }
        if fax.status == "delivered":
            payload |= {"page_count": fax.pages, "call_duration_secs": fax.seconds}
        if fax.status == "failed":
            payload |= {"failure_reason": fax.failure_reason}
        return {
            "record_type": "event",
            "event_type": event_type,
            "id": str(uuid.uuid4()),
            "occurred_at": moment.isoformat(),
            "payload": payload,
        }
