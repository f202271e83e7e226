"""What fax_page answers: a fax's page, the way to a picture or a document, and one page for all that is not shown."""

import base64
import hashlib
from datetime import UTC
from pathlib import Path

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge.answers import ErrorTable, Row
from faxes.edge.page import view
from faxes.edge.page.markup import Template
from faxes.edge.page.words import LANGUAGES, Words, language, zone
from faxes.errors import FaxNotFound, ResourceNotFound, ServiceFault
from faxes.observability import logger, metrics
from faxes.showing import Page

HTML = "text/html; charset=utf-8"
_SECONDS_TO_TRY_AGAIN = "5"

_FILES = Path(__file__).parent / "page"
_CSS = (_FILES / "page.css").read_text(encoding="utf-8")
_PAGE, _NOTICE = (Template((_FILES / name).read_text(encoding="utf-8"), _CSS) for name in ("page.html", "notice.html"))


class PageAnswers:
    """The answers of a deployment whose pictures come from ``origin``, a scheme and a host."""

    def __init__(self, origin: str) -> None:
        style = base64.b64encode(hashlib.sha256(_PAGE.style.encode("utf-8")).digest()).decode("ascii")
        # No script, no frame, no form, and nothing of anybody else's; data: is the page's own icon. No name of a
        # picture leaves by a referrer.
        self._headers: dict[str, str | list[str]] = {
            "Content-Security-Policy": (
                f"default-src 'none'; img-src 'self' data: {origin}; style-src 'sha256-{style}'; base-uri 'none'; "
                "form-action 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex, nofollow, noarchive, nosnippet, noimageindex",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Strict-Transport-Security": "max-age=31536000",
        }
        self._not_shown, self._fault = _notice("not_shown"), _notice("fault")
        missing, fault = Row(404), Row(503)
        self.errors = ErrorTable(
            {FaxNotFound: missing, ResourceNotFound: missing, ServiceFault: fault},
            unexpected=fault,
            refused="PageNotShown",
            by_reason=False,
            answer=self._error,
        )

    def page(self, event: APIGatewayProxyEvent, shown: Page) -> Response[str]:
        """200: the page, in the language that the browser asks for."""
        logger.append_keys(fax_id=shown.fax.id, outcome="page_shown")
        metrics.add_metric("PageShown", MetricUnit.Count, 1)
        words = Words(language(event.headers.get("accept-language", "")), zone(shown.time_zone))
        # What the page leads to stands beside it, or below it where it was asked for with a slash at its end: an
        # address in full might be another than the one that the browser has.
        prefix = "" if event.path.endswith("/") else f"{shown.fax.uid}/"
        seconds = view.seconds_to_refresh(shown)
        headers = self._headers | {"Content-Language": words.language, "Vary": "Accept-Language"}
        if seconds:
            headers["Refresh"] = str(seconds)
        return Response(200, HTML, _PAGE.fill(view.values(shown, words, prefix)), headers=headers)

    def way(self, url: str) -> Response[str]:
        """302: where a picture or a document can be had."""
        logger.append_keys(outcome="way_shown")
        metrics.add_metric("PageFileShown", MetricUnit.Count, 1)
        return Response(302, body="", headers=self._headers | {"Location": url})

    def _error(self, status: int, _code: str, _message: str, _request_id: str | None) -> Response[str]:
        """The same bytes and headers for all that is not shown."""
        if status == 404:
            return Response(status, HTML, self._not_shown, headers=self._headers)
        return Response(status, HTML, self._fault, headers=self._headers | {"Retry-After": _SECONDS_TO_TRY_AGAIN})


def _notice(name: str) -> str:
    notices = [{"lang": each, "notice": Words(each, UTC).text(name)} for each in LANGUAGES]
    return _NOTICE.fill({"notices": notices})
