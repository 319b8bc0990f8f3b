"""The Date header, also in bad forms. Knows no clock: what is unreadable or absurd is None."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_COMMENT = re.compile(r"\([^()]*\)")
_MONTHS = {
    "ene": "jan", "abr": "apr", "ago": "aug", "dic": "dec", "set": "sep", "gen": "jan", "mai": "may", "mag": "may", "giu": "jun",
    "lug": "jul", "ott": "oct", "dez": "dec", "okt": "oct", "mrz": "mar", "fev": "feb", "out": "oct", "des": "dec", "xan": "jan",
}  # fmt: skip
_MONTH = re.compile(r"(?i)\b(" + "|".join(_MONTHS) + r")[a-zç]*\.?(?=[\s-])")
_WEEKDAY = re.compile(r"(?i)^\s*[a-záéí]{2,10}\.?,?\s+(?=\d)")
_EARLIEST, _LATEST = 1970, 2200


def read_date(value: str) -> datetime | None:
    """Aware UTC, or None. A missing zone is read as UTC (RFC 5322 `-0000`)."""
    value = _COMMENT.sub(" ", value[:200]).strip()
    if not value:
        return None
    try:
        found = _read_iso(value) if _ISO.match(value) else _read_rfc(value)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return found if found and _EARLIEST <= found.year < _LATEST else None


def _read_rfc(value: str) -> datetime | None:
    parts = parsedate_tz(value) or parsedate_tz(
        _MONTH.sub(lambda match: _MONTHS[match[1].lower()], _WEEKDAY.sub("", value))
    )
    if parts is None:
        return None
    year, month, day, hour, minute, second = parts[:6]
    offset = timedelta(seconds=parts[9] or 0)
    zone = timezone(offset) if abs(offset) < timedelta(hours=24) else UTC
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)


def _read_iso(value: str) -> datetime | None:
    found = datetime.fromisoformat(value.replace(" UTC", "Z").replace(" GMT", "Z"))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
