"""What the law wants of one case: its pack, its deadlines, whether it is owed a receipt. Reads only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.check_law import pack_of
from config.packs import Pack
from config.packs.pack import Duty
from router.house import House
from ventanilla.measures.fold import stretches
from ventanilla.measures.terms import CaseFacts, Deadline
from ventanilla.store.events import events_of
from ventanilla.words import Kind, Metric, Priority

REASONED = (Kind.COMPLAINT, Kind.CLAIM)
"""Whoever complains or claims is owed a reasoned answer that says whether they were right."""


def law_of(house: House, case: Any) -> Pack | None:
    """The pack whose deadlines hold for a case (its row, or what it begins with); None where no law says anything of it."""
    law = pack_of(house.promise_of(case).settings)
    return law if law is not None and law.covers(Kind(case.kind), case.tags) else None


def wants_receipt(house: House, case: Any) -> Pack | None:
    """The pack that wants a receipt for such a case; None where none does."""
    law = law_of(house, case)
    return law if law is not None and law.requires(Duty.RECEIPT) else None


def deadlines_of(connection: sa.Connection, house: House, case: Any) -> tuple[Deadline, ...]:
    """The days by which the law wants an answer in a case, nearest first, counted as its clock counts them."""
    from router.promises.policy import HousePolicy

    facts = replace(facts_of_case(case), received_at=counted_from(connection, case))
    return HousePolicy(house).terms(facts).deadlines


def counted_from(connection: sa.Connection, case: Any) -> datetime:
    """Since when the law's term counts (UTC): the first message, that of a case merged into it, or what completed it."""
    told = stretches(events_of(connection, case.id))
    found = next((one.facts for one in told if one.metric is Metric.LEGAL), None)
    return case.first_message_at if found is None else found.received_at


def facts_of_case(case: Any) -> CaseFacts:
    """What terms are chosen by, of a case's row."""
    return CaseFacts(
        channel=case.channel,
        team=case.team,
        kind=Kind(case.kind),
        priority=Priority(case.priority),
        tags=tuple(case.tags),
        received_at=case.first_message_at,
        promise=case.promise,
    )
