"""When a house is open: one zone's hours, seasons, holidays and special days, and business-time arithmetic over them.

The rule is one sentence: **it is open exactly while the clock on its wall shows a time inside one of its windows.** So on
the night the clock goes back, 01:00-03:30 lasts three hours and a half (the repeated hour is inside, twice), and a window that
ends inside the repeated hour is left, and entered again once the clock has gone back. On the night it goes forward, what the
clock skips does not happen: a window that starts or ends at a time that is never shown starts or ends at the jump. A window
that crosses midnight belongs, whole, to the day it starts on: the eve's 22:00-06:00 runs on into a holiday, and the holiday's
own does not start.

For each day one thing decides, the first of: a special day, a holiday (closed), the season that holds, the week.

Pure: moments come in aware, go out in UTC; a naive one raises ValueError. Exact: nothing is rounded, and sums are of UTC instants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ventanilla.clocks.hours import ALL_DAY, CLOSED, Problems, Week, Windows, read_week, read_windows
from ventanilla.clocks.intervals import Interval, open_intervals
from ventanilla.clocks.public_holidays import PublicHolidays, read_date, read_holidays
from ventanilla.clocks.seasons import Season, read_seasons
from ventanilla.clocks.zones import as_utc, load_zone

# From one 29 February to the next where a century skips one. What does not open or change within it, never does.
HORIZON = timedelta(days=8 * 366)

_DAY = timedelta(days=1)
_EVERY_DAY: Week = (ALL_DAY,) * 7
_KEPT_DAYS = 20_000
_LAST = datetime(9999, 12, 30, tzinfo=UTC)


class InvalidCalendar(ValueError):
    """The shapes make no calendar. `problems` has every one of them as (key, message), keys as under [calendars.X]."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{key}: {message}" for key, message in problems))


