"""Whoever pulls is killed again and again, on every channel, also exactly between committing and telling the queue."""

from __future__ import annotations

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
import sqlalchemy as sa

from router.service import route_items
from tests.acceptance import books
from tests.acceptance.service import Service
from tests.acceptance.test_every_channel import (
    CALLS,
    CHATS,
    MAILS,
    TEXTS,
    Post,
    check_threads,
    keys_in,
    on_every_channel,
)
from tests.faults.audited import audited
from tests.faults.tally import count_kills
from tests.router.house_for_tests import House, mail
from tests.servers.dovecot import Dovecot
from tests.servers.telegram_api import TelegramApi
from tests.servers.twilio_api import TwilioServer
from ventanilla.store.engine import Store
from ventanilla.store.inbox import overdue
from ventanilla.store.tables import inbox, leases

ROOT = Path(__file__).parents[2]
KILLS = 7


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
    moment: str, store: Store, dovecot: Dovecot, tmp_path: Path
) -> None:
    house = House(store, tmp_path, now=datetime.now(UTC))
    for number in range(12):
        raw = mail(sender=f"c{number}@clientes.example", message_id=f"<m{number}@c.example>")
        dovecot.append("soporte", raw)
    address = store.engine.url.render_as_string(hide_password=False)
    argv = [sys.executable, "-m", "tests.faults.dying_puller", address, str(store.blobs), str(dovecot.port), moment]

    # when each process gets as far as its second batch (or the commit of its first) and dies there
    lives = 0
    while (committed := _count(store)) < 12:
        process = subprocess.run(argv, cwd=ROOT, env=dict(os.environ), check=False, timeout=60)
        assert process.returncode == -9
        count_kills()
        lives += 1
        assert lives <= 30, committed
        with store.write() as connection:  # another machine would wait for the lease to lapse
            connection.execute(sa.delete(leases))

    # then the queue was told of none of them, and the sweeper finds them all
    assert lives >= 6
    later = house.later(minutes=2)
    route_items(house.router, overdue(store, now=later))
    assert audited(store, now=later)
    ledger = house.rows(inbox)
    assert [row.state for row in ledger] == ["routed"] * 12
    assert len({row.item_key for row in ledger}) == 12


def _count(store: Store) -> int:
    with store.read() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(inbox)) or 0)
