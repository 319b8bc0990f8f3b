"""Why nothing of a case may be erased now: it is open, held, under a legal deadline, or of those that the law has kept. Erases
nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.packs import PACKS, read_pack
from router.house import House
from router.promises.choosing import choose_promise
from ventanilla.store.erasing.blanking import ON_ITS_WAY
from ventanilla.store.holds import holds_on
from ventanilla.store.tables import clocks, conversations, outbox
from ventanilla.words import OWNED_STATES, Kind, Metric

LEGAL_KINDS = (Kind.COMPLAINT, Kind.CLAIM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One reason why a case stays. `why`: open, on_its_way, hold, deadline, law. `until`: UTC; none where no day is known."""

    case_id: int
    key: str
    why: str
    reason: str
    until: datetime | None = None


def why_kept(connection: sa.Connection, house: House, case_ids: Sequence[int], *, now: datetime) -> list[Kept]:
    """Every reason for these cases. What holds for a case holds for all that was merged into it, and the other way round."""
    families = _families(connection, case_ids)
    rows = {
        row.id: row
        for row in connection.execute(sa.select(conversations).where(conversations.c.id.in_(families))).all()
    }
    found = [kept for row in rows.values() for kept in _of_one(connection, house, row, now=now)]
    return [
        Kept(case_id=case_id, key=one.key, why=one.why, reason=one.reason, until=one.until)
        for one in found
        for case_id in sorted(families[one.case_id])
    ]


def _families(connection: sa.Connection, case_ids: Sequence[int]) -> dict[int, set[int]]:
    """Each case that belongs together with some of these: with which."""
    query = sa.select(conversations.c.id, conversations.c.merged_into)
    asked = connection.execute(query.where(conversations.c.id.in_(case_ids))).all()
    roots = {row.id: row.merged_into or row.id for row in asked}
    whole = set(roots.values())
    absorbed = connection.execute(
        query.where(conversations.c.merged_into.in_(whole))
    ).all()  # by its index: no case of others
    its_root = {**dict.fromkeys(whole), **{row.id: row.merged_into for row in absorbed}}
    return {
        member: {case_id for case_id, root in roots.items() if root == (into or member)}
        for member, into in its_root.items()
    }


def _of_one(connection: sa.Connection, house: House, case: sa.Row[Any], *, now: datetime) -> Iterator[Kept]:
    about: dict[str, Any] = {"case_id": case.id, "key": str(case.key)}
    if case.state in OWNED_STATES:
        yield Kept(**about, why="open", reason=f"it is open ({case.state.replace('_', ' ')})")
    leaving = (outbox.c.conversation_id == case.id) & outbox.c.state.in_(ON_ITS_WAY)
    if connection.scalar(sa.select(outbox.c.id).where(leaving).limit(1)) is not None:
        yield Kept(**about, why="on_its_way", reason="something about it has yet to go out (ventanilla outbox)")
    for hold in holds_on(connection, [case.id], now=now):
        yield Kept(**about, why="hold", reason=f"legal hold by {hold.set_by}: {hold.reason}", until=hold.until)
    running = (clocks.c.conversation_id == case.id) & (clocks.c.metric == Metric.LEGAL) & clocks.c.stopped_at.is_(None)
    for clock in connection.execute(sa.select(clocks.c.name, clocks.c.due_at).where(running)):
        yield Kept(**about, why="deadline", reason=f"its legal deadline runs: {clock.name}", until=clock.due_at)
    yield from _by_law(house, case, now=now, about=about)


def _by_law(house: House, case: sa.Row[Any], *, now: datetime, about: dict[str, Any]) -> Iterator[Kept]:
    """A complaint or claim under a pack that says for how many years such things are kept, from when the case ended."""
    settings = choose_promise(house.config.promises, case, tags=case.tags).settings
    if case.kind not in LEGAL_KINDS or settings is None or settings.pack not in PACKS:
        return
    law = read_pack(settings.pack)
    years, article = law.kept()
    ended = case.closed_at or case.resolved_at or case.last_message_at
    until = _years_after(ended, years)
    if years and until > now:
        reason = f"{law.name} has a {case.kind} kept for {years} years ({article})"
        yield Kept(**about, why="law", reason=reason, until=until)


def _years_after(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, month=3, day=1)
