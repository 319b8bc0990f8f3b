"""How soon a mail has its responsible person on an idle machine. Limits are stretched where the machine is not idle."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.letters import mail
from tests.acceptance.service import Service
from tests.servers.dovecot import Dovecot
from tests.servers.patience import slowness
from ventanilla.store.tables import inbox

MAILS = 12


def test_a_mail_has_its_owner_within_a_second_and_is_routed_at_once_after_it_was_committed(
    service: Service, dovecot: Dovecot, record_property: pytest.FixtureRequest
) -> None:
    service.start()
    dovecot.append("soporte", mail("primera@clientes.example", "Para calentar").as_bytes())
    books.wait_for_post(service, 1)
    pace, appended = [slowness()], []

    for number in range(MAILS):
        time.sleep(0.3)
        dovecot.append("soporte", mail(f"c{number}@clientes.example", f"Asunto {number}").as_bytes())
        appended.append(datetime.now(UTC))
        books.wait_for_post(service, number + 2)
    pace.append(slowness())

    with service.store.read() as connection:
        rows = connection.execute(sa.select(inbox).where(inbox.c.id > 1).order_by(inbox.c.id)).all()
    arrival = [(row.routed_at - at).total_seconds() for row, at in zip(rows, appended, strict=True)]
    committed = [(row.routed_at - row.pulled_at).total_seconds() for row in rows]
    figures = f"arrival to owner {_told(arrival)}; commit to owner {_told(committed)}; machine {max(pace):.1f} x slower"
    print(figures)
    assert statistics.median(arrival) < 1.0 * max(pace), figures
    assert statistics.median(committed) < 0.1 * max(pace), figures


def _told(seconds: list[float]) -> str:
    return f"p50 {statistics.median(seconds) * 1000:.0f} ms, max {max(seconds) * 1000:.0f} ms"
