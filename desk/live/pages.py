"""Who else has a case open: what a browser says of its own person, and the line that it shows about the others."""

from __future__ import annotations

import sqlalchemy as sa
from starlette.responses import Response

from desk.entry.person import Right
from desk.entry.seeing import may_see
from desk.live.looks import looking_on
from desk.pages.page import NotFound, Page, Visit
from ventanilla.store.tables import conversations


def _here(visit: Visit) -> Response:
    """The browser has the case open (`gone`: no longer). Answers with the line about the others. Who may not act is not shown."""
    case_id = _case(visit, visit.given("key"))
    looking, agent = looking_on(visit.desk.queue_url), visit.person.agent
    if visit.person.has(Right.ACT):
        if visit.given("gone"):
            looking.gone(case_id, agent)
            return Response(status_code=204)
        looking.here(case_id, agent, is_writing=visit.given("typing") == "yes")
    return _others(visit, case_id)


def _looking(visit: Visit) -> Response:
    return _others(visit, _case(visit, visit.given("key")))


def _others(visit: Visit, case_id: int) -> Response:
    found = looking_on(visit.desk.queue_url).who(case_id)
    return visit.render(
        "live/looking.html", key=visit.given("key"), others=[one for one in found if one.agent != visit.person.agent]
    )


def _case(visit: Visit, key: str) -> int:
    """The case of a key that this person may see. Raises NotFound."""
    with visit.desk.store.read() as connection:
        number = connection.scalar(sa.select(conversations.c.id).where(conversations.c.key == key))
        if number is None or not may_see(connection, visit.person, number):
            raise NotFound
    return int(number)


PAGES: tuple[Page, ...] = (
    Page(path="/live/here", view=_here, methods=("POST",), largest=4096),
    Page(path="/live/looking", view=_looking),
)
