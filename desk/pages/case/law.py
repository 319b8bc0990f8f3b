"""What a law wants in one case, as its page says it: receipt, deadlines, what was asked of the customer, if they were right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.packs.pack import Said
from router.automatic.receipts import is_given
from router.house import House
from router.promises.incomplete import asked_to_complete
from router.promises.lawful import REASONED, deadlines_of, law_of, wants_receipt
from ventanilla.measures.terms import Deadline
from ventanilla.store.views.whole import receipt_of
from ventanilla.words import OWNED_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class Lawful:
    """`title` is the law's. `receipt` is the letter of the receipt, if one was written; `asked_until` the last moment
    that the customer has to send what is missing; `reasoned` whether the case ends only with a reasoned answer."""

    title: Said
    deadlines: tuple[Deadline, ...]
    reasoned: bool
    wants_receipt: bool
    receipt_given: bool
    receipt: Mapping[str, Any] | None
    asked_until: datetime | None
    bodies: str
    is_open: bool

    @property
    def receipt_is_owed(self) -> bool:
        return self.wants_receipt and not self.receipt_given


def lawful(
    connection: sa.Connection, house: House, case: sa.Row[Any], letters: Iterable[Mapping[str, Any]]
) -> Lawful | None:
    """None where no law says anything of this case. `letters` are all that went out for it."""
    law = law_of(house, case)
    if law is None:
        return None
    asked = asked_to_complete(connection, case.id)
    settings = house.promise_of(case).settings
    return Lawful(
        title=law.title,
        deadlines=deadlines_of(connection, house, case),
        reasoned=case.kind in REASONED,
        wants_receipt=wants_receipt(house, case) is not None,
        receipt_given=is_given(connection, case.id),
        receipt=receipt_of(letters),
        asked_until=asked.until if asked is not None else None,
        bodies=(settings.bodies if settings is not None else None) or "",
        is_open=case.state in OWNED_STATES,
    )


def upheld_of(events: Iterable[Mapping[str, Any]]) -> str:
    """Whether the customer was right, as the last end of the case says; "" where nobody said."""
    said = (event["data"].get("upheld") for event in events if "upheld" in event["data"])
    return next(reversed(list(said)), "") or ""
