"""How a fault test ends: the product's own audit, and the ledger against what the sources hold. Repairs nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa

from tests.faults.tally import count_audit
from ventanilla.store.audit import audit
from ventanilla.store.engine import Store
from ventanilla.store.tables import inbox


def audited(store: Store, *, now: datetime | None = None, held: Iterable[str] | None = None) -> bool:
    """No promise is broken, and of what the sources hold (`held`, by item keys) each stands in the ledger once. Always True.

    What it found is counted for the report before anything is asserted. `now` is this moment unless the test has a clock.
    """
    with store.read() as connection:
        found = audit(connection, blobs=store.blobs, now=now or datetime.now(UTC))
        ledger = Counter(connection.scalars(sa.select(inbox.c.item_key))) if held is not None else Counter[str]()
    if held is not None:
        wanted = Counter(set(held))
        found["item_of_source_missing"] = (wanted - ledger).total()
        found["item_in_ledger_beyond_source"] = (ledger - wanted).total()
    count_audit(found)
    assert {name: number for name, number in found.items() if number} == {}
    return True
