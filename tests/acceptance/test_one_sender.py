"""Twenty mails of somebody new at once, among others' mails, with several threads routing."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.letters import mail
from tests.acceptance.service import Service
from tests.servers.dovecot import Dovecot
from ventanilla.store.tables import addresses

SENDER = "nuevo@clientes.example"


def test_twenty_mails_of_one_new_sender_at_once_are_twenty_cases_of_one_contact_with_one_owner(
    service_on_each: Service, dovecot: Dovecot
) -> None:
    service = service_on_each
    service.settings["channels"]["soporte"] |= {"start": "all"}
    service.write()
    # given every third mail of sixty is theirs, so that each thread that routes has some of them at the same moment
    senders = [SENDER if number % 3 == 0 else f"otra{number}@clientes.example" for number in range(60)]
    mails = [mail(sender, f"Asunto {n}", message_id=f"m{n}@clientes.example") for n, sender in enumerate(senders)]
    dovecot.seed("soporte", [each.as_bytes() for each in mails], when=datetime.now(UTC))

    service.start()
    books.wait_for_post(service, len(mails))

    cases = [case for case in service.json("conversations") if case["contact"] == SENDER]
    assert len(cases) == 20
    assert len({case["contact_id"] for case in cases}) == 1
    assert len({case["owner"] for case in cases}) == 1
    with service.store.read() as connection:
        known = sa.select(sa.func.count()).select_from(addresses).where(addresses.c.value == SENDER)
        assert connection.scalar(known) == 1
    books.check_audit(service)
