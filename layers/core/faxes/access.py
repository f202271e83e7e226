"""Who may act for whom, and from which extension: the path's user and extension, and the caller -> the sender.

What is out of a token's reach is answered like what does not exist, and so is an extension that is another user's.
"""

from typing import Protocol

from faxes import numbers
from faxes.errors import ExtensionInvalid, UserInvalid, shown
from faxes.model import Context, Extension, ExtensionNumber, ExtensionType, Principal, User

_OWN_USER = frozenset({"@me", "@viewer"})
_OWNER = "@owner"


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
    parsed = numbers.parse_extension(text)
    if parsed is None:
        raise ExtensionInvalid(
            f"Extension {shown(text) or 'empty'} is not valid; it must be a number, such as 210, or one with its "
            f"organization, such as 0003*210, of at most {numbers.MAX_EXTENSION_CHARACTERS} characters.",
            reason="extension_malformed",
        )
    organization_id, digits = parsed
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


def _named_user(directory: Directory, principal: Principal, user: str) -> User | None:
    """The user that the path names, who is in the token's reach; None for @owner, whoever that is.

    One message for all that is out of reach: whether such a user exists is not for the caller to learn.
    """
    if user == _OWNER:
        return None
    if user in _OWN_USER or user == principal.user_id:
        return User(principal.user_id, principal.organization_id)
    if not numbers.is_user_id(user):
        raise UserInvalid(
            f"User {shown(user) or 'empty'} is not valid; it must be @me, @viewer, @owner, or an id of 1 to 64 "
            "letters, digits, dots, dashes and underscores.",
            reason="user_malformed",
        )
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
