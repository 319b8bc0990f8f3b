"""A running service's bot: another poller, a refusal, an update that nobody can read, numbers that go back, an early edit."""

from __future__ import annotations

import json
from collections import Counter

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.service import Service
from tests.acceptance.test_every_channel import chatter, on_every_channel
from tests.faults.tally import count_faults
from tests.servers.ports import wait_until
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_bot import OTHER_POLLER
from tests.servers.telegram_updates import edited, written
from tests.servers.twilio_api import TwilioServer
from ventanilla.store.tables import inbox, messages

NUMBERS = "Too Many Requests: retry after 2"


@pytest.mark.faults
@pytest.mark.fault(10)
def test_a_bot_robbed_refused_and_told_nonsense_takes_each_message_once(
    service: Service, telegram: TelegramApi, twilio: TwilioServer
) -> None:
    bot = telegram.bot
    on_every_channel(service, telegram, twilio).start()
    before = service.pids()

    # given refusals, and behind them a batch in which one update is none
    telegram.planned["getUpdates"] = [
        (409, {"ok": False, "error_code": 409, "description": OTHER_POLLER}),
        (429, {"ok": False, "error_code": 429, "description": NUMBERS, "parameters": {"retry_after": 2}}),
    ]
    people = [chatter(550_001 + number) for number in range(4)]
    bot.put(written(bot.new_number(), "la primera", sender=people[0]))
    bot.put({"message": {"message_id": bot.new_number(), "chat": "?"}})
    bot.put(written(bot.new_number(), "la segunda", sender=people[1]))
    wait_until(lambda: not telegram.planned["getUpdates"], what="both refusals")
    books.wait_for_post(service, 3)
    count_faults(3)

    # and an edit that comes before its original, and then numbers that begin anew, lower
    late = bot.new_number()
    bot.put(edited(late, "corregido", sender=people[2], edited_at=2_000_000_000))
    bot.put(written(late, "con erratas", sender=people[2]))
    books.wait_for_post(service, 5)
    wait_until(
        lambda: bot.awaited and not bot.waiting, what="a poll that waits"
    )  # one that begins would confirm what is lower
    bot.put(written(bot.new_number(), "otra semana", sender=people[3]), update_id=17)
    books.wait_for_post(service, 6)
    count_faults(2)
    books.wait_for_letters(service)

    # then what cannot be read is set aside whole, and everything else is with somebody
    with service.store.read() as connection:
        rows = connection.execute(sa.select(inbox).order_by(inbox.c.id)).all()
        shown = connection.scalars(sa.select(messages.c.text).where(messages.c.inbox_id.is_not(None))).all()
    assert Counter(row.state for row in rows) == {"routed": 5, "quarantined": 1}
    (aside,) = (row for row in rows if row.state == "quarantined")
    assert json.loads(aside.raw)["message"]["chat"] == "?"
    assert set(shown) >= {"la primera", "la segunda", "corregido", "otra semana"}
    assert len(service.json("conversations")) == 4
    assert service.pids() == before
    books.check_audit(service)
