"""Changing one's own account: the password, preferences, where one is logged in."""

from __future__ import annotations

from starlette.responses import Response

from desk.entry.passing import ACCOUNT, account_mark, begin_try, refuse
from desk.entry.passwords import hash_password, is_right
from desk.pages.account.showing import account_page
from desk.pages.entry.welcome import new_password_problem
from desk.pages.page import Visit
from desk.pages.rendering import in_words
from desk.words import LANGUAGES
from ventanilla.store.accounts import account_of, set_password, set_preferences
from ventanilla.store.events import Journal
from ventanilla.store.sessions import end_sessions
from ventanilla.store.throttles import clear

THEMES = ("auto", "light", "dark")


def change_password(visit: Visit) -> Response:
    """Asks for the old one; every other session ends, so that whoever knew it is out."""
    person, desk = visit.person, visit.desk
    problem = (
        new_password_problem(visit, person.agent) if desk.config.web.passwords else visit.say("entry.no_passwords")
    )
    if problem:
        return account_page(visit, status=422, password=problem)
    with desk.store.read() as connection:
        account = account_of(connection, person.agent)
    old_hash = account.password_hash if account is not None else None
    mark = account_mark(desk, person.agent)
    taken = begin_try(visit, [(mark, ACCOUNT)])
    if taken.pause:
        return account_page(visit, status=429, password=visit.say("entry.too_soon", length=in_words(taken.pause)))
    if not is_right(str(visit.form.get("old") or ""), old_hash):
        refuse(visit, "old password", person.agent, taken)
        return account_page(visit, status=422, password=visit.say("account.old_wrong"))
    password_hash = hash_password(str(visit.form["password"]))
    journal = Journal(now=visit.now, actor=person.agent)
    with desk.store.write() as connection:
        set_password(connection, person.agent, password_hash, journal=journal)
        ended = end_sessions(connection, person.agent, journal=journal, but=person.session_id)
        clear(connection, [mark])
        journal.flush(connection)
    told = visit.say("account.password_changed")
    return visit.go("/account", told=f"{told} {visit.say('account.ended', n=ended)}" if ended else told)


def save_preferences(visit: Visit) -> Response:
    """How the desk looks and speaks for this person, on every machine."""
    person = visit.person
    language, theme = visit.given("language"), visit.given("theme")
    wanted = {
        **person.preferences,
        "language": language if language in LANGUAGES else "",
        "theme": theme if theme in THEMES else "auto",
        "shortcuts": "on" if visit.given("shortcuts") == "on" else "off",
        "notifications": visit.given("notifications") == "on",
    }
    journal = Journal(now=visit.now, actor=person.agent)
    with visit.desk.store.write() as connection:
        set_preferences(connection, person.agent, wanted, journal=journal)
        journal.flush(connection)
    return visit.go("/account", told=visit.say("account.saved"))


def end(visit: Visit) -> Response:
    """End one of one's own sessions, or all but this one."""
    person, which = visit.person, visit.given("session")
    journal = Journal(now=visit.now, actor=person.agent)
    with visit.desk.store.write() as connection:
        if which == "others":
            ended = end_sessions(connection, person.agent, journal=journal, but=person.session_id)
        else:
            number = int(which) if which.isdecimal() and len(which) < 16 else 0
            ended = end_sessions(connection, person.agent, journal=journal, only=number)
        journal.flush(connection)
    return visit.go("/account", told=visit.say("account.ended", n=ended), anchor="sessions")
