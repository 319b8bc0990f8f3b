"""Which Telegram account is whose among the staff: proven by writing to the staff's bot, refusing it, let go. Knows no bot.

An account counts once a message has come from it, for the user id is Telegram's own word; nothing typed by a person counts.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.tables import agents
from ventanilla.words import EventKind

_UNLINKED: dict[str, Any] = {"telegram": None, "telegram_proven_at": None, "telegram_refused_at": None}
_OF: sa.Select[Any] = sa.select(agents.c.telegram, agents.c.telegram_refused_at).where(
    agents.c.name == sa.bindparam("agent"), agents.c.telegram.is_not(None)
)
_AT = sa.select(agents).where(agents.c.telegram == sa.bindparam("account"))


def telegram_of(connection: sa.Connection, agent: str) -> sa.Row[Any] | None:
    """Somebody's proven account (telegram, telegram_refused_at); None while there is none."""
    return connection.execute(_OF, {"agent": agent}).one_or_none()


def agent_at_telegram(connection: sa.Connection, account: str) -> sa.Row[Any] | None:
    """Whose account this is; None for a stranger's."""
    return connection.execute(_AT, {"account": account}).one_or_none()


def link_telegram(connection: sa.Connection, agent: str, account: str, *, how: str, journal: Journal) -> str | None:
    """From now on this account is theirs; return the one that was theirs before, if it was another. A repeat changes nothing.

    The caller has seen to it that nobody else has the account: the database refuses two.
    """
    before = connection.scalar(sa.select(agents.c.telegram).where(agents.c.name == agent).with_for_update())
    if before == account:
        return None
    values = {"telegram": account, "telegram_proven_at": journal.now, "telegram_refused_at": None}
    connection.execute(sa.update(agents).where(agents.c.name == agent).values(values))
    journal.add(EventKind.AGENT_LINKED, agent=agent, data={"how": how})
    return None if before is None else str(before)


def unlink_telegram(connection: sa.Connection, names: Collection[str], *, why: str, journal: Journal) -> list[str]:
    """These people's accounts are theirs no more; return whose were. They can be linked again."""
    theirs = agents.c.name.in_(names) & agents.c.telegram.is_not(None)
    gone = sorted(connection.scalars(sa.update(agents).where(theirs).values(_UNLINKED).returning(agents.c.name)))
    for name in gone:
        journal.add(EventKind.AGENT_UNLINKED, agent=name, data={"why": why})
    return gone


def note_refused(connection: sa.Connection, agent: str, account: str, *, journal: Journal) -> bool:
    """The account takes nothing from us any more (blocked, deleted). Whether that is news."""
    theirs = (agents.c.name == agent) & (agents.c.telegram == account) & agents.c.telegram_refused_at.is_(None)
    changed = connection.execute(sa.update(agents).where(theirs).values(telegram_refused_at=journal.now)).rowcount == 1
    if changed:
        journal.add(EventKind.AGENT_UNREACHABLE, agent=agent, data={"by": "telegram"})
    return changed


def note_reachable(connection: sa.Connection, agent: str, *, journal: Journal) -> bool:
    """They wrote to the bot, or got something through it: it reaches them again. Whether that is news."""
    refused = (agents.c.name == agent) & agents.c.telegram_refused_at.is_not(None)
    changed = connection.execute(sa.update(agents).where(refused).values(telegram_refused_at=None)).rowcount == 1
    if changed:
        journal.add(EventKind.AGENT_LINKED, agent=agent, data={"how": "reached again"})
    return changed
