"""Reports that are sent: each once for its period, with its page, to those it is for, and late rather than never."""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from lxml import html

from config.servers import SmtpServer as Settings
from connectors.deliver import Deliverer, still_theirs
from connectors.imap_email.sender import SmtpSender
from reports.sending import send_due_reports
from router.bounces import tell_of_failure
from tests.router.house_for_tests import House, mail
from tests.router.staff_house import LUIS, STAFF, StaffHouse
from tests.servers.smtp import SmtpServer
from ventanilla.store.audit import audit
from ventanilla.store.backup import write_backup
from ventanilla.store.blobs import blob_path, get_blob
from ventanilla.store.engine import Store, open_store
from ventanilla.store.restore import restore_backup
from ventanilla.store.tables import events, outbox
from ventanilla.words import STAFF_TELEGRAM, EventKind, OutboxKind

DAILY = """
[[reports]]
name = "diario"
every = "day"
to = ["marta", "gestoria@example.com"]
by = ["channel"]
"""
WEEKLY = DAILY.replace('"day"', '"week"').replace("diario", "semanal")


def letters(house: House) -> list[sa.Row[object]]:
    return house.rows(outbox, lambda t: (t.c.kind == OutboxKind.DIGEST) & t.c.dedupe_key.startswith("report:"))


def send(house: House) -> int:
    return send_due_reports(house.store, house.router.house, now=house.now)


@contextmanager
def delivered(house: House) -> Iterator[SmtpServer]:
    with SmtpServer() as smtp:
        server = Settings(host=smtp.host, port=smtp.port, security="none")
        mailer = SmtpSender(server, None, address="soporte@example.com")
        delivery = Deliverer(
            store=house.store,
            senders={"soporte": lambda: mailer},
            still_wanted=still_theirs,
            failed=lambda connection, row, journal: tell_of_failure(connection, house.router.house, row, journal),
            tell_trouble=lambda *_: None,
            clock=lambda: house.now,
        )
        delivery.deliver_due()
        yield smtp
        mailer.close()


@pytest.fixture
def daily(store: Store, tmp_path: Path) -> House:
    house = House(store, tmp_path)
    house.apply(more=DAILY, channel="acknowledge = { enabled = false }")
    return house


def test_a_report_goes_out_at_its_hour_once_for_its_period(daily: House) -> None:
    daily.receive(mail())
    daily.later(hours=20)  # six in the morning: not yet
    before = send(daily)
    daily.later(hours=2)
    first, again = send(daily), send(daily)
    daily.later(hours=20)
    same_day = send(daily)
    daily.later(hours=4)

    assert (before, first, again, same_day, send(daily)) == (0, 2, 0, 0, 2)
    assert [row.dedupe_key for row in letters(daily)] == [
        "report:diario:2026-11-23:marta@example.com",
        "report:diario:2026-11-23:gestoria@example.com",
        "report:diario:2026-11-24:marta@example.com",
        "report:diario:2026-11-24:gestoria@example.com",
    ]
    written = daily.rows(events, lambda t: t.c.kind == EventKind.REPORT_WRITTEN)
    assert [row.data["period"] for row in written] == ["2026-11-23", "2026-11-24"]
    with daily.store.read() as connection:
        assert not any(audit(connection, now=daily.now, blobs=daily.store.blobs).values())


def test_two_sweepers_at_once_send_it_once(daily: House) -> None:
    daily.later(days=1)
    together, counts = Barrier(2), []

    def sweep() -> None:
        together.wait(20)
        counts.append(send(daily))

    sweepers = [Thread(target=sweep) for _ in range(2)]
    for one in sweepers:
        one.start()
    for one in sweepers:
        one.join(60)

    assert sorted(counts) == [0, 2]
    assert len(letters(daily)) == 2
    assert len(daily.rows(events, lambda t: t.c.kind == EventKind.REPORT_WRITTEN)) == 1


@pytest.fixture
def weekly(sqlite_store: Store, tmp_path: Path) -> House:
    house = House(sqlite_store, tmp_path)
    house.apply(more=WEEKLY, channel="acknowledge = { enabled = false }")
    return house


def test_after_a_month_away_the_latest_period_alone_is_sent(weekly: House) -> None:
    weekly.later(days=31)

    assert send(weekly) == 2
    assert {row.dedupe_key.split(":")[2] for row in letters(weekly)} == {"2026-W51"}


def test_a_new_report_waits_for_its_next_hour(weekly: House) -> None:
    assert send(weekly) == 0
    weekly.later(days=3)
    weekly.apply(more=WEEKLY + DAILY)

    assert send(weekly) == 0
    weekly.later(days=1)
    assert send(weekly) == 2
    assert {row.dedupe_key.split(":")[1] for row in letters(weekly)} == {"diario"}


