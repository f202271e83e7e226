"""Who may act for whom, and from which extension: the path's user and extension, and the caller -> the sender of a
fax, or which faxes that were sent are theirs.

What is out of a token's reach is answered like what does not exist, and so is an extension that is another user's.
"""

from dataclasses import dataclass
from typing import Protocol

from faxes import ids, numbers
from faxes.errors import ExtensionInvalid, FaxNotFound, UserInvalid, shown
from faxes.model import Context, Extension, ExtensionNumber, ExtensionType, Fax, Principal, User

_OWN_USER = frozenset({"@me", "@viewer"})
_OWNER = "@owner"
# In the place of an extension: each of the user's. For what was sent; nothing is sent from it.
_ANY_EXTENSION = "@self"


class Directory(Protocol):
    """Who belongs where, and who owns what."""

    def user(self, user_id: str) -> User | None:
        """The user with this id, or None. Raises StorageFault where that cannot be learned."""
        ...

    def extension(self, number: ExtensionNumber) -> Extension | None:
        """The extension with this number, or None. Raises StorageFault where that cannot be learned."""
        ...


def sender(directory: Directory, principal: Principal, user: str, text: str) -> Extension:
    """The extension that sends: the named user's, or, for @owner, any in the token's reach.

    ``user`` and ``text`` are the path's values, decoded. Raises UserInvalid, ExtensionInvalid, and StorageFault where
    the directory cannot be read.
    """
    named = _named_user(directory, principal, user)
    organization_id, digits = _parsed_extension(text)
    number = ExtensionNumber(organization_id or (named or principal).organization_id, digits)
    extension = directory.extension(number)
    # One message for each: whether another user's extension exists is not for the caller to learn.
    if named and (extension is None or extension.owner_id != named.id):
        raise ExtensionInvalid(
            f"Extension {shown(text)} does not exist, or does not belong to user {shown(user)}.",
            reason="extension_unknown",
        )
    if extension is None or not (named or _owner_in_reach(directory, principal, extension.owner_id)):
        raise ExtensionInvalid(
            f"Extension {shown(text)} does not exist, or is out of reach of this token.",
            reason="extension_out_of_reach",
        )
    if extension.type is not ExtensionType.PHONE_TERMINAL:
        raise ExtensionInvalid(
            f"Extension {shown(text)} is not a phone terminal; only a phone terminal can send faxes.",
            reason="extension_not_phone_terminal",
        )
    if not extension.fax_enabled:
        raise ExtensionInvalid(f"Extension {shown(text)} is not enabled for fax.", reason="extension_fax_disabled")
    return extension


@dataclass(frozen=True, slots=True)
class Reach:
    """Which faxes a path names to a caller: those of its user and extension, as far as the caller's token reaches; to a
    sandbox app those of sandbox apps, and to everybody else all others.

    A fax's own record decides, by the user, organization and extension that it was sent by, and not what the directory
    has of them today: nothing else is read, so that what is not there and what is another's cost the same. Whoever
    takes an extension over does not get its faxes, and who sent them keeps them. Made by ``reach``.
    """

    principal: Principal
    user: str
    extension: str

    def covers(self, fax: Fax) -> bool:
        """Whether this fax is one of them."""
        return fax.sandbox_app == self.principal.sandbox and self._covers_user(fax) and self._covers_extension(fax)

    def missing(self, fax_id: str) -> FaxNotFound:
        """That there is no such fax, or none that is covered."""
        return FaxNotFound(
            f"Fax {shown(fax_id) or 'empty'} does not exist, or was not sent or received by user {shown(self.user)} "
            f"at extension {shown(self.extension)}, or is out of reach of this token.",
            reason="fax_not_found",
        )

    def _covers_user(self, fax: Fax) -> bool:
        own = fax.user_id == self.principal.user_id
        match self.principal.context:
            case Context.USER:
                reached = own
            case Context.ORGANIZATION:
                reached = own or fax.organization_id == self.principal.organization_id
            case Context.GLOBAL:
                reached = True
        if self.user == _OWNER:
            return reached
        return reached and (own if self.user in _OWN_USER else fax.user_id == self.user)

    def _covers_extension(self, fax: Fax) -> bool:
        if self.extension == _ANY_EXTENSION:
            return True
        organization_id, digits = _parsed_extension(self.extension)
        if organization_id is None:
            # As where a fax is sent: in the organization of the user that the path names, else of the token's.
            others = self.user not in (*_OWN_USER, _OWNER, self.principal.user_id)
            organization_id = fax.organization_id if others else self.principal.organization_id
        return fax.extension == str(ExtensionNumber(organization_id, digits))


def reach(principal: Principal, user: str, text: str) -> Reach:
    """Which faxes a path's user and extension, decoded, name to a caller; ``text`` may be @self, each of the user's.

    Raises UserInvalid and ExtensionInvalid where one is malformed.
    """
    if user not in (*_OWN_USER, _OWNER, principal.user_id):
        _check_user(user)
    if text != _ANY_EXTENSION:
        _parsed_extension(text)
    return Reach(principal, user, text)


def fax_id(within: Reach, text: str) -> str:
    """The path's id of a fax. Raises FaxNotFound where no fax can have it."""
    if not ids.is_id(text):
        raise within.missing(text)
    return text


def _parsed_extension(text: str) -> tuple[str | None, str]:
    parsed = numbers.parse_extension(text)
    if parsed is None:
        raise ExtensionInvalid(
            f"Extension {shown(text) or 'empty'} is not valid; it must be a number, such as 210, or one with its "
            f"organization, such as 0003*210, of at most {numbers.MAX_EXTENSION_CHARACTERS} characters.",
            reason="extension_malformed",
        )
    return parsed


def _check_user(user: str) -> None:
    if not numbers.is_user_id(user):
        raise UserInvalid(
            f"User {shown(user) or 'empty'} is not valid; it must be @me, @viewer, @owner, or an id of 1 to 64 "
            "letters, digits, dots, dashes and underscores.",
            reason="user_malformed",
        )


def _named_user(directory: Directory, principal: Principal, user: str) -> User | None:
    """The user that the path names, who is in the token's reach; None for @owner, whoever that is.

    One message for all that is out of reach: whether such a user exists is not for the caller to learn.
    """
    if user == _OWNER:
        return None
    if user in _OWN_USER or user == principal.user_id:
        return User(principal.user_id, principal.organization_id)
    _check_user(user)
    found = None if principal.context is Context.USER else directory.user(user)
    if found is None or not _reaches(principal, found):
        raise UserInvalid(
            f"User {shown(user)} does not exist, or is out of reach of this token.", reason="user_out_of_reach"
        )
    return found


def _owner_in_reach(directory: Directory, principal: Principal, owner_id: str) -> bool:
    """Whether a token acts for the owner of an extension. Their organization is the one that the directory has for
    them, whatever the extension's number says; without a place in the directory, they are nobody."""
    if owner_id == principal.user_id:
        return True
    owner = None if principal.context is Context.USER else directory.user(owner_id)
    return owner is not None and _reaches(principal, owner)


def _reaches(principal: Principal, user: User) -> bool:
    """Whether a token acts for this user."""
    match principal.context:
        case Context.USER:
            return user.id == principal.user_id
        case Context.ORGANIZATION:
            return user.organization_id == principal.organization_id
        case Context.GLOBAL:
            return True
