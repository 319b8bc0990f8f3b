"""Which days are public holidays, by country and region, and what they are called; knows no hours and no zones.

The `holidays` library takes 0.7 s to load, so it is imported when a date is first asked about, and not at all for a calendar
without a country. Its years are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from ventanilla.clocks.hours import Problems

if TYPE_CHECKING:
    from holidays import HolidayBase

_SATURDAY = 5
_KEYS = {"country", "region", "extra"}
_EXTRA_NAMES = {"es": "Festivo propio", "ca": "Festiu propi", "gl": "Festivo propio", "eu": "Jaiegun propioa"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHolidays:
    """The holidays of an ISO 3166 `country` (and one of its regions), and `extra` dates of the house's own.

    Without a country there are only the extra ones, and Saturday and Sunday are no working days.
    """

    country: str | None = None
    region: str | None = None
    extra: frozenset[date] = frozenset()

    def holds(self, day: date) -> bool:
        """Whether it is a holiday. A Sunday without a name of its own is not one."""
        return day in self.extra or (
            self.country is not None and day in _year(self.country, self.region, day.year, "en")
        )

    def name(self, day: date, language: str = "en") -> str | None:
        """What the day is called, in `language` where the library knows it, else in a near one; None for an ordinary day."""
        if self.country is not None:
            name = _year(self.country, self.region, day.year, language).get(day)
            if name is not None:
                return str(name)
        return _EXTRA_NAMES.get(language[:2], "Own holiday") if day in self.extra else None

    def working_day(self, day: date) -> bool:
        """Whether the law counts it: not a holiday, and not the country's weekly rest (Saturday and Sunday in most).

        A weekend day that the country itself declared a working day in exchange for another counts.
        """
        if self.country is None:
            return day.weekday() < _SATURDAY and day not in self.extra
        return day not in self.extra and bool(_year(self.country, self.region, day.year, "en").is_working_day(day))


@lru_cache(maxsize=256)
def _year(country: str, region: str | None, year: int, language: str) -> HolidayBase:
    import holidays

    entity = getattr(holidays, country)
    # With a language it does not have, the library would fall back to the one of this process's environment.
    known = entity.supported_languages
    wanted = (language, language[:2], *(("es",) if language[:2] in _EXTRA_NAMES else ()), "en_US")
    chosen = next((each for each in wanted if each in known), entity.default_language)
    found: HolidayBase = entity(subdiv=region, years=year, expand=False, language=chosen)
    return found


def read_holidays(table: object, problems: Problems, *, verify: bool) -> PublicHolidays | None:
    """Read {country, region, extra}. `verify` asks the library whether it knows the country and region (0.7 s, once)."""
    if table is None:
        return None
    if not isinstance(table, Mapping):
        problems.add("holidays", f'expected {{ country = "ES", region = "MD", extra = […] }}, got {table!r}')
        return None
    for unknown in sorted(set(table) - _KEYS):
        problems.add(f"holidays.{unknown}", "unknown key; allowed: country, region, extra")
    extra = _read_extra(table.get("extra") or (), problems)
    country = _read_country(table.get("country"), problems, verify=verify)
    region = _read_region(table.get("region"), country, problems, verify=verify)
    return PublicHolidays(country=country, region=region, extra=extra)


def _read_country(country: object, problems: Problems, *, verify: bool) -> str | None:
    if country is None:
        return None
    if isinstance(country, str) and re.fullmatch(r"[A-Z]{2}", country) and (not verify or country in _countries()):
        return country
    hint = f"; nearest: {str(country).upper()}" if str(country).upper() in _countries() else ""
    problems.add("holidays.country", f'expected an ISO 3166 code, such as "ES" or "CO", got {country!r}{hint}')
    return None


def _read_region(region: object, country: str | None, problems: Problems, *, verify: bool) -> str | None:
    if region is None:
        return None
    if country is None:
        problems.add("holidays.region", f"got {region!r}, but no country that it could be in")
        return None
    if isinstance(region, str) and (not verify or region in _regions(country)):
        return region
    allowed = f"allowed: {', '.join(_regions(country))}" if _regions(country) else "it has none"
    problems.add("holidays.region", f"{country} has no region {region!r}; {allowed}")
    return None


@lru_cache(maxsize=1)
def _countries() -> Sequence[str]:
    import holidays

    return sorted(code for code in holidays.list_supported_countries() if len(code) == 2)


def _regions(country: str) -> Sequence[str]:
    """The codes of a country's regions, then the names that also stand for them."""
    import holidays

    entity = getattr(holidays, country)
    return (*entity.subdivisions, *entity.subdivisions_aliases)


def _read_extra(extra: object, problems: Problems) -> frozenset[date]:
    if isinstance(extra, str) or not isinstance(extra, Sequence):
        problems.add("holidays.extra", f'expected a list of dates such as ["2026-05-15"], got {extra!r}')
        return frozenset()
    found = (read_date(day, "holidays.extra", problems) for day in extra)
    return frozenset(day for day in found if day is not None)


def read_date(day: object, key: str, problems: Problems) -> date | None:
    """Read "2026-12-24", or take the date that TOML made of an unquoted one."""
    if isinstance(day, date) and not isinstance(day, datetime):
        return day
    try:
        return date.fromisoformat(str(day))
    except ValueError:
        problems.add(key, f'expected a date such as "2026-12-24", got {day!r}')
        return None
