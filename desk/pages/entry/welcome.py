"""An invitation's page: whose it is, and the password that they choose. Good once, and for 48 hours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from desk.entry.door import at_the_door
from desk.entry.passing import Passed, account_mark, admit, let_in
from desk.entry.passwords import hash_password, problem_with
from desk.pages.page import Visit
from desk.room import Desk
from ventanilla.store.accounts import set_password, unlink_subject
from ventanilla.store.events import Journal
from ventanilla.store.invitations import find_invitation, use_invitation
from ventanilla.store.sessions import end_sessions
from ventanilla.store.throttles import clear
from ventanilla.words import EntryWay

_STATUS = {"unknown": 404, "used": 410, "expired": 410, "left": 410}


def show_invitation(visit: Visit) -> Response:
    """The form for a password, or why there is none."""
    with visit.desk.store.read() as connection:
        row = find_invitation(connection, visit.place("token"), "desk", locked=False)
    wrong = _wrong_with(visit, row)
    return _no_invitation(visit, wrong) if wrong or row is None else _page(visit, row.agent)


def accept(visit: Visit) -> Response:
    """Set the password and come in. What was open for this person before ends."""
    desk, token = visit.desk, visit.place("token")
    with desk.store.read() as connection:
        row = find_invitation(connection, token, "desk", locked=False)
    wrong = _wrong_with(visit, row)
    if wrong or row is None:
        return _no_invitation(visit, wrong)
    problem = new_password_problem(visit, row.agent)
    if problem:
        return _page(visit, row.agent, problem=problem, status=422)
    password_hash = hash_password(str(visit.form["password"]))
    with desk.store.write() as connection:
        locked = find_invitation(connection, token, "desk")
        wrong = _wrong_with(visit, locked)
        if wrong or locked is None:  # somebody else was faster
            return _no_invitation(visit, wrong)
        use_invitation(connection, locked, now=visit.now)
        passed = _settle(visit, connection, row.agent, password_hash)
    return let_in(visit, visit.go("/", told=visit.say("entry.welcome_done")), passed)


def _settle(visit: Visit, connection: sa.Connection, agent: str, password_hash: str) -> Passed:
    journal = Journal(now=visit.now, actor=agent)
    set_password(connection, agent, password_hash, journal=journal)
    unlink_subject(connection, agent)
    end_sessions(connection, agent, journal=journal)
    clear(connection, [account_mark(visit.desk, agent)])
    journal.flush(connection)
    return Passed(token=admit(visit, connection, agent, EntryWay.INVITATION), agent=agent)


def new_password_problem(visit: Visit, agent: str) -> str:
    """What is wrong with the new password in the form, in words; "" where it will do."""
    password, again = str(visit.form.get("password") or ""), str(visit.form.get("again") or "")
    least = visit.desk.config.web.password_min
    code = problem_with(password, least=least, names=names_of(visit.desk, agent))
    if code is None and password != again:
        code = "again"
    return visit.say(f"entry.password_{code}", least=least) if code else ""


def names_of(desk: Desk, agent: str) -> list[str]:
    """What nobody should choose as their password: who they are, where they work."""
    settings = desk.config.agents.get(agent)
    about = [settings.name, settings.email or ""] if settings else []
    return [agent, desk.config.service.name, *about]


def _wrong_with(visit: Visit, row: sa.Row[Any] | None) -> str:
    """Why an invitation is good for nothing: "unknown", "used", "expired", "left"; "" where it is good."""
    if row is None:
        return "unknown"
    if row.used_at is not None:
        return "used"
    expires_at: datetime = row.expires_at
    if expires_at <= visit.now:
        return "expired"
    settings = visit.desk.config.agents.get(row.agent)
    return "" if settings is not None and settings.is_here(visit.desk.house.today(visit.now)) else "left"


def _no_invitation(visit: Visit, wrong: str) -> Response:
    return at_the_door(visit, "entry/no_invitation.html", status=_STATUS[wrong or "unknown"], wrong=wrong or "unknown")


def _page(visit: Visit, agent: str, *, problem: str = "", status: int = 200) -> Response:
    web, settings = visit.desk.config.web, visit.desk.config.agents[agent]
    return at_the_door(
        visit,
        "entry/welcome.html",
        status=status,
        agent=agent,
        name=settings.name or agent,
        problem=problem,
        least=web.password_min,
        passwords=web.passwords,
        provider=web.oidc.label if web.oidc is not None else "",
    )
