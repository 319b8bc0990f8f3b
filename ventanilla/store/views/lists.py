"""The desk's lists of cases, quick however many there are: which belong on one, in their order, by index. Reads ids alone; what
a list shows of each is in list_rows.py."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ventanilla.store.nearest_due import NEAREST, NEAREST_DUE, comes_after
from ventanilla.store.tables import collaborators, conversations
from ventanilla.words import OWNED_STATES, CaseState

LATELY = timedelta(days=7)
"""How long a case counts as resolved lately."""
_CASE = conversations.c
_IN_HAND = _CASE.owned == 1
_OVER = sa.func.coalesce(_CASE.owned, 0) == 0  # said so that the index by its time is taken, not that by `owned`


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """`first` is what the border of a page is read from beside `waiting_since` and the id; `behind` leaves what follows it."""

    by: tuple[sa.ColumnElement[Any], ...]
    first: sa.ColumnElement[Any]
    behind: Callable[[datetime | None, datetime | None, int], sa.ColumnElement[bool]]


def _resolved_before(at: datetime | None, _since: datetime | None, case_id: int) -> sa.ColumnElement[bool]:
    return (_CASE.resolved_at < at) | ((_CASE.resolved_at == at) & (_CASE.id < case_id))


_DUE = _Order(by=NEAREST_DUE, first=NEAREST, behind=comes_after)
_RESOLVED = _Order(by=(_CASE.resolved_at.desc(), _CASE.id.desc()), first=_CASE.resolved_at, behind=_resolved_before)
_BEGUN = _Order(by=(_CASE.id.desc(),), first=sa.null(), behind=lambda _at, _since, case_id: _CASE.id < case_id)


class Shelf(StrEnum):
    """Which cases a list has. MINE waits on us, OTHERS on the customer or somebody else, LINE on whoever takes it, WITH are those
    that one works in beside their owner, RESOLVED what one resolved lately, ALL whatever one may see."""

    MINE = "mine"
    OTHERS = "others"
    LINE = "line"
    WITH = "with"
    RESOLVED = "resolved"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to list for `agent`: every given thing must hold. `teams` are those whose line they see, None: every team's.
    `visible` is what they may see at all; `owner` and `states` narrow down ALL."""

    agent: str
    shelf: Shelf
    visible: sa.ColumnElement[bool]
    teams: Collection[str] | None = None
    channel: str | None = None
    kind: str | None = None
    priority: str | None = None
    tag: str | None = None
    owner: str | None = None
    states: Sequence[CaseState] = ()

    @property
    def order(self) -> _Order:
        """What is due first; of what nobody answers for any more, what was resolved last, or what began last."""
        if self.shelf is Shelf.RESOLVED:
            return _RESOLVED
        return _BEGUN if any(state not in OWNED_STATES for state in self.states) else _DUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many cases a shelf has, and how many of them are late."""

    cases: int
    late: int = 0


def page_ids(
    connection: sa.Connection, wanted: Wanted, *, now: datetime, limit: int, after: str = ""
) -> tuple[list[int], str]:
    """The ids of a page in their order, and what the next one begins after ("" for the last page). What was due when the page
    before was read is the border, so that a case that moves meanwhile may be missed or come twice, and none is counted off."""
    query = _narrowed(connection, wanted, now=now)
    order = wanted.order
    border = _read_border(after)
    if border is not None:
        query = query.where(order.behind(*border))
    columns = (_CASE.id, order.first.label("first"), _CASE.waiting_since)
    rows = connection.execute(query.with_only_columns(*columns).order_by(*order.by).limit(limit + 1)).all()
    more = _border(rows[limit - 1]) if len(rows) > limit else ""
    return [row.id for row in rows[:limit]], more


def count_shelves(
    connection: sa.Connection, agent: str, *, teams: Collection[str] | None, now: datetime
) -> dict[Shelf, Count]:
    """How many cases there are on each shelf but ALL, by index, in one question."""
    given: dict[str, Any] = {"agent": agent, "now": now, "lately": now - LATELY}
    if teams is not None:
        given["teams"] = sorted(teams)
    rows = connection.execute(_SHELVES if teams is None else _SHELVES_OF_TEAMS, given)
    found = {Shelf(row.shelf): Count(cases=row.cases, late=row.late) for row in rows}
    return {shelf: found.get(shelf, Count(cases=0)) for shelf in Shelf if shelf is not Shelf.ALL}


def count_waiting(connection: sa.Connection, agent: str) -> int:
    """How many of somebody's cases wait on us."""
    return connection.scalar(_WAITING, {"agent": agent}) or 0


