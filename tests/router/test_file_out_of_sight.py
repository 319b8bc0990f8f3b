"""An item whose file this machine does not see waits, however often it is tried, and is routed once it is there."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from router.service import route_items
from tests.cli.town import build_town
from ventanilla.store.engine import Store
from ventanilla.store.tables import inbox
from ventanilla.words import InboxState


def test_it_stays_pending_and_is_no_worse_for_it_and_holds_up_nobody(store: Store, tmp_path: Path) -> None:
    town = build_town(store, tmp_path)
    large = town.commit(town.letter("eva@example.org", text="x" * 300_000))
    small = town.commit(town.letter("leo@example.org"))
    assert large is not None
    assert small is not None
    elsewhere = store.blobs.with_name("elsewhere")
    store.blobs.rename(elsewhere)

    first = route_items(town.router, [large, small])
    again = [route_items(town.router, [large]) for _ in range(5)]

    assert first == {small: InboxState.ROUTED}
    assert again == [{}] * 5
    with store.read() as connection:
        row = connection.execute(sa.select(inbox).where(inbox.c.id == large)).one()
    assert (row.state, row.attempts) == (InboxState.PENDING, 0)

    # when the folder is mounted
    elsewhere.rename(store.blobs)
    assert route_items(town.router, [large]) == {large: InboxState.ROUTED}
