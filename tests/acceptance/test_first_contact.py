"""A mailbox that already holds thousands of mails is met without a word to anybody; the next mail is a case."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail
from tests.acceptance.service import house
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.smtp import SmtpServer
from ventanilla.store.tables import inbox


@pytest.mark.fault(18)
@pytest.mark.parametrize(
    ("mode", "count"),
    [
        pytest.param(None, 400, id="four hundred, observe, the default"),
        pytest.param("live", 300, id="three hundred, live"),
        pytest.param(None, 4000, id="four thousand, observe, the default", marks=pytest.mark.faults),
    ],
)
def test_old_mails_open_nothing_and_send_nothing_and_the_next_mail_is_a_case(
    mode: str | None, count: int, make_service: Launch, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    last_year = datetime.now(UTC) - timedelta(days=300)
    old = [
        mail(f"antiguo{number % 400}@clientes.example", f"Pregunta {number}", message_id=f"old-{number}@x.example")
        for number in range(count)
    ]
    dovecot.seed("soporte", [each.as_bytes() for each in old], when=last_year)
    service = make_service(house(dovecot, smtp, mode=mode))
    service.start()

    # given the first new mail comes while the old ones are still being noted
    new = mail("nueva@clientes.example", "¿Abren hoy?", message_id="new@clientes.example")
    dovecot.append("soporte", new.as_bytes())
    wait_until(lambda: service.json("conversations"), seconds=20, what="a case for the new mail")
    wait_until(lambda: _states(service)["imported"] == count, seconds=90, what="the old mails in the ledger")
    books.wait_for_letters(service)

    # then
    (case,) = service.json("conversations")
    assert (case["contact"], case["messages"]) == ("nueva@clientes.example", 1)
    assert _states(service) == Counter(imported=count, routed=1)
    books.check_audit(service)
    if mode is None:
        assert smtp.taken == []
    else:
        assert sorted(mail.recipients for mail in smtp.taken) == [(f"{case['owner']}@example.com",), (case["contact"],)]


def _states(service: Any) -> Counter[str]:
    with service.store.read() as connection:
        return Counter(connection.scalars(sa.select(inbox.c.state)))