def _narrowed(connection: sa.Connection, wanted: Wanted, *, now: datetime) -> sa.Select[Any]:
    query = sa.select(_CASE.id).where(_on_shelf(wanted, now=now))
    for column, value in (
        (_CASE.channel, wanted.channel),
        (_CASE.kind, wanted.kind),
        (_CASE.priority, wanted.priority),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.owner is not None:
        query = query.where(_CASE.owner == wanted.owner)
    if wanted.tag is not None:
        query = query.where(_has_tag(connection, wanted.tag))
    return query.where(_CASE.state.in_(wanted.states)) if wanted.states else query


def _on_shelf(wanted: Wanted, *, now: datetime) -> sa.ColumnElement[bool]:
    mine = (_CASE.owner == wanted.agent) & _IN_HAND
    match wanted.shelf:
        case Shelf.MINE:
            return mine & (_CASE.state == CaseState.OPEN)
        case Shelf.OTHERS:
            return mine & (_CASE.state != CaseState.OPEN)
        case Shelf.LINE:
            return _in_line(wanted.teams)
        case Shelf.WITH:
            return _IN_HAND & _works_in(wanted.agent)
        case Shelf.RESOLVED:
            return _resolved_by(wanted.agent, now)
        case Shelf.ALL:
            return wanted.visible if wanted.states else wanted.visible & _CASE.state.in_(OWNED_STATES)


def _in_line(teams: Collection[str] | None) -> sa.ColumnElement[bool]:
    waits = _CASE.line_since.is_not(None)
    return waits if teams is None else waits & _CASE.team.in_(sorted(teams))


def _works_in(agent: str) -> sa.ColumnElement[bool]:
    return _CASE.id.in_(sa.select(collaborators.c.conversation_id).where(collaborators.c.agent == agent))


def _resolved_by(agent: str, now: datetime) -> sa.ColumnElement[bool]:
    return (_CASE.owner == agent) & _OVER & (_CASE.resolved_at >= now - LATELY)


def _has_tag(connection: sa.Connection, tag: str) -> sa.ColumnElement[bool]:
    if connection.dialect.name == "postgresql":
        return sa.type_coerce(_CASE.tags, JSONB).contains([tag])
    each = sa.func.json_each(_CASE.tags).table_valued("value")
    return sa.exists(sa.select(sa.literal(1)).select_from(each).where(each.c.value == tag))


def _counted(shelf: sa.ColumnElement[str], *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    late = sa.func.count(sa.case((sa.bindparam("now", type_=_CASE.due_at.type) > NEAREST, 1)))
    columns: tuple[Any, ...] = (shelf.label("shelf"), sa.func.count().label("cases"), late.label("late"))
    return sa.select(*columns).select_from(conversations).where(*conditions)


def _all_shelves(in_line: sa.ColumnElement[bool]) -> sa.CompoundSelect[Any]:
    agent: sa.BindParameter[str] = sa.bindparam("agent")
    works_in = sa.select(collaborators.c.conversation_id).where(collaborators.c.agent == agent)
    whose = sa.case((_CASE.state == CaseState.OPEN, sa.literal_column("'mine'")), else_=sa.literal_column("'others'"))
    resolved: tuple[Any, ...] = (sa.literal_column("'resolved'"), sa.func.count(), sa.literal_column("0"))
    return sa.union_all(
        _counted(whose, _CASE.owner == agent, _IN_HAND).group_by(sa.literal_column("1")),
        _counted(sa.literal_column("'line'"), in_line),
        _counted(sa.literal_column("'with'"), _IN_HAND, _CASE.id.in_(works_in)),
        sa.select(*resolved)
        .select_from(conversations)
        .where(_CASE.owner == agent, _OVER, _CASE.resolved_at >= sa.bindparam("lately", type_=_CASE.resolved_at.type)),
    )


_LINE = _CASE.line_since.is_not(None)
# Made once: SQLAlchemy works longer to understand a question that is made anew than the store to answer it.
_SHELVES = _all_shelves(_LINE)
_SHELVES_OF_TEAMS = _all_shelves(_LINE & _CASE.team.in_(sa.bindparam("teams", expanding=True)))
_WAITING = (
    sa.select(sa.func.count())
    .select_from(conversations)
    .where(_CASE.owner == sa.bindparam("agent"), _IN_HAND, _CASE.state == CaseState.OPEN)
)


def _border(row: Any) -> str:
    return "~".join((_written(row.first), _written(row.waiting_since), str(row.id)))


def _read_border(after: str) -> tuple[datetime | None, datetime | None, int] | None:
    """A border as `_border` writes it; None for anything else, which begins at the beginning."""
    parts = after.split("~")
    try:
        first, since, number = parts
        return _moment(first), _moment(since), int(number)
    except (ValueError, OverflowError, OSError):
        return None


def _written(moment: datetime | None) -> str:
    return "" if moment is None else str((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))


def _moment(written: str) -> datetime | None:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(written)) if written else None
