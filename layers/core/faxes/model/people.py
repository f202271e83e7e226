"""Who may send and receive: callers, users and extensions."""

from dataclasses import dataclass
from enum import StrEnum


class Context(StrEnum):
    """How far a token reaches: its own user, every user of its user's organization, or everyone."""

    USER = "user"
    ORGANIZATION = "organization"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling: the token's user, that user's organization, how far the token reaches, and the key of the app
    that logged in, None where a token stands for a user without one; ``sandbox`` where that is an app for trying."""

    user_id: str
    organization_id: str
    context: Context = Context.USER
    app_key: str | None = None
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """A user as the directory knows them."""

    id: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class ExtensionNumber:
    """An extension's number in full: ``0003*210`` is number 210 of organization 0003."""

    organization_id: str
    number: str

    def __str__(self) -> str:
        return f"{self.organization_id}*{self.number}"


@dataclass(frozen=True, slots=True)
class DialPlan:
    """How an organization's users write telephone numbers. ``country`` is theirs (ISO 3166 alpha-2, such as DE), None
    where each number has its country's code. ``area_code`` is that of their town, without what stands in front of it at
    home; ``outside_prefix`` is what they dial for a line. ``fax_to`` are the countries that they may fax to, empty for
    their own.
    ``pages_per_day`` is how many pages they may send in a day (UTC), and ``money_per_day`` what that may cost, in
    millionths of a dollar; None for any number, and for any price."""

    country: str | None = None
    area_code: str | None = None
    outside_prefix: str | None = None
    fax_to: tuple[str, ...] = ()
    pages_per_day: int | None = None
    money_per_day: int | None = None

    @property
    def countries(self) -> tuple[str, ...]:
        """Those that they may fax to."""
        return self.fax_to or ((self.country,) if self.country else ())


class ExtensionType(StrEnum):
    """What answers at an extension. Only a phone terminal can send faxes."""

    PHONE_TERMINAL = "phone_terminal"
    QUEUE = "queue"
    IVR = "ivr"
    VOICEMAIL = "voicemail"
    CONFERENCE = "conference"
    CALLBACK = "callback"
    CALLING_CARD = "calling_card"
    INTERCOM = "intercom"


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension as the directory knows it. ``caller_id`` is the telephone number that its faxes say they come from,
    None where that is its organization's."""

    number: ExtensionNumber
    owner_id: str
    type: ExtensionType
    fax_enabled: bool
    caller_id: str | None = None

    @property
    def why_no_fax(self) -> str | None:
        """Why it takes no fax, as what is said of it; None where it takes one."""
        if self.type is not ExtensionType.PHONE_TERMINAL:
            return "is not a phone terminal; only a phone terminal takes faxes"
        return None if self.fax_enabled else "is not enabled for fax"
