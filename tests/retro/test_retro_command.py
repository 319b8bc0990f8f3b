"""`retro` on a real mailbox: what it tells, and that it leaves everything as it was."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.context import fresh_context
from cli.main import main
from connectors.imap_email.reading.retro_header import topic_of
from tests.servers.dovecot import Dovecot

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
FILE = """
[service]
name = "Ferretería Sol"
timezone = "Europe/Madrid"

[channels.soporte]
kind = "email"
team = "atencion"
address = "soporte@example.com"
aliases = ["info@example.com"]
sent_folder = "{sent}"
forms = [{{ from = "info@example.com", customer = "reply_to" }}]
imap = {{ host = "127.0.0.1", port = {port}, security = "none", user = "soporte", password = {{ file = "secret" }} }}

[channels.chat]
kind = "telegram"
team = "atencion"
token = {{ file = "secret" }}

[teams.atencion]
members = ["ana"]
duty = ["ana"]

[agents.ana]
email = "ana@example.com"

[promises.normal]
first_response = {{ within = "4h", target = 90 }}
"""


def mail(
    subject: str, *, sender: str, to: str = "soporte@example.com", at: datetime, more: str = "", name: str = ""
) -> bytes:
    identity = name or subject.replace(" ", ".")
    date = at.strftime("%a, %d %b %Y %H:%M:%S +0000")
    head = f"From: {sender}\r\nTo: {to}\r\nMessage-ID: <{identity}@x>\r\nDate: {date}\r\n{more}Subject: {subject}\r\n"
    return f"{head}\r\nlo que dice nadie lo lee\r\n".encode()


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with Dovecot().user("soporte") as server:
        yield server


@pytest.fixture
def house(server: Dovecot, tmp_path: Path) -> Path:
    """Eva was answered after two hours, Leo by a form after five (from an ordinary mail client, without a thread), Mia never."""
    put(server, mail("pregunta", sender="eva@c.example", at=NOW - 3 * DAY), at=NOW - 3 * DAY)
    reply = mail(
        "Re: pregunta", sender="soporte@example.com", to="eva@c.example", at=NOW, more="In-Reply-To: <pregunta@x>\r\n"
    )
    put(server, reply, at=NOW - 3 * DAY + timedelta(hours=2), folder="Sent")
    form = mail("desde la web", sender="info@example.com", at=NOW, more="Reply-To: leo@c.example\r\n")
    put(server, form, at=NOW - 2 * DAY)
    answer = mail("RE: Desde la web", sender="info@example.com", to="leo@c.example", at=NOW)
    put(server, answer, at=NOW - 2 * DAY + timedelta(hours=5), folder="Sent")
    put(server, mail("sin respuesta", sender="Mía <mia@c.example>", at=NOW - DAY), at=NOW - DAY)
    for subject, sender, more in (
        (
            "boletin",
            "news@shop.example",
            "List-Id: <news.shop.example>\r\nList-Unsubscribe: <https://x>\r\nPrecedence: bulk\r\n",
        ),
        ("fuera", "pep@c.example", "Auto-Submitted: auto-replied\r\n"),
        ("Undelivered", "MAILER-DAEMON@mx.example", "Content-Type: multipart/report; report-type=delivery-status\r\n"),
        ("de ana", "ana@example.com", ""),
        ("vieja", "old@c.example", ""),
    ):
        at = NOW - (200 if subject == "vieja" else 1) * DAY
        put(server, mail(subject, sender=sender, at=at, more=more), at=at)
    (tmp_path / "secret").write_text("pw")
    (tmp_path / "secret").chmod(0o600)
    return write(tmp_path, server)


def put(server: Dovecot, raw: bytes, *, at: datetime, folder: str = "INBOX") -> None:
    server.append("soporte", raw, folder, when=at)


def write(folder: Path, server: Dovecot, *, sent: str = "auto") -> Path:
    path = folder / "v.toml"
    path.write_text(FILE.format(port=server.port, sent=sent))
    return path


def run(config: Path, *words: str) -> int:
    with fresh_context():
        return main(["--config", str(config), *words])


def state(server: Dovecot) -> dict[str, Any]:
    """Everything that reading could change, asked without opening a folder: that alone would take \\Recent away."""
    what = ["MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "RECENT"]
    with server.client("soporte") as client:
        return {folder: client.folder_status(folder, what) for folder in ("INBOX", "Sent")}


def test_the_past_is_told_and_left_as_it_was(
    house: Path, server: Dovecot, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = state(server)
    page = tmp_path / "before.html"

    assert run(house, "retro", "soporte", "--json", "--html", str(page)) == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["mails"], told["conversations"], told["answered"]) == (3, 3, 2)
    assert told["first_response"]["elapsed"]["p50"] == 2 * 3600
    assert told["first_response"]["elapsed"]["max"] == 5 * 3600
    assert told["passed_over"] == {"list": 1, "auto_reply": 1, "bounce": 1, "own": 1}
    assert [one["after_answer"] for one in told["never_answered"]] == [False]
    assert round(told["kept"]["percent"]) == 33  # one in time, one late, one never
    assert state(server) == before
    assert before["INBOX"][b"RECENT"] == before["INBOX"][b"UNSEEN"] == 8
    assert {flag for flags in server.flags("soporte").values() for flag in flags} <= {b"\\Recent"}
    assert sorted(os.listdir(tmp_path)) == ["before.html", "secret", "v.toml"]  # no store was made
    assert not [word for word in ("c.example", "respuesta") if word in json.dumps(told) + page.read_text()]


def test_the_page_for_people_names_customers_only_when_asked_to(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(house, "retro", "soporte", "--days", "30") == 0
    plain = capsys.readouterr().out
    assert run(house, "retro", "soporte", "--list") == 0
    listed = capsys.readouterr().out

    assert "median 2 h, 9 of 10 within 5 h" in plain
    assert "1 mail never answered" in plain
    assert "with [promises.normal] (90 % within 4 h) you would have kept 33 %" in plain
    assert "c.example" not in plain
    assert "mia@c.example" in listed
    assert "sin respuesta" in listed
    assert run(house, "retro", "soporte", "--list", "--json") == 2


def test_what_cannot_be_read_says_what_to_set(
    house: Path, server: Dovecot, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(house, "retro", "chat") == 2
    assert "retro reads mailboxes alone" in capsys.readouterr().err
    assert run(house, "retro", "nadie") == 2
    assert "there are: chat, soporte" in capsys.readouterr().err
    assert run(write(tmp_path, server, sent="Gesendet"), "retro", "soporte") == 2
    assert 'set the channel\'s sent_folder to one of: "INBOX"' in capsys.readouterr().err


def test_an_empty_mailbox_is_told_as_such(server: Dovecot, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret").write_text("pw")
    with server.client("soporte") as client:
        if not client.folder_exists("Sent"):
            client.create_folder("Sent")

    assert run(write(tmp_path, server), "retro", "soporte") == 0
    assert "no customer wrote in that time" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("subject", "topic"),
    [
        ("Re: Pedido 4", "pedido 4"),
        ("RE: RV: Fwd: pedido 4", "pedido 4"),
        ("Re[2]: pedido  4", "pedido 4"),
        ("[EXTERNO] Re: Pedido 4", "pedido 4"),
        ("AW: pedido 4", "pedido 4"),
        ("Respuesta: pedido", "respuesta: pedido"),
        ("re", "re"),
    ],
)
def test_what_answering_puts_before_a_subject_is_taken_away(subject: str, topic: str) -> None:
    assert topic_of(subject) == topic


def test_a_mailbox_that_was_moved_is_timed_by_the_mails_own_dates(server: Dovecot, tmp_path: Path, capsys: Any) -> None:
    """Every mail of it has the moving day as the server's date; one whose own date lies ahead keeps the server's."""
    moved = NOW - timedelta(hours=1)
    put(server, mail("pregunta", sender="eva@c.example", at=NOW - 9 * DAY), at=moved)
    reply = mail("Re: pregunta", sender="soporte@example.com", to="eva@c.example", at=NOW - 8 * DAY)
    put(server, reply, at=moved, folder="Sent")
    put(server, mail("futuro", sender="leo@c.example", at=NOW + 900 * DAY), at=moved)
    put(server, mail("antigua", sender="mia@c.example", at=NOW - 900 * DAY), at=moved)
    (tmp_path / "secret").write_text("pw")

    assert run(write(tmp_path, server), "retro", "soporte", "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["mails"], told["first_response"]["elapsed"]["p50"]) == (2, 86400)
    assert [datetime.fromisoformat(one["at"]) for one in told["never_answered"]] == [moved]
