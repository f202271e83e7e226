"""Which numbers an organization may have called, since a call costs its operator money: toll fraud is stopped here.

A number must be of a country that the organization may fax to, by default its own, and not of a kind that pays whoever
is called: premium rate, shared cost, and personal numbers, which are forwarded for a price. Countries share codes (1 is
that of 25), so that it is the number that tells, by Google's metadata of the world's numbers (phonenumberslite).

What belongs to no country: satellites, international networks, and international premium rate. The codes are those of
the ITU's "List of Recommendation ITU-T E.164 Assigned Country Codes", an annex to its Operational Bulletin 1114
(position on 15 December 2016).
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from faxes.model import DialPlan

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

OF_NO_COUNTRY: Mapping[str, str] = {
    "800": "an international freephone service",
    "808": "an international shared cost service",
    "870": "a satellite (Inmarsat)",
    "878": "a universal personal telecommunications service",
    "881": "a satellite (global mobile satellite system)",
    "882": "an international network",
    "883": "an international network",
    "888": "a service for disaster relief",
    "979": "an international premium rate service",
}

# Digits of a national number that tell nothing yet; and how many may be missing.
_FEWEST, _MORE = 4, 3


def why_not(number: str, plan: DialPlan) -> str | None:
    """Why a number in full (E.164) is not called for an organization, as what is said of the number; None where it may
    be."""
    import phonenumbers as library

    code = next((code for code in OF_NO_COUNTRY if number.startswith(f"+{code}")), None)
    if code is not None:
        return f"is of {OF_NO_COUNTRY[code]}, to which nobody may fax"
    parsed = library.parse(number)
    kinds = {
        library.PhoneNumberType.PREMIUM_RATE: "a premium rate number",
        library.PhoneNumberType.SHARED_COST: "a shared cost number",
        library.PhoneNumberType.PERSONAL_NUMBER: "a personal number, which is forwarded for a price",
    }
    kind = next((kinds[each] for each in _types(parsed) if each in kinds), None)
    if kind is not None:
        return f"is {kind}, to which nobody may fax"
    if not plan.countries:
        return "may not be faxed to: the directory has neither country nor faxTo for the sender's organization"
    country = library.region_code_for_number(parsed)
    if country in plan.countries:
        return None
    where = f"in {country}" if country else "in no country that is known"
    return f"is {where}, and the sender's organization may fax to {', '.join(plan.countries)} alone (faxTo)"


def _types(number: "PhoneNumber") -> Iterator[int]:
    """What type a number is of. Where it is of none that is known, those of its beginning, and of what it begins: an
    exchange completes a call with the last digit that it needs, and ignores those behind."""
    import phonenumbers as library

    unknown = library.PhoneNumberType.UNKNOWN
    yield (found := library.number_type(number))
    if found != unknown:
        return
    digits = str(number.national_number)
    beginnings = (digits[:length] for length in range(len(digits) - 1, _FEWEST, -1))
    for other in (*beginnings, *(digits + "1" * more for more in range(1, _MORE + 1))):
        changed = library.PhoneNumber()
        changed.merge_from(number)
        changed.national_number = int(other)
        if (found := library.number_type(changed)) != unknown:
            yield found
