"""The shop in this very process: what the service's processes do with a mail, one stage after another, without a queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.shop import Mailbox, write_shop
from cli.applying import apply_file
from config.load import Loaded, load_config
from config.opening import open_configured_store
from connectors.imap_email.fetching import identity_of
from router.service import Router, route_items
from ventanilla.channel import Batch, RawItem
from ventanilla.store.engine import Store
from ventanilla.store.inbox import commit_batch
from ventanilla.store.migrate import upgrade
from worker import build_router, utc_now

PULLED_AT_ONCE, ROUTED_AT_ONCE = 50, 20
NOBODY = Mailbox(9, 9, "soporte@example.com", "bench")


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes mails into the ledger of a store."""

    store: Store

    def take_in(self, mails: Sequence[bytes], *, first: int = 0) -> list[int]:
        """Commit these to the ledger as a pull would, fifty at a time; return their rows."""
        ids: list[int] = []
        for start in range(0, len(mails), PULLED_AT_ONCE):
            now = utc_now()
            items = [
                RawItem(
                    key=f"INBOX/1/{first + start + place}", raw=raw, received_at=now, note="",
                    identity=identity_of(raw), size=len(raw),
                )
                for place, raw in enumerate(mails[start : start + PULLED_AT_ONCE])
            ]  # fmt: skip
            batch = Batch(source="imap://bench/INBOX", items=items, checkpoint={"last_uid": first + start})
            ids += commit_batch(self.store, "soporte", batch, lease=None, now=now)
        return ids


@dataclass(frozen=True, slots=True)
class Inside(Taking):
    """A store that is ready and what routes into it."""

    router: Router
    loaded: Loaded

    def route(self, ids: Sequence[int], *, at_once: int = ROUTED_AT_ONCE) -> None:
        """Give each a responsible person, in transactions of so many."""
        for start in range(0, len(ids), at_once):
            route_items(self.router, ids[start : start + at_once])


@contextmanager
def inside(folder: Path, *, store_url: str, mailbox: Mailbox = NOBODY) -> Iterator[Inside]:
    """The shop with a new store behind `store_url` ("sqlite": in the folder)."""
    loaded = load_config(write_shop(folder, mailbox, store_url=store_url))
    store = open_configured_store(loaded.config)
    try:
        upgrade(store)
        apply_file(store, loaded, now=utc_now())
        yield Inside(store, build_router(loaded.config, store), loaded)
    finally:
        store.close()
