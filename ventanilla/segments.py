"""Counts the parts that an SMS goes out in: each is paid for. Pure.

Source: 3GPP TS 23.038 (the GSM 7-bit alphabet and its extension); a long SMS loses seven bytes of each part to the header
that puts it together again.
"""

from __future__ import annotations

from dataclasses import dataclass

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
_UNITS = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_EXTENDED, 2)
_SINGLE = {"GSM-7": 160, "UCS-2": 70}
_PART = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """How many parts, in which alphabet, of how many units in all."""

    count: int
    alphabet: str
    units: int


def segments(text: str) -> Segments:
    """The parts of one SMS. A letter that GSM-7 lacks (á, í, ó, ú, an emoji) turns the whole text into UCS-2."""
    sizes = [_UNITS.get(letter) for letter in text]
    if None not in sizes:
        return _counted("GSM-7", [size for size in sizes if size is not None])
    return _counted("UCS-2", [2 if ord(letter) > 0xFFFF else 1 for letter in text])


def _counted(alphabet: str, sizes: list[int]) -> Segments:
    units = sum(sizes)
    if units <= _SINGLE[alphabet]:
        return Segments(count=1 if units else 0, alphabet=alphabet, units=units)
    count, room = 0, 0
    for size in sizes:  # a letter of two units is not cut in two
        if size > room:
            count, room = count + 1, _PART[alphabet]
        room -= size
    return Segments(count=count, alphabet=alphabet, units=units)
