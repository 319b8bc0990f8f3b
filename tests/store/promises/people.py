"""What the database itself must refuse: an agent's load, hours and ways to be reached."""

from __future__ import annotations

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import EARLIER, NOW, update
from ventanilla.store import tables as t


@promise("ck_absences_order")
def an_absence_that_ends_before_it_starts(connection: sa.Connection) -> None:
    row = {"agent": "ana", "starts_at": NOW, "ends_at": EARLIER, "created_at": NOW}
    connection.execute(sa.insert(t.absences).values(row))


@promise("ck_agents_load")
def a_load_below_zero(connection: sa.Connection) -> None:
    connection.execute(update(t.agents, load=t.agents.c.load - 1).where(t.agents.c.name == "ana"))


@promise("ck_agents_capacity")
def a_capacity_of_nothing(connection: sa.Connection) -> None:
    connection.execute(update(t.agents, capacity=0).where(t.agents.c.name == "ana"))


@promise("ck_agents_telegram_is_proven")
def an_account_that_nobody_has_proven(connection: sa.Connection) -> None:
    connection.execute(update(t.agents, telegram="1111").where(t.agents.c.name == "ana"))


@promise("ck_agents_telegram_refused")
def an_account_that_refuses_us_and_is_none(connection: sa.Connection) -> None:
    connection.execute(update(t.agents, telegram_refused_at=NOW).where(t.agents.c.name == "ana"))


@promise("ck_invitations_purpose")
def an_invitation_to_nothing(connection: sa.Connection) -> None:
    token = {"token_sha256": "0" * 64, "agent": "ana", "created_at": NOW, "expires_at": NOW}
    connection.execute(sa.insert(t.invitations).values(purpose="party", **token))
