"""A mail that one of ours forwards belongs to its original sender; a customer's forward stays the customer's."""

from __future__ import annotations

import pytest

from tests.email_reading.house import mail, read_multipart, sample

STAFF = "Luis <luis@example.com>"
BLOCK = (
    "De: Elena Mora <elena@x.example>\nEnviado el: viernes, 21/11/2025 19:30\nPara: Luis\nAsunto: Queja\n\nNo llega."
)


@pytest.mark.parametrize(
    ("name", "address", "display"),
    [
        ("forward_gmail_es", "elena.mora@example.net", "Elena Mora"),
        ("forward_outlook_es", "oscar.pena@example.net", "Óscar Peña"),
        ("forward_apple_en", "grace.lee@example.net", "Grace Lee"),
        ("forward_as_attachment_es", "andres.gil@example.net", "Andrés Gil"),
    ],
)
def test_the_customer_is_who_wrote_the_forwarded_mail(name: str, address: str, display: str) -> None:
    message = sample(name)

    assert (message.customer.address, message.customer.name) == (address, display)
    assert message.author.address == "luis@example.com"
    assert message.forwarded


def test_the_note_of_who_forwarded_stays_in_the_text() -> None:
    assert "Os paso esto" in sample("forward_gmail_es").text


@pytest.mark.parametrize(
    "subject", ["Fwd: Queja", "FW: Queja", "RV: Queja", "Reenv: Queja", "TR: Plainte", "Queja", "[Ventas] RV: Queja"]
)
def test_the_usual_subjects_and_none_at_all_are_forwards(subject: str) -> None:
    assert mail(BLOCK, from_=STAFF, subject=subject).customer.address == "elena@x.example"


def test_an_agents_answer_with_a_quoted_customer_is_no_forward() -> None:
    message = mail(f"Ya se lo he dicho.\n\n{BLOCK}", from_=STAFF, subject="RE: Queja", cc="soporte@example.com")

    assert message.customer.address == "luis@example.com"
    assert not message.forwarded


def test_a_customers_forward_stays_the_customers() -> None:
    message = mail(f"Miren\n\n{BLOCK}", subject="RV: Queja")

    assert message.customer.address == "ana@example.net"
    assert not message.forwarded
    assert "No llega." in message.reply_text


def test_a_chain_between_our_own_people_goes_back_to_the_customer() -> None:
    chain = BLOCK.replace("Elena Mora <elena@x.example>", "Luis <luis@example.com>").replace(
        "No llega.", f"Os lo paso\n\n{BLOCK}"
    )

    assert mail(chain, from_=STAFF, subject="RV: RV: Queja").customer.address == "elena@x.example"


def test_a_forward_that_names_no_address_stays_with_who_forwarded() -> None:
    message = mail(BLOCK.replace(" <elena@x.example>", ""), from_=STAFF, subject="RV: Queja")

    assert message.customer.address == "luis@example.com"
    assert not message.forwarded


def test_an_attached_web_form_leads_to_its_customer() -> None:
    inner = "From: web@example.com\nReply-To: Pilar <pilar@x.example>\nSubject: Formulario\n\n¿Abren?"

    message = read_multipart(
        "\nPara vosotros", f"Content-Type: message/rfc822\n\n{inner}", from_=STAFF, subject="Fwd: Formulario"
    )

    assert message.customer.address == "pilar@x.example"
    assert message.reply_text == "¿Abren?"


def test_the_files_of_a_mail_forwarded_as_a_file_come_along() -> None:
    inner = "From: eva@x.example\nSubject: Foto\nContent-Type: image/png; name=roto.png\n\nPNG"

    message = read_multipart("\nMirad", f"Content-Type: message/rfc822\n\n{inner}", from_=STAFF, subject="Fwd: Foto")

    assert [attachment.filename for attachment in message.attachments] == ["Foto.eml", "roto.png"]


def test_a_quoted_mailto_address_is_read() -> None:
    text = BLOCK.replace("<elena@x.example>", "[mailto:elena@x.example]")

    assert mail(text, from_=STAFF, subject="RV: Queja").customer.address == "elena@x.example"
