"""Twilio and Telegram take an answer and lose theirs: it is looked up, or left to a person; none of them goes out twice."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.conftest import NUMBER
from tests.acceptance.service import Service
from tests.acceptance.test_every_channel import chatter, on_every_channel
from tests.faults.tally import count_faults
from tests.servers.ports import wait_until
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from tests.servers.twilio_api import TwilioServer
from ventanilla.store.tables import outbox

PERSON, CALLER = 550_001, "+34600000001"


@pytest.mark.faults
@pytest.mark.fault(12)
def test_an_answer_taken_without_a_word_goes_out_once_on_each_channel(
    service: Service, telegram: TelegramApi, twilio: TwilioServer
) -> None:
    telegram.bot.chats.add(PERSON)
    service.settings["staff"]["undo_send"] = "0s"
    on_every_channel(service, telegram, twilio).start()
    twilio.message(CALLER, NUMBER, "¿Abren hoy?")
    telegram.bot.put(written(telegram.bot.new_number(), "¿Abren mañana?", sender=chatter(PERSON)))
    books.wait_for_post(service, 2)
    books.wait_for_letters(service)
    cases = {case["channel"]: case for case in service.json("conversations")}

    # when each of them takes the answer and its own gets lost
    twilio.lost_answers, telegram.lost_answers["sendMessage"] = 1, 1
    for case in cases.values():
        service.json("reply", case["key"], "--as", case["owner"], "--text", "Sí, abrimos.")
    wait_until(lambda: set(states(service)) == {"chat", "telefono"}, what="both answers in the outbox")
    wait_until(lambda: states(service) == {"telefono": "sent", "chat": "unknown"}, seconds=120, what="what is known")
    assert (twilio.lost_answers, telegram.lost_answers["sendMessage"]) == (0, 0)
    count_faults(2)

    # then each has gone out once, and what nobody knows of waits for a person, who settles it
    assert taken(telegram, twilio) == (1, 1)
    (unsure,) = service.json("outbox", "--state", "unknown")
    assert service.run("outbox", "arrived", str(unsure["id"])).returncode == 0
    books.wait_for_letters(service)
    assert states(service)["chat"] in ("sent", "delivered")
    assert taken(telegram, twilio) == (1, 1)
    books.check_audit(service)


def states(service: Service) -> dict[str, str]:
    """How far each answer got, by its channel."""
    query = sa.select(outbox.c.via, outbox.c.state).where(outbox.c.kind == "reply")
    with service.store.read() as connection:
        found: list[Any] = list(connection.execute(query))
    return {row.via: row.state for row in found}


def taken(telegram: TelegramApi, twilio: TwilioServer) -> tuple[int, int]:
    """How often each took the answer."""
    by_chat = [one for one in telegram.bot.called("sendMessage") if one["text"] == "Sí, abrimos."]
    return len(by_chat), len([one for one in twilio.sent() if one["body"] == "Sí, abrimos."])
