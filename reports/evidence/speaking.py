"""How the pages of evidence say times, lengths, sizes and words in one language and one zone. Pure; knows no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from reports.evidence.words import WORDS

_SECOND = 1_000_000
_LENGTHS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Says things in `language` (es, en), times on the wall of `zone`."""

    language: str
    zone: ZoneInfo

    def say(self, code: str, **values: object) -> str:
        """One phrase, filled in. KeyError for one that is not there."""
        return WORDS[self.language][code].format_map(values)

    def word(self, group: str, value: str | None) -> str:
        """What a word of the store is called here; one without a name stands for itself."""
        if value is None or value == "":
            return self.say("none")
        return WORDS[self.language].get(f"{group}.{value}", str(value).replace("_", " "))

    def at(self, moment: datetime | None) -> str:
        """`2026-11-23 10:00:00 CET`, on the wall of the house."""
        if moment is None:
            return self.say("none")
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S %Z")

    def utc(self, moment: datetime | None) -> str:
        """`2026-11-23 09:00:00 UTC`."""
        return self.say("none") if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

    def both(self, moment: datetime | None) -> str:
        """The one above the other."""
        return self.say("none") if moment is None else f"{self.at(moment)}\n{self.utc(moment)}"

    def spelled(self, moment: datetime) -> str:
        """`lunes, 23 de noviembre de 2026, 10:00:00 (CET, UTC+01:00; 09:00:00 UTC)`."""
        local = moment.astimezone(self.zone)
        offset = local.strftime("%z")
        there = f"{local:%H:%M:%S} ({local:%Z}, UTC{offset[:3]}:{offset[3:]}; {moment.astimezone(UTC):%H:%M:%S} UTC)"
        return f"{self.day(local.date())}, {there}"

    def day(self, day: date) -> str:
        """`lunes, 23 de noviembre de 2026`."""
        return format_date(day, "full", locale="en_GB" if self.language == "en" else self.language)

    def weekday(self, day: date) -> str:
        """`lunes`."""
        return format_date(day, "EEEE", locale=self.language)

    def length(self, microseconds: int | None, *, days: bool = True) -> str:
        """`1 d 3 h 5 min 7 s`, cut to the second; with `days` False in hours only, as open hours are counted."""
        if microseconds is None:
            return self.say("none")
        left, said = microseconds // _SECOND, []
        for unit, seconds in _LENGTHS if days else _LENGTHS[1:]:
            count, left = divmod(left, seconds)
            if count:
                said.append(f"{count} {unit}")
        return " ".join(said) or "0 s"

    def number(self, count: int) -> str:
        """`1.234` or `1,234`."""
        return format_decimal(count, locale=self.language)

    def size(self, count: int | None) -> str:
        """A number of bytes; `?` where it is not known."""
        return self.say("bytes", count="?" if count is None else self.number(count))
