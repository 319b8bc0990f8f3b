"""A hundred workers killed at random moments of routing: each mail is routed once, and no innocent one is set aside."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.faults.audited import audited
from tests.faults.tally import count_kills
from tests.router.house_for_tests import House, mail
from tests.servers.ports import wait_until
from ventanilla.queue import build_broker, enqueue
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, inbox, messages
from ventanilla.words import InboxState

ROOT = Path(__file__).parents[2]
KILLS, MOST_WAITING = 100, 30
FILE = """
[store]
url = "{store}"

[queue]
url = "{queue}"
"""


@pytest.mark.faults
@pytest.mark.fault(3)
@pytest.mark.timeout(1200)
def test_a_hundred_workers_killed_in_the_middle_route_everything_once(
    store: Store, valkey: str, tmp_path: Path
) -> None:
    address = store.engine.url.render_as_string(hide_password=False)
    house = House(store, tmp_path, {"more": FILE.format(store=address, queue=valkey)}, now=datetime.now(UTC))
    broker = build_broker(valkey)
    argv = [sys.executable, "-m", "tests.faults.dying_workers", str(tmp_path / "ventanilla.toml"), str(KILLS), "31"]
    log = (tmp_path / "workers.log").open("wb")
    process = subprocess.Popen(
        argv, cwd=ROOT, env=dict(os.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
    )
    ended, sent = threading.Event(), itertools.count(1)

    def customers() -> None:
        """They write for as long as workers are killed, so that each of them finds something to do."""
        while not ended.wait(0.15):
            if states(store)[InboxState.PENDING] > MOST_WAITING:
                continue
            number = next(sent)
            sender = f"c{number % 40}@clientes.example"
            raw = mail(sender=sender, subject=f"Asunto {number}", message_id=f"<m{number}@c.example>")
            house.now = datetime.now(UTC)
            enqueue(broker, [house.commit(raw)])

    crowd = threading.Thread(target=customers)
    crowd.start()
    try:
        assert process.stdout is not None
        at_work = process.stdout.readline()
        assert at_work.strip(), (tmp_path / "workers.log").read_text()[-3000:]
        count_kills(KILLS)
        ended.set()
        crowd.join()
        wait_until(lambda: not states(store)[InboxState.PENDING], seconds=420, what="the end of every row's waiting")
    finally:
        ended.set()
        process.kill()
        process.wait()
        for end in (process.stdin, process.stdout, log):
            if end is not None:
                end.close()
        crowd.join()
        broker.close()

    mails = next(sent) - 1
    assert states(store) == {InboxState.ROUTED: mails}
    assert int(at_work) > KILLS / 2, "few of them were killed at work"
    assert len(house.rows(conversations)) == len(house.rows(messages)) == mails
    assert audited(store, held=[f"INBOX/1/{number}" for number in range(1, mails + 1)])


def states(store: Store) -> Counter[str]:
    """How many rows of the ledger are in which state."""
    with store.read() as connection:
        return Counter(connection.scalars(sa.select(inbox.c.state)))
