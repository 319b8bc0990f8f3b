"""A term counted day by day: which dates count, which do not, and why."""

from __future__ import annotations

from datetime import date

import pytest

from reports.evidence.counting import Unit, Why, count_days
from ventanilla.clocks.calendar import Calendar

FRIDAY = date(2026, 12, 4)
HOURS = {"mon-fri": ["09:00-18:00"]}


def office(country: str, region: str | None = None) -> Calendar:
    holidays = {"country": country} | ({"region": region} if region else {})
    return Calendar.build(zone="Europe/Madrid", hours=HOURS, holidays=holidays)


@pytest.mark.parametrize(
    ("country", "region", "last"),
    [("CO", None, 29), ("ES", None, 29), ("ES", "MD", 30), ("PE", None, 30), ("MX", None, 28)],
)
def test_fifteen_working_days_from_a_friday_before_two_holidays(country: str, region: str | None, last: int) -> None:
    last_day = date(2026, 12, last)

    counting = count_days(
        office(country, region),
        received_on=FRIDAY,
        last_day=last_day,
        unit=Unit.WORKING_DAYS,
        length=15,
        language="es",
    )

    assert counting.agrees
    assert (counting.days[0].why, counting.days[0].number) == (Why.RECEIPT, None)
    assert (counting.days[-1].day, counting.days[-1].number) == (last_day, 15)
    assert [day.number for day in counting.days if day.number] == list(range(1, 16))
    assert len(counting.days) == last - FRIDAY.day + 1, "each date has its row"


def test_each_day_off_says_why_in_the_readers_language() -> None:
    def named(language: str) -> dict[date, tuple[Why, str | None]]:
        counted = count_days(
            office("ES", "MD"),
            received_on=FRIDAY,
            last_day=date(2026, 12, 30),
            unit=Unit.WORKING_DAYS,
            length=15,
            language=language,
        )
        return {day.day: (day.why, day.holiday) for day in counted.days}

    assert named("es")[date(2026, 12, 8)] == (Why.HOLIDAY, "Inmaculada Concepción")
    assert named("en")[date(2026, 12, 8)] == (Why.HOLIDAY, "Immaculate Conception")
    assert named("es")[date(2026, 12, 12)] == (Why.WEEKEND, None)


def test_calendar_days_count_holidays_too_and_the_last_does_not_move() -> None:
    saturday = date(2026, 12, 19)

    counting = count_days(
        office("ES"), received_on=FRIDAY, last_day=saturday, unit=Unit.CALENDAR_DAYS, length=15, language="es"
    )

    assert {day.why for day in counting.days[1:]} == {Why.COUNTS}
    assert (counting.days[-1].number, counting.agrees) == (15, True)


def test_a_month_that_ends_on_a_day_off_is_carried_to_the_next_working_day() -> None:
    received, sunday, monday = date(2026, 10, 22), date(2026, 11, 22), date(2026, 11, 23)

    counting = count_days(
        office("ES"), received_on=received, last_day=monday, unit=Unit.MONTHS, length=1, language="es"
    )

    assert counting.days[-2].day == sunday
    assert [day.why for day in counting.days[-2:]] == [Why.COUNTS, Why.CARRIED]
    assert counting.agrees


def test_a_recorded_day_that_this_calendar_does_not_come_to_is_said() -> None:
    counting = count_days(
        office("ES", "MD"),
        received_on=FRIDAY,
        last_day=date(2026, 12, 29),
        unit=Unit.WORKING_DAYS,
        length=15,
        language="es",
    )

    assert (counting.agrees, counting.counted_last) == (False, date(2026, 12, 30))


def test_a_term_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be counted"):
        count_days(
            office("ES"),
            received_on=FRIDAY,
            last_day=date(2026, 12, 3),
            unit=Unit.WORKING_DAYS,
            length=1,
            language="es",
        )
