"""`python -m bench.desk_mails FOLDER`: routes some five mails a second into the house of that folder until it is ended."""

from __future__ import annotations

import itertools
import random
import sys
import time
from pathlib import Path

import sqlalchemy as sa

from bench.shop import sample_mail
from config.load import load_config
from config.opening import open_configured_store
from router.house import open_house
from router.service import Router, route_item
from ventanilla.channel import Batch, RawItem
from ventanilla.store.inbox import commit_batch
from ventanilla.store.tables import contacts
from worker import build_readers, utc_now

A_SECOND = 5.0


def main() -> None:
    """Half of the mails are of new customers, half of those who have an open case."""
    folder = Path(sys.argv[1])
    config = load_config(folder / "ventanilla.toml").config
    store = open_configured_store(config)
    with store.write() as connection:
        house = open_house(connection, config, now=utc_now())
        known = connection.scalar(sa.select(sa.func.count()).select_from(contacts)) or 1
    router = Router(store=store, house=house, readers=build_readers(config, house), clock=utc_now)
    luck = random.Random(2)
    for uid in itertools.count(1):
        start = time.monotonic()
        who = luck.randrange(1, known) if uid % 2 else 1_000_000 + uid
        now, raw = utc_now(), sample_mail(who)
        item = RawItem(key=f"INBOX/1/{uid}", raw=raw, received_at=now, note="", identity=None, size=len(raw))
        batch = Batch(source="imap://bench/INBOX", items=[item], checkpoint={"last_uid": uid})
        (row,) = commit_batch(store, "soporte", batch, lease=None, now=now)
        route_item(router, row)
        time.sleep(max(0.0, 1 / A_SECOND - (time.monotonic() - start)))


if __name__ == "__main__":
    main()
