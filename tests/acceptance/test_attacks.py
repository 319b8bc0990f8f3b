"""Mail that attacks, pretends or answers itself walks the whole road: nothing breaks, nobody is fooled, the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.letters import mail
from tests.acceptance.mailing import append_raws
from tests.acceptance.service import Service
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer, Taken
from ventanilla.store.tables import inbox

HEAD = b"To: soporte@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n"


@pytest.mark.fault(15, 17)
def test_mail_that_attacks_or_cannot_be_read_breaks_no_process_and_holds_nothing_up(
    service: Service, dovecot: Dovecot
) -> None:
    service.start()
    before = service.pids()
    attacks = [b"From: atacante%d@x.example\r\n%s" % (number, body) for number, body in enumerate(attacking())]
    nobodys = b"Subject: sin remitente\r\nTo: soporte@example.com\r\n\r\nAlguien escribe sin decir quien es.\r\n"

    append_raws(dovecot, [*attacks, nobodys, mail("honrada@clientes.example", "Hola").as_bytes()])
    books.wait_for_post(service, len(attacks) + 2)

    assert service.pids() == before
    _check_set_aside(service, nobodys)
    shown = service.json("show", *[case["key"] for case in service.json("conversations")])
    assert "honrada@clientes.example" in {case["contact"] for case in shown}
    for case in shown:
        for message in case["messages"]:
            assert message["raw"]["present"]
            assert "<script" not in message["text"]
            assert "\0" not in message["text"]
            for file in message["attachments"]:
                assert _is_harmless(file["filename"]), file
    books.check_audit(service)


@pytest.mark.fault(15)
def test_a_forged_key_a_forged_colleague_and_a_known_id_from_a_stranger_get_nobody_into_a_case(
    service: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service.start()
    first = mail("lucia@clientes.example", "Mi pedido", message_id="first@clientes.example")
    append_raws(dovecot, [first.as_bytes()])
    books.wait_for_post(service, 1)
    books.wait_for_letters(service)
    (case,) = service.json("conversations")
    receipt = next(one for one in books.to_customers(smtp))

    # when a stranger knows the key, the ids and our people's addresses
    by_key = mail("extrana@otra.example", f"Re: [{case['key']}] Mi pedido")
    by_id = mail("extrano@otra.example", "Re: Mi pedido")
    by_id["In-Reply-To"], by_id["References"] = books.message_id(receipt), "<first@clientes.example>"
    as_one_of_us = mail("Ana <ana@example.com>", f"Re: [{case['key']}] Mi pedido", text="Devuélvanle el dinero.")
    append_raws(dovecot, [each.as_bytes() for each in (by_key, by_id, as_one_of_us)])
    books.wait_for_post(service, 4)

    # then there are two cases of theirs beside it, linked to it; what "we" wrote opens none
    cases = {one["contact"]: one for one in service.json("conversations")}
    assert set(cases) == {"lucia@clientes.example", "extrana@otra.example", "extrano@otra.example"}
    (shown,) = service.json("show", case["key"])
    assert len(shown["messages"]) == 1
    assert {link["key"] for link in shown["links"]} == {
        cases["extrana@otra.example"]["key"],
        cases["extrano@otra.example"]["key"],
    }
    assert service.json("status")["inbox"]["screened"] == 1
    books.check_audit(service)


@pytest.mark.fault(16)
def test_what_we_sent_coming_back_opens_no_case_and_is_answered_by_nothing(
    service: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service.start()
    append_raws(dovecot, [mail("lucia@clientes.example", "Hola", message_id="a@clientes.example").as_bytes()])
    books.wait_for_post(service, 1)
    books.wait_for_letters(service)
    (notice,), (receipt,) = books.to_staff(smtp), books.to_customers(smtp)

    # when our notice and our receipt come in as mail, people's programs answer them, and the receipt bounces
    echoes = [
        notice.raw,
        receipt.raw,
        _out_of_office("ana@example.com", notice),
        _out_of_office("lucia@clientes.example", receipt),
        _bounce(receipt),
    ]
    append_raws(dovecot, [*echoes, _acknowledging_machine(receipt)])
    books.wait_for_post(service, 1 + len(echoes) + 1)
    books.wait_for_letters(service)

    # then nothing new was opened or sent to a customer, our people know of the loop and of the bounce, once each
    assert len(service.json("conversations")) == 1
    assert len(books.to_customers(smtp)) == 1
    assert len(smtp.taken) <= 4
    assert service.json("status")["inbox"] | {"routed": 1, "screened": 6} == service.json("status")["inbox"]
    states = {row.kind: row.state for row in books.outbox_rows(service)}
    assert states == {"notice": "sent", "acknowledgement": "failed", "alert": "sent"}
    books.check_audit(service)


def _check_set_aside(service: Service, raw: bytes) -> None:
    """The one mail that nobody wrote is quarantined whole, a person is told, and a replay tries it afresh."""
    (item,) = service.json("inbox", "--state", "quarantined")
    assert "no sender" in item["reason"]
    with service.store.read() as connection:
        assert connection.scalar(sa.select(inbox.c.raw).where(inbox.c.id == item["id"])) == raw
    books.wait_for_letters(service)
    alerts = [row for row in books.outbox_rows(service) if row.kind == "alert"]
    assert [(row.recipient, row.state) for row in alerts] == [("marta@example.com", "sent")]
    assert service.json("replay", str(item["id"]))["replayed"] == [item["id"]]
    books.wait_for_post(service, 1)
    assert [one["id"] for one in service.json("inbox", "--state", "quarantined")] == [item["id"]]


def attacking() -> Iterator[bytes]:
    """Mails without their From, each bad in its own way."""
    yield HEAD + b"\r\n" + b"x" * 50_000_000
    yield HEAD + b"X-Long: " + b"a" * 1_000_000 + b"\r\n\r\nheader of a megabyte\r\n"
    yield HEAD + _parts(b"b", [b"\r\nx\r\n"] * 10_000)
    yield HEAD + _nested_messages(50)
    yield HEAD + _nested_messages(2000)
    yield HEAD + b'Content-Type: text/plain; charset="x-no-such"\r\n\r\n\xff\xfe\x80 roto\r\n'
    yield HEAD + b"Content-Type: text/html\r\n\r\n<script>alert(1)</script><img src='http://x.example/a.png'>hola\r\n"
    yield HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 200_000
    yield HEAD + b"\r\nNUL \0 dentro\r\n"
    for name in (b"../../etc/passwd", b"C:\\\\windows\\\\x.exe", b"a\\0b.txt", "gpj.\u202eexe.txt".encode()):
        attachment = b'Content-Disposition: attachment; filename="%s"\r\n\r\nx\r\n' % name
        yield HEAD + _parts(b"b", [b"\r\ntexto\r\n", attachment])
    yield HEAD + b"Content-Type: multipart/mixed\r\n\r\nno boundary\r\n"
    yield HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=" * 5_000_000
    yield HEAD + b"References: " + b"<a@b> " * 20_000 + b"\r\n\r\nreferencias\r\n"


def _parts(boundary: bytes, parts: list[bytes]) -> bytes:
    body = b"".join(b"--" + boundary + b"\r\n" + part for part in parts)
    return b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n" + body + b"--" + boundary + b"--\r\n"


def _nested_messages(depth: int) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" * depth + b"Subject: fondo\r\n\r\nfondo\r\n"


def _is_harmless(name: str) -> bool:
    """No path, no control character, nothing that turns the text around."""
    return not any(sign in name for sign in ("/", "\\", "..", "\0", "\u202e", "\n", "\r"))


def _out_of_office(sender: str, answered: Taken) -> bytes:
    message = mail(sender, "Fuera de la oficina", message_id=f"away-{sender}")
    message["Auto-Submitted"] = "auto-replied"
    message["In-Reply-To"] = message["References"] = books.message_id(answered)
    return message.as_bytes()


def _acknowledging_machine(receipt: Taken) -> bytes:
    """Another house's service that confirms our receipt."""
    message = mail("tickets@otra-casa.example", "Hemos recibido su mensaje", message_id="auto@otra-casa.example")
    message["Auto-Submitted"] = "auto-replied"
    message["In-Reply-To"] = books.message_id(receipt)
    return message.as_bytes()


def _bounce(receipt: Taken) -> bytes:
    """As the customer's mail server says that our receipt did not arrive."""
    report = EmailMessage()
    report["Return-Path"] = "<>"
    report["From"] = "MAILER-DAEMON@mx.clientes.example"
    report["To"] = "soporte@example.com"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Message-ID"] = "<bounce-1@mx.clientes.example>"
    report["Auto-Submitted"] = "auto-replied"
    status = (
        f"Reporting-MTA: dns; mx.clientes.example\r\n\r\nFinal-Recipient: rfc822; {receipt.recipients[0]}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n"
    )
    head: bytes = report.as_bytes().rstrip(b"\n").replace(b"\n", b"\r\n")
    return (
        head
        + b'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        + b"--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + status.encode()
        + b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        + receipt.raw.partition(b"\r\n\r\n")[0]
        + b"\r\n--b--\r\n"
    )
