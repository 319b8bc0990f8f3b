"""What messages say by themselves: how long the machine took for each, and when they arrive. Knows no turn and no promise."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from reports.figures import Figure, Spread
from reports.queries.local_time import bounds, local
from reports.queries.ranks import SECOND, kept, spreads
from reports.queries.scope import Scope
from reports.wanted import By
from ventanilla.store.tables import conversations, messages

INGEST_LAG = "ingest_lag"
_INBOUND = messages.c.direction == sa.literal_column("'in'")  # written out: a partial index is taken for nothing less


def lag_figures(connection: sa.Connection, scope: Scope) -> list[Figure]:
    """From when a customer's message reached our side until it was routed: the machine's own delay, of every message that came in
    in the period. It has no open hours: a machine has none."""
    with kept(connection, _arrived(scope, _group(scope).label("g"), _lag(scope).label("elapsed"))) as rows:
        counted = spreads(connection, rows, ("elapsed",), grouped=scope.is_grouped)
    return [
        Figure(group=group, metric=INGEST_LAG, count=each.count, elapsed=each.spread("elapsed"), business=Spread())
        for group, each in counted.items()
    ]


def came(connection: sa.Connection, scope: Scope) -> dict[str, int]:
    """How many messages came in by group: the counts of `lag_figures`, without how long each took."""
    rows = _arrived(scope, _group(scope).label("g")).subquery()
    counted = sa.select(rows.c.g, sa.func.count()).group_by(rows.c.g)
    return {str(group): count for group, count in connection.execute(counted)}


def arrivals(connection: sa.Connection, scope: Scope) -> tuple[tuple[int, int, int], ...]:
    """(weekday 0 to 6, hour, messages) of what customers sent in the period, on the wall clock of the house."""
    day = _local(scope, "day")
    parts = _arrived(scope, scope.weekday(day).label("weekday"), _local(scope, "hour").label("hour")).subquery()
    query = sa.select(parts.c.weekday, parts.c.hour, sa.func.count()).group_by(parts.c.weekday, parts.c.hour)
    return tuple(sorted((int(weekday), int(hour), count) for weekday, hour, count in connection.execute(query)))


def _arrived(scope: Scope, *columns: Any) -> sa.Select[Any]:
    start, end = bounds(scope.period, scope.house.zone())
    query = sa.select(*columns).where(_INBOUND, messages.c.received_at >= start, messages.c.received_at < end)
    wanted = scope.wanted
    by_case = (By.CHANNEL, By.TEAM, By.AGENT, By.KIND, By.PRIORITY, By.PROMISE)
    if not scope.wanted.only and wanted.by not in by_case:
        return query
    pairs = (("channel", wanted.channel), ("team", wanted.team), ("owner", wanted.agent), ("kind", wanted.kind))
    narrowing = [conversations.c[name] == value for name, value in pairs if value is not None]
    return query.join(conversations, conversations.c.id == messages.c.conversation_id).where(*narrowing)


def _group(scope: Scope) -> sa.ColumnElement[Any]:
    match scope.wanted.by:
        case None:
            return sa.literal_column("''")
        case By.DAY:
            return _local(scope, "day")
        case By.HOUR:
            return sa.cast(sa.cast(_local(scope, "hour"), sa.Integer), sa.Text)
        case By.WEEKDAY:
            return scope.weekday(_local(scope, "day"))
        case By.AGENT:
            return conversations.c.owner
        case by:
            return sa.func.coalesce(conversations.c[by], "")


def _local(scope: Scope, what: str) -> sa.ColumnElement[Any]:
    return local(messages.c.received_at, what, scope.period, scope.house.zone(), sqlite=scope.is_sqlite)


def _lag(scope: Scope) -> sa.ColumnElement[Any]:
    """In microseconds, exactly; never below nothing."""
    received, routed = messages.c.received_at, messages.c.routed_at
    if not scope.is_sqlite:
        lag = (sa.extract("epoch", routed) - sa.extract("epoch", received)) * SECOND
        return sa.func.greatest(sa.cast(lag, sa.BigInteger), 0)
    same_minute = sa.func.substr(received, 1, 16) == sa.func.substr(routed, 1, 16)
    same_day = sa.func.substr(received, 1, 10) == sa.func.substr(routed, 1, 10)
    seconds = sa.case((same_day, _of_day(routed) - _of_day(received)), else_=_of_1970(routed) - _of_1970(received))
    lag = seconds * SECOND + _digits(routed, 21, 6) - _digits(received, 21, 6)
    return sa.func.max(sa.case((same_minute, _of_minute(routed) - _of_minute(received)), else_=lag), 0)


def _of_minute(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Microseconds since the minute began, exactly; most of what came in was routed within the same one."""
    seconds = sa.cast(sa.func.substr(column, sa.literal_column("18"), sa.literal_column("9")), sa.Float)
    return sa.cast(sa.func.round(seconds * SECOND), sa.Integer)


def _of_day(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Seconds since midnight of an instant as SQLite keeps it, text of a fixed width; `strftime` takes four times as long."""
    return _digits(column, 12, 2) * 3600 + _digits(column, 15, 2) * 60 + _digits(column, 18, 2)


def _of_1970(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Whole seconds since 1970; asked without the fraction, which SQLite would round into them."""
    return sa.cast(sa.func.strftime("%s", sa.func.substr(column, 1, 19)), sa.Integer)


def _digits(column: sa.ColumnElement[Any], first: int, count: int) -> sa.ColumnElement[Any]:
    return sa.cast(sa.func.substr(column, sa.literal_column(str(first)), sa.literal_column(str(count))), sa.Integer)
