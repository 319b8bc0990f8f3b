"""Which of our people writes to the staff's bot, and how an account becomes theirs: by an invitation, or by the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from router.house import House
from ventanilla.store.events import Journal
from ventanilla.store.invitations import find_invitation, use_invitation
from ventanilla.store.tables import agents
from ventanilla.store.telegram_links import agent_at_telegram, link_telegram, note_reachable, unlink_telegram

BY_INVITATION, BY_FILE = "invitation", "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an invitation came to: what to say, to whom it belongs now (None: to nobody), and the account it took over from."""

    saying: str
    agent: str | None = None
    former: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def whose(
    connection: sa.Connection, house: House, account: str, *, is_start: bool, journal: Journal
) -> sa.Row[Any] | None:
    """Who has this account (their row as it was before this message); None for a stranger.

    An id that the file gives to somebody is proven by its first message, for it is Telegram that says from whom it comes;
    where they have linked another account since, only by /start.
    """
    agent = agent_at_telegram(connection, account)
    if agent is not None and agent.enabled:
        note_reachable(connection, agent.name, journal=journal)
        return agent
    named = _named_in_file(connection, house, account, journal)
    if named is None or (named.telegram is not None and not is_start):
        return None
    if agent is not None:
        unlink_telegram(connection, [agent.name], why="left", journal=journal)
    link_telegram(connection, named.name, account, how=BY_FILE, journal=journal)
    return named


def redeem(connection: sa.Connection, house: House, account: str, token: str, journal: Journal) -> Outcome:
    """Bind the account to whom the invitation names, if it is good and the account nobody else's; say what came of it."""
    invitation = find_invitation(connection, token, "telegram")
    holder = agent_at_telegram(connection, account)
    if invitation is None:
        return Outcome(saying="invitation_unknown")
    if invitation.used_at is not None:
        if holder is not None and holder.enabled and holder.name == invitation.agent:
            return Outcome(saying="welcome_again", agent=holder.name, values={"name": holder.display_name})
        return Outcome(saying="invitation_used")
    invited = _enabled(connection, invitation.agent)
    if invitation.expires_at <= journal.now or invited is None:
        return Outcome(saying="invitation_over")
    if holder is not None and not holder.enabled:
        unlink_telegram(connection, [holder.name], why="left", journal=journal)
        holder = None
    other = holder or _named_in_file(connection, house, account, journal)
    if other is not None and other.name != invited.name:
        return Outcome(saying="account_taken", values={"other": other.display_name})
    use_invitation(connection, invitation, now=journal.now)
    former = link_telegram(connection, invited.name, account, how=BY_INVITATION, journal=journal)
    saying = "welcome_again" if invited.telegram == account else "welcome"
    return Outcome(saying=saying, agent=invited.name, former=former, values={"name": invited.display_name})


def _named_in_file(connection: sa.Connection, house: House, account: str, journal: Journal) -> sa.Row[Any] | None:
    today = house.today(journal.now)
    for name, settings in house.config.agents.items():
        if settings.telegram is not None and str(settings.telegram) == account and settings.is_here(today):
            return _enabled(connection, name)
    return None


def _enabled(connection: sa.Connection, name: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(agents).where(agents.c.name == name, agents.c.enabled)).one_or_none()
