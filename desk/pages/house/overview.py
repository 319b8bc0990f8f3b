"""The first page of the house: what is in force, how channels fare, what waits, whether the machine keeps up, what is promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from config.promises import DEFAULT_PROMISE, PromiseSettings, Target
from desk.pages.house.hours import hours_in_words
from desk.pages.page import Visit
from desk.pages.rendering import in_words
from desk.pages.saying import law_called
from ventanilla import __version__
from ventanilla.errors import Temporary
from ventanilla.machine_times import SLOW, STUCK, Delay, Spread
from ventanilla.standing import channel_now, compared_by_channel, line_now, machine, times_by_channel
from ventanilla.store.glance import Glance, glance
from ventanilla.store.revision import newest_revision
from ventanilla.store.tables import events, leases
from ventanilla.words import EventKind


def overview(visit: Visit) -> Response:
    """/house."""
    desk = visit.desk
    seen = _glance(visit)
    times = times_by_channel(seen)
    compared = compared_by_channel(seen.comparisons)
    channels = [channel_now(row, visit.now) | {"compared": compared.get(row["name"])} for row in seen.channels]
    with desk.store.read() as connection:
        applied_by = _applied_by(connection)
        at_work = _at_work(connection, now=visit.now)
    return visit.render(
        "house/overview.html",
        program=__version__,
        seen=seen,
        applied_by=applied_by,
        is_behind=seen.config is not None and seen.config["id"] != desk.house.version,
        channels=channels,
        verdict=machine(channels, times)["verdict"],
        times=_times(visit, times),
        stuck=[one for one in channels if one["lag_seconds"] > STUCK],
        line=[line_now(row) for row in seen.line],
        at_work=at_work,
        promises=[(name, list(_promise(visit, one))) for name, one in desk.config.promises.items()],
        default_promise=DEFAULT_PROMISE,
        calendars=[
            (name, settings.timezone, hours_in_words(visit, settings.hours), _holidays(visit, settings.holidays))
            for name, settings in desk.config.calendars.items()
        ],
    )


def _glance(visit: Visit) -> Glance:
    """What `ventanilla status` looks at. Raises Temporary where the store does not answer or is another version's."""
    url = visit.desk.store.engine.url.render_as_string(hide_password=False)
    seen = glance(url, now=visit.now, revision=newest_revision())
    if seen is None:
        raise Temporary("the store's schema is not this version's")
    return seen


def _applied_by(connection: sa.Connection) -> str | None:
    query = sa.select(events.c.actor).where(events.c.kind == EventKind.CONFIG_APPLIED)
    return connection.scalar(query.order_by(events.c.at.desc(), events.c.id.desc()).limit(1))


def _at_work(connection: sa.Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Who holds which task, and which source nobody pulls any more (other tasks are let go of when they are done). What else runs
    is known to the machine it runs on alone (`ventanilla status`)."""
    found = []
    shown = (leases.c.expires_at > now) | leases.c.name.startswith("pull ")
    for row in connection.execute(sa.select(leases).where(shown).order_by(leases.c.name)):
        place, _, process = row.holder.partition("/")
        host = place.partition("pid:")[0]
        pid = process.partition("/")[0]
        found.append(
            {"task": row.name, "host": host, "pid": pid, "lapsed": row.expires_at <= now, "at": row.expires_at}
        )
    return found


def _times(visit: Visit, times: Mapping[str, Mapping[Delay, Spread]]) -> list[dict[str, Any]]:
    return [
        {"channel": channel, "delay": str(delay), "spread": one, "slow": (one.p95 or 0) > SLOW[delay]}
        for channel, spreads in sorted(times.items())
        for delay, one in spreads.items()
        if one.count
    ]


def _promise(visit: Visit, settings: PromiseSettings) -> Iterator[str]:
    """What a promise says, a sentence each."""
    if settings.description:
        yield settings.description
    for name in ("first_response", "next_response", "resolution"):
        target: Target | None = getattr(settings, name)
        if target is not None:
            within = in_words(target.within)
            yield visit.say(f"house.promise.{name}", target=target.target, within=within)
    said = "house.promise.calendar" if settings.calendar else "house.promise.always"
    yield visit.say(said, calendar=settings.calendar or "")
    if settings.applies_to is not None:
        named = "; ".join(_meant(visit, name, values) for name, values in settings.applies_to.named().items())
        yield visit.say("house.promise.applies_to", what=named)
    yield visit.say("house.promise.warn_at", percent=settings.warn_at)
    yield visit.say("house.promise.escalate", to=", ".join(_told(visit, one) for one in settings.escalate))
    if settings.pack:
        yield visit.say("house.promise.pack", pack=law_called(settings.pack, visit.language))


def _meant(visit: Visit, name: str, values: Sequence[str]) -> str:
    """One thing that a promise looks at: "type: complaint, claim"."""
    said = [visit.say(f"{name}.{value}") for value in values] if name in ("kind", "priority") else values
    return f"{visit.say(f'house.looks_at.{name}')}: {', '.join(said)}"


def _told(visit: Visit, word: str) -> str:
    if word in ("owner", "duty", "supervisors"):
        return visit.say(f"house.escalate.{word}")
    known = visit.desk.config.agents.get(word)
    return known.name or word if known else word


def _holidays(visit: Visit, holidays: Any) -> str:
    if holidays is None or not (holidays.country or holidays.extra):
        return visit.say("house.no_holidays")
    where = " ".join(part for part in (holidays.country, holidays.region) if part)
    return visit.say("house.holidays", where=where or "–", n=len(holidays.extra))
