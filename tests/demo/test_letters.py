"""The town's mails, read by the real reader: each is what it is meant to be."""

from __future__ import annotations

import random
import re
import zlib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.message import read_mail
from demo import letters
from demo.files import invoice, photo
from demo.letters import Stamp, Thread
from demo.people import SHOP, WEB_FORM, Person, customer
from demo.post_office import mark_of
from ventanilla.channel import Message
from ventanilla.errors import BadMessage
from ventanilla.words import Verdict

ANA = Person(name="Ana", address="ana@ferreteria.example", language="es")
LUCIA = customer("Lucía Ejemplo", "es")
STAMP = Stamp(message_id="<1.2@clientes.example>", at=datetime(2026, 11, 21, 10, 0, tzinfo=UTC))
RECEIPT = Thread(
    ids=["<0@clientes.example>", "<vc.x@ferreteria.example>"],
    subject="Re: Una llave [K7M-Q2X-VTR]",
    author="Ferretería Sol <hola@ferreteria.example>",
    text="Hemos recibido su mensaje.",
)
CONTEXT = MailContext(
    own_addresses=frozenset({SHOP}),
    forms=((WEB_FORM, "reply_to"),),
    staff_addresses=frozenset({ANA.address}),
    installation="here",
)


def read(mail: EmailMessage) -> Message:
    return read_mail(b"Return-Path: <x@clientes.example>\r\n" + mail.as_bytes(), CONTEXT)


def test_a_question_is_the_customers_own_words() -> None:
    message = read(letters.plain(LUCIA, "¿Tienen tornillos de M8?", "Buenos días:\n\nNecesito 20.", STAMP))

    assert message.screening.verdict is Verdict.ACCEPT
    assert (message.customer.name, message.customer.address) == ("Lucía Ejemplo", "lucia.ejemplo@clientes.example")
    assert message.subject == "¿Tienen tornillos de M8?"
    assert message.reply_text.startswith("Buenos días:\n\nNecesito 20.")
    assert message.external_id == STAMP.message_id


def test_html_alone_is_read_as_text() -> None:
    message = read(letters.html_only(LUCIA, "Pintura", "Primero.\n\nSegundo.", STAMP))

    assert message.html is not None
    assert message.text.startswith("Primero.\n\nSegundo.")
    assert "font-family" not in message.text


@pytest.mark.parametrize(
    ("content", "content_type", "filename"),
    [
        (photo(random.Random(1)), "image/png", "foto.png"),
        (invoice("2026-17"), "application/pdf", "factura 2026-17.pdf"),
    ],
)
def test_a_file_arrives_whole(content: bytes, content_type: str, filename: str) -> None:
    mail = letters.plain(LUCIA, "Vea", "Adjunto.", STAMP)

    (found,) = read(letters.with_file(mail, content, content_type=content_type, filename=filename)).attachments

    assert (found.filename, found.content_type, found.content) == (filename, content_type, content)
    assert not found.inline


def test_the_photo_is_a_png_that_unpacks_to_its_size() -> None:
    image = photo(random.Random(1), width=32, height=24)

    packed = image[image.index(b"IDAT") + 4 : image.index(b"IEND") - 8]
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(zlib.decompress(packed)) == 24 * (1 + 32 * 3)


def test_the_invoice_is_a_pdf_whose_table_points_at_its_objects() -> None:
    pdf = invoice("2026-17")

    offsets = [int(found) for found in re.findall(rb"^(\d{10}) 00000 n", pdf, re.MULTILINE)]
    assert [pdf[offset : offset + 7] for offset in offsets] == [f"{n} 0 obj".encode() for n in range(1, 6)]
    start = int(pdf.split(b"startxref\n")[1].split(b"\n")[0])
    assert pdf[start : start + 4] == b"xref"


@pytest.mark.parametrize("quoting", [True, False])
def test_an_answer_is_in_its_thread_and_quotes_are_not_its_own_words(quoting: bool) -> None:
    message = read(letters.answer(LUCIA, RECEIPT, "Me corre prisa.", STAMP, quoting=quoting))

    assert message.in_reply_to == (RECEIPT.ids[-1],)
    assert message.references == tuple(RECEIPT.ids)
    assert message.case_keys == () or message.case_keys == ("K7M-Q2X-VTR",)
    assert "Hemos recibido" not in message.reply_text
    assert ("Hemos recibido" in message.text) is quoting


def test_a_web_form_comes_from_the_shop_and_is_the_customers() -> None:
    message = read(letters.web_form(WEB_FORM, LUCIA, "Llaves", "¿Hacen copias?", STAMP))

    assert message.screening.verdict is Verdict.ACCEPT
    assert message.author.address == WEB_FORM
    assert message.customer.address == LUCIA.address


def test_a_mail_that_staff_forward_is_its_writers() -> None:
    message = read(letters.forwarded(ANA, LUCIA, "Garantía", "¿Sigue en garantía?", STAMP))

    assert message.forwarded
    assert message.screening.verdict is Verdict.ACCEPT
    assert message.customer.address == LUCIA.address
    assert message.reply_text.startswith("¿Sigue en garantía?")


@pytest.mark.parametrize(
    ("mail", "verdict"),
    [
        (letters.newsletter(STAMP), Verdict.LIST),
        (letters.spam(STAMP), Verdict.SPAM),
        (letters.out_of_office(LUCIA, RECEIPT, STAMP), Verdict.AUTO_REPLY),
    ],
)
def test_what_is_no_customer_is_screened(mail: EmailMessage, verdict: Verdict) -> None:
    assert read(mail).screening.verdict is verdict


def test_a_receipt_that_comes_back_says_which_and_why() -> None:
    receipt = letters.plain(ANA, "Re: Una llave", "Recibido.", STAMP, to=LUCIA.address)
    later = Stamp(message_id="<9@clientes.example>", at=STAMP.at)

    message = read(letters.undeliverable(receipt, LUCIA.address, later))

    assert message.screening.verdict is Verdict.BOUNCE
    assert message.bounce is not None
    assert message.bounce.original_message_id == STAMP.message_id
    assert (message.bounce.recipient, message.bounce.status) == (LUCIA.address, "5.1.1")


def test_the_broken_one_cannot_be_read_and_can_still_be_told_from_another() -> None:
    with pytest.raises(BadMessage):
        read_mail(letters.broken("1"), CONTEXT)
    assert mark_of(letters.broken("1")) == mark_of(letters.broken("1")) != mark_of(letters.broken("2"))


def test_a_mail_is_known_by_its_message_id_whatever_a_server_writes_above_it() -> None:
    mail = letters.plain(LUCIA, "Pintura", "Hola", STAMP)

    assert mark_of(b"Delivered-To: a@b.example\r\n" + mail.as_bytes()) == STAMP.message_id
