"""Knows the single values that settings are made of (ports, zones, addresses, patterns) and what each allows."""

from __future__ import annotations

import difflib
import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, Strict, ValidationInfo

from config.plain import expecting, plain_error, shown


def _not_empty(text: str) -> str:
    if not text.strip():
        raise plain_error(f"expected a text that is not empty, got {shown(text)}")
    return text


LANGUAGES = ("es", "en", "ca", "gl", "eu")

Text = Annotated[str, AfterValidator(_not_empty), expecting("a text")]
Flag = Annotated[bool, Strict(), expecting("true or false")]
AutoFlag = Annotated[Literal["auto"] | Annotated[bool, Strict()], expecting('"auto", true or false')]
Port = Annotated[int, Strict(), Field(ge=1, le=65535), expecting("1 to 65535")]
Percent = Annotated[int, Strict(), Field(ge=1, le=100), expecting("a percentage, 1 to 100")]
Capacity = Annotated[int, Strict(), Field(ge=1, le=10_000), expecting("1 to 10000")]
TelegramId = Annotated[int, Strict(), Field(ge=1), expecting("a Telegram id (a whole number above 0)")]


def _is_one_of(*allowed: str) -> Any:
    words = ", ".join(f'"{word}"' for word in allowed[:-1]) + f' or "{allowed[-1]}"'
    return expecting(words)


Language = Annotated[str, Field(pattern=f"^({'|'.join(LANGUAGES)})$"), _is_one_of(*LANGUAGES)]
SpokenLanguage = Annotated[
    str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$"), expecting('a language code such as "es", "en" or "ca"')
]


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise plain_error(f'unknown time zone "{name}"{_nearest_zone(name)}') from None


def _nearest_zone(name: str) -> str:
    by_city = {zone.rpartition("/")[2].lower(): zone for zone in sorted(available_timezones(), reverse=True)}
    close = difflib.get_close_matches(name.rpartition("/")[2].lower(), by_city, n=1, cutoff=0.7)
    return f'; did you mean "{by_city[close[0]]}"?' if close else '; expected one such as "Europe/Madrid"'


Zone = Annotated[str, AfterValidator(_known_zone), expecting('a time zone such as "Europe/Madrid"')]

_MAIL = r"^[^@\s<>(),;:\"]+@[^@\s<>(),;:\"]+$"
MailAddress = Annotated[
    str, Field(pattern=_MAIL), AfterValidator(str.lower), expecting('one mail address such as "ana@example.com"')
]
AddressPattern = Annotated[
    str,
    Field(pattern=rf"{_MAIL}|^\+[0-9*?]+$|^[*?]*[0-9][0-9*?]*$"),
    AfterValidator(str.lower),
    expecting('an address, a phone number, a Telegram id or a pattern such as "*@example.com" or "+34*"'),
]
PhoneNumber = Annotated[
    str, Field(pattern=r"^\+[1-9][0-9]{6,14}$"), expecting('a number with its country (E.164) such as "+34910000000"')
]
Host = Annotated[
    str, Field(pattern=r"^[^\s/@:]+$|^[0-9a-fA-F:]+$"), expecting('a host name such as "imap.example.com"')
]


def _splits(url: str) -> str:
    """Refuse what urllib cannot take apart: a bracket left open, a port that is none."""
    if not (parts := urlsplit(url)).hostname or parts.port == 0:
        raise ValueError(url)
    return url


Url = Annotated[
    str,
    Field(pattern=r"^https?://[^\s/]+"),
    AfterValidator(_splits),
    expecting('an address that starts with "https://" or "http://"'),
]
Domain = Annotated[
    str, Field(pattern=r"^[^\s@]+\.[^\s@]+$"), AfterValidator(str.lower), expecting('a domain such as "example.com"')
]


def _compiles(pattern: str) -> str:
    """Refuse what the rules' own engine cannot compile. Loaded only when there is an expression."""
    import regex

    try:
        regex.compile(pattern)
    except regex.error as error:
        at = "" if error.pos is None else f" at character {error.pos + 1}"
        raise plain_error(f"not a regular expression: {error.msg}{at}, got {shown(pattern)}") from None
    except (OverflowError, RecursionError, ValueError):
        raise plain_error(f"not a regular expression that can be used, got {shown(pattern)}") from None
    return pattern


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]


def _anchor(path: Path, info: ValidationInfo) -> Path:
    """Make a relative path relative to the folder of the file that names it (`folder` in the context)."""
    folder = (info.context or {}).get("folder")
    if "\0" in str(path):
        raise plain_error("expected a path, got a text with a NUL in it")
    path = Path(os.path.expanduser(path))
    return path if folder is None else Path(folder) / path


AnchoredPath = Annotated[
    Path, AfterValidator(_anchor), PlainSerializer(str, return_type=str), expecting("a path, as a text")
]


def _as_date(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise plain_error(f'expected a date such as 2026-12-24, got "{value}"') from None
    return value


Day = Annotated[date, Strict(), BeforeValidator(_as_date), expecting("a date such as 2026-12-24")]


def _listed(value: object) -> object:
    """Let one value stand for a list of one."""
    return value if isinstance(value, list | tuple | dict) else (value,)


OneOrMore = BeforeValidator(_listed)


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    for number, value in enumerate(values):
        if value in values[:number]:
            raise plain_error(f'"{value}" is written twice')
    return values


Unique = AfterValidator(_unique)


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise plain_error("expected at least one, got none")
    return values


AtLeastOne = AfterValidator(_some)
