"""Logging in by name and password, and logging out."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from desk.addresses import is_ours
from desk.entry.door import at_the_door
from desk.entry.passing import let_in, try_password
from desk.entry.sessions import drop_cookie
from desk.pages.page import Visit
from desk.pages.rendering import in_words
from ventanilla.store.events import Journal
from ventanilla.store.sessions import end_sessions


def show_login(visit: Visit) -> Response:
    """The form; whoever is in already goes on."""
    if visit.stranger is not None:
        return visit.go(whither(visit))
    return login_page(visit)


def log_in(visit: Visit) -> Response:
    """One try."""
    name, password = visit.given("name"), str(visit.form.get("password") or "")
    if not visit.desk.config.web.passwords:
        return login_page(visit, problem="entry.no_passwords", status=403)
    if not name or not password:
        return login_page(visit, problem="entry.both", status=422)
    passed = try_password(visit, name, password)
    if passed.pause:
        return too_soon(visit, passed.pause)
    if not passed.token:
        return login_page(visit, problem="entry.wrong", status=401)
    return let_in(visit, visit.go(whither(visit)), passed)


def log_out(visit: Visit) -> Response:
    """End this session; drafts that a browser kept go with it."""
    person = visit.person
    journal = Journal(now=visit.now, actor=person.agent)
    with visit.desk.store.write() as connection:
        end_sessions(connection, person.agent, journal=journal, only=person.session_id)
        journal.flush(connection)
    response = visit.go("/login", told=visit.say("entry.logged_out"))
    drop_cookie(visit.desk, response)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def login_page(visit: Visit, *, problem: str = "", status: int = 200, **values: object) -> Response:
    """The form, with what was wrong."""
    web = visit.desk.config.web
    return at_the_door(
        visit,
        "entry/login.html",
        status=status,
        problem=visit.say(problem, **values) if problem else "",
        name=visit.given("name"),
        then=whither(visit) if visit.given("then") else "",
        passwords=web.passwords,
        provider=web.oidc.label if web.oidc is not None else "",
    )


def too_soon(visit: Visit, pause: timedelta) -> Response:
    """Somebody guesses, or mistyped too often: when they may try again."""
    seconds = max(1, int(pause.total_seconds() + 0.999))
    page = login_page(visit, problem="entry.too_soon", status=429, length=in_words(seconds))
    page.headers["Retry-After"] = str(seconds)
    return page


def whither(visit: Visit) -> str:
    """Where somebody wanted to go: a path of the desk, never anywhere else."""
    then = visit.given("then")
    return then if is_ours(then) else "/"
