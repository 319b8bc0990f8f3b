"""A day at the desk in a real browser: a customer's mail appears by itself, is answered there and arrives; cases are reassigned."""

from __future__ import annotations

import re
import smtplib
import subprocess
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from imapclient import IMAPClient

from demo.mail_town import HOST, MailTown
from tests.acceptance.service import Service, agent
from tests.servers.ports import free_port, wait_until
from ventanilla.store.tables import conversations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.timeout(200), pytest.mark.xdist_group("chromium")]
SHOP, LUCIA, PASSWORD = "soporte@sol.example", "lucia@clientes.example", "una frase que recuerdo"


@pytest.fixture
def town() -> Iterator[MailTown]:
    """The demo's mail server, with a mailbox for the shop and one for a customer."""
    it = MailTown(mailboxes=(SHOP, LUCIA), password="pw", smtp_port=free_port(), imap_port=free_port())
    process = subprocess.Popen(it.argv)
    try:
        wait_until(it.is_ready, what="the mail server")
        yield it
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def service(tmp_path: Path, town: MailTown) -> Iterator[Service]:
    """A small house on that mailbox, with its desk."""
    settings = {
        "service": {"name": "Ferretería Sol", "language": "es", "timezone": "Europe/Madrid"},
        "web": {"listen": f"127.0.0.1:{free_port()}"},
        "staff": {"undo_send": "1s"},
        "channels": {
            "soporte": {
                "kind": "email",
                "mode": "live",
                "team": "atencion",
                "address": SHOP,
                "poll": "1s",
                "imap": {
                    "host": HOST,
                    "port": town.imap_port,
                    "security": "none",
                    "user": SHOP,
                    "password": {"file": "secrets/soporte"},
                },
                "smtp": {"host": HOST, "port": town.smtp_port, "security": "none"},
            }
        },
        "teams": {
            "atencion": {"members": ["ana"], "duty": ["marta"]},
            "taller": {"members": ["luis"], "duty": ["luis"]},
        },
        "agents": {
            "ana": agent("ana", notify=[]),
            "luis": agent("luis", notify=[]),
            "marta": agent("marta", notify=[], role="supervisor"),
        },
        "promises": {"normal": {"first_response": {"within": "1h"}}},
    }
    it = Service(tmp_path / "house", settings)
    with closing(it):
        it.start()
        yield it


def write(town: MailTown, subject: str, text: str) -> None:
    """The customer writes to the shop."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Lucía Ejemplo <{LUCIA}>", SHOP, subject
    mail["Message-ID"] = f"<{abs(hash(subject))}@clientes.example>"
    mail.set_content(text)
    with smtplib.SMTP(HOST, town.smtp_port, timeout=10) as link:
        link.send_message(mail, LUCIA, [SHOP])


def read(town: MailTown) -> list[str]:
    """What lies in the customer's mailbox."""
    with IMAPClient(HOST, port=town.imap_port, ssl=False, timeout=10) as client:
        client.login(LUCIA, "pw")
        client.select_folder("INBOX", readonly=True)
        found = client.fetch(client.search(), ["BODY[]"])
    return [each[b"BODY[]"].decode("utf-8", "replace") for each in found.values()]


def owners(service: Service) -> dict[str, str | None]:
    """Whose each case is, by its subject."""
    with service.store.read() as connection:
        rows = connection.execute(sa.select(conversations.c.subject, conversations.c.owner))
        return {row.subject: row.owner for row in rows}


def enter(chromium: Browser, service: Service, agent: str) -> Page:
    """Somebody opens their invitation in a browser of their own, chooses a password and is at the desk."""
    link = service.json("desk", "invite", agent)["link"]
    page = chromium.new_context(locale="es-ES").new_page()
    page.goto(link)
    page.get_by_label(re.compile("Contraseña|contraseña")).first.fill(PASSWORD)
    page.locator("input[name=again]").fill(PASSWORD)
    page.get_by_role("button").last.click()
    page.wait_for_url(re.compile(r"/(cases|board)"))
    return page


def test_a_mail_appears_by_itself_is_answered_and_arrives_and_a_supervisor_reassigns(
    chromium: Browser, service: Service, town: MailTown
) -> None:
    from playwright.sync_api import expect

    ana = enter(chromium, service, "ana")
    loaded = ana.evaluate("performance.timeOrigin")

    write(town, "¿Cuándo llega mi lámpara?", "Hola, la compré el lunes. Gracias, Lucía")

    link = ana.get_by_role("link", name="¿Cuándo llega mi lámpara?")
    expect(link).to_be_visible(timeout=30_000)
    assert ana.evaluate("performance.timeOrigin") == loaded, "it was loaded anew"
    link.click()
    expect(ana.get_by_text("Hola, la compré el lunes.")).to_be_visible()
    ana.wait_for_load_state()  # the keys are there once the page is whole
    ana.keyboard.press("r")
    expect(ana.locator("#answer-text")).to_be_focused()
    ana.keyboard.type("Sale hoy mismo del almacén.")
    ana.keyboard.press("Control+Enter")
    expect(ana.locator("#case-stream").get_by_text("Sale hoy mismo del almacén.")).to_be_visible()
    wait_until(lambda: any("Sale hoy mismo" in mail for mail in read(town)), seconds=40, what="the answer's arrival")

    # A second one is hers as well, until the supervisor gives it to somebody else.
    write(town, "Quiero una factura", "¿Me la pueden mandar?")
    wait_until(lambda: owners(service).get("Quiero una factura"), seconds=30, what="the second case")
    cases = service.json("conversations")
    key = next(case["key"] for case in cases if case["subject"] == "Quiero una factura")
    assert [case["owner"] for case in cases] == ["ana", "ana"]
    ana.goto(f"http://{service.settings['web']['listen']}/cases")
    theirs = ana.get_by_role("link", name="Quiero una factura")
    expect(theirs).to_be_visible()
    marta = enter(chromium, service, "marta")
    reassign(marta, key, to="luis")
    assert owners(service)["Quiero una factura"] == "luis"
    expect(theirs).to_have_count(0)  # it leaves her list by itself

    # Who entered with a password once enters with it again.
    ana.context.clear_cookies()
    ana.goto(f"http://{service.settings['web']['listen']}/cases")
    ana.locator("input[name=name]").fill("ana")
    ana.locator("input[name=password]").fill(PASSWORD)
    ana.get_by_role("button", name="Entrar").click()
    expect(ana.get_by_role("heading", level=1)).to_be_visible()
    assert ana.goto(f"http://{service.settings['web']['listen']}/board").status == 403  # type: ignore[union-attr]
    expect(ana.get_by_role("heading", name="No tienes permiso para esto")).to_be_visible()
    assert set(service.json("audit").values()) == {0}


def reassign(page: Page, key: str, *, to: str) -> None:
    """A supervisor gives a case to somebody, by the keyboard alone, on the board."""
    from playwright.sync_api import expect

    give = page.locator(f"#give-{key}")
    give.locator("summary").press("Enter")
    give.get_by_role("combobox").select_option(to)
    give.get_by_role("combobox").press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text(key)
