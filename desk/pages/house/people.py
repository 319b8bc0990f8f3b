"""Everybody: role, teams, presence, load, absences, when they last came in; an admin invites them and ends their sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from desk.pages.page import NotFound, Visit
from ventanilla.store.invitations import invite as make_invitation
from ventanilla.store.invitations import invited
from ventanilla.store.sessions import IDLE, end_sessions
from ventanilla.store.tables import accounts, sessions
from ventanilla.store.views.people import list_agents


def people_page(visit: Visit) -> Response:
    """/house/people."""
    return visit.render("house/people.html", people=_people(visit))


def invite(visit: Visit) -> Response:
    """Make a one-time link and show it, this once. Former ones of theirs are worthless from now on."""
    agent = _somebody(visit)
    with visit.moving() as move:
        made = make_invitation(move.connection, agent, "desk", journal=move.journal)
    link = f"{_root(visit)}/welcome/{made.token}"
    return visit.render("house/invited.html", agent=agent, link=link, expires_at=made.expires_at)


def end(visit: Visit) -> Response:
    """End every session of somebody."""
    agent = _somebody(visit)
    with visit.moving() as move:
        ended = end_sessions(move.connection, agent, journal=move.journal)
    return visit.go("/house/people", told=visit.say("house.sessions_ended", n=ended, agent=_name(visit, agent)))


def _somebody(visit: Visit) -> str:
    """Whom it is about: somebody who belongs to the house. Raises NotFound."""
    agent = visit.place("agent")
    settings = visit.desk.config.agents.get(agent)
    if settings is None or not settings.is_here(visit.desk.house.today(visit.now)):
        raise NotFound
    return agent


def _root(visit: Visit) -> str:
    """Where the world sees the desk; without a public address in the file, as this browser does."""
    return visit.desk.public_url or str(visit.request.base_url).rstrip("/")


def _name(visit: Visit, agent: str) -> str:
    return visit.desk.config.agents[agent].name or agent


def _people(visit: Visit) -> list[dict[str, Any]]:
    with visit.desk.store.read() as connection:
        people = list_agents(connection, now=visit.now)
        last: dict[str, datetime] = {row[0]: row[1] for row in connection.execute(_LAST_LOGIN)}
        open_ones: dict[str, int] = {row[0]: row[1] for row in connection.execute(_open_sessions(visit.now))}
        with_account = {row.agent: row for row in connection.execute(sa.select(accounts))}
        links = invited(connection, "desk", now=visit.now)
    for one in people:
        settings = visit.desk.config.agents.get(one["name"])
        account = with_account.get(one["name"])
        one["role"] = settings.role if settings else None
        one["last_login"] = last.get(one["name"])
        one["sessions"] = open_ones.get(one["name"], 0)
        one["way"] = _way(account)
        one["invited_until"] = links.get(one["name"])
        one["is_here"] = settings is not None and settings.is_here(visit.desk.house.today(visit.now))
    return people


def _way(account: sa.Row[Any] | None) -> str:
    """How they can come in: by `password`, `oidc`, `both` or not yet (`none`)."""
    if account is None:
        return "none"
    if account.password_hash and account.oidc_subject:
        return "both"
    return "password" if account.password_hash else "oidc" if account.oidc_subject else "none"


_LAST_LOGIN = sa.select(sessions.c.agent, sa.func.max(sessions.c.created_at)).group_by(sessions.c.agent)


def _open_sessions(now: datetime) -> sa.Select[Any]:
    good = sessions.c.ended_at.is_(None) & (sessions.c.expires_at > now) & (sessions.c.seen_at > now - IDLE)
    return sa.select(sessions.c.agent, sa.func.count()).where(good).group_by(sessions.c.agent)
