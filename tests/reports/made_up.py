"""Reports made up by hand: a quiet month, a busy one, one case, none at all, and a house with long names."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from config.calendars import CalendarSettings
from config.promises import PromiseSettings
from config.schema import Config
from config.service import ServiceSettings
from reports.figures import Figure, Level, Report, Slow, Spread
from router.house import House
from ventanilla.store.installation import Installation

NOW = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
BOUNDS = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY)
AGES = ("0-1d", "1-3d", "3-7d", "7-14d", "14-30d", "30d+")


def house_named(name: str = "Ferretería Sol") -> House:
    """A house of one calendar and one promise, without a store."""
    config = Config(
        service=ServiceSettings(name=name, language="es", timezone="Europe/Madrid"),
        calendars={"madrid": CalendarSettings(timezone="Europe/Madrid", hours={"mon-fri": ("09:00-14:00",)})},
        promises={"normal": PromiseSettings.model_validate({"calendar": "madrid", "first_response": {"within": "1h"}})},
    )
    return House(config=config, version=7, installation=Installation(instance="made-up", signing_key=b"k"))


def figure(metric: str, group: str = "", *, count: int = 212, times: float = 1.0, still_open: int = 9) -> Figure:
    """One figure; `times` makes it slower."""
    levels: tuple[Level, ...] = ()
    if metric == "first_response":
        levels = (
            Level(promise="normal", target=90, within=HOUR, count=count, within_target=87.5, normal=1.3 * HOUR * times),
        )
    return Figure(
        group=group,
        metric=metric,
        count=count,
        elapsed=spread(42 * MINUTE * times),
        business=spread(24.5 * MINUTE * times),
        within_target=87.5 if levels else None,
        promised=count if levels else 0,
        still_open=still_open,
        overdue=still_open // 3,
        open_ages=Spread(p50=3 * HOUR, p90=2 * DAY, p95=3 * DAY, max=11.3 * DAY) if still_open else Spread(),
        otherwise={"unanswered": 4, "no_reply_needed": 11} if metric.endswith("response") else None,
        levels=levels,
    )


def spread(p50: float) -> Spread:
    return Spread(p50=p50, p90=p50 * 6.1, p95=p50 * 11.7, max=p50 * 140, mean=p50 * 2.2)


ALL = (
    "waiting_now",
    "first_response",
    "next_response",
    "time_to_assign",
    "time_to_accept",
    "customer_wait",
    "first_resolution",
    "full_resolution",
    "reopened",
    "legal",
)


def usual_month(*, scale: int = 1) -> Report:
    """A month of an ordinary shop; `scale` times as busy."""
    chance = random.Random(5)
    days = [FIRST + timedelta(days=number) for number in range(30)]
    return Report(
        start=FIRST,
        end=LAST,
        by="",
        by_end=False,
        figures=tuple(figure(metric, count=212 * scale, still_open=9 * scale) for metric in ALL),
        before=tuple(figure(metric, count=180 * scale, times=1.3, still_open=12 * scale) for metric in ALL),
        worst=tuple(slow(number) for number in range(10)),
        arrivals=tuple(
            (weekday, hour, scale * chance.randint(1, 30))
            for weekday in range(6)
            for hour in range(7, 22)
            if weekday < 5 or hour < 15
        ),
        backlog=tuple(zip(AGES, (scale * 14, scale * 6, scale * 3, 1, 0, scale * 2), strict=True)),
        trend=tuple(point(day, metric, chance, scale) for metric in ALL[:2] for day in days),
        distribution=tuple(
            ("first_response", bound, scale * count)
            for bound, count in zip(BOUNDS, (1, 4, 9, 22, 30, 48, 39, 25, 14, 9, 6, 3, 1, 1), strict=True)
        ),
    )


def point(
    day: date, metric: str, chance: random.Random, scale: int
) -> tuple[str, str, float | None, float | None, int]:
    if day.weekday() == 6:
        return (day.isoformat(), metric, None, None, 0)
    half = chance.uniform(10, 90) * MINUTE
    return (day.isoformat(), metric, half, half * chance.uniform(2, 30), scale * chance.randint(3, 15))


def slow(number: int, *, owner: str | None = None) -> Slow:
    return Slow(
        key=f"V-7K3M-{number}QX",
        metric="first_response" if number % 3 else "legal",
        channel="soporte",
        team="atencion",
        owner=("ana", "luis", "marta")[number % 3] if owner is None else owner,
        started_on=f"2026-11-{number + 3:02d} 09:1{number % 10}",
        seconds=(12 - number) * DAY + 1234,
        business_seconds=(12 - number) * 5 * HOUR,
        due_missed_by=None if number == 4 else (11 - number) * DAY,
        still_open=number < 3,
    )


def one_case() -> Report:
    """A single case in a single day."""
    only = Spread(p50=95.0, p90=95.0, p95=95.0, max=95.0, mean=95.0)
    level = Level(promise="normal", target=90, within=HOUR, count=1, within_target=100.0, normal=95.0)
    mine = Figure(
        group="",
        metric="first_response",
        count=1,
        elapsed=only,
        business=only,
        within_target=100.0,
        promised=1,
        levels=(level,),
    )
    return Report(
        start=LAST,
        end=LAST,
        by="",
        by_end=True,
        figures=(mine,),
        arrivals=((0, 9, 1),),
        backlog=tuple((age, 0) for age in AGES),
        trend=((LAST.isoformat(), "first_response", 95.0, 95.0, 1),),
        distribution=(("first_response", 120.0, 1),),
    )


def empty() -> Report:
    """A period in which nothing happened."""
    return Report(start=FIRST, end=LAST, by="", by_end=False, figures=())


def by_team(teams: int = 6) -> Report:
    """Groups with names longer than any column."""
    names = [
        "Atención al cliente y postventa de toda la península e islas",
        "a" * 64,
        *(f"equipo-{number}" for number in range(teams)),
    ]
    return Report(
        start=FIRST,
        end=LAST,
        by="team",
        by_end=False,
        figures=tuple(figure(metric, name) for name in names[:teams] for metric in ALL[:3]),
        before=tuple(figure(metric, name, times=0.7) for name in names[:teams] for metric in ALL[:3]),
    )
