"""The whole road by mail: a customer writes, somebody is told, answers that mail in their own program, and the customer gets it."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail
from tests.acceptance.mailing import append_raws
from tests.acceptance.service import house
from tests.router.answer_styles import Notice, answer, gmail_web, thunderbird_below
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.smtp import SmtpServer

CUSTOMER = "lucia@clientes.example"
PROVEN = "mx.example.com; dmarc=pass (p=REJECT) header.from=example.com"
SAID = "Su pedido salió ayer y llega mañana."


def test_an_answer_to_the_notice_reaches_the_customer_once_and_in_their_thread(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    settings = house(dovecot, smtp, plus_address=True)
    settings["staff"] |= {"trusted_authserv": "mx.example.com", "undo_send": "1s"}
    service = make_service(settings).start()
    append_raws(dovecot, [mail(CUSTOMER, "¿Cuándo llega?", message_id="pregunta@clientes.example").as_bytes()])
    wait_until(lambda: _to_staff(smtp), seconds=60, what="the notice")
    agent, notice = _to_staff(smtp)[0]
    (key,) = [case["key"] for case in service.json("conversations")]

    # when the agent answers in their own program
    write = answer(notice, gmail_web(SAID, notice), sender=agent, Authentication_Results=PROVEN)
    append_raws(dovecot, [write.as_bytes()])
    wait_until(lambda: _answers(smtp), seconds=60, what="the answer")

    # then the customer gets it in their thread, and nothing of ours
    (got,) = _answers(smtp)
    body = got.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith(SAID)
    assert (got["In-Reply-To"], got["Auto-Submitted"]) == ("<pregunta@clientes.example>", None)
    assert [word for word in ("vn.", "ventanilla show", "espera respuesta") if word in got.as_string()] == []
    books.wait_for_letters(service)
    (shown,) = service.json("show", key)
    assert shown["state"] == "waiting_customer"
    assert [one["first_response_seconds"] is not None for one in service.json("conversations")] == [True]

    # and one that nobody vouches for waits until its author says that it is theirs
    forged = answer(notice, thunderbird_below("Otra cosa.", notice), sender=agent, Message_ID="<otra@programa.example>")
    append_raws(dovecot, [forged.as_bytes()])
    wait_until(lambda: service.json("outbox", "--state", "held"), seconds=60, what="the held answer")
    (held,) = service.json("outbox", "--state", "held")
    assert held["reason"].startswith("dmarc: ")
    assert service.run("outbox", "release", str(held["id"])).returncode == 2, "it asks whose it is"
    assert service.run("outbox", "release", str(held["id"]), "--as", "ana").returncode == 0
    wait_until(lambda: len(_answers(smtp)) == 2, seconds=60, what="the second answer")
    books.check_audit(service)
    assert service.stop() == 0


def _read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _to_staff(smtp: SmtpServer) -> list[tuple[str, Notice]]:
    """Who was told, and what they can answer."""
    told = [(one.recipients[0], _read(one.raw)) for one in smtp.taken if one.recipients[0].endswith("@example.com")]
    return [
        (
            agent,
            Notice(
                subject=str(one["Subject"]),
                text=one.get_content(),
                message_id=str(one["Message-ID"]),
                reply_to=str(one["Reply-To"]),
            ),
        )
        for agent, one in told
        if one["Reply-To"]
    ]


def _answers(smtp: SmtpServer) -> list[EmailMessage]:
    """What the customer got besides the receipt."""
    got = [_read(one.raw) for one in smtp.taken if one.recipients == (CUSTOMER,)]
    return [one for one in got if one["Auto-Submitted"] is None]
