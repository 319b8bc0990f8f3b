"""What the database itself must refuse: exactly one responsible person of each open case."""

from __future__ import annotations

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import NOW, add_assignment, add_conversation, change_case, release, update
from ventanilla.store import tables as t


@promise("fk_conversations_open_assignment")
def release_without_a_successor(connection: sa.Connection) -> None:
    release(connection, 1, 1)


@promise("uq_assignments_one_open")
def two_open_assignments(connection: sa.Connection) -> None:
    add_assignment(connection, 1, 2, "luis")


@promise("uq_assignments_one_open")
def a_second_open_assignment_that_the_case_points_at(connection: sa.Connection) -> None:
    change_case(connection, 1, owner="luis", assignment_number=2)
    add_assignment(connection, 1, 2, "luis")


@promise("fk_conversations_open_assignment")
def an_owner_who_differs_from_the_assignment(connection: sa.Connection) -> None:
    change_case(connection, 1, owner="luis")


@promise("fk_conversations_open_assignment")
def an_assignment_that_differs_from_the_owner(connection: sa.Connection) -> None:
    connection.execute(update(t.assignments, agent="luis").where(t.assignments.c.conversation_id == 1))


@promise("fk_conversations_open_assignment")
def pointing_at_another_cases_assignment(connection: sa.Connection) -> None:
    release(connection, 1, 1)
    change_case(connection, 1, owner="luis", assignment_number=2)


@promise("fk_assignments_owned_conversation")
def pointing_at_a_released_assignment(connection: sa.Connection) -> None:
    change_case(connection, 2, owner="ana", assignment_number=1)


@promise("fk_conversations_open_assignment")
def moving_an_open_assignment_to_another_case(connection: sa.Connection) -> None:
    this = (t.assignments.c.conversation_id == 2) & (t.assignments.c.number == 2)
    connection.execute(update(t.assignments, conversation_id=3).where(this))


@promise("fk_assignments_owned_conversation")
def two_cases_that_swap_their_assignments(connection: sa.Connection) -> None:
    change_case(connection, 1, owner="luis", assignment_number=2)
    change_case(connection, 2, owner="ana", assignment_number=1)


@promise("fk_conversations_open_assignment")
def deleting_the_open_assignment(connection: sa.Connection) -> None:
    connection.execute(sa.delete(t.assignments).where(t.assignments.c.conversation_id == 1))


@promise("fk_assignments_owned_conversation")
def deleting_a_case_and_leaving_its_assignments(connection: sa.Connection) -> None:
    connection.execute(sa.delete(t.conversations).where(t.conversations.c.id == 1))


@promise("fk_conversations_owner")
def deleting_an_owner(connection: sa.Connection) -> None:
    connection.execute(sa.delete(t.team_members))
    connection.execute(sa.delete(t.agents).where(t.agents.c.name == "luis"))


@promise("fk_assignments_agent")
def an_owner_whom_nobody_knows(connection: sa.Connection) -> None:
    connection.execute(update(t.assignments, agent="nobody").where(t.assignments.c.conversation_id == 1))
    change_case(connection, 1, owner="nobody")


@promise("fk_conversations_open_assignment")
def an_open_case_without_an_assignment(connection: sa.Connection) -> None:
    add_conversation(connection, 9, "ana")


@promise("fk_assignments_owned_conversation")
def an_assignment_without_a_case(connection: sa.Connection) -> None:
    add_assignment(connection, 9, 1, "ana")


@promise("fk_assignments_conversation_id")
def a_released_assignment_without_a_case(connection: sa.Connection) -> None:
    add_assignment(connection, 9, 1, "ana", is_open=None, released_at=NOW)


@promise("fk_assignments_owned_conversation")
def an_open_assignment_of_a_resolved_case(connection: sa.Connection) -> None:
    add_assignment(connection, 3, 2, "marta")


@promise("fk_assignments_owned_conversation")
def opening_a_resolved_cases_assignment_again(connection: sa.Connection) -> None:
    this = t.assignments.c.conversation_id == 3
    connection.execute(update(t.assignments, is_open=1, released_at=None).where(this))


@promise("fk_assignments_owned_conversation")
def resolving_without_releasing(connection: sa.Connection) -> None:
    change_case(connection, 1, state="resolved", owned=None, waiting_since=None)


@promise("fk_conversations_open_assignment")
def reopening_without_an_assignment(connection: sa.Connection) -> None:
    change_case(connection, 3, state="open", owned=1)


@promise("owner")
def an_owned_case_without_an_owner(connection: sa.Connection) -> None:
    change_case(connection, 1, owner=None)


@promise("assignment_number")
def a_case_without_an_assignment_number(connection: sa.Connection) -> None:
    change_case(connection, 1, assignment_number=None)


@promise("ck_conversations_owned")
def an_open_case_that_is_not_owned(connection: sa.Connection) -> None:
    release(connection, 1, 1)
    change_case(connection, 1, owned=None, waiting_since=None)


@promise("ck_conversations_owned")
def a_case_waiting_on_its_customer_that_is_not_owned(connection: sa.Connection) -> None:
    change_case(connection, 3, state="waiting_customer")


@promise("ck_conversations_owned")
def a_case_waiting_on_others_that_is_not_owned(connection: sa.Connection) -> None:
    change_case(connection, 3, state="waiting_third_party")


@promise("ck_conversations_owned")
def a_resolved_case_that_is_owned(connection: sa.Connection) -> None:
    change_case(connection, 1, state="resolved")


@promise("ck_conversations_owned")
def a_closed_case_that_is_owned(connection: sa.Connection) -> None:
    change_case(connection, 1, state="closed")


@promise("ck_conversations_owned")
def spam_that_is_owned(connection: sa.Connection) -> None:
    change_case(connection, 1, state="spam")


@promise("ck_assignments_is_open")
def owned_with_another_number_than_1(connection: sa.Connection) -> None:
    this = t.assignments.c.conversation_id == 1
    connection.execute(update(t.assignments, is_open=2).where(this))
    change_case(connection, 1, owned=2)


@promise("ck_conversations_owned")
def owned_zero(connection: sa.Connection) -> None:
    change_case(connection, 3, owned=0)


@promise("ck_assignments_is_open")
def an_assignment_both_open_and_released(connection: sa.Connection) -> None:
    connection.execute(update(t.assignments, released_at=NOW).where(t.assignments.c.conversation_id == 1))


@promise("ck_assignments_is_open")
def an_assignment_neither_open_nor_released(connection: sa.Connection) -> None:
    connection.execute(update(t.assignments, released_at=None).where(t.assignments.c.conversation_id == 3))


@promise("ck_assignments_number")
def an_assignment_numbered_zero(connection: sa.Connection) -> None:
    add_assignment(connection, 3, 0, "marta", is_open=None, released_at=NOW)


@promise("pk_assignments")
def the_same_assignment_number_twice(connection: sa.Connection) -> None:
    add_assignment(connection, 3, 1, "ana", is_open=None, released_at=NOW)
