"""Many messages of somebody new at once, among others' mails, with several threads routing, and people who go away meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.letters import mail
from tests.acceptance.mailing import append_raws
from tests.acceptance.service import Service
from tests.acceptance.test_every_channel import chatter, on_every_channel
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from tests.servers.twilio_api import TwilioServer
from ventanilla.store.tables import addresses

SENDER = "nuevo@clientes.example"

on_postgresql = pytest.mark.parametrize("service_on_each", ["postgresql and redis"], indirect=True)


@pytest.mark.fault(13)
@on_postgresql
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

    cases = _of_sender(service)
    assert len(cases) == 20
    assert len({case["contact_id"] for case in cases}) == 1
    assert len({case["owner"] for case in cases}) == 1
    with service.store.read() as connection:
        known = sa.select(sa.func.count()).select_from(addresses).where(addresses.c.value == SENDER)
        assert connection.scalar(known) == 1
    books.check_audit(service)


@pytest.mark.fault(13)
@pytest.mark.faults
@on_postgresql
def test_fifty_mails_of_one_new_sender_stay_with_one_owner_though_there_is_one_place_and_who_had_it_goes_away(
    service_on_each: Service, dovecot: Dovecot
) -> None:
    service = service_on_each
    service.settings["agents"]["ana"]["capacity"] = service.settings["agents"]["luis"]["capacity"] = 1
    service.settings["teams"]["atencion"]["away_grace"] = "1s"
    service.write()
    service.start()
    # given one of two has all they can take
    append_raws(dovecot, [mail("otra@clientes.example", "Primera").as_bytes()])
    books.wait_for_post(service, 1)
    (taken,) = service.json("conversations")
    free = "luis" if taken["owner"] == "ana" else "ana"
    fifty = [mail(SENDER, f"Asunto {number}").as_bytes() for number in range(50)]

    # when the other one goes away between the first and the last of fifty mails
    append_raws(dovecot, fifty[:25])
    wait_until(lambda: _of_sender(service), what="the first of them")
    assert {case["owner"] for case in _of_sender(service)} == {free}
    service.json("away", free)
    append_raws(dovecot, fifty[25:])
    books.wait_for_post(service, 51)

    # then all fifty end with whoever is on duty for what nobody can take
    wait_until(lambda: {case["owner"] for case in _of_sender(service)} == {"marta"}, seconds=60, what="one owner")
    assert len(_of_sender(service)) == 50
    assert len({case["contact_id"] for case in _of_sender(service)}) == 1
    books.wait_for_letters(service)
    books.check_audit(service)


@pytest.mark.fault(13)
@pytest.mark.faults
@on_postgresql
def test_fifty_chat_messages_of_somebody_new_are_one_case_of_one_owner_though_who_had_the_one_place_goes_away(
    service_on_each: Service, telegram: TelegramApi, twilio: TwilioServer
) -> None:
    service = service_on_each
    service.settings["teams"]["atencion"]["members"] = ["ana"]
    service.settings["agents"]["ana"]["capacity"] = 1
    service.settings["teams"]["atencion"]["away_grace"] = "1s"
    on_every_channel(service, telegram, twilio).start()

    # when the only one with a place goes away between the first and the last of fifty
    for number in range(50):
        if number == 25:
            wait_until(lambda: service.json("conversations"), what="the case")
            service.json("away", "ana")
        telegram.bot.put(written(telegram.bot.new_number(), f"mensaje {number}", sender=chatter(550_001)))
    books.wait_for_post(service, 50)

    # then it is one case, and whoever is on duty has it
    wait_until(lambda: service.json("conversations")[0]["owner"] == "marta", seconds=60, what="the next owner")
    (case,) = service.json("conversations")
    assert case["messages"] == 50
    (shown,) = service.json("show", case["key"])
    books.check_one_owner(shown)
    assert [one["agent"] for one in shown["assignments"]] == ["ana", "marta"]
    books.wait_for_letters(service)
    books.check_audit(service)


def _of_sender(service: Service) -> list[dict[str, Any]]:
    return [case for case in service.json("conversations") if case["contact"] == SENDER]
