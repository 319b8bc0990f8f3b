"""The saved answers as a list, and the form of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from config.values import LANGUAGES
from desk.pages.answers.whose import find, in_sight, may_change, scope_of, scopes
from desk.pages.page import Visit
from ventanilla.store.saved_answers import LONGEST_NAME, LONGEST_TEXT, PLACEHOLDERS, filled

EXAMPLE_KEY = "K7M-Q2X-VTR"


def show_all(visit: Visit) -> Response:
    """Mine, my teams', everybody's; `?q=` leaves those with these letters in name or text."""
    return listed(visit)


def listed(visit: Visit, *, removed: Mapping[str, Any] | None = None) -> Response:
    """The list; `removed` is what was taken from it just now, and can be brought back."""
    asked = visit.given("q")
    with visit.desk.store.read() as connection:
        found = in_sight(connection, visit.person)
    wanted = asked.casefold()
    shown = [each for each in found if wanted in f"{each['name']}\n{each['text']}".casefold()]
    shelves: dict[str, list[dict[str, Any]]] = {}
    for each in shown:
        about = {"preview": filled(each["text"], example(visit)), "changeable": may_change(visit.person, each)}
        shelves.setdefault(scope_of(each), []).append(each | about)
    order = sorted(shelves, key=lambda scope: (scope != "mine", scope == "all", scope))
    return visit.render(
        "answers/list.html",
        shelves=[(scope, shelves[scope]) for scope in order],
        asked=asked,
        there=len(found),
        removed=removed,
    )


def show_new(visit: Visit) -> Response:
    """An empty form; `?text=` puts a text into it, such as an answer that somebody just wrote."""
    values = {"name": "", "language": visit.language, "text": visit.given("text")[:LONGEST_TEXT], "scope": "mine"}
    return form(visit, values)


def show_one(visit: Visit) -> Response:
    """The form of one that this person may change."""
    with visit.desk.store.read() as connection:
        answer = find(visit, connection)
    return form(visit, answer | {"scope": scope_of(answer)})


def form(visit: Visit, values: Mapping[str, Any], *, problems: Mapping[str, str] | None = None) -> Response:
    """The form with these values, and what is wrong with them."""
    return visit.render(
        "answers/form.html",
        status=422 if problems else 200,
        values=values,
        number=visit.request.path_params.get("number"),
        problems=problems or {},
        scopes=scopes(visit),
        languages=LANGUAGES,
        placeholders=PLACEHOLDERS,
        preview=filled(str(values["text"]), example(visit)),
        example=example(visit),
        longest_name=LONGEST_NAME,
        longest_text=LONGEST_TEXT,
    )


def example(visit: Visit) -> dict[str, str]:
    """What stands for the braces where there is no case."""
    return {
        "customer": visit.say("answers.example_customer"),
        "key": EXAMPLE_KEY,
        "agent": visit.person.name,
        "service": visit.desk.config.service.name,
    }
