"""Who of the house can be reached by the staff's bot: linked, waiting to be, refusing it, or none of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ventanilla.store.invitations import invited
from ventanilla.store.tables import agents

if TYPE_CHECKING:
    from config.schema import Config
    from router.house import House
    from ventanilla.channel import Finding

LINKED, WAITING, REFUSED, NONE = "linked", "waiting", "refused", "none"


def telegram_states(connection: sa.Connection, config: Config | None, *, now: datetime) -> dict[str, str]:
    """`linked`: notices go there. `refused`: they blocked the bot. `waiting`: the file has an id, or an invitation is open, but
    the account has not written to the bot yet."""
    open_ones = invited(connection, "telegram", now=now)
    named = {name for name, settings in config.agents.items() if settings.telegram is not None} if config else set()
    states = {}
    for row in connection.execute(sa.select(agents.c.name, agents.c.telegram, agents.c.telegram_refused_at)):
        waits = row.name in open_ones or row.name in named
        linked = REFUSED if row.telegram_refused_at else LINKED
        states[row.name] = linked if row.telegram else WAITING if waits else NONE
    return states


def unreachable(
    connection: sa.Connection, house: House, states: Mapping[str, str], *, now: datetime
) -> Iterator[Finding]:
    """A line for each person whom the staff's bot is to reach and cannot; bad where nothing else reaches them either."""
    from router.notices.reach import ways_of
    from ventanilla.channel import Finding

    for name, settings in house.config.agents.items():
        state = states.get(name, NONE)
        if "telegram" not in settings.notify or state == LINKED or not settings.is_here(house.today(now)):
            continue
        others = [way.method for way in ways_of(connection, house, name) if way.target and way.method != "telegram"]
        message, cure = _words(name, state, in_force=name in states)
        instead = f"; told by {others[0]} instead" if others else ", and nothing else reaches them"
        yield Finding(subject=name, ok=bool(others), message=f"{message}{instead}", cure=cure)


def _words(name: str, state: str, *, in_force: bool) -> tuple[str, str]:
    invite = f"`ventanilla invite {name}`"
    if state == REFUSED:
        return "blocked the staff's bot", f"they unblock it and press Start, or {invite}"
    if state == WAITING:
        return "has not opened the staff's bot yet", f"they open it and press Start; a new link: {invite}"
    return "is not linked to the staff's bot", invite if in_force else f"`ventanilla up` or `reload`, then {invite}"
