"""A calendar invitation as one readable line. Knows three fields of iCalendar (RFC 5545) and no more."""

from __future__ import annotations

import re

from connectors.reading.characters import clean_line

_FOLD = re.compile(r"\r?\n[ \t]")
_FIELD = re.compile(r"(?im)^(METHOD|SUMMARY|DTSTART)((?:;[^:\r\n]{0,200})?):([^\r\n]*)")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ZONE = re.compile(r"(?i)TZID=\"?([^;:\"]+)")
_MAX_READ = 64 * 1024


def calendar_line(text: str) -> str:
    """`[calendar: REQUEST · Visita · 2025-11-10 09:00 Europe/Madrid]`; "" when it names no event."""
    text = _FOLD.sub("", text[:_MAX_READ])
    event = text.find("BEGIN:VEVENT")
    method = _first(text, "METHOD")
    if event < 0:
        return ""
    parts = [
        clean_line(method, limit=40),
        clean_line(_unescaped(_first(text[event:], "SUMMARY")), limit=200),
        _moment(text[event:]),
    ]
    return f"[calendar: {' · '.join(part for part in parts if part)}]"


def _first(text: str, name: str) -> str:
    return next((match[3].strip() for match in _FIELD.finditer(text) if match[1].upper() == name), "")


def _moment(text: str) -> str:
    for match in _FIELD.finditer(text):
        moment = _MOMENT.match(match[3].strip()) if match[1].upper() == "DTSTART" else None
        if moment:
            year, month, day, hour, minute, utc = moment.groups()
            zone = _ZONE.search(match[2])
            clock = f" {hour}:{minute} {'UTC' if utc else zone[1] if zone else ''}".rstrip() if hour else ""
            return f"{year}-{month}-{day}{clock}"
    return ""


def _unescaped(text: str) -> str:
    return text.replace("\\n", " ").replace("\\N", " ").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
