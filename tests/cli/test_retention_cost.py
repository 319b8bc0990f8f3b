"""What forgetting costs: each case its own rows, and a page of them no other page's, however many there are."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import pytest
import sqlalchemy as sa

from router.retention.forgetting import forget_due
from tests.cli.test_retention import KEEP, closed_town, later
from tests.cli.town import Town
from tests.store.test_plans import GROWING, plans_of
from ventanilla.store.erasing import old_cases as finding
from ventanilla.store.erasing.old_cases import old_cases
from ventanilla.store.tables import events

WHOLE = tuple(f"SCAN {table}" for table in (*GROWING, "inbox", "outbox", "clocks", "participants", "addresses"))

KNOWN = ("DELETE FROM message_refs", "inbox.raw_blob IN")
"""What no index leads to: the ids of a case, and a big original that two rows of the ledger name."""


def test_forgetting_a_case_reads_nothing_of_other_cases(town: Town) -> None:
    closed_town(town)
    pieces = forget_due(town.store, town.house, KEEP, clock=later)
    (first,) = islice(pieces, 1)

    with plans_of(town.store, ("SELECT", "WITH", "UPDATE", "DELETE")) as plans:
        (second,) = islice(pieces, 1)

    assert (first["cases"], second["cases"]) == (1, 1)
    assert len(plans) > 10
    whole = [text for text, plan in plans.items() if any(step.startswith(WHOLE) for step in plan)]
    assert [text for text in whole if not any(known in text for known in KNOWN)] == []


def test_a_page_of_cases_looks_at_the_log_by_case_alone(town: Town) -> None:
    closed_town(town)
    list(islice(forget_due(town.store, town.house, KEEP, clock=later), 2))

    with plans_of(town.store) as plans, town.store.read() as connection:
        assert len(old_cases(connection, before=later() - timedelta(days=366))) == 2

    steps = [step for plan in plans.values() for step in plan]
    assert [step for step in steps if " events " in f"{step} " and "ix_events_conversation_id" not in step] == []
    assert any("ix_events_conversation_id" in step for step in steps)


@pytest.mark.parametrize("page", [1, 3, 500])
def test_cases_are_the_same_however_they_are_paged(town: Town, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_town(town)
    (only,) = list(islice(forget_due(town.store, town.house, KEEP, clock=later), 1))
    monkeypatch.setattr(finding, "_PAGE", page)

    with town.store.read() as connection:
        gone = set(connection.scalars(sa.select(events.c.conversation_id).where(events.c.kind == "case_forgotten")))
        before = later() - timedelta(days=366)
        left = old_cases(connection, before=before)
        some = old_cases(connection, before=before, limit=2)
        rest = old_cases(connection, before=before, after=some[-1])

    assert only["cases"] == 1
    assert len(left) == 3
    assert not gone & set(left)
    assert some + rest == left
