"""Reads from when until when a server's certificate holds (X.509 in DER); knows no socket and no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x30, 0x17, 0x18, 0xA0


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """The span in which a certificate holds; aware UTC."""

    begins: datetime
    ends: datetime


def read_validity(der: bytes) -> Validity | None:
    """The validity of a certificate (RFC 5280, 4.1), None when it cannot be read.

    Python's ssl tells the dates only of a certificate it trusts; an expired one it does not, and that is when an admin needs
    them.
    """
    try:
        return _validity(der)
    except (IndexError, ValueError):
        return None


def _validity(der: bytes) -> Validity:
    _, certificate, _ = _element(der)
    _, signed, _ = _element(certificate)
    tag, _, after_version = _element(signed)
    rest = after_version if tag == _VERSION else signed
    for _ in ("serial number", "signature algorithm", "issuer"):
        _, _, rest = _element(rest)
    tag, span, _ = _element(rest)
    if tag != _SEQUENCE:
        raise ValueError("no validity where it should be")
    begins_tag, begins, rest = _element(span)
    ends_tag, ends, _ = _element(rest)
    return Validity(begins=_time(begins_tag, begins), ends=_time(ends_tag, ends))


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """The first element's tag and content, and what follows it."""
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        start = 2 + (length & 0x7F)
        length = int.from_bytes(data[2:start], "big")
    return tag, data[start : start + length], data[start + length :]


def _time(tag: int, text: bytes) -> datetime:
    """UTCTime has two digits for the year: 50 to 99 are 1950 to 1999."""
    digits = text.decode("ascii")
    if tag == _UTC_TIME:
        digits = ("19" if int(digits[:2]) >= 50 else "20") + digits
    elif tag != _GENERALIZED_TIME:
        raise ValueError(f"tag {tag} is no time")
    return datetime.strptime(digits, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
