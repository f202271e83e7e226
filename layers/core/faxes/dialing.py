"""What an organization's users write as a number -> the number in full (E.164), by the plan that they dial by.

Google's metadata of the world's numbers (phonenumberslite) says how long a country's numbers are, and what stands in
front of them at home. It is loaded where a number is first looked at, which takes 0.1 s, so that it costs nothing where
no real carrier has the lines.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from faxes import tolls
from faxes.model import DialPlan, Extension, ExtensionNumber

# In front of a number at home. In such a country, a number without it is one of the caller's own town.
_TRUNK = "0"


class NotDialed(Exception):
    """No number in full can be made of it; the message says why, as what is said of the number."""


@dataclass(frozen=True)
class Dialing:
    """What a real carrier dials for one organization's fax. ``read`` gives how the organization dials, ``extension`` an
    extension of this deployment; each may raise StorageFault."""

    organization_id: str
    read: Callable[[str], DialPlan]
    extension: Callable[[ExtensionNumber], Extension | None]

    @cached_property
    def plan(self) -> DialPlan:
        """How it dials, as it is read once. Raises StorageFault."""
        return self.read(self.organization_id)

    def why_refused(self, number: str) -> str | None:
        """Why no fax of the organization's goes to a number, as what is said of it; None where one does."""
        if "*" in number:
            return None
        try:
            return tolls.why_not(in_full(number, self.plan), self.plan)
        except NotDialed as why:
            # A short number may be an extension's.
            if number.isdecimal() and self.extension(ExtensionNumber(self.organization_id, number)):
                return None
            return str(why)

    def pages_per_day(self, numbers: Sequence[str]) -> int | None:
        """How many pages the organization may send in a day, where one of these numbers is called; else None."""
        return self.plan.pages_per_day if any(self._is_called(number) for number in numbers) else None

    def _is_called(self, number: str) -> bool:
        """Whether it is no extension."""
        try:
            return "*" not in number and bool(in_full(number, self.plan))
        except NotDialed:
            return False

    def may_dial(self, dialed: str) -> bool:
        """Whether the organization may have a number called that ``dialed`` has made."""
        try:
            return tolls.why_not(in_full(dialed, self.plan), self.plan) is None
        except NotDialed:
            # It costs nothing: the carrier refuses it.
            return True

    def dialed(self, number: str) -> str:
        """A telephone number in full; as it is where that cannot be made of it any more, for the carrier to refuse."""
        try:
            return in_full(number, self.plan)
        except NotDialed:
            return number


def in_full(number: str, plan: DialPlan) -> str:
    """``number``, of digits with or without a leading ``+``, as E.164. Raises NotDialed."""
    if number.startswith("+"):
        return _checked(number, None)
    if plan.country is None:
        raise NotDialed(
            "has no country's code, and the directory has no country for the sender's organization; write it with + "
            "and its country's code"
        )
    if plan.outside_prefix and number.startswith(plan.outside_prefix):
        try:
            return _national(number.removeprefix(plan.outside_prefix), plan)
        except NotDialed:
            # It may only look so: 9125550001 where one dials 9 for a line.
            return _national(number, plan)
    return _national(number, plan)


def _national(number: str, plan: DialPlan) -> str:
    """A number without ``+`` as one dials it in the plan's country."""
    import phonenumbers as library

    country = plan.country or ""
    trunk = library.ndd_prefix_for_region(country, True) == _TRUNK
    local = trunk and not number.startswith(_TRUNK)
    if not local:
        try:
            return _checked(number, country)
        except _OnlyLocal:
            # An area's code, and nothing behind it.
            if trunk:
                raise
    if plan.area_code is None:
        raise NotDialed(
            "has no area code, and the directory has no areaCode for the sender's organization; write it with its area "
            "code"
        )
    return _checked(plan.area_code + number, country)


class _OnlyLocal(NotDialed):
    """It is one that is dialed within an area alone."""


def _checked(number: str, country: str | None) -> str:
    import phonenumbers as library

    try:
        parsed = library.parse(number, country)
    except library.NumberParseException as error:
        unknown = error.error_type == library.NumberParseException.INVALID_COUNTRY_CODE
        raise NotDialed("begins with no country's code" if unknown else "is too short to be dialed") from None
    possible = library.is_possible_number_with_reason(parsed)
    if possible == library.ValidationResult.IS_POSSIBLE:
        return str(library.format_number(parsed, library.PhoneNumberFormat.E164))
    what = f"for a number of +{parsed.country_code}"
    if possible == library.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise _OnlyLocal(f"is too short {what}: it has no area code")
    words = {library.ValidationResult.TOO_SHORT: "too short", library.ValidationResult.TOO_LONG: "too long"}
    raise NotDialed(f"is {words.get(possible, 'of no length')} {what}")


def is_country(code: str) -> bool:
    """Whether numbers of this country (ISO 3166 alpha-2) are known."""
    import phonenumbers as library

    return code in library.SUPPORTED_REGIONS
