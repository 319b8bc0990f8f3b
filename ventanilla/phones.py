"""Knows how a phone number is written as an identity (E.164) and for people; knows no provider.

Sources: ITU-T E.164; Mexico's 2019 numbering plan (the 1 after +52 is gone); Argentina's 15 before a mobile number, which
becomes a 9 after +54; what telephone networks send in place of a number that is withheld.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_SCHEMES = ("whatsapp:", "tel:", "sms:")

# Words that stand for "withheld", and the same words keyed on a telephone, as some networks send them.
_WITHHELD = frozenset(
    {"anonymous", "unknown", "restricted", "private", "blocked", "unavailable", "withheld", "asserted"}
)
_KEYED = frozenset({"+266696687", "+8656696", "+7378742833", "+2562533", "+86282452253"})

_MEXICO, _OLD_MOBILE, _OLD_LENGTH = 52, "1", 11


def e164(text: str, region: str | None = None) -> str | None:
    """The number as "+34910000000"; None for what is no number, is withheld, or cannot be one by its length.

    `region` (two letters, "ES") reads numbers written without their country. Extensions are dropped. The same number in any
    usual spelling gives the same text, and that text gives itself.
    """
    number = _parsed(text, region)
    if number is None:
        return None
    import phonenumbers

    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None if found in _KEYED else found


def is_withheld(text: str) -> bool:
    """Whether a caller's number is one of the ways in which networks say that there is none to be shown."""
    text = _bare(text)
    return not text or text.lower() in _WITHHELD or text in _KEYED


def spell_number(number: str) -> str:
    """An E.164 number as people write it ("+34 910 00 00 00"); anything else as it is."""
    parsed = _parsed(number, None)
    if parsed is None:
        return number
    import phonenumbers

    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def region_of(number: str) -> str | None:
    """The country of an E.164 number in two letters; None where it has none (satellite, international freephone)."""
    parsed = _parsed(number, None)
    if parsed is None:
        return None
    import phonenumbers

    found = phonenumbers.region_code_for_number(parsed)
    return found if found and found.isalpha() else None


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    """The number, cleared of old prefixes; None where there is none."""
    bare = _bare(text)
    if not bare or bare.lower() in _WITHHELD:
        return None
    import phonenumbers

    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    _forget_old_mexican_prefix(number)
    length = phonenumbers.is_possible_number_with_reason(number)
    return number if length == phonenumbers.ValidationResult.IS_POSSIBLE else None


def _bare(text: str) -> str:
    bare = text.strip()
    for scheme in _SCHEMES:
        if bare.lower().startswith(scheme):
            return bare[len(scheme) :].strip()
    return bare


def _forget_old_mexican_prefix(number: PhoneNumber) -> None:
    national = str(number.national_number)
    if number.country_code == _MEXICO and len(national) == _OLD_LENGTH and national.startswith(_OLD_MOBILE):
        number.national_number = int(national[1:])
