"""Customers as a list and one of them whole, with those of their cases that the visitor may see."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from config.values import LANGUAGES
from desk.entry.person import Right
from desk.entry.seeing import as_seen, visible_customers, visible_to
from desk.entry.trail import note_look
from desk.pages.customers.seeing import require_customer, went_into
from desk.pages.page import Visit
from ventanilla.store.views.contacts import cases_of, contact_document, list_contacts
from ventanilla.words import LookedAt, Role

PAGE = 50
ENDED = 50
"""How many ended cases a customer's page shows, beside all that are open."""


def show_all(visit: Visit) -> Response:
    """Those whose name or address has `?q=` in it, the newest first."""
    asked, after = visit.given("q"), visit.given("after")
    with visit.desk.store.read() as connection:
        found = list_contacts(
            connection,
            search=asked or None,
            limit=PAGE + 1,
            after=int(after) if after.isdecimal() and len(after) < 19 else None,
            only=visible_customers(visit.person),
        )
    more = visit.url("/customers", q=asked, after=found[PAGE - 1]["id"]) if len(found) > PAGE else ""
    return visit.render("customers/list.html", customers=found[:PAGE], asked=asked, following=more, after=after)


def show_one(visit: Visit) -> Response:
    """One customer; somebody who was linked into another is shown as that other."""
    contact_id = int(visit.place("contact"))
    with visit.desk.store.read() as connection:
        other = went_into(connection, contact_id)
        if other is not None:
            require_customer(visit, connection, other)
            return visit.go(f"/customers/{other}")
        require_customer(visit, connection, contact_id)
        customer = document(visit, connection, contact_id)
    note_look(visit, LookedAt.CUSTOMER, contact_id=contact_id)
    return visit.render(
        "customers/one.html",
        customer=customer,
        languages=LANGUAGES,
        people=people(visit),
        today=visit.desk.house.today(visit.now).isoformat(),
    )


def document(visit: Visit, connection: sa.Connection, contact_id: int) -> dict[str, Any]:
    """One customer as far as the visitor may see them."""
    whole = as_seen(connection, visit.person, contact_document(connection, contact_id))
    cases = cases_of(connection, contact_id, last=ENDED, only=visible_to(visit.person))
    hidden = 0 if visit.person.has(Right.OVERSEE) else whole["case_count"] - len(cases)
    return whole | {"cases": cases, "hidden": max(hidden, 0)}


def people(visit: Visit) -> dict[str, str]:
    """Whoever can have cases, by name."""
    today = visit.desk.house.today(visit.now)
    there = visit.desk.config.agents.items()
    return {name: one.name or name for name, one in there if one.role is not Role.AUDITOR and one.is_here(today)}
