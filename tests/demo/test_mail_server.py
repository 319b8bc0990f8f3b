"""The demo's mail server, as a mail client and a sender see it."""

from __future__ import annotations

import imaplib
import smtplib
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from demo.mail_town import HOST, MailTown
from tests.servers.needs import need_demo_libraries
from tests.servers.ports import free_port, wait_until

SHOP, AGENT, CUSTOMERS = "soporte@sol.example", "ana@sol.example", "clientes@pueblo.example"


@pytest.fixture(scope="module")
def town() -> Iterator[MailTown]:
    need_demo_libraries()
    it = MailTown(
        mailboxes=[SHOP, AGENT, CUSTOMERS],
        password="demo",
        smtp_port=free_port(),
        imap_port=free_port(),
        catch_all=CUSTOMERS,
        refused=["nadie@pueblo.example"],
    )
    process = subprocess.Popen(it.argv)
    try:
        wait_until(it.is_ready, what="the mail server")
        yield it
    finally:
        process.terminate()
        assert process.wait(timeout=5) == 0


def mail(subject: str, *, to: str = SHOP) -> EmailMessage:
    it = EmailMessage()
    it["From"], it["To"], it["Subject"] = "Pepe <pepe@pueblo.example>", to, subject
    it["Message-ID"] = f"<{subject.replace(' ', '.')}@pueblo.example>"
    it.set_content("¿Cuándo llega mi pedido?\n")
    return it


def send(town: MailTown, message: EmailMessage, *, to: str | None = None, login: bool = False) -> None:
    with smtplib.SMTP(HOST, town.smtp_port, timeout=5) as link:
        if login:
            link.login(SHOP, town.password)
        link.send_message(message, to_addrs=[to] if to else None)


def open_mailbox(town: MailTown, address: str) -> IMAPClient:
    client = IMAPClient(HOST, port=town.imap_port, ssl=False, timeout=5)
    client.login(address, town.password)
    return client


def subjects(client: IMAPClient, folder: str = "INBOX") -> list[str]:
    client.select_folder(folder, readonly=True)
    found = client.fetch(client.search(["ALL"]), ["ENVELOPE"])
    return [found[uid][b"ENVELOPE"].subject.decode() for uid in sorted(found)]


def test_a_mail_arrives_whole_with_its_date_and_size(town: MailTown) -> None:
    sent = mail("whole")
    send(town, sent)

    with open_mailbox(town, SHOP) as client:
        client.normalise_times = False
        assert client.select_folder("INBOX")[b"UIDVALIDITY"] > 0
        (uid,) = client.search(["SUBJECT", "whole"])
        found = client.fetch([uid], ["BODY.PEEK[]", "INTERNALDATE", "RFC822.SIZE", "FLAGS"])[uid]

    assert found[b"BODY[]"].endswith(bytes(sent).replace(b"\n", b"\r\n"))
    assert found[b"BODY[]"].startswith(b"Return-Path: <pepe@pueblo.example>\r\nDelivered-To: soporte@sol.example\r\n")
    assert found[b"RFC822.SIZE"] == len(found[b"BODY[]"])
    assert abs(found[b"INTERNALDATE"] - datetime.now(UTC)) < timedelta(seconds=10)
    assert b"\\Seen" not in found[b"FLAGS"]


def test_uids_grow_and_can_be_searched_from_a_checkpoint_on(town: MailTown) -> None:
    with open_mailbox(town, SHOP) as client:
        client.select_folder("INBOX")
        before = max(client.search(["ALL"]), default=0)
        for number in range(3):
            send(town, mail(f"grow {number}"))
        client.noop()

        new = [uid for uid in client.search(["UID", f"{before + 1}:*"]) if uid > before]

        assert len(new) == 3
        assert client.fetch(new, ["BODY.PEEK[]<0.10>"])[new[0]][b"BODY[]<0>"] == b"Return-Pat"


def test_idle_tells_of_a_delivery_at_once(town: MailTown) -> None:
    for number in range(3):
        try:
            told, waited = _idle_until_told(town, f"hint{number}")
            break
        except (
            imaplib.IMAP4.abort
        ):  # imapclient gives up on a line that comes in two pieces, as happens on a busy machine
            continue

    assert any(item[1] == b"EXISTS" for item in told)
    assert waited < 4


def _idle_until_told(town: MailTown, name: str) -> tuple[list[Any], float]:
    with open_mailbox(town, SHOP) as client:
        client.select_folder("INBOX")
        client.idle()
        began = time.monotonic()
        send(town, mail(name))
        told = client.idle_check(timeout=5)
        waited = time.monotonic() - began
        client.idle_done()
    return told, waited


def test_what_is_appended_to_sent_is_there(town: MailTown) -> None:
    with open_mailbox(town, SHOP) as client:
        when = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
        client.append("Sent", bytes(mail("answer")), flags=[b"\\Seen"], msg_time=when)

        assert "Sent" in [name for _, _, name in client.list_folders()]
        assert subjects(client, "Sent") == ["answer"]
        client.normalise_times = False
        (found,) = client.fetch(client.search(), ["INTERNALDATE", "FLAGS"]).values()
        assert found[b"INTERNALDATE"] == when
        assert b"\\Seen" in found[b"FLAGS"]


@pytest.mark.parametrize(
    ("recipient", "mailbox"),
    [
        ("soporte+K7Q@sol.example", SHOP),
        ("Ana@Sol.example", AGENT),
        ("lucia@pueblo.example", CUSTOMERS),
    ],
)
def test_mail_finds_its_mailbox(town: MailTown, recipient: str, mailbox: str) -> None:
    subject = f"for {recipient.partition('@')[0]}"
    send(town, mail(subject, to=recipient), login=True)

    with open_mailbox(town, mailbox) as client:
        assert subject in subjects(client)
        (uid,) = client.search(["SUBJECT", subject])
        assert f"Delivered-To: {recipient}".encode() in client.fetch([uid], ["BODY.PEEK[HEADER]"])[uid][b"BODY[HEADER]"]


@pytest.mark.parametrize("recipient", ["nadie@pueblo.example", "who@elsewhere.example"])
def test_unknown_recipients_are_refused(town: MailTown, recipient: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(town, mail("refused", to=recipient))

    assert refused.value.recipients[recipient][0] == 550


def test_a_wrong_password_is_refused_on_both_sides(town: MailTown) -> None:
    with smtplib.SMTP(HOST, town.smtp_port, timeout=5) as link, pytest.raises(smtplib.SMTPAuthenticationError):
        link.login(SHOP, "wrong")
    client = IMAPClient(HOST, port=town.imap_port, ssl=False, timeout=5)
    with pytest.raises(LoginError):
        client.login(SHOP, "wrong")
    client.logout()


def test_eight_bit_and_big_mails_come_through_unchanged(town: MailTown) -> None:
    raw = b"From: a@pueblo.example\r\nSubject: big\r\n\r\n" + bytes(range(128, 256)) + b"\r\n" + b"x" * 900 + b"\r\n"
    raw += (b"y" * 76 + b"\r\n") * 30_000
    with smtplib.SMTP(HOST, town.smtp_port, timeout=20) as link:
        link.sendmail("a@pueblo.example", [SHOP], raw)

    with open_mailbox(town, SHOP) as client:
        client.select_folder("INBOX")
        (uid,) = client.search(["SUBJECT", "big"])
        assert client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"].endswith(raw)
