"""Several connections that see one moment, however the store goes on meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from reports.moment import MOST, one_moment
from tests.store.rows import add_house
from ventanilla.errors import BadInput
from ventanilla.store.engine import Store
from ventanilla.store.installation import ensure_installation
from ventanilla.store.tables import agents

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def house(store: Store) -> Store:
    with store.write() as connection:
        ensure_installation(connection, now=NOW)
        add_house(connection)
    return store


def count(connection: sa.Connection) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(agents)) or 0)


def test_what_is_written_meanwhile_is_seen_by_none_of_them(house: Store) -> None:
    with house.read() as connection:
        before = count(connection)

    with one_moment(house) as moment:
        with house.write() as connection:
            connection.execute(sa.insert(agents).values(name="nueva", display_name="Nueva", capacity=1))
        seen = [moment.ask(count) for _ in range(MOST * 3)]

        assert {each.result() for each in seen} == {before}
    with house.read() as connection:
        assert count(connection) == before + 1
        assert house.is_sqlite is False or connection.exec_driver_sql("PRAGMA temp_store").scalar_one() == 2


def test_what_a_question_raises_comes_out_and_nothing_is_left_open(house: Store) -> None:
    def fails(_connection: sa.Connection) -> int:
        raise BadInput("no such thing")

    with pytest.raises(BadInput, match="no such thing"), one_moment(house) as moment:
        moment.ask(fails).result()

    pool = house.engine.pool
    assert isinstance(pool, sa.QueuePool)
    assert pool.checkedout() == 0
