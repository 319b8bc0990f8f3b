"""Customers as a list and one by one: for whoever oversees all of them, for the others those of the cases that they see."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from desk.api.cursors import read_number, write_number
from desk.api.describing import look
from desk.api.documents.base import Page
from desk.api.documents.customers import Customer, WholeCustomer
from desk.api.problems import Wrong
from desk.api.reading.cases import After, Limit
from desk.api.routing import Caller, Operation
from desk.entry.person import Right
from desk.entry.seeing import as_seen, visible_customers, visible_to
from ventanilla.store.tables import contacts, conversations
from ventanilla.store.views.contacts import contact_document, list_contacts
from ventanilla.words import LookedAt

router = APIRouter(tags=["customers"], route_class=Operation)
_LARGEST = 2**53 - 1


@look(router, "/customers", Page[Customer])
def list_customers(
    call: Caller,
    q: Annotated[str, Query(description="Part of a name or of an address.", max_length=200)] = "",
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Customers that you may see, the newest first."""
    begins = None if after is None else read_number(after)
    with call.desk.store.read() as connection:
        found = list_contacts(
            connection, search=q.strip() or None, limit=limit + 1, after=begins, only=visible_customers(call.person)
        )
    if q.strip():
        call.looked(LookedAt.SEARCH, detail={"by": "api"})
    return call.page(found[:limit], write_number(found[limit - 1]["id"]) if len(found) > limit else None)


@look(router, "/customers/{customer_id}", WholeCustomer)
def show_customer(
    call: Caller, customer_id: Annotated[int, Path(description="`contact_id` of a case.", ge=1, le=_LARGEST)]
) -> Response:
    """A customer with their cases, as far as you may see them."""
    with call.desk.store.read() as connection:
        this = sa.select(contacts.c.id).where(contacts.c.id == customer_id, visible_customers(call.person))
        if connection.scalar(this) is None:
            raise Wrong(404, "no_such_customer", "there is no such customer that you may see")
        document = contact_document(connection, customer_id)
        if not call.person.has(Right.OVERSEE):
            seen = sa.select(conversations.c.key).where(
                conversations.c.contact_id == customer_id, visible_to(call.person)
            )
            keys = set(connection.scalars(seen))
            document["cases"] = [one for one in document["cases"] if one["key"] in keys]
            document = as_seen(connection, call.person, document)
    call.looked(LookedAt.CUSTOMER, contact_id=customer_id)
    return call.answer(document)
