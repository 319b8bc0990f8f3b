"""Saying that two customers are one person: who is meant, both side by side, and the word itself, which can be taken back."""

from __future__ import annotations

from starlette.responses import Response

from desk.entry.seeing import visible_customers
from desk.pages.customers.seeing import require_customer
from desk.pages.customers.showing import document
from desk.pages.page import NotFound, Visit
from ventanilla.store.linking import begin_contact_change, link_contacts
from ventanilla.store.views.contacts import list_contacts

MOST = 20


def ask(visit: Visit) -> Response:
    """Whom to link (`?q=`), or whether these two are one (`?other=`)."""
    contact_id, other = int(visit.place("contact")), visit.given("other")
    asked = visit.given("q")
    found, second = [], None
    with visit.desk.store.read() as connection:
        require_customer(visit, connection, contact_id)
        first = document(visit, connection, contact_id)
        if other:
            require_customer(visit, connection, _other(visit, contact_id))
            second = document(visit, connection, _other(visit, contact_id))
        elif asked:
            visible = visible_customers(visit.person)
            found = list_contacts(connection, search=asked, limit=MOST, only=visible)
    return visit.render(
        "customers/link.html",
        first=first,
        second=second,
        asked=asked,
        found=[each for each in found if each["id"] != contact_id],
    )


def link(visit: Visit) -> Response:
    """Everything of the other belongs to this customer from now on; no case changes its owner."""
    contact_id = int(visit.place("contact"))
    other = _other(visit, contact_id)
    with visit.moving() as move:
        begin_contact_change(move.connection)
        require_customer(visit, move.connection, contact_id)
        require_customer(visit, move.connection, other)
        moved = link_contacts(move.connection, contact_id, other, move.journal)
    said = visit.say("customers.told_linked", addresses=moved.addresses, cases=len(moved.cases))
    return visit.go(f"/customers/{contact_id}", told=said)


def _other(visit: Visit, contact_id: int) -> int:
    """The other customer that is meant. Raises NotFound for the same one, and for none."""
    other = visit.given("other")
    if not other.isdecimal() or len(other) > 18 or int(other) == contact_id:
        raise NotFound
    return int(other)
