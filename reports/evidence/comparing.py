"""Whether the events in a ZIP of evidence are still those of the store that it was made from. Changes nothing."""

from __future__ import annotations

import sqlalchemy as sa

from reports.evidence.verifying import Verified
from ventanilla.store.installation import known_installation
from ventanilla.store.seals import seal_at


def compare_with_store(connection: sa.Connection, found: Verified) -> tuple[str, ...] | None:
    """What differs, a sentence each, between the links in the ZIP and the store's own of the same numbers; None where the ZIP is
    another installation's. What the log holds behind those seals is `audit`'s matter."""
    here = known_installation(connection)
    if here is None or here.instance != found.installation:
        return None
    wrong = []
    for number, told in found.chain:
        seal = seal_at(connection, number)
        if seal is None or seal.hash != told:
            stands = "nothing" if seal is None else "another hash"
            wrong.append(f"event {number} of the chain: in this store stands {stands}")
    return tuple(wrong)
