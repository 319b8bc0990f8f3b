"""A service that runs while its store is brought up to date by a newer version: it says so, writes nothing, and loses nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.letters import mail
from tests.acceptance.service import Service
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.store.old_stores import lay_rows
from ventanilla.store.backup import serial_tables
from ventanilla.store.revision import NEWEST
from ventanilla.store.tables import config_versions, conversations, inbox

pytestmark = pytest.mark.slow


def test_every_process_of_the_old_version_stops_working_says_why_and_goes_on_when_it_fits_again(
    service_on_each: Service, dovecot: Dovecot
) -> None:
    service = service_on_each
    service.start()
    before = service.pids()

    _bring_up_to(service, "9001")
    parts = ("connect", "route", "deliver", "sweep")
    wait_until(lambda: _each_restarted(service, before, parts), seconds=120, what="every part started afresh")
    dovecot.append("soporte", mail("eva@clientes.example", "Mientras tanto").as_bytes())
    wait_until(
        lambda: "newer version (schema 9001" in _reasons(service), seconds=60, what="a word about the newer schema"
    )

    # then commands refuse as well, with the cure, and nothing was taken in
    refused = service.run("status")
    assert refused.returncode == 3
    assert "upgrade this program, or restore a back-up" in refused.stderr
    assert service.run("migrate").returncode == 3
    assert _count(service, inbox) == 0
    assert _count(service, config_versions) == 1

    _bring_up_to(service, NEWEST)
    books.wait_for_post(service, 1)
    books.wait_for_letters(service)
    books.check_audit(service)


def test_up_brings_the_first_versions_house_up_to_date_says_so_and_goes_on_where_it_stood(
    service_on_each: Service, dovecot: Dovecot
) -> None:
    # given a house in the middle of its day, as the first version left it
    service = service_on_each
    lay_rows(service.store, "town_of_0001.jsonl", revision="0001")
    _count_on_from_what_is_there(service)
    before = _count(service, conversations)
    assert before

    service.start()
    dovecot.append("soporte", mail("eva@clientes.example", "Nuevo").as_bytes())

    # then it says what it did, everything is there, and what comes goes on
    told = [line for line in service.said() if line["event"] == "tables_upgraded"]
    assert [(line["before"], line["revisions"][-1]) for line in told] == [("0001", NEWEST)]
    wait_until(lambda: _count(service, conversations) == before + 1, seconds=120, what="the new case")
    books.wait_for_letters(service)
    books.check_audit(service)

    # and the next start has nothing to do
    assert service.stop() == 0
    service.start()
    assert len([line for line in service.said() if line["event"] == "tables_upgraded"]) == 1


def _count_on_from_what_is_there(service: Service) -> None:
    """PostgreSQL's numbers, which rows that are laid with numbers of their own do not move."""
    if service.store.is_sqlite:
        return
    with service.store.write() as connection:
        for name in serial_tables(connection):
            connection.exec_driver_sql(f"SELECT setval('{name}_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM {name}))")


def _bring_up_to(service: Service, revision: str) -> None:
    with service.store.write() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def _each_restarted(service: Service, before: dict[str, int], parts: tuple[str, ...]) -> bool:
    now = service.pids()
    return all(now.get(part, before[part]) != before[part] for part in parts)


def _reasons(service: Service) -> str:
    return "\n".join(str(line.get("reason")) for line in service.said() if line["event"] == "waiting")


def _count(service: Service, table: sa.Table) -> int:
    with service.store.read() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
