"""Making, changing and removing a saved answer: what the form says, checked, and written with its event."""

from __future__ import annotations

import re

from starlette.responses import Response

from config.values import LANGUAGES
from desk.pages.answers.showing import form, listed
from desk.pages.answers.whose import EVERYBODY, MINE, find, scope_of, scopes
from desk.pages.page import Visit
from ventanilla.store.saved_answers import (
    LONGEST_NAME,
    LONGEST_TEXT,
    PLACEHOLDERS,
    Answer,
    answer_by_id,
    change_answer,
    put_answer,
    remove_answer,
)

_BRACES = re.compile(r"\{([^{}\s]{1,30})\}")


def make(visit: Visit) -> Response:
    """Keep a new one."""
    problems = _problems(visit)
    if problems:
        return form(visit, _given(visit), problems=problems)
    with visit.moving() as move:
        put_answer(move.connection, _answer(visit), move.journal)
    said = "answers.told_back" if visit.given("undo") else "answers.told_saved"
    return visit.go("/answers", told=visit.say(said, name=visit.given("name")))


def change(visit: Visit) -> Response:
    """Write one anew."""
    problems = _problems(visit)
    with visit.moving() as move:
        find(visit, move.connection)
        if not problems:
            change_answer(move.connection, int(visit.place("number")), _answer(visit), move.journal)
    if problems:
        return form(visit, _given(visit), problems=problems)
    return visit.go("/answers", told=visit.say("answers.told_saved", name=visit.given("name")))


def remove(visit: Visit) -> Response:
    """Keep one no longer. The page that says so has all of it in a form that brings it back. A second time it is gone already."""
    with visit.moving() as move:
        number = int(visit.place("number"))
        if answer_by_id(move.connection, number) is None:
            return visit.go("/answers", told=visit.say("answers.told_gone"))
        removed = find(visit, move.connection)
        remove_answer(move.connection, number, move.journal)
    return listed(visit, removed=removed | {"scope": scope_of(removed)})


def _answer(visit: Visit) -> Answer:
    scope = visit.given("scope") or MINE
    return Answer(
        name=" ".join(visit.given("name").split()),
        language=visit.given("language"),
        text=_text(visit),
        agent=visit.person.agent if scope == MINE else None,
        team=scope.removeprefix("team:") if scope not in (MINE, EVERYBODY) else None,
    )


def _given(visit: Visit) -> dict[str, str]:
    return {
        "name": visit.given("name"),
        "language": visit.given("language"),
        "text": _text(visit),
        "scope": visit.given("scope") or MINE,
    }


def _text(visit: Visit) -> str:
    """Browsers end lines as mail does; the store keeps them plain."""
    return visit.given("text").replace("\r\n", "\n")


def _problems(visit: Visit) -> dict[str, str]:
    """What cannot be, by field."""
    found = {}
    if not 0 < len(visit.given("name")) <= LONGEST_NAME:
        found["name"] = visit.say("answers.odd_name", longest=LONGEST_NAME)
    text = _text(visit)
    unknown = [word for word in _BRACES.findall(text) if word not in PLACEHOLDERS]
    if not 0 < len(text) <= LONGEST_TEXT:
        found["text"] = visit.say("answers.odd_text", longest=LONGEST_TEXT)
    elif unknown:
        allowed = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        found["text"] = visit.say("answers.odd_braces", word=f"{{{unknown[0]}}}", allowed=allowed)
    if visit.given("language") not in LANGUAGES:
        found["language"] = visit.say("answers.odd_language")
    if (visit.given("scope") or MINE) not in scopes(visit):
        found["scope"] = visit.say("answers.odd_scope")
    return found
