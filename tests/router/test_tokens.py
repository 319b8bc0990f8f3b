"""No text with a token of ours goes to a customer, however a mail program wrote it down."""

from __future__ import annotations

import base64
import quopri
from html import escape
from pathlib import Path

import pytest

from router.permission import still_allowed
from router.replies.tokens import token_in
from tests.router.house_for_tests import House, mail
from ventanilla.notice_tokens import NoticeToken, notice_id, notice_token, read_notice_token, tokens_in
from ventanilla.signing import Purpose, message_id, read_message_id
from ventanilla.store.engine import Store
from ventanilla.store.tables import outbox
from ventanilla.words import OutboxKind

KEY = b"0123456789abcdef"
TOKEN = notice_token(KEY, case_key="K7M-Q2X-VTB", assignment_number=3, agent="ana", occasion="a turn")
ADDRESS = f"soporte+{TOKEN}@example.com"
FORMS = {
    "the Message-ID": f"Vea {notice_id(TOKEN, 'example.com')}",
    "the address": f"Escriba a {ADDRESS}.",
    "in lower case": ADDRESS.lower(),
    "in upper case": ADDRESS.upper(),
    "in HTML": f'<a href="mailto:{escape(ADDRESS)}">aquí</a>',
    "with HTML's escapes": "".join(f"&#{ord(sign)};" for sign in ADDRESS),
    "with named escapes": ADDRESS.replace(".", "&period;").replace("+", "&plus;"),
    "in a link": ADDRESS.replace("@", "%40").replace("+", "%2B").replace(".", "%2E"),
    "folded": f"{ADDRESS[:30]}\r\n {ADDRESS[30:]}",
    "quoted and broken": f"> {ADDRESS[:25]}\n> {ADDRESS[25:50]}\n> {ADDRESS[50:]}",
    "broken softly": quopri.encodestring((f"Un texto largo por delante {ADDRESS}" * 2).encode()).decode(),
    "escaped for transport": ADDRESS.replace(".", "=2E"),
    "with chances to break": "<wbr>".join((ADDRESS[:14], ADDRESS[14:40], ADDRESS[40:])),
    "in bold letters": f"soporte+<b>{TOKEN[:9]}</b>{TOKEN[9:]}",
    "with what does not show": "\u200b".join(ADDRESS),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_token_is_found_in_every_form(form: str) -> None:
    assert token_in("Hola", None, f"Un saludo. {FORMS[form]} Ana") is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Su caso es K7M-Q2X-VTB.",
        "Vn. 12",
        "La versión vn.2.0 de 2026",
        message_id(KEY, purpose=Purpose.CUSTOMER, case_key="K7M-Q2X-VTB", nonce="00000000001f", domain="example.com"),
        base64.b64encode(b"x" * 3000).decode(),
    ],
)
def test_what_customers_may_see_is_let_through(text: str) -> None:
    assert token_in(text) is None


def test_a_token_says_whose_it_is_and_for_which_assignment() -> None:
    (found,) = tokens_in([ADDRESS.upper()])

    assert read_notice_token(KEY, found, ["luis", "ana"]) == NoticeToken(
        text=TOKEN, case_key="K7M-Q2X-VTB", assignment_number=3, agent="ana"
    )


def test_a_token_is_worth_nothing_for_another_person_key_number_or_house() -> None:
    other = notice_token(KEY, case_key="K7M-Q2X-VTB", assignment_number=4, agent="ana", occasion="a turn")
    mixed = ".".join((*other.split(".")[:3], TOKEN.split(".")[3]))

    assert read_notice_token(KEY, TOKEN, ["luis"]) is None
    assert read_notice_token(KEY, mixed, ["ana"]) is None
    assert read_notice_token(b"another key", TOKEN, ["ana"]) is None
    assert read_message_id(KEY, notice_id(TOKEN, "example.com")) is None, "it stands for no customer's mail"


def test_a_large_number_of_assignments_still_fits() -> None:
    token = notice_token(KEY, case_key="K7M-Q2X-VTB", assignment_number=70_000, agent="ana", occasion="x")

    found = read_notice_token(KEY, token, ["ana"])
    assert found is not None
    assert found.assignment_number == 70_000


@pytest.mark.fault(16)
def test_at_the_last_moment_too_nothing_with_a_token_goes_to_a_customer(sqlite_store: Store, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path)
    house.receive(mail())
    (notice,) = house.rows(outbox, lambda t: t.c.kind == OutboxKind.NOTICE)
    (receipt,) = house.rows(outbox, lambda t: t.c.kind == OutboxKind.ACKNOWLEDGEMENT)
    text = f"Gracias. {notice.message_id}"
    with sqlite_store.write() as connection:
        connection.execute(outbox.update().where(outbox.c.id == receipt.id).values(payload={"text": text}))
    (receipt,) = house.rows(outbox, lambda t: t.c.id == receipt.id)

    with sqlite_store.read() as connection:
        assert still_allowed(connection, house.router.house, notice) is None
        assert "only our own people" in (still_allowed(connection, house.router.house, receipt) or "")


def test_a_receipt_does_not_refer_to_a_notice_that_its_customer_got_hold_of(
    sqlite_store: Store, tmp_path: Path
) -> None:
    house = House(sqlite_store, tmp_path)
    thread = f"<first@c.example> {notice_id(TOKEN, 'example.com')} <second@c.example>"
    house.receive(mail(message_id="<p@c.example>", headers={"References": thread}))

    (receipt,) = house.rows(outbox, lambda t: t.c.kind == OutboxKind.ACKNOWLEDGEMENT)
    assert receipt.payload["references"] == ["<first@c.example>", "<second@c.example>", "<p@c.example>"]
    assert receipt.payload["in_reply_to"] == "<p@c.example>"


@pytest.mark.parametrize(
    "where", [{"references": ["<a@b>", ADDRESS]}, {"headers": {"X-Was": ADDRESS}}, {"cc": [[ADDRESS]]}]
)
def test_a_token_is_found_wherever_it_stands_in_what_goes_out(
    sqlite_store: Store, tmp_path: Path, where: dict[str, object]
) -> None:
    house = House(sqlite_store, tmp_path)
    house.receive(mail())
    receipt = outbox.c.kind == OutboxKind.ACKNOWLEDGEMENT
    with sqlite_store.write() as connection:
        connection.execute(outbox.update().where(receipt).values(payload={"text": "Hola", **where}))
    (row,) = house.rows(outbox, lambda t: t.c.kind == OutboxKind.ACKNOWLEDGEMENT)

    with sqlite_store.read() as connection:
        assert "only our own people" in (still_allowed(connection, house.router.house, row) or "")
