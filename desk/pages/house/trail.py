"""Who looked at what and who did what: filtered, a page at a time, or all of it as CSV. That somebody looked here is noted too."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

import sqlalchemy as sa
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response, StreamingResponse

from desk.entry.trail import note_look
from desk.pages.page import Visit
from desk.words import WORDS
from reports.csv import harmless
from ventanilla.errors import BadInput
from ventanilla.keys import read_key
from ventanilla.store.tables import agents, contacts, conversations
from ventanilla.store.views.trail import Border, Sought, Step, steps
from ventanilla.words import EventKind, LookedAt

PAGE = 50
_CHUNK = 1000
_MOST = 200_000
"""Lines of a CSV; whoever wants more takes a shorter stretch of days."""
LOOKS, DEEDS, ENTRY = "looks", "deeds", "entry"
ENTRIES = (
    EventKind.LOGGED_IN,
    EventKind.LOGIN_REFUSED,
    EventKind.LOGIN_THROTTLED,
    EventKind.SESSION_ENDED,
    EventKind.PASSWORD_SET,
    EventKind.AGENT_INVITED,
    EventKind.TOKEN_MADE,
    EventKind.TOKEN_REVOKED,
)
_TITLES = ("at", "who", "what", "kind", "case", "customer", "whom", "channel", "way", "detail")


def trail_page(visit: Visit) -> Response:
    """/house/trail?who=ana&case=K7M-Q2X-VTR&customer=3&from=2026-11-23&to=2026-11-23&what=looks&before=…"""
    asked = _asked(visit)
    with visit.desk.store.read() as connection:
        sought = _sought(visit, connection, asked)
        people = connection.execute(sa.select(agents.c.name, agents.c.display_name).order_by(agents.c.name)).all()
        border = Border.read(asked.before)
        found, following = ([], None) if sought is None else steps(connection, sought, border=border, limit=PAGE)
    note_look(visit, LookedAt.TRAIL, detail=asked.noted())
    return visit.render(
        "house/trail.html",
        asked=asked,
        steps=found,
        next=None if following is None else str(following),
        people=people,
        looks=list(LookedAt),
        kinds=sorted(((str(kind), _deed(visit, kind)) for kind in EventKind), key=lambda one: one[1].lower()),
        deed=lambda kind: _deed(visit, kind),
        told=lambda detail: [_told(visit, name, value) for name, value in detail.items() if name != "side"],
        unknown=sought is None,
    )


def trail_file(visit: Visit) -> Response:
    """The same, all of it, as CSV; read a stretch at a time while it is sent, so that it takes no memory and holds nothing up."""
    asked = _asked(visit)
    with visit.desk.store.read() as connection:
        sought = _sought(visit, connection, asked)
    note_look(visit, LookedAt.EXPORT, detail={"of": "trail", **asked.noted()})
    lines = iterate_in_threadpool(_lines(visit, sought))
    name = f"trail-{visit.desk.house.today(visit.now)}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _deed(visit: Visit, kind: str) -> str:
    """What a kind of event is called; by its own name where the log has one that nobody has put into words."""
    key = f"trail.deed.{kind}"
    return visit.say(key) if key in WORDS[visit.language] else kind.replace("_", " ")


def _told(visit: Visit, name: str, value: Any) -> str:
    """One thing that the log knows besides: "by: password"; a name that nobody has put into words stands for itself."""
    words = WORDS[visit.language]
    if isinstance(value, bool):
        said = visit.say("trail.yes" if value else "trail.no")
    elif isinstance(value, list):
        said = ", ".join(map(str, value))
    else:
        said = words.get(f"account.way_{value}", str(value)) if name == "way" else str(value)
    return f"{words.get(f'trail.name.{name}', name.replace('_', ' '))}: {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filters as somebody typed them."""

    who: str
    case: str
    customer: str
    first: str
    last: str
    what: str
    machines: bool
    before: str

    def query(self) -> dict[str, object]:
        """The same as an address has them, but for the page."""
        return {
            "who": self.who,
            "case": self.case,
            "customer": self.customer,
            "from": self.first,
            "to": self.last,
            "what": self.what,
            "machines": "1" if self.machines else "",
        }

    def noted(self) -> dict[str, Any]:
        """What of them the trail itself keeps."""
        return {name: value for name, value in self.query().items() if value}


def _asked(visit: Visit) -> Asked:
    return Asked(
        who=visit.given("who")[:100],
        case=visit.given("case")[:40],
        customer=visit.given("customer")[:20],
        first=visit.given("from")[:10],
        last=visit.given("to")[:10],
        what=visit.given("what")[:40],
        machines=visit.given("machines") == "1",
        before=visit.given("before")[:60],
    )


def _sought(visit: Visit, connection: sa.Connection, asked: Asked) -> Sought | None:
    """None where there is no such case or customer, and so nothing about them. Raises BadInput for what cannot be read."""
    case_id, contact_id = _case(connection, asked.case), _contact(connection, asked.customer)
    if (asked.case and case_id is None) or (asked.customer and contact_id is None):
        return None
    looked, kinds = _what(asked.what)
    return Sought(
        people=(asked.who,) if asked.who else (),
        case_id=case_id,
        contact_id=contact_id,
        since=_start(visit, asked.first),
        until=_start(visit, asked.last, days=1),
        looks=looked,
        kinds=kinds,
        machines=asked.machines,
    )


def _what(what: str) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Which looks and which events: `looks`, `deeds`, `entry`, `look:case`, `deed:assigned`; anything else is everything."""
    sort, _, name = what.partition(":")
    if sort == "look" and name in list(LookedAt):
        return (name,), ()
    if sort == "deed" and name in list(EventKind):
        return (), (name,)
    return {LOOKS: (None, ()), DEEDS: ((), None), ENTRY: ((), tuple(map(str, ENTRIES)))}.get(sort, (None, None))


def _case(connection: sa.Connection, typed: str) -> int | None:
    key = read_key(typed) if typed else None
    return None if key is None else connection.scalar(sa.select(conversations.c.id).where(conversations.c.key == key))


def _contact(connection: sa.Connection, typed: str) -> int | None:
    if not typed.isdecimal() or len(typed) > 18:
        return None
    return connection.scalar(sa.select(contacts.c.id).where(contacts.c.id == int(typed)))


def _start(visit: Visit, typed: str, *, days: int = 0) -> datetime | None:
    """When a day begins in the house's zone, or the one so many days behind it."""
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed) + timedelta(days=days)
        return datetime.combine(day, time(), visit.desk.house.zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(visit.say("trail.odd_day", day=typed)) from None


def _lines(visit: Visit, sought: Sought | None) -> Iterator[str]:
    yield _written(_TITLES)
    border: Border | None = Border()
    sent = 0
    while sought is not None and border is not None and sent < _MOST:
        with visit.desk.store.read() as connection:
            found, border = steps(connection, sought, border=border, limit=_CHUNK)
        sent += len(found)
        yield "".join(_written(_cells(visit, step)) for step in found)


def _cells(visit: Visit, step: Step) -> tuple[str, ...]:
    return (
        step.at.astimezone(visit.desk.house.zone()).isoformat(timespec="seconds"),
        step.who,
        "look" if step.is_look else "deed",
        step.what,
        step.key or "",
        "" if step.contact_id is None else str(step.contact_id),
        step.whom or "",
        step.channel or "",
        step.way,
        json.dumps(step.detail, ensure_ascii=False, sort_keys=True) if step.detail else "",
    )


def _written(cells: tuple[str, ...]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return text.getvalue()
