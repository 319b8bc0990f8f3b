"""/house/webhooks: every endpoint with its last calls; pause, resume, try, send again. Only admins come here."""

from __future__ import annotations

from starlette.responses import Response

from desk.entry.person import Right
from desk.pages.page import NotFound, Page, Visit
from router.webhooks_out.overview import calls_of, overview
from router.webhooks_out.writing import put_test
from ventanilla.store.webhook_events import (
    RESENDABLE,
    begin_endpoint,
    pause_endpoint,
    resume_endpoint,
    send_once_more,
)

_PLACE = "/house/webhooks"
_SHOWN = 50


def list_page(visit: Visit) -> Response:
    """Every endpoint of the file."""
    with visit.desk.store.read() as connection:
        found = overview(connection, visit.desk.house)
    return visit.render("webhooks/list.html", endpoints=found)


def endpoint_page(visit: Visit) -> Response:
    """One endpoint and its newest calls."""
    name = _name(visit)
    with visit.desk.store.read() as connection:
        found = next(one for one in overview(connection, visit.desk.house) if one["name"] == name)
        calls = calls_of(connection, name, limit=_SHOWN)
    resendable = {str(state) for state in RESENDABLE}
    return visit.render("webhooks/endpoint.html", one=found, calls=calls, resendable=resendable, shown=_SHOWN)


def pause(visit: Visit) -> Response:
    """Nothing goes to it until it is resumed; a second time changes nothing."""
    name = _name(visit)
    with visit.moving() as move:
        begin_endpoint(move.connection, name, now=move.now)
        pause_endpoint(move.connection, name, move.journal, problem=None)
    return visit.go(f"{_PLACE}/{name}", told=visit.say("webhooks.is_paused", name=name))


def resume(visit: Visit) -> Response:
    """It goes on where it stopped."""
    name = _name(visit)
    with visit.moving() as move:
        resume_endpoint(move.connection, name, move.journal)
    return visit.go(f"{_PLACE}/{name}", told=visit.say("webhooks.is_resumed", name=name))


def try_it(visit: Visit) -> Response:
    """A call that tells of nothing goes out."""
    name = _name(visit)
    with visit.moving() as move:
        put_test(move.connection, name, now=move.now)
    return visit.go(f"{_PLACE}/{name}", told=visit.say("webhooks.is_tried", name=name))


def send_again(visit: Visit) -> Response:
    """One call goes once more; one that waits already is left as it is."""
    name, number = _name(visit), int(visit.place("id"))
    with visit.moving() as move:
        mine = any(call["id"] == number for call in calls_of(move.connection, name, limit=1000))
        if not mine:
            raise NotFound
        send_once_more(move.connection, [number], move.journal)
    return visit.go(f"{_PLACE}/{name}", told=visit.say("webhooks.is_resent"))


def _name(visit: Visit) -> str:
    """The endpoint of the address, if the file has it. Raises NotFound."""
    name = visit.place("name")
    if name not in visit.desk.config.webhooks:
        raise NotFound
    return name


PAGES: tuple[Page, ...] = (
    Page(path=_PLACE, view=list_page, right=Right.ADMIN),
    Page(path=f"{_PLACE}/{{name}}", view=endpoint_page, right=Right.ADMIN),
    Page(path=f"{_PLACE}/{{name}}/pause", view=pause, right=Right.ADMIN, methods=("POST",)),
    Page(path=f"{_PLACE}/{{name}}/resume", view=resume, right=Right.ADMIN, methods=("POST",)),
    Page(path=f"{_PLACE}/{{name}}/test", view=try_it, right=Right.ADMIN, methods=("POST",)),
    Page(path=f"{_PLACE}/{{name}}/calls/{{id:int}}/again", view=send_again, right=Right.ADMIN, methods=("POST",)),
)
