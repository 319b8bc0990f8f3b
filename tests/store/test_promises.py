"""What the database refuses, and what it must allow, on both engines, in a schema that the migrations have made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.servers.stores import migrated_store
from tests.store.promises import BREAKS, check_refused, lay_ground
from tests.store.rows import (
    NOW,
    add_assignment,
    add_case,
    add_conversation,
    add_house,
    change_case,
    hand_over,
    release,
    resolve,
)
from ventanilla.store.engine import Store
from ventanilla.store.tables import agents, assignments, conversations, metadata


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all that is refused: a refusal leaves everything as it was."""
    with migrated_store(request, request.param, tmp_path_factory.mktemp("ground")) as store:
        lay_ground(store)
        yield store


@pytest.mark.parametrize("broken", BREAKS)
def test_the_database_refuses(ground: Store, broken: str) -> None:
    check_refused(ground, broken)


def test_every_check_of_the_schema_has_a_change_that_it_refuses() -> None:
    checks = {str(each.name) for table in metadata.tables.values() for each in table.constraints if is_check(each)}

    assert checks - {broken.refused_by for broken in BREAKS.values()} == set()


@pytest.mark.parametrize("case_first", [True, False])
def test_a_case_and_its_assignment_may_be_written_in_any_order(store: Store, case_first: bool) -> None:
    with store.write() as connection:
        add_house(connection)

        if case_first:
            add_conversation(connection, 1, "ana")
        add_assignment(connection, 1, 1, "ana")
        if not case_first:
            add_conversation(connection, 1, "ana")

    assert owners(store) == {1: "ana"}


def test_a_case_is_handed_over_twice_in_one_transaction(store: Store) -> None:
    lay_ground(store)

    with store.write() as connection:
        hand_over(connection, 1, 2, "luis")
        hand_over(connection, 1, 3, "ana")

    assert owners(store) == {1: "ana", 2: "luis"}


def test_the_case_may_point_at_its_next_assignment_before_that_is_written(store: Store) -> None:
    lay_ground(store)

    with store.write() as connection:
        change_case(connection, 1, owner="luis", assignment_number=2)
        release(connection, 1, 1)
        add_assignment(connection, 1, 2, "luis")

    assert owners(store) == {1: "luis", 2: "luis"}


@pytest.mark.parametrize("end", ["resolved", "closed", "spam"])
def test_a_case_ends_and_its_assignment_with_it(store: Store, end: str) -> None:
    lay_ground(store)

    with store.write() as connection:
        resolve(connection, 1, 1, state=end)

    assert owners(store) == {2: "luis"}


def test_a_case_is_merged_into_another(store: Store) -> None:
    lay_ground(store)

    with store.write() as connection:
        release(connection, 1, 1)
        change_case(connection, 1, state="merged", owned=None, waiting_since=None, merged_into=2)

    assert owners(store) == {2: "luis"}


def test_a_resolved_case_is_opened_again_in_one_transaction(store: Store) -> None:
    lay_ground(store)

    with store.write() as connection:
        change_case(connection, 3, state="open", owned=1, owner="ana", assignment_number=2, waiting_since=NOW)
        add_assignment(connection, 3, 2, "ana")

    assert owners(store) == {1: "ana", 2: "luis", 3: "ana"}


def test_a_case_is_resolved_and_opened_again_in_one_transaction(store: Store) -> None:
    lay_ground(store)

    with store.write() as connection:
        resolve(connection, 1, 1)
        change_case(connection, 1, state="open", owned=1, assignment_number=2)
        add_assignment(connection, 1, 2, "ana")

    assert owners(store) == {1: "ana", 2: "luis"}


def test_new_cases_get_their_numbers_from_the_database(store: Store) -> None:
    with store.write() as connection:
        add_house(connection)
        columns = {"key": "A", "channel": "soporte", "team": "atencion", "contact_id": 1, "state": "resolved"}
        columns |= {"owner": "ana", "assignment_number": 1, "language": "es", "skills": [], "tags": []}
        times = dict.fromkeys(("created_at", "first_message_at", "last_message_at"), NOW)
        made = sa.insert(conversations).values(columns | times).returning(conversations.c.id)

        assert connection.execute(made).scalar_one() == 1


NUMBERS, CASES, PEOPLE = st.integers(1, 3), st.integers(1, 2), st.sampled_from(["ana", "luis"])
MOVES = st.one_of(
    st.builds(
        lambda case_id, columns: partial(change_case, case_id=case_id, **columns) if columns else None,
        CASES,
        st.fixed_dictionaries(
            {},
            optional={
                "state": st.sampled_from(["open", "waiting_customer", "resolved", "closed"]),
                "owned": st.sampled_from([1, None]),
                "owner": PEOPLE,
                "assignment_number": NUMBERS,
                "waiting_since": st.none(),
            },
        ),
    ),
    st.builds(partial, st.just(add_assignment), case_id=CASES, number=NUMBERS, agent=PEOPLE),
    st.builds(partial, st.just(release), case_id=CASES, number=NUMBERS),
    st.builds(partial, st.just(hand_over), case_id=CASES, number=NUMBERS, agent=PEOPLE),
    st.builds(partial, st.just(resolve), case_id=CASES, number=NUMBERS),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moves=st.lists(MOVES, max_size=6))
def test_whatever_commits_leaves_each_open_case_with_one_responsible_person(
    store: Store, moves: list[Callable[[sa.Connection], None] | None]
) -> None:
    with store.write() as connection:
        for table in (assignments, conversations):
            connection.execute(sa.delete(table))
        if connection.scalar(sa.select(sa.func.count()).select_from(agents)) == 0:
            add_house(connection)
        add_case(connection, 1, "ana")
        add_case(connection, 2, "luis")

    with suppress(sa.exc.IntegrityError), store.write() as connection:
        for move in moves:
            if move is not None:
                move(connection)

    owners(store)


def is_check(constraint: sa.Constraint) -> bool:
    return isinstance(constraint, sa.CheckConstraint)


def owners(store: Store) -> dict[int, str]:
    """Who answers for each owned case; fails unless that is one person, the same by both tables."""
    with store.read() as connection:
        query = sa.select(conversations).where(conversations.c.state.in_(("open", "waiting_customer")))
        cases = {case.id: case for case in connection.execute(query)}
        opened = connection.execute(sa.select(assignments).where(assignments.c.released_at.is_(None))).all()
    assert len(opened) == len(cases)
    for one in opened:
        case = cases[one.conversation_id]
        assert (case.owner, case.assignment_number, case.owned) == (one.agent, one.number, 1)
    return {case_id: case.owner for case_id, case in cases.items()}
