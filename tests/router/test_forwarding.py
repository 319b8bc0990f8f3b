"""What one of us forwards is a customer's word only where it is proven whose mail it is: a stranger may write any From."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.service import route_item
from tests.router.house_for_tests import House, mail
from ventanilla.store.engine import Store
from ventanilla.store.inbox import reopen_row
from ventanilla.store.tables import conversation_links, conversations, events, inbox, messages, outbox
from ventanilla.words import EventKind, InboxState, OutboxKind

TRUSTED = 'trusted_authserv = "mx.example.com"'
PROVEN = "mx.example.com; dkim=pass header.d=example.com; dmarc=pass (p=REJECT) header.from=example.com"
FORWARDED = """Mirad esto

---------- Forwarded message ---------
De: Lucía <lucia@clientes.example>
Fecha: lun, 23 nov 2026 a las 9:00
Asunto: Mi factura
Para: Ana <ana@example.com>

Quiero darme de baja y que me devuelvan todo.
"""


@pytest.fixture
def trusting(sqlite_store: Store, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path, settings={"staff": TRUSTED})


@pytest.fixture
def plain(sqlite_store: Store, tmp_path: Path) -> House:
    """A house that names no server to trust."""
    return House(sqlite_store, tmp_path)


def forward(house: House, *, subject: str = "Fwd: Mi factura", proof: str = "", **headers: str) -> InboxState | None:
    given = {**headers, **({"Authentication-Results": proof} if proof else {})}
    return house.receive(
        mail(sender="Ana <ana@example.com>", subject=subject, text=FORWARDED, message_id="<e@x.example>", headers=given)
    )


def receipts(house: House) -> list[str]:
    return [row.recipient for row in house.rows(outbox, lambda t: t.c.kind == OutboxKind.ACKNOWLEDGEMENT)]


def withheld(house: House) -> list[str]:
    return [row.data["reason"] for row in house.rows(events, lambda t: t.c.kind == EventKind.ACKNOWLEDGEMENT_WITHHELD)]


def test_a_proven_forward_opens_the_customers_case(trusting: House) -> None:
    assert forward(trusting, proof=PROVEN) is InboxState.ROUTED

    assert receipts(trusting) == ["lucia@clientes.example"]


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "evil.example; dmarc=pass header.from=example.com",
        "mx.example.com; dmarc=none",
        "mx.example.com; dmarc=fail (p=none) header.from=example.com",
    ],
)
def test_an_unproven_forward_stands_aside_and_mails_nobody(trusting: House, proof: str) -> None:
    assert forward(trusting, proof=proof) is InboxState.SCREENED

    assert trusting.rows(inbox)[0].reason == "own: forwarded, but not proven to be one of us"
    assert (trusting.rows(conversations), trusting.rows(outbox)) == ([], [])


def test_list_headers_are_no_way_round_that(trusting: House) -> None:
    trusting.receive(mail(message_id="<v1@clientes.example>"))

    assert (
        forward(trusting, **{"Precedence": "bulk", "List-Unsubscribe": "<https://x.example/u>"}) is InboxState.SCREENED
    )


def test_a_person_lets_an_unproven_forward_through(trusting: House) -> None:
    forward(trusting)
    (row,) = trusting.rows(inbox)
    with trusting.store.write() as connection:
        reopen_row(connection, row.id, states=(InboxState.SCREENED,), released_by="marta")

    assert route_item(trusting.router, row.id) is InboxState.ROUTED
    assert [one.from_address for one in trusting.rows(messages)] == ["lucia@clientes.example"]
    assert receipts(trusting) == []


def test_where_nothing_can_be_proven_a_forward_opens_a_case_without_a_receipt(plain: House) -> None:
    assert forward(plain, proof=PROVEN) is InboxState.ROUTED

    assert [row.address for row in plain.rows(conversations)] == ["lucia@clientes.example"]
    assert receipts(plain) == []
    assert withheld(plain) == ["forwarded by one of us, and no mail server that we trust vouches for them"]


@pytest.mark.parametrize("named_by", ["key", "id"])
def test_where_nothing_can_be_proven_a_forward_never_continues_a_customers_case(plain: House, named_by: str) -> None:
    plain.receive(mail(subject="Mi factura", message_id="<v1@clientes.example>"))
    (case,) = plain.rows(conversations)
    plain.later(minutes=5)

    if named_by == "key":
        forward(plain, subject=f"Fwd: Mi factura [{case.key}]")
    else:
        forward(plain, **{"In-Reply-To": "<v1@clientes.example>"})

    assert [row.conversation_id for row in plain.rows(messages)] == [case.id, case.id + 1]
    assert len(plain.rows(conversation_links)) == 1


def test_a_proven_forward_continues_the_customers_case(trusting: House) -> None:
    trusting.receive(mail(subject="Mi factura", message_id="<v1@clientes.example>"))
    (case,) = trusting.rows(conversations)

    forward(trusting, subject=f"Fwd: Mi factura [{case.key}]", proof=PROVEN)

    assert [row.conversation_id for row in trusting.rows(messages)] == [case.id, case.id]
