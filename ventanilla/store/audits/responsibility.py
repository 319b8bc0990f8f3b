"""Every open case has exactly one responsible person, always: what would break that."""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.audits.counting import count, rows_with
from ventanilla.store.tables import agents, assignments, conversations, messages
from ventanilla.words import OWNED_STATES, Direction

_OWNED = conversations.c.state.in_(OWNED_STATES)
_ITS_OWN = (assignments.c.conversation_id == conversations.c.id) & (assignments.c.is_open == 1)


def open_case_without_exactly_one_open_assignment(connection: sa.Connection) -> int:
    """Every open case has exactly one open assignment."""
    open_ones = sa.select(sa.func.count()).select_from(assignments).where(_ITS_OWN).scalar_subquery()
    return count(connection, conversations, _OWNED, open_ones != 1)


def open_assignment_without_open_case(connection: sa.Connection) -> int:
    """Nobody is responsible for a case that is over, or for none."""
    its_case = (conversations.c.id == assignments.c.conversation_id) & _OWNED
    return count(connection, assignments, assignments.c.is_open == 1, ~rows_with(conversations, its_case))


def owner_differs_from_assignment(connection: sa.Connection) -> int:
    """The owner that a case shows is the one that its open assignment names."""
    same = (assignments.c.number == conversations.c.assignment_number) & (assignments.c.agent == conversations.c.owner)
    return count(
        connection,
        conversations,
        _OWNED,
        rows_with(assignments, _ITS_OWN),
        ~rows_with(assignments, _ITS_OWN, same),
    )


def owner_not_with_us(connection: sa.Connection) -> int:
    """Whoever answers for an open case still belongs to the house."""
    here = (agents.c.name == conversations.c.owner) & agents.c.enabled
    return count(connection, conversations, _OWNED, ~rows_with(agents, here))


def load_differs_from_count(connection: sa.Connection) -> int:
    """Each agent's load is the number of cases that they own and that wait on us."""
    waiting = (conversations.c.owner == agents.c.name) & _OWNED & conversations.c.waiting_since.is_not(None)
    counted = sa.select(sa.func.count()).select_from(conversations).where(waiting).scalar_subquery()
    return count(connection, agents, agents.c.load != counted)


def inbound_message_without_assignment(connection: sa.Connection) -> int:
    """For every message of a customer it is written down who was responsible when it came."""
    return count(connection, messages, messages.c.direction == Direction.IN, messages.c.assignment_number.is_(None))


def message_of_unknown_assignment(connection: sa.Connection) -> int:
    """The assignment that a message names is one of its own case."""
    its_assignment = (assignments.c.conversation_id == messages.c.conversation_id) & (
        assignments.c.number == messages.c.assignment_number
    )
    return count(
        connection, messages, messages.c.assignment_number.is_not(None), ~rows_with(assignments, its_assignment)
    )


def open_case_without_message(connection: sa.Connection) -> int:
    """A case and its first message are written together."""
    return count(
        connection, conversations, _OWNED, ~rows_with(messages, messages.c.conversation_id == conversations.c.id)
    )