def test_another_hour_for_a_report_that_has_gone_sends_nothing_and_makes_nothing(
    weekly: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly.later(days=7)
    send(weekly)
    weekly.apply(more=WEEKLY.replace('"week"', '"week"\nat = "23:59"'))
    weekly.later(days=1)
    monkeypatch.setattr("reports.sending.make", lambda *_, **__: pytest.fail("made again"))

    assert send(weekly) == 0


def test_the_letter_brings_its_page_through_a_mail_server(weekly: House) -> None:
    weekly.receive(mail())
    weekly.later(days=7)
    send(weekly)
    with delivered(weekly) as smtp:
        taken = {one.recipients[0]: email.message_from_bytes(one.raw, policy=policy.default) for one in smtp.taken}

    letter = taken["gestoria@example.com"]
    assert isinstance(letter, EmailMessage)
    page, sheet = letter.iter_attachments()
    whole = html.document_fromstring(page.get_content().decode())
    assert set(taken) - {"ana@example.com", "luis@example.com"} == {"marta@example.com", "gestoria@example.com"}
    assert letter["Subject"] == "Tiempos de respuesta, del 23 de noviembre al 29 de noviembre de 2026 · Ferretería Sol"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert page.get_filename() == "semanal-2026-W48.html"
    assert sheet.get_filename() == "semanal-2026-W48.xlsx"
    assert sheet.get_content()[:2] == b"PK"
    assert "Primera respuesta" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Por canal" in whole.xpath("//h2/text()")
    assert "¿Cuándo llega mi pedido?" not in page.get_content().decode()


def test_whoever_sees_no_figures_of_people_gets_no_owners(weekly: House) -> None:
    weekly.receive(mail())
    weekly.later(days=7)
    send(weekly)
    for_all = letters(weekly)[0].payload["text"]
    weekly.apply(more=WEEKLY.replace(', "gestoria@example.com"', ""), marta='role = "supervisor"')
    weekly.receive(mail(sender="Pepe <pepe@clientes.example>"))
    weekly.later(days=7)
    send(weekly)
    for_marta = letters(weekly)[-1].payload["text"]

    assert " · ana · " not in for_all
    assert " · luis · " not in for_all
    assert " · ana · " in for_marta or " · luis · " in for_marta


def test_whoever_has_telegram_alone_gets_the_summary(sqlite_store: Store, tmp_path: Path) -> None:
    house = StaffHouse(sqlite_store, tmp_path)
    house.apply(
        more=STAFF["more"]
        + WEEKLY.replace('"marta", "gestoria@example.com"', '"pepa"')
        + '[agents.pepa]\nrole = "admin"\n'
    )
    house.link("pepa", LUIS)
    house.later(days=7)

    assert send(house) == 1
    (letter,) = letters(house)
    assert (letter.via, letter.recipient) == (STAFF_TELEGRAM, str(LUIS))
    assert "files" not in letter.payload
    assert letter.payload["text"].startswith("Tiempos de respuesta")


def test_a_back_up_takes_the_pages_that_are_still_to_go(weekly: House, tmp_path: Path) -> None:
    weekly.later(days=7)
    send(weekly)
    pages = {file["sha256"] for row in letters(weekly) for file in row.payload["files"]}
    write_backup(weekly.store, tmp_path / "copy.tar", now=weekly.now, version="0.1.0", progress=lambda _: None)
    target = open_store("sqlite:///" + str(tmp_path / "other.db"), blobs=tmp_path / "other")
    restore_backup(target, tmp_path / "copy.tar", now=weekly.now, progress=lambda _: None)
    target.close()

    assert len(pages) == 2
    assert all(get_blob(target.blobs, digest) for digest in pages)
    blob_path(weekly.store.blobs, pages.pop()).unlink()
    with weekly.store.read() as connection:
        assert audit(connection, now=weekly.now, blobs=weekly.store.blobs)["blob_missing"] == 1


def test_a_restored_store_does_not_send_what_may_have_gone_since_the_back_up(weekly: House, tmp_path: Path) -> None:
    write_backup(weekly.store, tmp_path / "copy.tar", now=weekly.now, version="0.1.0", progress=lambda _: None)
    weekly.later(days=8)
    again = open_store("sqlite:///" + str(tmp_path / "other.db"), blobs=tmp_path / "other")
    restore_backup(again, tmp_path / "copy.tar", now=weekly.now, progress=lambda _: None)
    weekly.store = again
    weekly.apply()

    restored = send(weekly)
    weekly.later(days=7)

    assert (restored, send(weekly)) == (0, 2)
    again.close()


def test_a_channel_that_only_observes_sends_no_report(weekly: House) -> None:
    weekly.apply(mode="observe")
    weekly.later(days=7)
    send(weekly)

    assert {(row.state, row.reason) for row in letters(weekly)} == {("dropped", "channel soporte only observes")}
