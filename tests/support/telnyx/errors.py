"""An error as Telnyx answers it: a status, and a list with one object for each thing that is wrong."""

from dataclasses import dataclass
from typing import Any

_PAGE = "https://developers.telnyx.com/docs/overview/errors/"
_TITLES = {
    "10003": "Invalid URL",
    "10004": "Missing required parameter",
    "10005": "Resource not found",
    "10009": "Authentication failed",
    "10011": "Too many requests",
    "10014": "Unsupported Media Type",
    "10015": "Bad Request",
    "10016": "Phone number must be in +E.164 format",
    "10007": "Unexpected error",
    "20012": "Account inactive",
    "20100": "Insufficient Funds",
    "90080": "Invalid command",
    "90081": "Invalid command",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and with which member of the body."""

    code: str
    detail: str
    pointer: str | None = None

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"code": self.code, "title": _TITLES[self.code], "detail": self.detail}
        said["meta"] = {"url": f"{_PAGE}{self.code}"}
        if self.pointer is not None:
            said["source"] = {"pointer": self.pointer}
        return said


class Refused(Exception):
    """The request is answered with this status, and these problems."""

    def __init__(self, status: int, *problems: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, problems)
        self.status = status
        self.headers = headers or {}
        self.body = {"errors": [problem.to_json() for problem in problems]}