class NeverOpens(ValueError):
    """No opening within HORIZON, so business time never passes and there is no due time to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Opening hours in one zone. Build it with `build` or `always`; equal ones are equal, and it can be pickled.

    What a day comes to is kept once computed; threads may share a calendar.
    """

    zone: ZoneInfo
    week: Week
    seasons: tuple[Season, ...] = ()
    holidays: PublicHolidays | None = None
    special: Mapping[date, Windows] = field(default_factory=dict, hash=False)
    _days: dict[int, tuple[Interval, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def build(
        cls,
        *,
        zone: str,
        hours: Mapping[str, Sequence[str]],
        seasons: Sequence[Mapping[str, object]] = (),
        holidays: Mapping[str, object] | None = None,
        special: Mapping[str | date, Sequence[str]] | None = None,
        verify_holidays: bool = True,
    ) -> Calendar:
        """Read the shapes of [calendars.X] (`zone` is its `timezone`). Raises InvalidCalendar with all that is wrong.

        `verify_holidays` looks the country and region up, which loads the `holidays` library (0.7 s); without it a country
        that does not exist raises AttributeError or NotImplementedError at the first question.
        """
        problems = Problems()
        found = cls(
            zone=load_zone(zone, problems),
            week=read_week(hours, "hours", problems),
            seasons=read_seasons(seasons, problems),
            holidays=read_holidays(holidays, problems, verify=verify_holidays),
            special=_read_special(special or {}, problems),
        )
        if problems:
            raise InvalidCalendar(problems)
        return found

    @classmethod
    def always(cls, zone: str = "UTC") -> Calendar:
        """Open day and night. The zone only says which date it is."""
        return cls.build(zone=zone, hours={"daily": ["00:00-24:00"]})

    @property
    def is_always_open(self) -> bool:
        """True for a calendar without exceptions to 24 hours a day."""
        return self.week == _EVERY_DAY and not (self.seasons or self.holidays or self.special)

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at that instant. The opening instant is open, the closing instant is not."""
        at = as_utc(at)
        for opens, closes in self._open_on(at.toordinal()):  # noqa: SIM110 (any() takes three times as long)
            if opens <= at < closes:
                return True
        return False

    def intervals(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Open intervals within [start, end), cut to it, in order, none touching another. Nothing where end <= start."""
        pending: Interval | None = None
        for piece in self._pieces(as_utc(start), as_utc(end)):
            if pending is None:
                pending = piece
            elif pending.closes == piece.opens:
                pending = Interval(pending.opens, piece.closes)
            else:
                yield pending
                pending = piece
        if pending is not None:
            yield pending

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """Open time from start to end, exact to the microsecond; zero where end <= start."""
        return sum((closes - opens for opens, closes in self._pieces(as_utc(start), as_utc(end))), timedelta())

    def open_seconds(self, start: datetime, end: datetime) -> int:
        """`open_between` in whole seconds, cut once, at the end."""
        return self.open_between(start, end) // timedelta(seconds=1)

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """The earliest moment by which `open_time` of business time has passed since start: a due time.

        An hour promised one hour before closing is due at closing, not at the next opening. Zero is `start` itself. Raises
        ValueError for a negative time and NeverOpens where the calendar stays closed.
        """
        if open_time < timedelta():
            raise ValueError(f"expected a time of zero or more, got {open_time}")
        at, left = as_utc(start), open_time
        if not left or self.is_always_open:
            return at + left
        while True:
            before = left
            for opens, closes in self._pieces(at, _horizon(at)):
                if closes - opens >= left:
                    return opens + left
                left -= closes - opens
            if left == before:
                raise NeverOpens(f"the calendar does not open in the {HORIZON.days // 366} years after {at:%Y-%m-%d}")
            at = _horizon(at)

    def next_opening(self, at: datetime) -> datetime | None:
        """The first moment from `at` on when it is open: `at` itself if open. None if it never opens (within HORIZON)."""
        at = as_utc(at)
        return next((opens for opens, _ in self._pieces(at, _horizon(at))), None)

    def next_change(self, at: datetime) -> datetime | None:
        """The first moment after `at` when `is_open` turns into its opposite; None if it never does (within HORIZON)."""
        at = as_utc(at)
        if self.is_always_open:
            return None
        limit = _horizon(at)
        opens_now = self.is_open(at)
        for opens, closes in self.intervals(at, limit) if opens_now else self._pieces(at, limit):
            change = closes if opens_now else opens
            return change if change < limit else None
        return None

    def local_date(self, at: datetime) -> date:
        """Which day it is there."""
        return as_utc(at).astimezone(self.zone).date()

    def windows(self, day: date) -> Windows:
        """The wall-clock windows that start on that day, after special days, holidays and seasons have had their say."""
        special = self.special.get(day)
        if special is not None:
            return special
        usual = self.usual_windows(day)
        return CLOSED if usual and self.holiday_holds(day) else usual

    def usual_windows(self, day: date) -> Windows:
        """The windows of that weekday by season and week, as if it were neither a special day nor a holiday."""
        week = next((season.week for season in self.seasons if season.holds(day)), self.week)
        return week[day.weekday()]

    def holiday_holds(self, day: date) -> bool:
        """Whether the day is a public holiday or one of the house's own."""
        return self.holidays is not None and self.holidays.holds(day)

    def holiday_name(self, day: date, language: str = "en") -> str | None:
        """What the holiday is called; None for an ordinary day."""
        return self.holidays.name(day, language) if self.holidays is not None else None

    def working_day(self, day: date) -> bool:
        """Whether deadlines in working days count it: no holiday, no weekly rest. The house's own hours do not matter."""
        return (self.holidays or PublicHolidays()).working_day(day)

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself is not counted. Zero is `day`; ValueError below."""
        if count < 0:
            raise ValueError(f"expected a count of zero or more working days, got {count}")
        while count:
            day += _DAY
            count -= self.working_day(day)
        return day

    def _pieces(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Open time within [start, end), cut at each midnight UTC."""
        for day in range(start.toordinal(), end.toordinal() + 1):
            for opens, closes in self._open_on(day):
                piece = Interval(max(opens, start), min(closes, end))
                if piece.opens < piece.closes:
                    yield piece

    def _open_on(self, day: int) -> tuple[Interval, ...]:
        """Open intervals of one UTC day, by its ordinal; computed once."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= _KEPT_DAYS:
                self._days.clear()
            found = self._days[day] = self._compute(datetime.fromordinal(day).replace(tzinfo=UTC))
        return found

    def _compute(self, midnight: datetime) -> tuple[Interval, ...]:
        if self.is_always_open:
            return (Interval(midnight, midnight + _DAY),)
        return open_intervals(self.zone, self.windows, midnight, midnight + _DAY)


def _horizon(at: datetime) -> datetime:
    return at + HORIZON if at < _LAST - HORIZON else _LAST


def _read_special(special: object, problems: Problems) -> dict[date, Windows]:
    if not isinstance(special, Mapping):
        problems.add("special", f'expected a table such as {{ "2026-12-24" = ["09:00-13:00"] }}, got {special!r}')
        return {}
    found = {}
    for text, spans in special.items():
        day = read_date(text, f"special.{text}", problems)
        windows = read_windows(spans, f"special.{text}", problems)
        if day is not None:
            found[day] = windows
    return found


ALWAYS = Calendar.always()
