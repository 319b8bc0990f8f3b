"""A mail out of the Sent folder as one of ours: whom it went to, what was said, and what of it is no answer of a person's."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.outbound import read_sent
from ventanilla.channel import Message
from ventanilla.errors import BadMessage

CONTEXT = MailContext(
    own_addresses=frozenset({"soporte@example.com", "info@example.com"}),
    staff_addresses=frozenset({"ana@example.com"}),
    installation="uno",
)


def read(body: str = "Mañana.", **headers: str) -> Message:
    named = {"From": "Ana <soporte@example.com>", "To": "lucia@clientes.example", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in named.items() if value)
    return read_sent(f"{head}Content-Type: {'text/plain; charset=utf-8'}\n\n{body}\n".encode(), CONTEXT)


@pytest.mark.parametrize(
    ("headers", "customer"),
    [
        ({}, "lucia@clientes.example"),
        ({"To": "soporte+K7M@example.com, Eva <eva@clientes.example>"}, "eva@clientes.example"),
        ({"To": "ana@example.com", "Cc": "eva@clientes.example"}, "eva@clientes.example"),
        ({"To": "", "Bcc": "eva@clientes.example"}, "eva@clientes.example"),
        ({"To": "ana@example.com, info@example.com"}, ""),
    ],
)
def test_the_customer_is_the_first_who_is_none_of_ours(headers: dict[str, str], customer: str) -> None:
    assert read(**headers).customer.address == customer


def test_it_is_ours_with_its_thread_and_who_pressed_send() -> None:
    message = read(Message_ID="<a@b.c>", In_Reply_To="<q@d.e>", References="<p@d.e> <q@d.e>", Sender="ana@example.com")

    assert message.outbound
    assert (message.external_id, message.in_reply_to, message.references) == (
        "<a@b.c>",
        ("<q@d.e>",),
        ("<p@d.e>", "<q@d.e>"),
    )
    assert (message.author.name, [party.address for party in message.shared]) == ("Ana", ["ana@example.com"])


QUOTED = "El lun, 23 nov 2026 a las 10:00, Lucía <lucia@clientes.example> escribió:\n> ¿Cuándo llega?\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Mañana.\n\n-- \nAna\nFerretería Sol\n\n" + QUOTED, "Mañana.\n\n-- \nAna\nFerretería Sol"),
        ("Mañana.\n\n" + QUOTED + "\n-- \nAna", "Mañana.\n\n\n-- \nAna"),
        (QUOTED + "\nMañana.", "Mañana."),
        ("Mañana.\n\n-- \nAna", "Mañana.\n\n-- \nAna"),
    ],
    ids=["signed above", "signed below", "answered below", "nothing quoted"],
)
def test_what_was_said_is_without_the_quotation_but_with_the_signature(body: str, said: str) -> None:
    assert read(body).reply_text == said


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, ""),
        ({"Auto_Submitted": "auto-replied"}, "auto_reply: Auto-Submitted auto-replied"),
        ({"Auto_Submitted": "no"}, ""),
        ({"X_Ventanilla_Loop": "uno"}, "loop: X-Ventanilla-Loop is ours"),
        ({"From": "otra@elsewhere.example"}, "own: in Sent, but From is no address of ours (name it in aliases)"),
        ({"From": "ana@example.com"}, ""),
        ({"To": "ana@example.com"}, "own: in Sent, to nobody outside the house"),
        ({"Bcc": ", ".join(f"c{n}@d.example" for n in range(12))}, "list: a circular to 13 addresses"),
        ({"Cc": ", ".join(f"c{n}@d.example" for n in range(12)), "In_Reply_To": "<q@d.e>"}, ""),
        ({"List_Unsubscribe": "<mailto:baja@example.com>"}, "list: a circular to 1 addresses"),
    ],
)
def test_only_what_a_person_wrote_to_somebody_outside_is_accepted(headers: dict[str, str], reason: str) -> None:
    assert read(**headers).screening.reason == reason


def test_an_answer_to_an_invitation_is_a_clicks() -> None:
    raw = (
        b"From: soporte@example.com\nTo: lucia@clientes.example\nSubject: Accepted: Visita\n"
        b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nAccepted\n"
        b"--b\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n--b--\n"
    )

    assert read_sent(raw, CONTEXT).screening.reason == "auto_reply: answer to an invitation"


@pytest.mark.parametrize("name", ["X-Ventanilla-Id", "X-Google-Original-Message-ID", "X-Microsoft-Original-Message-ID"])
def test_the_id_that_it_was_sent_under_is_kept_beside_the_one_it_got(name: str) -> None:
    message = read(Message_ID="<new@prod.example>", **{name: "<vc.K7M.1.2@example.com>"})

    assert (message.external_id, message.own_id) == ("<new@prod.example>", "<vc.K7M.1.2@example.com>")


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe no header at all"])
def test_what_is_no_mail_is_bad_and_nothing_worse(raw: bytes) -> None:
    with pytest.raises(BadMessage):
        read_sent(raw, CONTEXT)


@given(st.binary(max_size=400), st.text(max_size=80))
def test_no_bytes_whatever_raise_anything_but_bad_message(body: bytes, header: str) -> None:
    raw = f"From: soporte@example.com\nTo: {header}\nReferences: {header}\n\n".encode("utf-8", "surrogatepass") + body

    with contextlib.suppress(BadMessage):
        assert read_sent(raw, CONTEXT).outbound
    with contextlib.suppress(BadMessage):
        assert read_sent(body, CONTEXT).outbound
