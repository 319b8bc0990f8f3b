"""Whoever pulls is killed again and again, on every channel, also exactly between committing and telling the queue."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from router.service import route_items
from tests.acceptance import books
from tests.acceptance.conftest import NUMBER
from tests.acceptance.service import Service
from tests.acceptance.test_every_channel import (
    CALLS,
    CHATS,
    MAILS,
    TEXTS,
    Post,
    chatter,
    check_threads,
    keys_in,
    on_every_channel,
)
from tests.faults.audited import audited
from tests.faults.tally import count_kills
from tests.router.house_for_tests import House, mail
from tests.servers.dovecot import Dovecot
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from tests.servers.twilio_api import ACCOUNT, TwilioServer
from ventanilla.store.engine import Store
from ventanilla.store.inbox import overdue
from ventanilla.store.tables import inbox

ROOT = Path(__file__).parents[2]
KILLS, EACH = 7, 8
CHANNELS = f"""
[channels.chat]
kind = "telegram"
mode = "live"
team = "atencion"
token = "7000001:x"

[channels.telefono]
kind = "twilio"
mode = "live"
team = "atencion"
account_sid = "{ACCOUNT}"
auth_token = "x"
numbers = ["{NUMBER}"]
calls = true
"""


@pytest.mark.faults
@pytest.mark.fault(1)
@pytest.mark.timeout(900)
def test_who_pulls_killed_at_random_while_every_channel_brings_something(
    service: Service, dovecot: Dovecot, telegram: TelegramApi, twilio: TwilioServer
) -> None:
    on_every_channel(service, telegram, twilio).start()
    time.sleep(1.1)  # Twilio's times are whole seconds: what is sent now comes after the channel began
    sent, chance = Post(dovecot, telegram, twilio), random.Random(17)

    with ExitStack() as running:
        for task in (sent.mails, sent.chats, sent.texts):
            thread = Thread(target=task)
            thread.start()
            running.callback(thread.join)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0, 0.8))
            service.kill_and_wait("connect")
    books.wait_for_post(service, MAILS + CHATS + TEXTS + CALLS)
    books.wait_for_letters(service)

    assert Counter(keys_in(service)) == Counter(dict.fromkeys(sent.keys, 1))
    check_threads(service, sent)
    books.check_audit(service)


@pytest.mark.faults
@pytest.mark.fault(1, 2)
@pytest.mark.parametrize("moment", ["before the commit", "after it"])
def test_who_pulls_dies_at_each_batch_just_before_or_after_its_commit(
    moment: str, store: Store, dovecot: Dovecot, telegram: TelegramApi, twilio: TwilioServer, tmp_path: Path
) -> None:
    house = House(store, tmp_path, {"more": CHANNELS}, now=datetime.now(UTC))
    person = chatter(550_001)
    for number in range(EACH):
        dovecot.append("soporte", mail(sender=f"c{number}@clientes.example", message_id=f"<m{number}@c.example>"))
        telegram.bot.put(written(telegram.bot.new_number(), f"mensaje {number}", sender=person))
        twilio.message(f"+3460000000{number}", NUMBER, f"texto {number}")
        twilio.call(f"+3460000000{number}", NUMBER, "no-answer")
    where = {"imap": dovecot.port, "bot": telegram.token, "telegram": telegram.url, "items": EACH}
    where |= {"account": twilio.account, "token": twilio.token, "twilio": twilio.url, "number": NUMBER}
    address = store.engine.url.render_as_string(hide_password=False)
    argv = [sys.executable, "-m", "tests.faults.dying_pullers", address, str(store.blobs), moment, json.dumps(where)]

    # when each process gets as far as its second batch (or the commit of its first) and dies there
    done = subprocess.run(argv, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, check=True, timeout=300)
    died: dict[str, int] = json.loads(done.stdout)
    count_kills(sum(died.values()))
    assert len(died) == 4
    assert min(died.values()) >= EACH / 2

    # then the queue was told of none of them, and the sweeper finds them all, however long their dying took
    house.now = datetime.now(UTC)
    later = house.later(minutes=2)
    route_items(house.router, overdue(store, now=later))
    ledger = house.rows(inbox)
    assert [row.state for row in ledger] == ["routed"] * 4 * EACH
    held = [f"INBOX/{dovecot.uidvalidity('soporte')}/{uid}" for uid in dovecot.flags("soporte")]
    held += [f"550001/{number}/message/0" for number in range(1, EACH + 1)]
    held += [one["sid"] for what in ("messages", "calls") for one in twilio.lists[what]]
    assert audited(store, now=later, held=held)
